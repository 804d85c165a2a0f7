"""The parts that a write passes, in one process, before a PMS of a few lines."""

from __future__ import annotations

import asyncio
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.tracing import OFF
from fakes import recorded
from fakes.rig import BOOKING
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.prober import Prober
from proxy.breaker.values import BreakerPolicy, Permit, Refused
from proxy.bulkhead import Bulkhead, BulkheadPolicy
from proxy.cache.coalesce import Flights
from proxy.cache.invalidation import Invalidation
from proxy.calls import Caller
from proxy.errors import UpstreamTimeout, UpstreamUnreachable
from proxy.messages import Answer, Cause, Failed, Request
from proxy.qloapps.adapter import QloApps
from proxy.shares import Shares
from proxy.telemetry import Telemetry
from proxy.writes.writing import WritePolicy, Writing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fakes.clock import FakeClock
    from proxy.fleet.shared import Shared
    from proxy.messages import Reply
    from proxy.problems import Problem
    from proxy.writes.ledger import Ledger

STEPS = 60
KEY = "yes-1"


@dataclass
class Pms:
    """Books what it is sent, or does what a test tells it for the next bookings."""

    clock: FakeClock
    bookings: list[str] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    looks: int = 0
    next: list[Callable[[Request], Awaitable[Answer]]] = field(default_factory=list)
    on_look: Callable[[], Awaitable[Answer | None]] | None = None

    async def fetch(
        self, request: Request, *, deadline_s: float, fresh_connection: bool
    ) -> Answer:
        """Answer a booking, or a look for one."""
        del deadline_s, fresh_connection
        if request.method == "POST" and request.path == "/api/bookings":
            self.posts.append(_source(request))
            for _ in range(3):
                await asyncio.sleep(0)
            return await (self.next.pop(0) if self.next else self.books)(request)
        if request.path == "/api/orders":
            self.looks += 1
            told = None if self.on_look is None else await self.on_look()
            return told or self._listed(request.query)
        return recorded.answer("106-" if "/api/bookings/" in request.path else "50-")

    async def books(self, request: Request) -> Answer:
        """Write it and say so."""
        self.bookings.append(_source(request))
        return recorded.answer("101-")

    async def refuses(self, request: Request) -> Answer:
        """Say that there is no room."""
        del request
        return recorded.answer("119-")

    async def hangs(self, request: Request) -> Answer:
        """Say nothing until the deadline."""
        del request
        await self.clock.sleep(15)
        raise UpstreamTimeout("no complete answer in time")

    async def breaks(self, request: Request) -> Answer:
        """Close the connection without an answer."""
        del request
        raise UpstreamUnreachable("reset")

    async def is_away(self, request: Request) -> Answer:
        """Be surely not there."""
        self.posts.remove(_source(request))
        raise UpstreamUnreachable("refused", surely_not_received=True)

    async def upsets_us(self, request: Request) -> Answer:
        """Meet a fault of the proxy's own."""
        self.bookings.append(_source(request))
        raise RuntimeError("nobody expected this")

    def _listed(self, query: str) -> Answer:
        source = query.partition("[source]=[")[2].partition("]")[0]
        return orders(*(s for s in self.bookings if s == source))


def orders(*sources: str) -> Answer:
    """List orders as the PMS does."""
    listed = "".join(
        f"<order><id>{number}</id><source>{source}</source></order>"
        for number, source in enumerate(sources, 1)
    )
    body = f"<qloapps><orders>{listed}</orders></qloapps>".encode()
    digest = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    headers = (
        ("Content-Type", "text/xml"),
        ("PSWS-Version", "1.6.1.23"),
        ("Content-Sha1", digest),
    )
    return Answer(status=200, headers=headers, body=body)


