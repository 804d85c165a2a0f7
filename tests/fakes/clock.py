"""A clock that a test turns by hand, in the shape of `config.clock.SystemClock`."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


class FakeClock:
    """
    Stands still until `advance`; sleeps and timeouts end when it passes them.

    `wall` can be set apart from `monotonic`, as when somebody moves the time of day.
    """

    def __init__(self, wall: datetime = EPOCH) -> None:
        self._now = 1000.0
        self._wall_at_zero = wall - timedelta(seconds=self._now)
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def monotonic(self) -> float:
        """Return the turned seconds."""
        return self._now

    def wall(self) -> datetime:
        """Return the turned time of day."""
        return self._wall_at_zero + timedelta(seconds=self._now)

    def set_wall(self, wall: datetime) -> None:
        """Move the time of day alone."""
        self._wall_at_zero = wall - timedelta(seconds=self._now)

    async def sleep(self, delay_s: float) -> None:
        """Wait until the clock has been turned by `delay_s`."""
        woken = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self._call_at(self._now + delay_s, wake)
        await woken

    def timeout(self, delay_s: float) -> asyncio.Timeout:
        """Bound a block by turned seconds."""
        bound = asyncio.timeout(None)
        loop = asyncio.get_running_loop()

        def expire() -> None:
            # Not entered yet, or left already: nothing to expire.
            try:
                bound.reschedule(loop.time())
            except RuntimeError:
                return

        self._call_at(self._now + delay_s, expire)
        return bound

    def advance(self, seconds: float) -> None:
        """Turn the clock; what is due happens in its order, at its own time."""
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            when, _, callback = heapq.heappop(self._timers)
            self._now = max(self._now, when)
            callback()
        self._now = end

    def _call_at(self, when: float, callback: Callable[[], None]) -> None:
        heapq.heappush(self._timers, (when, next(self._order), callback))
