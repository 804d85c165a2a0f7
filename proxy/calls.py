"""One call to the PMS: sent once, judged, recorded with the breaker exactly once."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.breaker.values import Refused
from proxy.errors import Overloaded, UpstreamBroken, UpstreamError
from proxy.messages import Answer, Cause, Doubtful, Failed, Healthy, Operation
from proxy.tracing import STATUS, carrying, tell_verdict

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine
    from typing import Any

    from proxy.breaker.guard import Guard
    from proxy.breaker.values import Permit
    from proxy.bulkhead import Bulkhead, Place
    from proxy.messages import (
        BodyStream,
        Clock,
        Entry,
        Headers,
        Reading,
        Request,
        Verdict,
    )
    from proxy.pms import Pms
    from proxy.shares import Share, Shares
    from proxy.telemetry import Telemetry
    from proxy.tracing import Span, Tracer
    from proxy.upstream import Upstream

# A large answer that everybody who asked has given up on is closed after this.
CLAIM_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """
    A complete answer; `sent_at` is monotonic seconds.

    `elsewhere` is true where another proxy asked for it; `entry` is what is kept of it,
    None where nothing is.
    """

    answer: Answer
    verdict: Verdict
    sent_at: float
    elsewhere: bool = False
    entry: Entry | None = None

    @property
    def headers(self) -> Headers:
        """The answer's fields."""
        return self.answer.headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """No complete answer."""

    error: UpstreamError

    @property
    def verdict(self) -> Failed:
        """What the breaker counts."""
        return Failed(
            cause=self.error.cause,
            surely_not_written=self.error.surely_not_received,
        )


class Streamed:
    """
    A large answer on its way: one client takes it, its end is recorded.

    It keeps the call's place and permit until it has been read or closed.
    """

    def __init__(
        self, body: BodyStream, conclude: Callable[[Verdict | None], None], pms: Pms
    ) -> None:
        self.status: int = body.status
        self.headers: Headers = body.headers
        self.is_taken = False
        self._is_over = False
        self._body = body
        self._conclude = conclude
        self._pms = pms

    def take(self) -> bool:
        """Claim the stream; False where somebody else did before."""
        was_taken, self.is_taken = self.is_taken, True
        return not was_taken

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body; raise where it breaks off or is not the one announced."""
        verdict: Verdict | None = None
        digest = hashlib.sha1(usedforsecurity=False)
        try:
            async for chunk in self._body.chunks():
                digest.update(chunk)
                yield chunk
            verdict = Healthy()
            if self._pms.stream_contradicts(self.headers, digest.hexdigest()):
                verdict = Failed(cause=Cause.DOWN)
        except UpstreamError as exc:
            verdict = Failed(cause=exc.cause)
            raise
        finally:
            self.close(verdict)
        if isinstance(verdict, Failed):
            raise UpstreamBroken("the body contradicts its SHA-1")

    def close(self, verdict: Verdict | None = None) -> None:
        """End it, once; without a verdict it was given up and counts as nothing."""
        if not self._is_over:
            self._is_over = True
            self._body.close()
            self._conclude(verdict)


Result = Fetched | Streamed | Broke


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowded:
    """
    No place inside the PMS, and none to wait for.

    Where it is the caller's own limit that says so: its name, and its places.
    """

    caller: str = ""
    places: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a call needs: a place inside the PMS and the breaker's permit."""

    place: Place
    permit: Permit


