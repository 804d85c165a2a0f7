"""One container of an image, whose own command runs in it until SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from config.clock import SystemClock
from tools.images.building import ENVIRON, buildah

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

START_S = 20


class Container:
    """A container with its command running in it."""

    def __init__(
        self,
        image: str,
        name: str,
        settings: Sequence[str],
        command: Sequence[str],
        run: subprocess.Popen[bytes],
    ) -> None:
        self.image = image
        self._name = name
        self._settings = settings
        self._command = command
        self._run = run

    def tries(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run another command in it, as its user, to the end."""
        arguments = [*self._settings, self._name, "--", *command]
        return buildah("run", *arguments, check=False)

    def pid(self) -> int:
        """
        Return the process of the command itself, some generations below buildah's.

        Raises:
            RuntimeError: it does not run.

        """
        wanted = [part.encode() for part in self._command[1:]]
        for _ in range(START_S * 10):
            for pid in _offspring(self._run.pid):
                # The program itself may stand there by its whole path.
                if _read(pid, "cmdline").split(b"\0")[1:-1] == wanted:
                    return pid
            if self._run.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{' '.join(self._command)} does not run.")

    def user(self) -> int:
        """Return the user id that the command runs as."""
        return self._status("Uid")

    def memory_mib(self) -> int:
        """Return the most memory that the command has had resident."""
        return self._status("VmHWM") // 1024

    def stop(self, within_s: float) -> tuple[int, float]:
        """Send SIGTERM to the command; return its exit code and the seconds it took."""
        clock = SystemClock()
        began = clock.monotonic()
        os.kill(self.pid(), signal.SIGTERM)
        code = self._run.wait(within_s)
        return code, clock.monotonic() - began

    def _status(self, field: str) -> int:
        status = _read(self.pid(), "status").decode()
        return int(status.partition(f"\n{field}:")[2].split()[0])


@contextmanager
def running(
    image: str, command: Sequence[str], environ: Mapping[str, str], log: Path
) -> Iterator[Container]:
    """Run `command` in a new container, its output in the file `log`; remove both."""
    name = buildah("from", "--pull-never", image).stdout.strip()
    settings = [f"--env={variable}={value}" for variable, value in environ.items()]
    with log.open("wb") as output:
        run = subprocess.Popen(
            ["buildah", "run", *settings, name, "--", *command],
            env=ENVIRON,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Container(image, name, settings, command, run)
    finally:
        for pid in _offspring(run.pid) if run.poll() is None else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        run.wait(START_S)
        buildah("rm", name)


def _offspring(pid: int) -> list[int]:
    """Return the processes that `pid` started, and those that these started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # It ended meanwhile.
            # After the name, which may hold anything, come the state and the parent.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = children.get(pid, [])
    for child in found:
        found += children.get(child, [])
    return found


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
