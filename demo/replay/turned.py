"""
`python -m demo.replay.turned FD MODULE`: run a module on time that another turns.

As a debugger runs it: the program is as it is, but for its clock and its loop. uvloop
keeps time of its own, so asyncio's loop stands in for it. FD is one end of a socket
pair; `turning.LeadingSelector` holds the other.
"""

from __future__ import annotations

import asyncio
import functools
import runpy
import socket
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import config.clock
from demo.replay.turning import Dial, FollowingSelector, TurnedClock, TurnedLoop

if TYPE_CHECKING:
    from collections.abc import Coroutine


def main(descriptor: int, module: str) -> None:
    """Run the module as `python -m` would."""
    dial = Dial()
    leader = socket.socket(fileno=descriptor)

    def run(work: Coroutine[object, object, object]) -> object:
        selector = FollowingSelector(dial, leader)
        with asyncio.Runner(loop_factory=lambda: TurnedLoop(dial, selector)) as runner:
            return runner.run(work)

    uvloop = ModuleType("uvloop")
    vars(uvloop)["run"] = run
    sys.modules["uvloop"] = uvloop
    vars(config.clock)["SystemClock"] = functools.partial(TurnedClock, dial)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
