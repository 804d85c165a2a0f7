"""
The proxy's own questions to the PMS; no client's request is ever a probe.

Three occasions (CONTRACT §2): the breaker is half-open; abandoned calls hold every
place while it is closed; a crash is in doubt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from proxy.breaker import Permit
from proxy.messages import BreakerState, Failed, Healthy

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from proxy.bulkhead import Bulkhead
    from proxy.calls import Caller
    from proxy.guard import Guard
    from proxy.messages import Clock, Verdict

# After a healthy probe of a hung PMS the next waits this long (ours).
HANG_PAUSE_S = 5.0


class Prober:
    """Runs beside the requests from `run` until it is cancelled."""

    def __init__(
        self, *, caller: Caller, guard: Guard, bulkhead: Bulkhead, clock: Clock
    ) -> None:
        self._caller = caller
        self._guard = guard
        self._bulkhead = bulkhead
        self._clock = clock
        self._news = asyncio.Event()
        self._hotel: str | None = None
        self._hang_probe_is_done: Callable[[], bool] = lambda: True
        self._hang_pause_until = clock.monotonic()
        self._doubt: asyncio.Task[Verdict] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        guard.watch(self._news.set)

    def searched(self, hotel: str) -> None:
        """Remember the hotel last searched: the probe asks for it."""
        self._hotel = hotel

    def look(self) -> None:
        """Look again whether a probe is due."""
        self._news.set()

    def settle(self, permit: Permit) -> None:
        """Find out whether a doubtful crash was the PMS's, and record it once."""
        self._keep(self._settle(permit))

    async def run(self) -> None:
        """Probe whenever it is due."""
        try:
            while True:
                self._news.clear()
                self._probe_what_is_due()
                await self._wait()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _probe_what_is_due(self) -> None:
        permit = self._guard.acquire_probe()
        if permit is not None:
            self._keep(self._probe(permit))
        elif self._is_hang_probe_due():
            gate = self._guard.acquire("probe")
            if isinstance(gate, Permit):
                self._hang_probe_is_done = self._keep(self._probe(gate))

    def _is_hang_probe_due(self) -> bool:
        idle = self._hang_probe_is_done()
        rested = self._clock.monotonic() >= self._hang_pause_until
        closed = self._guard.state() is BreakerState.CLOSED
        return self._bulkhead.is_hung and idle and rested and closed

    async def _wait(self) -> None:
        """Sleep until something is due or there is news."""
        due_at = self._guard.next_wake()
        if due_at is None and self._bulkhead.is_hung:
            due_at = self._hang_pause_until
        if due_at is None or due_at <= self._clock.monotonic():
            # Nothing is due, or it is under way and ends with news.
            await self._news.wait()
            return
        try:
            async with self._clock.timeout(due_at - self._clock.monotonic()):
                await self._news.wait()
        except TimeoutError:
            return

    async def _probe(self, permit: Permit) -> None:
        try:
            verdict = await self._caller.probe(self._hotel)
        except BaseException:
            self._guard.give_back(permit)
            raise
        if isinstance(verdict, Healthy):
            self._hang_pause_until = self._clock.monotonic() + HANG_PAUSE_S
        self._guard.record(permit, verdict)
        self._news.set()

    async def _settle(self, permit: Permit) -> None:
        if self._doubt is None or self._doubt.done():
            self._doubt = asyncio.get_running_loop().create_task(
                self._caller.probe(self._hotel)
            )
        verdict = await asyncio.shield(self._doubt)
        if isinstance(verdict, Failed):
            self._guard.record(permit, verdict)
        else:
            self._guard.give_back(permit)

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> Callable[[], bool]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task.done
