"""
`./dev images`: build both images, run them before the stand-in PMS, judge each fact.

Prints a line for each check; ends 0 only if all of them held.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

from config.agent_settings import AgentSettings
from config.clock import SystemClock
from config.proxy_settings import ProxySettings
from tools.images.building import build, configuration, make_base
from tools.images.container import START_S, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.images.container import Container

USER = 10001
KEY = "A" * 32
TOKEN = "a-token-for-this-trial-only"  # noqa: S105
DAY = "2026-12-15"
PORTS = {
    "proxy": ProxySettings.model_fields["port"].default,
    "agent": AgentSettings.model_fields["port"].default,
}
# Both drain for less than this; it is the time after which Docker kills.
DRAIN_S = 10

failed: list[str] = []


def main() -> int:
    """Try both images; return the exit code."""
    if os.geteuid() != 0:
        sys.stderr.write("Only root can make the stand-in's file system: try sudo.\n")
        return 2
    say("Building: the stand-in base takes two minutes the first time.")
    try:
        make_base()
        images = {process: build(process) for process in PORTS}
    except subprocess.CalledProcessError as exc:
        sys.stderr.write(f"{exc.stderr}\n")
        return 1
    commands = {
        process: judged_configuration(process, image)
        for process, image in images.items()
    }
    ports = {process: free_port() for process in PORTS}
    with tempfile.TemporaryDirectory() as folder, a_pms() as pms, ExitStack() as stack:
        environs = {
            "proxy": {
                "PROXY_PORT": str(ports["proxy"]),
                "PROXY_UPSTREAM_URL": pms,
                "PROXY_UPSTREAM_KEY": KEY,
                "PROXY_CLIENT_TOKENS": f"agent:{TOKEN}",
            },
            "agent": {
                "AGENT_PORT": str(ports["agent"]),
                "AGENT_PROXY_URL": f"http://127.0.0.1:{ports['proxy']}",
                "AGENT_PROXY_TOKEN": TOKEN,
            },
        }
        containers = {
            process: stack.enter_context(
                running(
                    image, commands[process], environs[process], Path(folder) / process
                )
            )
            for process, image in images.items()
        }
        for process, container in containers.items():
            judge_running(process, container, ports[process])
        judge_availability(ports["agent"])
        for process, container in reversed(containers.items()):
            judge_stop(process, container)
    say(f"{len(failed)} checks failed." if failed else "All checks held.")
    return 1 if failed else 0


def judged_configuration(process: str, image: str) -> list[str]:
    """Check what the image says of itself, and return its command."""
    told = configuration(image)
    command: list[str] = told["Cmd"]
    check(process, "command", " ".join(command), f"python -m {process}")
    check(process, "entry point", told.get("Entrypoint") or None, None)
    check(process, "user of the image", told["User"], str(USER))
    check(process, "ports", list(told["ExposedPorts"]), [f"{PORTS[process]}/tcp"])
    return command


def judge_running(process: str, container: Container, port: int) -> None:
    """Check what is true of a container while its command runs."""
    for address in ("127.0.0.1", "[::1]"):
        url = f"http://{address}:{port}/health/live"
        check(process, f"/health/live at {address}", get(url)[0], 200)
    check(process, "user that it runs as", container.user(), USER)
    health = configuration(f"localhost/hotel-{process}")["Healthcheck"]["Test"]
    check(process, "HEALTHCHECK's exit", container.tries(*health[1:]).returncode, 0)
    elsewhere = container.tries("sh", "-c", f"cd / && python -m {process} --help")
    check(process, "its commands from any folder", elsewhere.returncode, 0)
    wrote = container.tries("touch", "/tmp/x").returncode  # noqa: S108
    check(process, "writing to /tmp", wrote, 0)
    for path in ("/srv/x", f"/srv/{process}/__init__.py", "/venv/x", "/etc/x"):
        why = container.tries("touch", path).stderr
        check(process, f"writing to {path} denied", "denied" in why, wanted=True)
    other = "agent" if process == "proxy" else "proxy"
    wrong = container.tries("python", "-m", other)
    is_absent = wrong.returncode != 0 and f"No module named {other}" in wrong.stderr
    check(process, f"python -m {other} fails closed", is_absent, wanted=True)


def judge_availability(port: int) -> None:
    """Check that a question goes through agent and proxy to the stand-in."""
    url = f"http://127.0.0.1:{port}/api/v1/availability?checkin={DAY}"
    status, body = get(url)
    check("both", "availability through agent and proxy", status, 200)
    answer: dict[str, Any] = json.loads(body or "{}")
    check("both", "it has rooms", bool(answer.get("rooms")), wanted=True)
    check("both", "it is marked as old", "potentially_stale" in answer, wanted=False)


def judge_stop(process: str, container: Container) -> None:
    """Check that SIGTERM ends the command in time."""
    say(f"      {process}: {container.memory_mib()} MiB resident at most")
    code, took_s = container.stop(within_s=2 * DRAIN_S)
    check(process, "exit after SIGTERM", code, 0)
    check(process, f"SIGTERM to exit, {took_s:.2f} s", took_s < DRAIN_S, wanted=True)


def check(process: str, what: str, found: object, wanted: object) -> None:
    """Print and remember whether a fact is as wanted."""
    if found == wanted:
        say(f"ok    {process}: {what}: {found}")
    else:
        failed.append(what)
        say(f"FAIL  {process}: {what}: {found}, not {wanted}")


def get(url: str) -> tuple[int | None, str]:
    """Ask until something listens; return the status and the body."""
    clock = SystemClock()
    began = clock.monotonic()
    while True:
        try:
            with urlopen(url, timeout=5) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except URLError as exc:
            if clock.monotonic() - began > START_S:
                return getattr(exc, "code", None), str(exc)
        time.sleep(0.1)


@contextmanager
def a_pms() -> Iterator[str]:
    """Run the demo's stand-in PMS as a process, and hand out its URL."""
    program = [sys.executable, "-m", "demo.pms", "--key", KEY]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as pms:
        try:
            yield next(iter(pms.stdout or ())).split()[1]
        finally:
            pms.terminate()


def free_port() -> int:
    """Return a port that nobody has, in both families."""
    with socket.create_server(("::", 0), family=socket.AF_INET6) as bound:
        port: int = bound.getsockname()[1]
    return port


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
