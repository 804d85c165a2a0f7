"""The end of the process: whoever is still here gets an answer before it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from proxy.errors import CutOff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from proxy.messages import Clock

T = TypeVar("T")

# The part of the drain after which what is still under way gets its last answer.
CUT_AT = 0.9
TURN_AWAY_S = 0.01


class Drain:
    """
    Counts the drain's time from `begin`, and cuts what is under way before its end.

    `on_cut` turns away those who still wait for a place, so that they are told that
    nothing was sent.
    """

    def __init__(
        self, clock: Clock, drain_s: float, on_cut: Callable[[], None]
    ) -> None:
        self.since: float | None = None
        self._clock = clock
        self._drain_s = drain_s
        self._on_cut = on_cut
        self._cutting: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Timeout] = set()

    def begin(self) -> None:
        """Begin to drain: no new guests should come."""
        self.since = self._clock.monotonic()
        self._cutting = asyncio.get_running_loop().create_task(self._cut())

    def left_s(self) -> float:
        """Return what is left of the drain's time; all of it before it begins."""
        spent_s = 0.0 if self.since is None else self._clock.monotonic() - self.since
        return max(0.0, self._drain_s - spent_s)

    async def outlast(self, answering: Awaitable[T]) -> T:
        """
        Wait for an answer.

        Raises:
            CutOff: the process ends before it is there.

        """
        bound = asyncio.timeout(None)
        self._under_way.add(bound)
        try:
            async with bound:
                return await answering
        except TimeoutError:
            if bound.expired():
                raise CutOff from None
            raise
        finally:
            self._under_way.discard(bound)

    async def _cut(self) -> None:
        await self._clock.sleep(self._drain_s * CUT_AT)
        self._on_cut()
        await self._clock.sleep(TURN_AWAY_S)
        now = asyncio.get_running_loop().time()
        for bound in self._under_way:
            bound.reschedule(now)
