"""Several proxies' breakers and probers in one process, around one Redis in memory."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from config.tracing import OFF
from fakes import recorded
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.prober import Prober
from proxy.breaker.values import BreakerPolicy, Permit
from proxy.bulkhead import Bulkhead, BulkheadPolicy
from proxy.calls import Caller
from proxy.errors import BackendDown, UpstreamUnreachable
from proxy.fleet.cluster import Cluster
from proxy.messages import BreakerState, Cause, Failed
from proxy.qloapps.adapter import QloApps
from proxy.shares import Shares
from proxy.telemetry import Telemetry

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.clock import FakeClock
    from proxy.messages import Answer, Request

TURN_S = 16.0
STEPS = 40


class SharedMemory:
    """What `Backend` promises, in memory; `is_down` or `is_odd`, nothing works."""

    def __init__(self, clock: FakeClock) -> None:
        self.is_down = False
        self.is_odd = False
        self.values: dict[str, tuple[bytes, float]] = {}
        self.asked = 0
        self._clock = clock

    async def get(self, key: str) -> bytes | None:
        """Return a value."""
        await self._turn()
        return self._get(key)

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep a value."""
        await self._turn()
        self.values[key] = (value, self._clock.monotonic() + ttl_s)

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep a value where there is none."""
        return await self.compare_and_set(key, None, value, ttl_s)

    async def delete(self, key: str) -> None:
        """Forget a value."""
        await self._turn()
        self.values.pop(key, None)

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Replace `expected` by a value."""
        await self._turn()
        if self._get(key) != expected:
            return False
        self.values[key] = (value, self._clock.monotonic() + ttl_s)
        return True

    def _get(self, key: str) -> bytes | None:
        value, until = self.values.get(key, (None, 0.0))
        return value if self._clock.monotonic() < until else None

    async def _turn(self) -> None:
        self.asked += 1
        # As on a wire, others come in between.
        await asyncio.sleep(0)
        if self.is_down:
            raise BackendDown("it cannot be reached")
        if self.is_odd:
            raise RuntimeError("nobody expected this")


class _Skewed:
    """One machine's clocks: the same second, another time of day."""

    def __init__(self, clock: FakeClock, skew_s: float) -> None:
        self._clock = clock
        self._skew_s = skew_s
        self.monotonic = clock.monotonic
        self.sleep = clock.sleep
        self.timeout = clock.timeout

    def wall(self) -> datetime:
        """Return this machine's time of day."""
        return self._clock.wall() + timedelta(seconds=self._skew_s)


class Pms:
    """The PMS that all machines probe."""

    def __init__(self) -> None:
        self.probes: list[str] = []
        self.is_well = True
        self.hangs = False

    async def answer(self, machine: str) -> Answer:
        """Answer a machine's probe as told."""
        self.probes.append(machine)
        while self.hangs:
            await asyncio.sleep(0)
        if not self.is_well:
            raise UpstreamUnreachable("refused")
        return recorded.answer("50-")


class Machine:
    """One proxy's part in the breaker, without its clients."""

    def __init__(
        self,
        name: str,
        *,
        clock: FakeClock,
        shared: SharedMemory,
        pms: Pms,
        skew_s: float = 0.0,
        policy: BreakerPolicy | None = None,
    ) -> None:
        own = _Skewed(clock, skew_s)
        self.name = name
        self.telemetry = Telemetry(own, "test")
        self.guard = Guard(
            Breaker(policy or BreakerPolicy(), clock.monotonic()), own, self.telemetry
        )
        self._pms = pms
        bulkhead = Bulkhead(BulkheadPolicy(), own, lambda: None)
        caller = Caller(
            upstream=self,
            pms=QloApps(host="hotel.example", key="A" * 32),
            guard=self.guard,
            bulkhead=bulkhead,
            shares=Shares({}, BulkheadPolicy(), own),
            telemetry=self.telemetry,
            tracer=OFF,
            clock=own,
            deadline_s=15,
        )
        self.prober = Prober(
            caller=caller, guard=self.guard, bulkhead=bulkhead, clock=own
        )
        self.writes_seen = 0
        self.cluster = Cluster(
            shared=shared,
            guard=self.guard,
            prober=self.prober,
            clock=own,
            on_written=self._written,
            turn_s=TURN_S,
            open_s=30,
        )
        self.prober.share(self.cluster)
        self._tasks: list[asyncio.Task[None]] = []

    async def fetch(
        self, request: Request, *, deadline_s: float, fresh_connection: bool
    ) -> Answer:
        """Send a probe to the PMS."""
        del request, deadline_s, fresh_connection
        return await self._pms.answer(self.name)

    def starts(self) -> None:
        """Begin to agree and to probe."""
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self.cluster.run()),
            loop.create_task(self.prober.run()),
        ]

    async def stops(self) -> None:
        """End as a shutdown does."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def state(self) -> BreakerState:
        """Return the breaker's state."""
        return self.guard.state()

    def fails(self, times: int = 5, retry_after_s: float | None = None) -> None:
        """Record so many failures of clients' calls."""
        for _ in range(times):
            gate = self.guard.acquire("availability")
            assert isinstance(gate, Permit)
            failed = Failed(cause=Cause.DOWN, retry_after_s=retry_after_s)
            self.guard.record(gate, failed)

    def transitions(self, to: BreakerState, cause: str = Cause.DOWN) -> float | None:
        """Return the metric of transitions."""
        return self.telemetry.metrics.registry.get_sample_value(
            "pms_circuit_breaker_transitions_total", {"to": to, "cause": cause}
        )

    def _written(self) -> None:
        self.writes_seen += 1


async def steps(clock: FakeClock, seconds: float = 0) -> None:
    """Turn the clock in small steps and let happen what then happens."""
    for _ in range(max(1, round(seconds / 0.05))):
        clock.advance(min(seconds, 0.05))
        for _ in range(STEPS):
            await asyncio.sleep(0)