class Desk:
    """One proxy's part in writing; `settles` runs its looks."""

    def __init__(
        self,
        clock: FakeClock,
        pms: Pms,
        *,
        shared: Shared | None = None,
        own_key: bool = True,
    ) -> None:
        self.clock = clock
        self.pms = pms
        self.telemetry = Telemetry(clock, "test")
        self.guard = Guard(
            Breaker(BreakerPolicy(), clock.monotonic()), clock, self.telemetry
        )
        self.bulkhead = Bulkhead(BulkheadPolicy(), clock, lambda: None)
        self.reader = QloApps(host="hotel.example", key="A" * 32 if own_key else None)
        caller = Caller(
            upstream=pms,
            pms=self.reader,
            guard=self.guard,
            bulkhead=self.bulkhead,
            shares=Shares({}, BulkheadPolicy(), clock),
            telemetry=self.telemetry,
            tracer=OFF,
            clock=clock,
            deadline_s=15,
        )
        prober = Prober(
            caller=caller, guard=self.guard, bulkhead=self.bulkhead, clock=clock
        )
        self.flights: Flights[object] = Flights()
        self.background: Flights[None] = Flights()
        self.writing = Writing(
            policy=WritePolicy(max_wait_s=5, timeout_s=15, hold_s=45, settle_s=120),
            pms=self.reader,
            caller=caller,
            prober=prober,
            guard=self.guard,
            invalidation=Invalidation(clock=clock, flights=Flights(), margin_s=0),
            flights=self.flights,  # type: ignore[arg-type]
            background=self.background,
            telemetry=self.telemetry,
            clock=clock,
            shared=shared,
            on_written=lambda _: None,
        )

    @property
    def ledger(self) -> Ledger:
        """Its ledger."""
        return self.writing.ledger

    def books(
        self, key: str | None = KEY, *, hotel: int = 1
    ) -> asyncio.Task[Reply | Problem]:
        """Begin to book."""
        source = f"WhatsApp:{key}"
        body = BOOKING.format(name="Ana", source=source)
        body = re.sub(r"property>1<", f"property>{hotel}<", body)
        given = () if key is None else (("Idempotency-Key", key),)
        request = Request(
            method="POST", path="/api/bookings", headers=given, body=body.encode()
        )
        gate = self.guard.acquire("write")
        answering = self.writing.writes.answer(
            request,
            self.reader.read(request),
            gate if isinstance(gate, Refused) else None,
        )
        return asyncio.ensure_future(answering)

    async def outcome(self, key: str | None = KEY, **where: int) -> str:
        """Book, and tell in a word or two what came of it."""
        booking = self.books(key, **where)
        await steps()
        return told(booking)

    def metric(self, outcome: str) -> float | None:
        """Return how many writes came to this."""
        return self.telemetry.metrics.registry.get_sample_value(
            "pms_writes_total", {"outcome": outcome}
        )

    def opens(self) -> None:
        """Open the breaker, by five failures."""
        for _ in range(5):
            permit = self.guard.acquire("availability")
            assert isinstance(permit, Permit)
            self.guard.record(permit, Failed(cause=Cause.DOWN))

    async def settles(self, seconds: float) -> None:
        """Let time pass, second by second, with the looks that are then due."""
        async with asyncio.TaskGroup() as group:
            running = group.create_task(self._run())
            while seconds > 0:
                self.clock.advance(min(1.0, seconds))
                seconds -= 1
                await steps()
            running.cancel()

    async def _run(self) -> None:
        async with self.writing.running():
            await asyncio.Event().wait()

    async def ends(self) -> None:
        """End as a process does when its time is over."""
        for flights in (self.flights, self.background):
            with suppress(TimeoutError):
                await flights.finish(asyncio.timeout(0))
        await self.writing.close()


def told(booking: asyncio.Task[Reply | Problem]) -> str:
    """Name an answer."""
    if not booking.done():
        return "waits"
    got = booking.result()
    names = dict(got.headers() if callable(got.headers) else got.headers)
    if "Idempotent-Replayed" in names:
        return f"{got.status} again"
    return str(got.status)


async def steps(count: int = STEPS) -> None:
    """Let happen what happens without the clock."""
    for _ in range(count):
        await asyncio.sleep(0)


def _source(request: Request) -> str:
    found = re.search(rb"<source>([^<]*)<", request.body)
    return "" if found is None else found.group(1).decode()