class Caller:
    """Sends requests to the PMS, each with a permit and in a place."""

    def __init__(
        self,
        *,
        upstream: Upstream,
        pms: Pms,
        guard: Guard,
        bulkhead: Bulkhead,
        shares: Shares,
        telemetry: Telemetry,
        tracer: Tracer,
        clock: Clock,
        deadline_s: float,
        slow_s: float | None = None,
    ) -> None:
        self._upstream = upstream
        self._pms = pms
        self._guard = guard
        self._bulkhead = bulkhead
        self._shares = shares
        self._telemetry = telemetry
        self._tracer = tracer
        self._clock = clock
        self._deadline_s = deadline_s
        self._slow_s = slow_s
        self._background: set[asyncio.Task[None]] = set()

    def take_share(self, caller: str) -> Share | None:
        """Take one of a caller's own places; None where it has all of them."""
        return self._shares.take(caller)

    async def wait_for_share(self, reading: Reading, caller: str) -> Share | Crowded:
        """Take one of a caller's own places, after waiting for it."""
        if self._bulkhead.is_hung:
            return Crowded()
        is_write = reading.operation is Operation.WRITE
        try:
            return await self._shares.enter(caller, write=is_write)
        except Overloaded:
            return Crowded(caller=caller, places=self._shares.places_of(caller))

    async def admit(
        self, reading: Reading, caller: str = "", share: Share | None = None
    ) -> Admitted | Refused | Crowded:
        """
        Get a place, then a permit: the breaker may have opened meanwhile.

        Without the `share` of a named caller in hand one is waited for first.
        """
        is_write = reading.operation is Operation.WRITE
        asked_at = self._clock.monotonic()
        if share is None:
            waited_for = await self.wait_for_share(reading, caller)
            if isinstance(waited_for, Crowded):
                return waited_for
            share = waited_for
        with share:
            waited_s = self._clock.monotonic() - asked_at
            try:
                place = await self._bulkhead.enter(write=is_write, waited_s=waited_s)
            except Overloaded:
                return Crowded()
            gate = self._guard.acquire(reading.operation)
            if isinstance(gate, Refused):
                place.release()
                self._telemetry.refused(reading.operation)
                return gate
            share.leads_to(place)
            return Admitted(place, gate)

    async def call(
        self,
        request: Request,
        reading: Reading,
        admitted: Admitted,
        on_doubt: Callable[[Permit], None],
    ) -> Result:
        """
        Make a client's call and record its outcome; the place is given back.

        A doubtful crash is not recorded here: `on_doubt` gets the permit.
        """
        with self._tracer.span(f"call {reading.operation}", "client") as span:
            result = await self._call(request, reading, admitted, on_doubt, span)
            if not isinstance(result, Streamed):
                tell_verdict(span, result.verdict)
            return result

    async def _call(
        self,
        request: Request,
        reading: Reading,
        admitted: Admitted,
        on_doubt: Callable[[Permit], None],
        span: Span,
    ) -> Result:
        began_at = self._clock.monotonic()
        place, permit = admitted.place, admitted.permit

        slow = self._counted_when_slow(permit)

        def conclude(verdict: Verdict | None) -> None:
            is_counted = slow is not None and slow.done()
            if slow is not None:
                slow.cancel()
            if _is_still_busy(verdict):
                place.abandon(reading.resource, began_at)
            place.release()
            if verdict is None:
                self._guard.give_back(permit)
                return
            self._observe(reading.operation, verdict, began_at)
            if is_counted:
                return
            if isinstance(verdict, Doubtful):
                on_doubt(permit)
            else:
                self._guard.record(permit, verdict)

        is_write = reading.operation is Operation.WRITE
        try:
            got = await self._send(request, span, fresh_connection=is_write)
            match got:
                case UpstreamError():
                    broke = Broke(error=got)
                    conclude(broke.verdict)
                    return broke
                case Answer():
                    self._heed(reading, got.headers, began_at)
                    wall = self._clock.wall()
                    verdict = self._pms.judge(got, reading, request.method, wall)
                    conclude(verdict)
                    return Fetched(answer=got, verdict=verdict, sent_at=began_at)
                case _:
                    self._heed(reading, got.headers, began_at)
                    streamed = Streamed(got, conclude, self._pms)
                    self._close_unless_claimed(streamed)
                    return streamed
        except BaseException:
            # Cancelled, at shutdown; or a fault of ours, which must not keep a place.
            conclude(None)
            raise

    async def probe(self, hotel: str | None) -> Verdict:
        """Ask the PMS whether it is well, in a place of its own; records nothing."""
        with self._tracer.span("probe", "client", alone=True) as span:
            verdict = await self._probe(hotel, span)
            tell_verdict(span, verdict)
            return verdict

    async def _probe(self, hotel: str | None, span: Span) -> Verdict:
        request, reading = self._pms.probe(hotel, self._clock.wall())
        began_at = self._clock.monotonic()
        got = await self._send(request, span, fresh_connection=True)
        verdict: Verdict
        match got:
            case UpstreamError():
                verdict = Failed(cause=got.cause)
            case Answer():
                self._heed(reading, got.headers, began_at)
                verdict = self._pms.judge_probe(got, reading, self._clock.wall())
            case _:
                # No probe asks for that much.
                got.close()
                verdict = Failed(cause=Cause.DOWN)
        self._observe("probe", verdict, began_at)
        return verdict

    async def _send(
        self, request: Request, span: Span, *, fresh_connection: bool
    ) -> Answer | BodyStream | UpstreamError:
        try:
            got = await self._upstream.fetch(
                carrying(self._pms.dress(request), span),
                deadline_s=self._deadline_s,
                fresh_connection=fresh_connection,
            )
        except UpstreamError as exc:
            return exc
        span.tell(STATUS, got.status)
        if isinstance(got, Answer) or self._pms.may_stream(got.status, got.headers):
            return got
        got.close()
        return UpstreamBroken("an error page too large to hold")

    def _counted_when_slow(self, permit: Permit) -> asyncio.Task[None] | None:
        """Count a call as a failure while it is still under way, if set so."""
        slow_s = self._slow_s
        if slow_s is None:
            return None

        async def watch() -> None:
            await self._clock.sleep(slow_s)
            self._guard.record(permit, Failed(cause=Cause.TIMEOUT))

        return self._keep(watch())

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def _close_unless_claimed(self, streamed: Streamed) -> None:
        async def watch() -> None:
            await self._clock.sleep(CLAIM_S)
            if streamed.take():
                streamed.close()

        # Kept alive by the set; nobody waits for it.
        _ = self._keep(watch())

    def _heed(self, reading: Reading, headers: Headers, began_at: float) -> None:
        if self._pms.is_own_answer(headers):
            self._bulkhead.answered(reading.resource, began_at)

    def _observe(self, operation: str, verdict: Verdict, began_at: float) -> None:
        took_s = self._clock.monotonic() - began_at
        self._telemetry.call(operation, verdict, took_s)


def _is_still_busy(verdict: Verdict | None) -> bool:
    """Say whether the PMS still works on a call that was given up at its deadline."""
    return (
        isinstance(verdict, Failed)
        and verdict.cause is Cause.TIMEOUT
        and not verdict.surely_not_written
    )
