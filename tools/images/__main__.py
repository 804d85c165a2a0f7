"""
`./dev images`: build both images, run them before the stand-in PMS, judge each fact.

Prints a line for each check; ends 0 only if all of them held.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from tools.images.building import build, configuration, make_base
from tools.images.container import running
from tools.images.judging import Judge, say

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "A" * 32
TOKEN = "a-token-for-this-trial-only"  # noqa: S105
PORTS = {
    "proxy": ProxySettings.model_fields["port"].default,
    "agent": AgentSettings.model_fields["port"].default,
}
TOLD_LINES = 10


def main() -> int:
    """Try both images; return the exit code."""
    if os.geteuid() != 0:
        sys.stderr.write("Only root can make the stand-in's file system: try sudo.\n")
        return 2
    judge = Judge()
    with tempfile.TemporaryDirectory() as folder:
        try:
            say("Building. The stand-in base takes some minutes the first time.")
            make_base()
            images = {process: build(process) for process in PORTS}
            for process, image in images.items():
                judge.image(process, image, PORTS[process])
            with a_pms() as pms:
                run(judge, images, pms, Path(folder))
        except subprocess.CalledProcessError as exc:
            judge.failed.append(f"{' '.join(exc.cmd)}:\n{exc.stdout}{exc.stderr}")
        except (RuntimeError, subprocess.TimeoutExpired) as exc:
            judge.failed.append(str(exc))
        if not judge.failed:
            say("All checks held.")
            return 0
        for log in Path(folder).iterdir():
            lines = log.read_text(encoding="utf-8").splitlines()
            say("\n".join([f"The end of what {log.name} said:", *lines[-TOLD_LINES:]]))
    say("\n".join([f"Failed, {len(judge.failed)} in all:", *judge.failed]))
    return 1


def run(judge: Judge, images: dict[str, str], pms: str, logs: Path) -> None:
    """Run both images' own commands together, and judge them until they end."""
    ports = {process: free_port() for process in PORTS}
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
    with ExitStack() as stack:
        containers = {
            process: stack.enter_context(
                running(
                    image,
                    configuration(image)["Cmd"],
                    environs[process],
                    logs / process,
                )
            )
            for process, image in images.items()
        }
        for process, container in containers.items():
            judge.container(process, container, ports[process])
        judge.availability(ports["agent"])
        for process, container in reversed(containers.items()):
            judge.stop(process, container)


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


if __name__ == "__main__":
    sys.exit(main())
