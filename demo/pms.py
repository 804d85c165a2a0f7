"""
The stand-in's public face: `StandIn` for tests and benchmarks, and a process.

`python -m demo.pms --port P --control-port C` runs it alone, driven over `control`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

from aiohttp import web

from demo.calls import Call
from demo.control import make_control
from demo.sockets import LOCALHOST
from demo.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Call", "StandIn"]


async def serve(port: int, control_port: int, key: str) -> None:
    """Run a stand-in and its control API until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    pms = StandIn(key, keeps_calls=False)
    await pms.start(port)
    runner = web.AppRunner(make_control(pms), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, LOCALHOST, control_port)
    await site.start()
    control = runner.addresses[0][1]
    sys.stdout.write(f"pms {pms.url}\ncontrol http://{LOCALHOST}:{control}\n")
    sys.stdout.flush()
    await stopped.wait()
    await runner.cleanup()
    await pms.stop()


def main(argv: Sequence[str] | None = None) -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m demo.pms", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--key", default="A" * 32)
    options = parser.parse_args(argv)
    try:
        asyncio.run(serve(options.port, options.control_port, options.key))
    except OSError as exc:
        ports = f"{options.port} and {options.control_port}"
        reason = os.strerror(exc.errno or 0)
        sys.stderr.write(f"Cannot listen on ports {ports}: {reason}.\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
