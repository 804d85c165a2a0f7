"""
The stand-in's public face: `StandIn` for tests and benchmarks, and a process.

`python -m demo.pms --port P --control-port C` runs it alone, driven over `control`;
`--help` lists its faults.
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
from demo.control import SLOW_S, make_control, meanings
from demo.faults import LATE_S
from demo.sockets import LOCALHOST
from demo.standin import StandIn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Call", "StandIn"]

KEY = "A" * 32
HELP = """\
Play a QloApps with one hotel on this machine, to try the proxy against. It keeps its
bookings in memory, and fails when it is told to.
"""
MORE = f"""\
It prints two addresses. The first is the PMS: give it to the proxy as
PROXY_UPSTREAM_URL, and the key as PROXY_UPSTREAM_KEY. The second is its control:

  curl -X POST   CONTROL/faults/NAME    play a fault, until another or none
  curl -X DELETE CONTROL/faults         heal it
  curl           CONTROL/               what it plays; CONTROL/calls counts requests

Of a fault, ?resource=hotel_ari hits this resource alone (not late and refuse);
?seconds= is how long slow ({SLOW_S:g}) and late ({LATE_S}) take. The faults:

"""


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
    parser = argparse.ArgumentParser(
        prog="python -m demo.pms",
        description=HELP,
        epilog=MORE + "\n".join(f"  {n:<16} {said}" for n, said in meanings()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    free = "; by default a free one"
    parser.add_argument("--port", type=int, default=0, help=f"the PMS's port{free}")
    parser.add_argument(
        "--control-port", type=int, default=0, help=f"the control's port{free}"
    )
    parser.add_argument(
        "--key",
        default=KEY,
        help="the webservice key that it takes; by default 32 times A",
    )
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
