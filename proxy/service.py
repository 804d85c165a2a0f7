"""
One request's story, in order (CONTRACT §3); it awaits only through seams.

A breaker that is not closed is judged before freshness. Whenever the PMS is not asked
or does not answer, a usable copy is preferred. Nothing is ever tried twice.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, assert_never

from proxy import headers as fields
from proxy import problems, replies
from proxy.breaker.values import Refused
from proxy.cache.freshness import wishes
from proxy.calls import Broke, Crowded, Fetched, Streamed
from proxy.messages import BreakerState, Operation, cause_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker.guard import Guard
    from proxy.cache.copies import Copies, Copy
    from proxy.cache.freshness import ClientWishes
    from proxy.messages import CacheKey, Clock, Reading, Reply, Request
    from proxy.pms import Pms
    from proxy.problems import Problem
    from proxy.reads import FlightResult, Reads
    from proxy.telemetry import Telemetry
    from proxy.writes.writes import Writes


class Service:
    """Answers requests to the PMS; the composition root hands it its parts."""

    def __init__(
        self,
        *,
        pms: Pms,
        guard: Guard,
        reads: Reads,
        writes: Writes,
        copies: Copies,
        telemetry: Telemetry,
        clock: Clock,
        soft_timeout_s: float,
        retry_after_s: float,
        on_asked: Callable[[Request, Reading], None],
    ) -> None:
        self._pms = pms
        self._guard = guard
        self._reads = reads
        self._writes = writes
        self._copies = copies
        self._telemetry = telemetry
        self._clock = clock
        self._soft_timeout_s = soft_timeout_s
        self._retry_after_s = retry_after_s
        self._on_asked = on_asked

    async def answer(self, request: Request, reading: Reading) -> Reply | Problem:
        """Answer one request."""
        gate = self._guard.acquire(reading.operation)
        refused = gate if isinstance(gate, Refused) else None
        if reading.operation is Operation.WRITE:
            return await self._writes.answer(request, reading, refused)
        wanted = wishes(fields.joined(request.headers, "cache-control"))
        if not wanted.no_store:
            self._on_asked(request, reading)
        copy = await self._copies.find(reading, wanted)
        if refused is not None:
            self._telemetry.refused(reading.operation)
            return self._unasked(request, reading, copy, wanted, refused)
        if copy is not None and copy.is_fresh:
            return replies.hit(request, copy.entry, copy.assessment)
        if wanted.only_if_cached:
            return problems.not_cached()
        return await self._ask(request, reading, copy, wanted)

    def can_serve_guests(self) -> bool:
        """Say whether guests get availability, asked for now or from what is kept."""
        return self._guard.told() is BreakerState.CLOSED or self._copies.has_some()

    def _unasked(
        self,
        request: Request,
        reading: Reading,
        copy: Copy | None,
        wanted: ClientWishes,
        refused: Refused,
    ) -> Reply | Problem:
        """Answer while the breaker is not closed."""
        copy = copy or self._copies.compose(reading, wanted)
        if copy is not None:
            return _marked(request, copy, "hit", "breaker-open")
        if wanted.only_if_cached:
            return problems.not_cached()
        return problems.breaker_open(refused)

    async def _ask(
        self,
        request: Request,
        reading: Reading,
        copy: Copy | None,
        wanted: ClientWishes,
    ) -> Reply | Problem:
        if reading.key is None or wanted.no_store:
            result = await self._reads.fetch_alone(request, reading)
            how: tuple[str, ...] = ("fwd=bypass",)
        else:
            why = "request" if wanted.no_cache else "miss" if copy is None else "stale"
            got = await self._ask_shared(request, reading, reading.key, copy, wanted)
            if not isinstance(got, tuple):
                return got
            result, led = got
            how = (f"fwd={why}",) if led else (f"fwd={why}", "collapsed")
        return self._choose(request, reading, copy, wanted, result, how)

    async def _ask_shared(
        self,
        request: Request,
        reading: Reading,
        key: CacheKey,
        copy: Copy | None,
        wanted: ClientWishes,
    ) -> tuple[FlightResult, bool] | Reply:
        """Ask with all who ask the same; past the soft timeout, serve what is kept."""
        younger_than = self._copies.younger_than(copy, wanted)
        asking = asyncio.ensure_future(
            self._reads.fetch_shared(request, reading, key, younger_than)
        )
        try:
            try:
                async with self._clock.timeout(self._soft_timeout_s):
                    return await asyncio.shield(asking)
            except TimeoutError:
                kept = self._copies.again(reading, copy)
                kept = kept or self._copies.compose(reading, wanted)
                # Half an answer is worth less than a whole one a little later.
                if kept is not None and kept.is_whole:
                    return _marked(request, kept, "fwd=stale", "soft-timeout")
            return await asking
        finally:
            # Its flight goes on behind and stores its answer.
            asking.cancel()

    def _choose(
        self,
        request: Request,
        reading: Reading,
        copy: Copy | None,
        wanted: ClientWishes,
        result: FlightResult,
        how: tuple[str, ...],
    ) -> Reply | Problem:
        """Choose the PMS's own answer, else the copy, else nights, else a problem."""
        asked = "fwd=stale"
        match result:
            case Streamed():
                return self._pass_on(request, reading, result, how)
            case Fetched():
                cause = cause_of(result.verdict)
                if cause is None:
                    return self._pass_on(request, reading, result, how)
                reason, problem = cause.value, problems.upstream_failed(cause)
            case Broke():
                cause = result.error.cause
                reason, problem = cause.value, problems.upstream_failed(cause)
            case Refused():
                # The breaker opened while this one waited: nobody was asked.
                asked = "hit"
                reason, problem = "breaker-open", problems.breaker_open(result)
            case Crowded():
                problem = problems.overloaded(result, self._retry_after_s)
                reason = problem.kind
            case _:
                assert_never(result)
        kept = self._copies.again(reading, copy)
        kept = kept or self._copies.compose(reading, wanted)
        return problem if kept is None else _marked(request, kept, asked, reason)

    def _pass_on(
        self,
        request: Request,
        reading: Reading,
        result: Fetched | Streamed,
        how: tuple[str, ...],
    ) -> Reply:
        """Pass on what the PMS answered; nobody's cookie where it may be shared."""
        cache = "bypass" if "fwd=bypass" in how else "miss"
        cache = "collapsed" if "collapsed" in how else cache
        entry = result.entry if isinstance(result, Fetched) else None
        if entry is not None:
            status = fields.cache_status(*how, "stored")
            return replies.stored(request, entry, status, cache=cache)
        status = fields.cache_status(*how)
        headers = result.headers
        if reading.operation is not Operation.PRIVATE:
            headers = self._pms.shareable_headers(headers)
        if isinstance(result, Streamed):
            return replies.streamed(result, headers, status, cache=cache)
        return replies.passed(result.answer, headers, status, cache=cache)


def _marked(request: Request, copy: Copy, how: str, reason: str) -> Reply:
    reason = "calendar" if copy.composed else reason
    reply = replies.marked(request, copy.entry, copy.assessment, how, reason)
    return reply if copy.is_whole else replies.incomplete(reply)
