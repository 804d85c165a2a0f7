"""The proxy's own probes: when they go, and what is left when they are cut off."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from config.tracing import OFF
from fakes import recorded
from fakes.clock import FakeClock
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.prober import HANG_PAUSE_S, Prober
from proxy.breaker.values import BreakerPolicy, Permit
from proxy.bulkhead import Bulkhead, BulkheadPolicy
from proxy.calls import Caller
from proxy.errors import UpstreamTimeout, UpstreamUnreachable
from proxy.messages import Answer, BreakerState, Cause, Failed
from proxy.qloapps.adapter import QloApps
from proxy.shares import Shares
from proxy.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from proxy.messages import Request

CLOSED, OPEN, HALF_OPEN = BreakerState
HEALTHY = recorded.answer("50-")
STEPS = 30


class ScriptedUpstream:
    """Answers as told; None leaves a call without an answer until it is cancelled."""

    def __init__(self) -> None:
        self.calls: list[Request] = []
        self.script: list[Answer | Exception | None] = []

    async def fetch(
        self, request: Request, *, deadline_s: float, fresh_connection: bool
    ) -> Answer:
        """Play the next of the script."""
        assert deadline_s == 15
        assert fresh_connection
        self.calls.append(request)
        played = self.script.pop(0) if self.script else HEALTHY
        if isinstance(played, Answer):
            return played
        if played is None:
            await asyncio.Event().wait()
        raise played or RuntimeError("unreachable")


class GrainyClock(FakeClock):
    """Moves on by itself a little with every reading, as a real one does."""

    def __init__(self) -> None:
        super().__init__()
        self.grain_s = 0.0

    def monotonic(self) -> float:
        """Return the time, and let some of it pass."""
        now = super().monotonic()
        if self.grain_s:
            self.advance(self.grain_s)
        return now


class Bench:
    """A prober with real parts around it, on a scripted upstream."""

    def __init__(self) -> None:
        self.clock = GrainyClock()
        self.telemetry = Telemetry(self.clock, "test")
        self.breaker = Breaker(BreakerPolicy(), self.clock.monotonic())
        self.guard = Guard(self.breaker, self.clock, self.telemetry)
        self.upstream = ScriptedUpstream()
        self.bulkhead = Bulkhead(BulkheadPolicy(), self.clock, self._hung)
        self.prober = Prober(
            caller=Caller(
                upstream=self.upstream,
                pms=QloApps(host="hotel.example", key="A" * 32),
                guard=self.guard,
                bulkhead=self.bulkhead,
                shares=Shares({}, BulkheadPolicy(), self.clock),
                telemetry=self.telemetry,
                tracer=OFF,
                clock=self.clock,
                deadline_s=15,
            ),
            guard=self.guard,
            bulkhead=self.bulkhead,
            clock=self.clock,
        )
        self._running: asyncio.Task[None] | None = None

    def _hung(self) -> None:
        self.prober.look()

    def fails(self, times: int = 5) -> None:
        """Record so many failures now."""
        for _ in range(times):
            self.guard.record(self.permit(), Failed(cause=Cause.DOWN))

    def permit(self) -> Permit:
        """Take a client's permit."""
        gate = self.guard.acquire("write")
        assert isinstance(gate, Permit)
        return gate

    def failures(self, cause: Cause) -> float | None:
        """Return the metric of counted failures."""
        return self.telemetry.metrics.registry.get_sample_value(
            "pms_circuit_breaker_failures_total", {"cause": cause}
        )

    async def starts(self) -> None:
        """Run the prober."""
        self._running = asyncio.get_running_loop().create_task(self.prober.run())
        await self.steps()

    async def stops(self) -> None:
        """Cancel the prober, as a shutdown does."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        self._running = None

    async def steps(self, seconds: float = 0) -> None:
        """Turn the clock and let happen what then happens."""
        self.clock.advance(seconds)
        for _ in range(STEPS):
            await asyncio.sleep(0)


@asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    bench = Bench()
    await bench.starts()
    try:
        yield bench
    finally:
        bench.clock.grain_s = 0
        await bench.stops()
        bench.bulkhead.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait(left, timeout=1) if left else None
        assert not asyncio.all_tasks() - {asyncio.current_task()}


async def test_it_probes_when_the_thirty_seconds_are_over() -> None:
    """Not a request is needed: at 30 s one probe goes and closes the breaker."""
    async with _bench() as bench:
        bench.fails()
        await bench.steps(29.999)
        assert bench.upstream.calls == []

        await bench.steps(0.001)

        assert [call.target for call in bench.upstream.calls] == ["/api/hotels?limit=1"]
        assert bench.guard.state() is CLOSED


@pytest.mark.parametrize("readings", range(12))
async def test_it_probes_wherever_the_clock_passes_the_edge(readings: int) -> None:
    """Between any two readings of the clock the 30 s may end: the probe still goes."""
    async with _bench() as bench:
        bench.fails()
        # Woken just before the edge, as by a coarse timer.
        bench.clock.advance(30 - 0.001 * readings - 0.0005)
        bench.clock.grain_s = 0.001
        bench.prober.look()
        await bench.steps()
        bench.clock.grain_s = 0

        await bench.steps(0.1)

        assert len(bench.upstream.calls) == 1
        assert bench.guard.state() is CLOSED


async def test_a_stop_returns_the_probes_permit() -> None:
    """Scenario 9: cut off by a shutdown it counts as nothing; the next start probes."""
    async with _bench() as bench:
        bench.fails()
        bench.upstream.script = [None]
        await bench.steps(30)
        assert len(bench.upstream.calls) == 1

        await bench.stops()

        assert bench.guard.state() is HALF_OPEN
        assert bench.failures(Cause.TIMEOUT) == 0
        await bench.starts()
        assert len(bench.upstream.calls) == 2
        assert bench.guard.state() is CLOSED


async def test_a_lost_probe_is_a_failure() -> None:
    """Scenario 10: without a result after 16 s it counts once, and is asked again."""
    async with _bench() as bench:
        bench.fails()
        bench.upstream.script = [None]
        await bench.steps(30)

        await bench.steps(15.999)
        assert bench.guard.state() is HALF_OPEN
        await bench.steps(0.001)

        assert bench.guard.state() is OPEN
        assert bench.failures(Cause.TIMEOUT) == 1
        await bench.steps(30)
        assert len(bench.upstream.calls) == 2
        assert bench.guard.state() is CLOSED


async def test_a_crash_of_our_own_in_a_probe_is_a_failed_probe() -> None:
    """An exception that nobody expected leaves no half-open breaker behind."""
    async with _bench() as bench:
        bench.fails()
        bench.upstream.script = [KeyError("a mistake of ours")]

        await bench.steps(30)

        assert bench.guard.state() is OPEN
        await bench.steps(30)
        assert bench.guard.state() is CLOSED


async def test_a_failed_probe_tells_its_own_cause() -> None:
    """The probe's cause replaces the opening's."""
    async with _bench() as bench:
        bench.fails()
        bench.upstream.script = [UpstreamUnreachable("refused")]

        await bench.steps(30)

        snapshot = bench.guard.snapshot()
        assert (snapshot.state, snapshot.cause) == (OPEN, Cause.NETWORK)
        assert snapshot.last_failures[-1].operation == "probe"


async def test_it_asks_for_the_hotel_last_searched() -> None:
    """A hotel that guests search is what the probe searches."""
    async with _bench() as bench:
        bench.fails()
        bench.prober.searched("17")

        await bench.steps(30)

        assert b"<id_hotel>17</id_hotel>" in bench.upstream.calls[0].body


async def test_a_doubt_is_settled_by_one_healthy_probe() -> None:
    """Scenario 51: five doubtful crashes, a healthy PMS: the window is 0."""
    async with _bench() as bench:
        for _ in range(5):
            bench.prober.settle(bench.permit())
            await bench.steps(1)

        assert len(bench.upstream.calls) == 5
        assert bench.guard.snapshot().failures_in_window == 0


async def test_a_doubt_with_a_sick_pms_counts_once() -> None:
    """A crash in doubt counts as one failure, of the cause that the probe met."""
    async with _bench() as bench:
        bench.upstream.script = [UpstreamTimeout("late")]

        bench.prober.settle(bench.permit())
        await bench.steps()

        assert bench.guard.snapshot().failures_in_window == 1
        assert bench.failures(Cause.TIMEOUT) == 1


async def test_doubts_at_once_share_a_probe() -> None:
    """Three crashes in one moment ask the PMS once, and each counts once."""
    async with _bench() as bench:
        bench.upstream.script = [UpstreamUnreachable("refused")]

        for _ in range(3):
            bench.prober.settle(bench.permit())
        await bench.steps()

        assert len(bench.upstream.calls) == 1
        assert bench.guard.snapshot().failures_in_window == 3


async def test_a_stop_ends_the_probe_of_a_doubt() -> None:
    """No task is left when the proxy stops while a doubt is open."""
    async with _bench() as bench:
        bench.upstream.script = [None]
        bench.prober.settle(bench.permit())
        await bench.steps()

        await bench.stops()

        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert bench.guard.snapshot().failures_in_window == 0


async def _hang(bench: Bench) -> None:
    for _ in range(4):
        place = await bench.bulkhead.enter(write=False)
        place.abandon("hotels", bench.clock.monotonic())
    await bench.steps()


async def test_a_hang_is_probed_until_it_opens() -> None:
    """With every place abandoned, failing probes follow at once until the fifth."""
    async with _bench() as bench:
        bench.upstream.script = [UpstreamTimeout("late") for _ in range(5)]

        await _hang(bench)

        assert len(bench.upstream.calls) == 5
        assert bench.guard.state() is OPEN
        assert bench.guard.snapshot().cause is Cause.TIMEOUT


async def test_a_hang_with_healthy_probes_is_asked_every_five_seconds() -> None:
    """After a healthy probe the next waits 5 s, and goes then by itself."""
    async with _bench() as bench:
        bench.upstream.script = [HEALTHY, HEALTHY]
        bench.prober.searched("1")

        await _hang(bench)
        assert len(bench.upstream.calls) == 1
        await bench.steps(HANG_PAUSE_S - 0.001)
        assert len(bench.upstream.calls) == 1
        await bench.steps(0.001)

        assert len(bench.upstream.calls) == 2
        assert bench.guard.state() is CLOSED


@pytest.mark.parametrize("state", [OPEN, CLOSED])
async def test_a_forced_breaker_in_a_hang_keeps_nobody_busy(
    state: BreakerState,
) -> None:
    """Forced open it asks nothing; forced closed it asks at its pace."""
    async with _bench() as bench:
        bench.guard.force(state, "by hand")

        await _hang(bench)
        await bench.steps()

        assert len(bench.upstream.calls) == (0 if state is OPEN else 1)
        await bench.steps(3600)
        assert bench.guard.state() is state
