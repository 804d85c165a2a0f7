"""
The proxy's own questions to the PMS; no client's request is ever a probe.

Three occasions (CONTRACT §2): the breaker is half-open; abandoned calls hold every
place while it is closed; a crash is in doubt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

from proxy.breaker.values import Permit
from proxy.messages import BreakerState, Cause, Failed, Healthy

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from proxy.breaker.guard import Guard
    from proxy.bulkhead import Bulkhead
    from proxy.calls import Caller
    from proxy.messages import Clock, Verdict

# While another proxy's probe is out, we look again whether ours may go.
TURN_PAUSE_S = 0.25
# After a healthy probe of a hung PMS the next waits this long (ours).
HANG_PAUSE_S = 5.0

T = TypeVar("T")


class Turns(Protocol):
    """Which of several proxies sends the one probe of a half-open."""

    async def take_turn(self) -> bool:
        """Say whether the probe is ours."""
        ...

    async def give_turn_back(self) -> None:
        """Let another proxy probe."""
        ...


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
        self._turns: Turns | None = None
        self.hotel: str | None = None
        self._hang_probe: asyncio.Task[None] | None = None
        self._hang_pause_until = clock.monotonic()
        self._doubt: asyncio.Task[Verdict] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        guard.watch(self._news.set)

    def searched(self, hotel: str) -> None:
        """Remember the hotel last searched: the probe asks for it."""
        self.hotel = hotel

    def share(self, turns: Turns) -> None:
        """Probe only when it is this proxy's turn."""
        self._turns = turns

    def look(self) -> None:
        """Look again whether a probe is due."""
        self._news.set()

    def settle(self, permit: Permit) -> None:
        """Find out whether a doubtful crash was the PMS's, and record it once."""
        _ = self._begin(self._settle(permit))

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
            _ = self._begin(self._probe(permit))
        elif self._is_hang_probe_due():
            gate = self._guard.acquire("probe")
            if isinstance(gate, Permit):
                self._hang_probe = self._begin(self._probe(gate))

    def _is_hang_probe_due(self) -> bool:
        rested = self._clock.monotonic() >= self._hang_pause_until
        return rested and self._may_probe_a_hang()

    def _may_probe_a_hang(self) -> bool:
        idle = self._hang_probe is None or self._hang_probe.done()
        closed = self._guard.state() is BreakerState.CLOSED
        return self._bulkhead.is_hung and idle and closed

    async def _wait(self) -> None:
        """Sleep until something is due or there is news."""
        due_at = self._guard.next_wake()
        if due_at is None and self._may_probe_a_hang():
            due_at = self._hang_pause_until
        if due_at is None:
            # Nothing will be due, or it is under way and ends with news.
            await self._news.wait()
            return
        left_s = due_at - self._clock.monotonic()
        if left_s <= 0:
            # It became due since we looked: nobody else would bring this news.
            await asyncio.sleep(0)
            return
        try:
            async with self._clock.timeout(left_s):
                await self._news.wait()
        except TimeoutError:
            return

    async def _probe(self, permit: Permit) -> None:
        turns = self._turns if permit.is_probe else None
        try:
            if turns is not None and not await turns.take_turn():
                await self._clock.sleep(TURN_PAUSE_S)
                self._give_back(permit)
                return
            verdict = await self._ask()
        except asyncio.CancelledError:
            self._give_back(permit)
            if turns is not None:
                await turns.give_turn_back()
            raise
        if isinstance(verdict, Healthy):
            self._hang_pause_until = self._clock.monotonic() + HANG_PAUSE_S
        self._guard.record(permit, verdict)
        self._news.set()

    def _give_back(self, permit: Permit) -> None:
        self._guard.give_back(permit)
        self._news.set()

    async def _settle(self, permit: Permit) -> None:
        if self._doubt is None or self._doubt.done():
            self._doubt = self._begin(self._ask())
        verdict = await asyncio.shield(self._doubt)
        if isinstance(verdict, Failed):
            self._guard.record(permit, verdict)
        else:
            self._guard.give_back(permit)

    async def _ask(self) -> Verdict:
        try:
            return await self._caller.probe(self.hotel)
        except Exception:  # noqa: BLE001  (a crash of ours must not end the probing)
            self._guard.crashed()
            return Failed(cause=Cause.DOWN)

    def _begin(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
