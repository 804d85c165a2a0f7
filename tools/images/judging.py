"""What must be true of the images, a line printed for each fact."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

from config.clock import SystemClock
from tools.images.building import configuration
from tools.images.container import START_S

if TYPE_CHECKING:
    from tools.images.container import Container

USER = 10001
DAY = "2026-12-15"
# Both drain for less than this; it is the time after which Docker kills.
DRAIN_S = 10


class Judge:
    """Judges facts, and remembers whether all of them held."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def check(self, process: str, what: str, found: object, wanted: object) -> None:
        """Print and remember whether a fact is as wanted."""
        if found == wanted:
            say(f"ok    {process}: {what}: {found}")
        else:
            self.failed.append(what)
            say(f"FAIL  {process}: {what}: {found}, not {wanted}")

    def image(self, process: str, image: str, port: int) -> None:
        """Judge what an image says of itself."""
        told = configuration(image)
        self.check(process, "command", " ".join(told["Cmd"]), f"python -m {process}")
        self.check(process, "entry point", told.get("Entrypoint") or None, None)
        self.check(process, "user of the image", told.get("User"), str(USER))
        self.check(process, "ports", list(told["ExposedPorts"]), [f"{port}/tcp"])

    def container(self, process: str, container: Container, port: int) -> None:
        """Judge a container while its command runs."""
        for address in ("127.0.0.1", "[::1]"):
            status, _ = get(f"http://{address}:{port}/health/live")
            self.check(process, f"/health/live at {address}", status, 200)
        self.check(process, "user that it runs as", container.user(), USER)
        health = configuration(container.image)["Healthcheck"]["Test"]
        asked = container.tries(*health[1:])
        self.check(process, "HEALTHCHECK's exit", asked.returncode, 0)
        elsewhere = container.tries("sh", "-c", f"cd / && python -m {process} --help")
        self.check(process, "its commands from any folder", elsewhere.returncode, 0)
        wrote = container.tries("touch", "/tmp/x")  # noqa: S108
        self.check(process, "writing to /tmp", wrote.returncode, 0)
        for path in ("/srv/x", f"/srv/{process}/__init__.py", "/venv/x", "/etc/x"):
            is_denied = "Permission denied" in container.tries("touch", path).stderr
            self.check(process, f"writing to {path} denied", is_denied, wanted=True)
        other = "agent" if process == "proxy" else "proxy"
        is_absent = (
            f"No module named {other}" in container.tries("python", "-m", other).stderr
        )
        self.check(process, f"python -m {other} fails closed", is_absent, wanted=True)

    def availability(self, port: int) -> None:
        """Judge whether a question goes through agent and proxy to the stand-in."""
        url = f"http://127.0.0.1:{port}/api/v1/availability?checkin={DAY}"
        status, body = get(url)
        self.check("both", "availability through agent and proxy", status, 200)
        answer: dict[str, Any] = json.loads(body) if status else {}
        self.check("both", "it has rooms", bool(answer.get("rooms")), wanted=True)
        is_marked = "potentially_stale" in answer
        self.check("both", "it is marked as old", is_marked, wanted=False)

    def stop(self, process: str, container: Container) -> None:
        """Judge whether SIGTERM ends the command in time."""
        say(f"      {process}: {container.memory_mib()} MiB resident at most")
        code, took_s = container.stop(within_s=2 * DRAIN_S)
        self.check(process, "exit after SIGTERM", code, 0)
        in_time = took_s < DRAIN_S
        self.check(process, f"SIGTERM to exit, {took_s:.2f} s", in_time, wanted=True)


def get(url: str) -> tuple[int | None, str]:
    """Ask until it answers well; return the status, None where it never does."""
    clock = SystemClock()
    began = clock.monotonic()
    while True:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except URLError as exc:
            if clock.monotonic() - began > START_S:
                return None, str(exc)
        time.sleep(0.1)


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
