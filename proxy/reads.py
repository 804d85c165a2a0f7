"""Asking the PMS for a reader: alone, or once for all who ask the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from proxy import headers as fields
from proxy.breaker.values import Refused
from proxy.cache.freshness import wishes
from proxy.calls import Admitted, Crowded, Fetched, Result, Streamed
from proxy.messages import Answer, CacheKey, Entry, Healthy

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from proxy.breaker.prober import Prober
    from proxy.cache.coalesce import Flights
    from proxy.cache.store import Store
    from proxy.calls import Caller
    from proxy.fleet.peers import Peers
    from proxy.messages import Headers, Reading, Request
    from proxy.pms import Pms
    from proxy.shares import Share
    from proxy.tracing import Span, Tracer

FlightResult = Result | Refused | Crowded


class Reads:
    """Fetches answers and keeps those that may be kept."""

    def __init__(
        self,
        *,
        pms: Pms,
        caller: Caller,
        prober: Prober,
        store: Store,
        flights: Flights[FlightResult],
        told: Flights[None],
        tracer: Tracer,
        on_joined: Callable[[], None],
        on_kept: Callable[[Reading, Entry], None],
        peers: Peers | None = None,
    ) -> None:
        self._pms = pms
        self._caller = caller
        self._prober = prober
        self._store = store
        self._flights = flights
        self._told = told
        self._tracer = tracer
        # By flight: the fields that name its span.
        self._traced: WeakKeyDictionary[asyncio.Task[FlightResult], Headers]
        self._traced = WeakKeyDictionary()
        self._on_joined = on_joined
        self._on_kept = on_kept
        self._peers = peers

    async def fetch_shared(
        self,
        request: Request,
        reading: Reading,
        key: CacheKey,
        younger_than: float | None = None,
    ) -> tuple[FlightResult, bool]:
        """
        Join the flight of this question, or begin it; say whether this call did.

        Another proxy's answer will do where it was asked for after `younger_than`
        (monotonic s). One too large to share goes to the first; the others ask alone.
        """
        # A HEAD has its GET's copy, but not its fetch, which brings no body.
        if request.method == "HEAD":
            key = CacheKey(f"{key}:HEAD")
        flight, led = self._join(request, reading, key, younger_than)
        if not led:
            self._on_joined()
            if flight in self._traced:
                self._tracer.link(self._traced[flight])
        result = await asyncio.shield(flight)
        if isinstance(result, Streamed) and not result.take():
            return await self.fetch_alone(request, reading), True
        return result, led and not _is_from_elsewhere(result)

    def refresh(
        self, request: Request, reading: Reading, key: CacheKey, younger_than: float
    ) -> asyncio.Task[FlightResult] | None:
        """Begin the flight of this question, for guests to join; None if it is out."""
        flight, led = self._join(request, reading, key, younger_than)
        return flight if led else None

    def _join(
        self,
        request: Request,
        reading: Reading,
        key: CacheKey,
        younger_than: float | None,
    ) -> tuple[asyncio.Task[FlightResult], bool]:
        under_way = self._flights.under_way(key)
        if under_way is not None:
            return under_way, False
        share = self._caller.take_share(request.caller)
        if share is not None:
            return self._begin(
                key, lambda: self._fly(request, reading, younger_than, share)
            )
        # It waits for its caller's own places: nobody else should wait for these.
        own_key = CacheKey(f"{key}:of {request.caller}")
        under_way = self._flights.under_way(own_key)
        if under_way is not None:
            return under_way, False
        return self._begin(own_key, lambda: self._ask(request, reading))

    def _begin(
        self, key: CacheKey, fly: Callable[[], Coroutine[Any, Any, FlightResult]]
    ) -> tuple[asyncio.Task[FlightResult], bool]:
        """Begin a flight, with a span of its own to which those link who join it."""
        span = self._tracer.span("flight")
        flight, led = self._flights.join(key, lambda: _within(span, fly))
        if fields := span.fields():
            self._traced[flight] = fields
        return flight, led

    async def fetch_alone(self, request: Request, reading: Reading) -> FlightResult:
        """Ask for this reader alone; who leaves while waiting leaves no call behind."""
        admitted = await self._caller.admit(reading, request.caller)
        if not isinstance(admitted, Admitted):
            return admitted
        flight = self._flights.begin(self._fetch(request, reading, admitted))
        result = await asyncio.shield(flight)
        if isinstance(result, Streamed):
            result.take()
        return result

    async def _fly(
        self,
        request: Request,
        reading: Reading,
        younger_than: float | None,
        share: Share,
    ) -> FlightResult:
        """Ask for all who ask the same, in other proxies too."""
        with share:
            # What no store keeps, no other proxy can be told.
            if self._peers is None or reading.key is None or request.method == "HEAD":
                return await self._ask(request, reading, share)
            begun = await self._peers.begin(reading.key, younger_than)
            if begun is None:
                return await self._ask(request, reading, share)
            if isinstance(begun, Entry):
                return await self._take(reading, reading.key, begun)
            entry: Entry | None = None
            try:
                result = await self._ask(request, reading, share)
                entry = result.entry if isinstance(result, Fetched) else None
            finally:
                # Behind the answer: a slow Redis must not hold it up.
                _ = self._told.begin(self._peers.end(begun, entry))
            return result

    async def _take(
        self, reading: Reading, key: CacheKey, entry: Entry
    ) -> FlightResult:
        """Take what another proxy was answered as if it were answered here."""
        self._on_joined()
        await self._keep(reading, key, entry)
        answer = Answer(status=entry.status, headers=entry.headers, body=entry.body)
        return Fetched(
            answer=answer,
            verdict=Healthy(),
            sent_at=entry.sent_at,
            elsewhere=True,
            entry=entry,
        )

    async def _ask(
        self, request: Request, reading: Reading, share: Share | None = None
    ) -> FlightResult:
        admitted = await self._caller.admit(reading, request.caller, share)
        if not isinstance(admitted, Admitted):
            return admitted
        # A shared copy is a whole one, whatever condition the first asker has.
        headers = fields.without(request.headers, fields.CONDITIONAL)
        whole = replace(request, headers=headers)
        return await self._fetch(whole, reading, admitted)

    async def _fetch(
        self, request: Request, reading: Reading, admitted: Admitted
    ) -> FlightResult:
        result = await self._caller.call(
            request, reading, admitted, self._prober.settle
        )
        if reading.key is None or not isinstance(result, Fetched):
            return result
        entry = self._entry_of(request, result)
        if entry is not None:
            await self._keep(reading, reading.key, entry)
        # Made once, also for those who share the answer: it takes a hash of the body.
        return replace(result, entry=entry)

    async def _keep(self, reading: Reading, key: CacheKey, entry: Entry) -> None:
        await self._store.put(key, entry)
        self._on_kept(reading, entry)
        if reading.hotel is not None:
            self._prober.searched(reading.hotel)

    def _entry_of(self, request: Request, result: Fetched) -> Entry | None:
        """Return what is kept of an answer; None where nothing is."""
        answer = result.answer
        no_store = wishes(fields.joined(request.headers, "cache-control")).no_store
        healthy = isinstance(result.verdict, Healthy)
        if no_store or not healthy or not self._pms.may_store(answer, request.method):
            return None
        return Entry(
            status=answer.status,
            headers=self._pms.shareable_headers(answer.headers),
            body=answer.body,
            sent_at=result.sent_at,
            etag=self._pms.etag(answer),
        )


async def _within(
    span: Span, fly: Callable[[], Coroutine[Any, Any, FlightResult]]
) -> FlightResult:
    with span:
        return await fly()


def _is_from_elsewhere(result: FlightResult) -> bool:
    return isinstance(result, Fetched) and result.elsewhere
