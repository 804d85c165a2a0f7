"""The refresher's shell: what it survives, and that it ends when told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from fakes.clock import FakeClock
from fakes.machines import SharedMemory
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.values import BreakerPolicy
from proxy.bulkhead import Bulkhead, BulkheadPolicy
from proxy.cache.hot import HotPolicy, HotSearches
from proxy.cache.refresh_budget import RefreshBudget
from proxy.cache.refresher import Refresher
from proxy.cache.store import MemoryStore
from proxy.messages import CacheKey, Entry, Operation, Reading, Request
from proxy.qloapps.adapter import QloApps
from proxy.telemetry import Telemetry

if TYPE_CHECKING:
    from proxy.reads import FlightResult, Reads

KEY = CacheKey("k")
READING = Reading(
    operation=Operation.AVAILABILITY, resource="hotel_ari", key=KEY, nights=1
)
REQUEST = Request(method="POST", path="/api/hotel_ari")
STEPS = 5


class ReadsInHand:
    """Begins flights that end when the test says so; crashes where it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.crashes = 0
        self.landed = asyncio.Event()
        self.flight: asyncio.Task[FlightResult] | None = None

    def refresh(
        self, request: Request, reading: Reading, key: CacheKey, younger_than: float
    ) -> asyncio.Task[FlightResult]:
        """Begin a flight, as `Reads` does."""
        assert (request, reading, key) == (REQUEST, READING, KEY)
        assert younger_than >= FakeClock().monotonic()
        self.begun += 1
        if self.begun <= self.crashes:
            raise ValueError
        wait = asyncio.create_task(self.landed.wait())
        self.flight = cast("asyncio.Task[FlightResult]", wait)
        return self.flight


class SharedStore(MemoryStore):
    """Memory, and what another proxy has put behind it."""

    def __init__(self) -> None:
        super().__init__(1_000_000)
        self.elsewhere: Entry | None = None

    async def look(self, key: CacheKey) -> Entry | None:
        """Look there too, as `TieredStore` does."""
        if self.elsewhere is not None:
            await self.put(key, self.elsewhere)
        return await self.get(key)


class Bench:
    """A refresher, running, with one hot search whose copy leaves freshness."""

    def __init__(self, budget: RefreshBudget | None = None) -> None:
        self.clock = FakeClock()
        telemetry = Telemetry(self.clock, "test")
        breaker = Breaker(BreakerPolicy(), self.clock.monotonic())
        self.reads = ReadsInHand()
        self.store = SharedStore()
        self.refresher = Refresher(
            hot=HotSearches(HotPolicy(fresh_s=30, lead_s=5)),
            pms=QloApps(host="hotel.example", key="A" * 32),
            reads=cast("Reads", self.reads),
            guard=Guard(breaker, self.clock, telemetry),
            bulkhead=Bulkhead(BulkheadPolicy(), self.clock, lambda: None),
            store=self.store,
            clock=self.clock,
            pause_s=1,
            budget=budget or RefreshBudget(clock=self.clock, per_min=20),
        )
        self.running = asyncio.create_task(self.refresher.run())

    async def is_due(self) -> None:
        """Let the copy come into its last seconds."""
        await self.store.put(KEY, _entry(self.clock.monotonic()))
        for _ in range(3):
            self.refresher.asked(REQUEST, READING)
        await self.passes(26)

    async def passes(self, seconds: float) -> None:
        """Turn the clock and let the refresher look."""
        self.clock.advance(seconds)
        for _ in range(STEPS):
            await asyncio.sleep(0)

    async def ends(self) -> None:
        """Cancel it, as the process does when it ends."""
        self.running.cancel()
        await asyncio.wait([self.running])
        assert self.running.cancelled()


def _entry(sent_at: float) -> Entry:
    return Entry(status=200, headers=(), body=b"", sent_at=sent_at, etag="")


async def test_what_another_proxy_refreshed_is_taken() -> None:
    """Several proxies with one Redis ask the PMS for a hot search once."""
    bench = Bench()
    bench.store.elsewhere = _entry(bench.clock.monotonic() + 25)
    await bench.is_due()

    assert bench.reads.begun == 0
    assert await bench.store.get(KEY) is bench.store.elsewhere
    await bench.passes(24)
    assert bench.reads.begun == 1
    await bench.ends()


async def test_a_crash_does_not_end_it() -> None:
    """A mistake of ours in one look leaves the next one to be made."""
    bench = Bench()
    bench.reads.crashes = 1
    await bench.is_due()
    assert bench.reads.begun == 1
    await bench.passes(1)

    assert bench.reads.begun == 2
    await bench.ends()


async def test_its_end_leaves_the_flight_to_the_guests() -> None:
    """A guest who joined still gets the answer when the refresher is stopped."""
    bench = Bench()
    await bench.is_due()
    await bench.ends()
    flight = bench.reads.flight

    assert flight is not None
    assert not flight.done()
    bench.reads.landed.set()
    await asyncio.wait([flight])
    assert not flight.cancelled()


async def test_one_question_at_a_time() -> None:
    """While a refresh is out no other is begun, however long it takes."""
    bench = Bench()
    await bench.is_due()
    await bench.passes(1)
    await bench.passes(1)

    assert bench.reads.begun == 1
    bench.reads.landed.set()
    await bench.ends()


async def test_a_copy_that_is_gone_is_not_brought_back() -> None:
    """What was cleared or evicted is a guest's to ask for."""
    bench = Bench()
    for _ in range(3):
        bench.refresher.asked(REQUEST, READING)
    await bench.passes(26)

    assert bench.reads.begun == 0
    await bench.ends()


@pytest.mark.parametrize(("spent", "begun"), [(0, 1), (1, 0)])
async def test_what_another_proxy_spent_is_spent(spent: int, begun: int) -> None:
    """The budget of a minute is that of all proxies together."""
    shared = SharedMemory(FakeClock())
    budgets = [
        RefreshBudget(shared=shared, clock=FakeClock(), per_min=1) for _ in range(2)
    ]
    for _ in range(spent):
        assert await budgets[0].take()
    bench = Bench(budgets[1])
    await bench.is_due()

    assert bench.reads.begun == begun
    await bench.ends()
