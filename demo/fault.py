"""What a fault is: a value that is applied to one request. `faults` makes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from demo.calls import Call
    from demo.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to do to a request instead of answering it."""

    name: str
    play: Callable[[Exchange], Coroutine[None, None, None]]
    resource: str | None = None

    def hits(self, call: Call) -> bool:
        """Say whether the call is one that the fault is for."""
        return self.resource is None or self.resource == call.resource


@dataclass(frozen=True, slots=True)
class Gate(Fault):
    """A fault that holds requests until the test lets them go."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let all held requests go on, and those to come."""
        self.opened.set()


@dataclass(frozen=True, slots=True)
class Trickle(Fault):
    """A fault that sends its body byte by byte, as the test lets them go."""

    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def release(self, count: int = 1) -> None:
        """Let `count` bytes go."""
        for _ in range(count):
            self.permits.release()
