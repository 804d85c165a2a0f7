"""
What a write comes to: sent once, replayed, or told honestly (CONTRACT §3, §9).

A key that is known is answered from the ledger, whatever the breaker says. Nothing is
cached, shared, repeated on its own or sent while the breaker is not closed.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from proxy import problems, replies
from proxy.breaker.values import Refused
from proxy.calls import Broke, Crowded, Fetched, Streamed
from proxy.headers import cache_status
from proxy.messages import Healthy
from proxy.problems import Problem
from proxy.writes.idempotency import Next, decide, key_of, lookable, record_id
from proxy.writes.records import Record, payload_of
from proxy.writes.sending import NOT_SENT, Attempt, outcome_of

if TYPE_CHECKING:
    from proxy.breaker.guard import Guard
    from proxy.calls import Result
    from proxy.messages import Clock, Reading, Reply, Request
    from proxy.pms import Pms
    from proxy.telemetry import Telemetry
    from proxy.writes.ledger import Ledger
    from proxy.writes.sending import Sender
    from proxy.writes.settler import Settler


class Writes:
    """
    Every write passes here.

    `under_way_s` is how long one may take from its record to its answer, at most.
    """

    def __init__(
        self,
        *,
        pms: Pms,
        sender: Sender,
        ledger: Ledger,
        settler: Settler,
        guard: Guard,
        telemetry: Telemetry,
        clock: Clock,
        retry_after_s: float,
        under_way_s: float,
    ) -> None:
        self._pms = pms
        self._sender = sender
        self._ledger = ledger
        self._settler = settler
        self._guard = guard
        self._telemetry = telemetry
        self._clock = clock
        self._retry_after_s = retry_after_s
        self._under_way_s = under_way_s

    async def answer(
        self, request: Request, reading: Reading, refused: Refused | None
    ) -> Reply | Problem:
        """Answer a write; `refused` is the breaker's no to sending it."""
        key = key_of(request.headers)
        if isinstance(key, Problem):
            return key
        if key is None:
            if refused is not None:
                return self._not_sent(refused, reading)
            record = self._record(request, reading, secrets.token_hex(16), None)
            attempt = Attempt(record=record, is_kept=False)
            return await self._send(request, reading, attempt)
        return await self._answer_keyed(request, reading, refused, key)

    async def _answer_keyed(
        self, request: Request, reading: Reading, refused: Refused | None, key: str
    ) -> Reply | Problem:
        id_ = record_id(self._pms.scope(request), key)
        payload = self._payload(request)
        before = await self._ledger.find(id_)
        what = self._decide(before, payload)
        if before is not None and self._may_look(what):
            look = await self._settler.look(before, request)
            before, what = look.record, self._decide(look.record, payload)
            if what is Next.LOOK_THEN_SEND and look.found_nothing:
                what = Next.SEND
        if what is not Next.SEND:
            return self._tell(what, before)
        # Made only now: a look takes its time, and this one's begins here.
        record = self._record(request, reading, id_, key)
        return await self._send_keyed(request, reading, refused, record, before)

    def _tell(self, what: Next | Problem, record: Record | None) -> Reply | Problem:
        if isinstance(what, Problem):
            return what
        if what is Next.REPLAY and record is not None:
            return _replay(record)
        return problems.write_still_unknown()

    def _decide(self, before: Record | None, payload: str) -> Next | Problem:
        return decide(before, payload, self._clock.monotonic())

    def _may_look(self, what: Next | Problem) -> bool:
        # With an own key the settler looks by itself until it is presumed lost.
        unasked = what is Next.TELL_UNKNOWN and not self._pms.has_own_key
        return unasked or what is Next.LOOK_THEN_SEND

    async def _send_keyed(
        self,
        request: Request,
        reading: Reading,
        refused: Refused | None,
        record: Record,
        before: Record | None,
    ) -> Reply | Problem:
        if refused is not None:
            return self._not_sent(refused, reading)
        if before is None and self._ledger.is_full:
            self._telemetry.write(NOT_SENT)
            return self._unsent("the ledger of writes is full")
        if before is not None:
            record = before.resent(record)
        attempt = Attempt(record=record, is_kept=True, before=before)
        if not await self._sender.claim(attempt):
            # Another was quicker, here or in another proxy.
            known = self._ledger.known(record.id)
            what = self._decide(known, record.payload)
            if what is Next.SEND:
                return problems.under_way()
            return self._tell(what, known)
        return await self._send(request, reading, attempt)

    async def _send(
        self, request: Request, reading: Reading, attempt: Attempt
    ) -> Reply | Problem:
        result = await self._sender.send(request, reading, attempt)
        if isinstance(result, Refused | Crowded):
            # The breaker opened meanwhile, which is counted where it was asked.
            self._telemetry.write(NOT_SENT)
            if isinstance(result, Refused):
                return problems.write_refused(result)
            return problems.write_crowded(
                result, self._guard.told().value, self._retry_after_s
            )
        return self._reply(result)

    def _not_sent(self, refused: Refused, reading: Reading) -> Problem:
        self._telemetry.refused(reading.operation)
        self._telemetry.write(NOT_SENT)
        return problems.write_refused(refused)

    def _record(
        self, request: Request, reading: Reading, id_: str, key: str | None
    ) -> Record:
        now = self._clock.monotonic()
        ends_at = now + self._under_way_s
        return Record(
            id=id_,
            attempt=secrets.token_hex(8),
            caller=request.caller,
            resource=reading.resource,
            hotel=reading.hotel,
            payload=self._payload(request),
            source=lookable(reading.source, key),
            wants_json=reading.answers_json,
            began_at=now,
            ends_at=ends_at,
            deadline_at=ends_at,
        )

    def _payload(self, request: Request) -> str:
        return payload_of(request, self._pms.open_query(request))

    def _reply(self, result: Result) -> Reply | Problem:
        forwarded = cache_status("fwd=method")
        match result:
            case Broke(error=error) if error.surely_not_received:
                return self._unsent("it cannot be reached")
            case Broke(error=error):
                return problems.write_unknown(error.cause)
            case Streamed():
                result.take()
                return replies.streamed(
                    result, result.headers, forwarded, cache="bypass"
                )
            case Fetched(answer=answer, verdict=verdict):
                headers = answer.headers
                if not isinstance(verdict, Healthy):
                    outcome = (replies.WRITE_OUTCOME_FIELD, outcome_of(result))
                    headers = (*headers, outcome)
                return replies.passed(answer, headers, forwarded, cache="bypass")

    def _unsent(self, why: str) -> Problem:
        state = self._guard.told()
        return problems.write_not_sent(why, state.value, self._retry_after_s)


def _replay(record: Record) -> Reply | Problem:
    if record.answer is None:
        return problems.replay_too_large()
    return replies.replayed(record.answer)
