"""
One request's story, in order (CONTRACT §3); it awaits only through seams.

A breaker that is not closed is judged before freshness. Whenever the PMS is not asked
or does not answer, a usable copy is preferred. Nothing is ever tried twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from proxy import headers as fields
from proxy import problems, replies
from proxy.breaker_values import Refused
from proxy.calls import Broke, Crowded, Fetched, Streamed
from proxy.freshness import Assessment, Freshness, assess, wishes
from proxy.messages import BreakerState, Entry, Operation, cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proxy.freshness import ClientWishes, Lifetime
    from proxy.guard import Guard
    from proxy.invalidation import Invalidation
    from proxy.messages import Clock, Reading, Reply, Request
    from proxy.pms import Pms
    from proxy.problems import Problem
    from proxy.reads import FlightResult, Reads
    from proxy.store import Store
    from proxy.telemetry import Telemetry
    from proxy.writes import Writes


@dataclass(frozen=True, slots=True)
class _Copy:
    entry: Entry
    assessment: Assessment
    wanted: ClientWishes


class Service:
    """Answers requests to the PMS; the composition root hands it its parts."""

    def __init__(
        self,
        *,
        pms: Pms,
        guard: Guard,
        reads: Reads,
        writes: Writes,
        store: Store,
        telemetry: Telemetry,
        clock: Clock,
        lifetimes: Mapping[Operation, Lifetime],
        soft_timeout_s: float,
        retry_after_s: float,
        on_asked: Callable[[Request, Reading], None],
        invalidation: Invalidation,
    ) -> None:
        self._pms = pms
        self._guard = guard
        self._reads = reads
        self._writes = writes
        self._store = store
        self._telemetry = telemetry
        self._clock = clock
        self._lifetimes = lifetimes
        self._soft_timeout_s = soft_timeout_s
        self._retry_after_s = retry_after_s
        self._on_asked = on_asked
        self._invalidation = invalidation

    async def answer(self, request: Request, reading: Reading) -> Reply | Problem:
        """Answer one request."""
        gate = self._guard.acquire(reading.operation)
        refused = gate if isinstance(gate, Refused) else None
        if reading.operation is Operation.WRITE:
            return await self._writes.answer(request, reading, refused)
        if refused is not None:
            self._telemetry.refused(reading.operation)
        wanted = wishes(fields.joined(request.headers, "cache-control"))
        if not wanted.no_store:
            self._on_asked(request, reading)
        copy = await self._copy(reading, wanted)
        if copy is not None and refused is not None:
            return _marked(request, copy, "hit", "breaker-open")
        if copy is not None and copy.assessment.freshness is Freshness.FRESH:
            return replies.hit(request, copy.entry, copy.assessment)
        if wanted.only_if_cached:
            return problems.not_cached()
        if refused is not None:
            return problems.breaker_open(refused)
        return await self._ask(request, reading, copy, wanted)

    def can_serve_guests(self) -> bool:
        """Say whether guests get availability, asked for now or from a copy."""
        if self._guard.told() is BreakerState.CLOSED:
            return True
        youngest = self._store.youngest_sent_at()
        usable_s = self._lifetimes[Operation.AVAILABILITY].usable_s
        return youngest is not None and self._clock.monotonic() - youngest <= usable_s

    async def _copy(self, reading: Reading, wanted: ClientWishes) -> _Copy | None:
        """Return the copy that this client would take, fresh or stale."""
        entry = None if reading.key is None else await self._store.get(reading.key)
        return None if entry is None else self._assess(reading, entry, wanted)

    def _assess(
        self, reading: Reading, entry: Entry, wanted: ClientWishes
    ) -> _Copy | None:
        assessment = assess(
            entry,
            self._lifetimes[reading.operation],
            self._clock.monotonic(),
            written_at=self._invalidation.written_at,
        )
        if not wanted.accept(assessment):
            return None
        return _Copy(entry, assessment, wanted)

    def _aged(self, reading: Reading, copy: _Copy | None) -> _Copy | None:
        """Look at a copy again after a wait, which may have ended its life."""
        if copy is None:
            return None
        return self._assess(reading, copy.entry, copy.wanted)

    async def _ask(
        self,
        request: Request,
        reading: Reading,
        copy: _Copy | None,
        wanted: ClientWishes,
    ) -> Reply | Problem:
        if reading.key is None or wanted.no_store:
            result = await self._reads.fetch_alone(request, reading)
            return self._choose(request, reading, copy, result, ("fwd=bypass",))
        why = "request" if wanted.no_cache else "miss" if copy is None else "stale"
        younger_than = self._younger_than(copy, wanted)
        asking = self._reads.fetch_shared(request, reading, reading.key, younger_than)
        if copy is None:
            result, led = await asking
        else:
            try:
                async with self._clock.timeout(self._soft_timeout_s):
                    result, led = await asking
            except TimeoutError:
                # The fetch goes on behind and stores its answer.
                copy = self._aged(reading, copy)
                if copy is not None:
                    return _marked(request, copy, "fwd=stale", "soft-timeout")
                result, led = await self._reads.fetch_shared(
                    request, reading, reading.key, younger_than
                )
        how = (f"fwd={why}",) if led else (f"fwd={why}", "collapsed")
        return self._choose(request, reading, copy, result, how)

    def _younger_than(self, copy: _Copy | None, wanted: ClientWishes) -> float | None:
        """Return after when an answer must have been asked for, to be worth waiting."""
        if wanted.no_cache or wanted.max_age_s is not None:
            return self._clock.monotonic()
        known = [
            self._invalidation.written_at,
            None if copy is None else copy.entry.sent_at,
        ]
        return max((at for at in known if at is not None), default=None)

    def _choose(
        self,
        request: Request,
        reading: Reading,
        copy: _Copy | None,
        result: FlightResult,
        how: tuple[str, ...],
    ) -> Reply | Problem:
        """Choose the PMS's own answer, else the copy, else a problem."""
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
        copy = self._aged(reading, copy)
        if copy is not None:
            return _marked(request, copy, asked, reason)
        return problem

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


def _marked(request: Request, copy: _Copy, how: str, reason: str) -> Reply:
    return replies.marked(request, copy.entry, copy.assessment, how, reason)
