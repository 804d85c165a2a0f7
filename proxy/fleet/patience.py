"""
How long guests wait for Redis: 20 ms, and not at all while it is known to be slow.

`Backend` decides after 0.1 s whether Redis has failed; for a guest that is long, and a
Redis that takes 50 ms for all it is asked would be paid by everybody. What a guest did
not wait for goes on behind: a command that is cut off costs its connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from proxy.errors import BackendDown
from proxy.fleet.backoff import delays_s

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from proxy.messages import Clock

T = TypeVar("T")

LONGEST_S = 0.02
SLICES = 10


class Patience:
    """One proxy's; after a wait in vain nobody waits for 1 s, then 2 s… up to 30 s."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses_s = delays_s()
        self._rests_until = 0.0
        self._behind: set[asyncio.Task[Any]] = set()

    async def wait(self, command: Coroutine[Any, Any, T]) -> T:
        """
        Return what a command brings.

        Raises:
            BackendDown: it fails, or takes too long; it may then be done all the same.

        """
        if self._clock.monotonic() < self._rests_until:
            command.close()
            raise BackendDown("it is slow")
        running = asyncio.get_running_loop().create_task(command)
        self._behind.add(running)
        running.add_done_callback(self._forget)
        try:
            found = await in_slices(running, self._clock, LONGEST_S, SLICES)
        except TimeoutError:
            self._rests_until = self._clock.monotonic() + next(self._pauses_s)
            raise BackendDown("it is slow") from None
        self._pauses_s = delays_s()
        return found

    def _forget(self, command: asyncio.Task[Any]) -> None:
        self._behind.discard(command)
        if not command.cancelled():
            # Nobody may be left to hear of it.
            command.exception()


async def in_slices(
    running: asyncio.Task[T], clock: Clock, within_s: float, slices: int
) -> T:
    """
    Wait for a task, counting the time in slices; the task is left as it is.

    Where our own loop is late, so is the end of a slice, and what was answered
    meanwhile is read in the next one: nobody else is to blame for a crowd of guests.

    Raises:
        TimeoutError: it is not done in time.

    """
    for _ in range(slices):
        try:
            async with clock.timeout(within_s / slices):
                return await asyncio.shield(running)
        except TimeoutError:
            if running.done():
                # Its own, or it has just come.
                return running.result()
    raise TimeoutError
