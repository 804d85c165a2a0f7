"""Sending a write once, and saying honestly what is known of its outcome."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from proxy import problems, replies
from proxy.breaker_values import Refused
from proxy.calls import Admitted, Broke, Crowded, Fetched, Result, Streamed
from proxy.headers import cache_status
from proxy.messages import Doubtful, Failed, Healthy

if TYPE_CHECKING:
    from proxy.calls import Caller
    from proxy.coalesce import Flights
    from proxy.guard import Guard
    from proxy.invalidation import Invalidation
    from proxy.messages import Reading, Reply, Request
    from proxy.prober import Prober
    from proxy.problems import Problem
    from proxy.telemetry import Telemetry

OK, REFUSED, NOT_SENT, UNKNOWN = "ok", "refused", "not_sent", "unknown"
FIRST_REFUSAL = 400


class Writes:
    """Every write passes here; none is cached, shared, repeated or sent while open."""

    def __init__(
        self,
        *,
        caller: Caller,
        prober: Prober,
        guard: Guard,
        flights: Flights[Result],
        telemetry: Telemetry,
        invalidation: Invalidation,
        retry_after_s: float,
    ) -> None:
        self._caller = caller
        self._prober = prober
        self._guard = guard
        self._flights = flights
        self._telemetry = telemetry
        self._invalidation = invalidation
        self._retry_after_s = retry_after_s

    async def send(self, request: Request, reading: Reading) -> Reply | Problem:
        """
        Send a write, if it may be sent, and wait for what comes of it.

        Who hangs up before it is sent leaves no write; once sent, it goes on.
        """
        admitted = await self._caller.admit(reading, request.caller)
        if not isinstance(admitted, Admitted):
            return self.not_sent(admitted)
        flight = self._flights.begin(self._send(request, reading, admitted))
        result = await asyncio.shield(flight)
        return self._reply(result)

    def not_sent(self, why: Refused | Crowded) -> Problem:
        """Say that the PMS has not been asked."""
        self._telemetry.write(NOT_SENT)
        if isinstance(why, Refused):
            return problems.write_refused(why)
        return problems.write_crowded(
            why, self._guard.told().value, self._retry_after_s
        )

    async def _send(
        self, request: Request, reading: Reading, admitted: Admitted
    ) -> Result:
        result = await self._caller.call(
            request, reading, admitted, self._prober.settle
        )
        outcome = outcome_of(result)
        self._telemetry.write(outcome)
        if outcome in {OK, UNKNOWN}:
            self._invalidation.written()
        return result

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


def outcome_of(result: Result) -> str:
    """Name a write's outcome, as `pms_writes_total` and `X-Write-Outcome` do."""
    match result:
        case Broke(error=error):
            return NOT_SENT if error.surely_not_received else UNKNOWN
        case Fetched(verdict=Failed(surely_not_written=unwritten)):
            return REFUSED if unwritten else UNKNOWN
        case Fetched(verdict=Doubtful()):
            return UNKNOWN
        case Fetched(answer=answer):
            return REFUSED if answer.status >= FIRST_REFUSAL else OK
        case Streamed():
            return OK
