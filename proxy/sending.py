"""One write on its way to the PMS: its lane, its place, its record, its outcome."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.calls import Admitted, Broke, Crowded, Fetched, Result, Streamed
from proxy.coalesce import Flights
from proxy.messages import Cause, Doubtful, Failed
from proxy.records import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker_values import Refused
    from proxy.bulkhead import Place
    from proxy.calls import Caller
    from proxy.invalidation import Invalidation
    from proxy.lanes import Lane, Lanes
    from proxy.ledger import Ledger
    from proxy.messages import Clock, Reading, Request
    from proxy.prober import Prober
    from proxy.records import Record
    from proxy.telemetry import Telemetry

OK, REFUSED, NOT_SENT, UNKNOWN = "ok", "refused", "not_sent", "unknown"
FIRST_REFUSAL = 400
# How often a held lane looks whether it may be left.
HOLD_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    A write that may be sent, and its record.

    `is_kept` says that the record is in the ledger already; `before` is the one in
    whose place it came, which comes back where this attempt surely changes nothing.
    """

    record: Record
    is_kept: bool
    before: Record | None = None


class Sender:
    """Sends each attempt once; who hangs up before that leaves nothing behind."""

    def __init__(
        self,
        *,
        caller: Caller,
        prober: Prober,
        lanes: Lanes,
        ledger: Ledger,
        flights: Flights[Result],
        background: Flights[None],
        invalidation: Invalidation,
        telemetry: Telemetry,
        clock: Clock,
        max_wait_s: float,
        timeout_s: float,
        on_written: Callable[[Reading], None],
    ) -> None:
        self._caller = caller
        self._prober = prober
        self._lanes = lanes
        self._ledger = ledger
        self._flights = flights
        self._background = background
        self._holds: Flights[None] = Flights()
        self._invalidation = invalidation
        self._telemetry = telemetry
        self._clock = clock
        self._max_wait_s = max_wait_s
        self._timeout_s = timeout_s
        self._on_written = on_written

    async def send(
        self, request: Request, reading: Reading, attempt: Attempt
    ) -> Result | Refused | Crowded:
        """Wait for its turn, then send; once sent, it goes on whoever leaves."""
        lane: Lane | None = None
        try:
            # Before the lane, where others would wait for this caller's own places.
            share = await self._caller.wait_for_share(reading, request.caller)
            if isinstance(share, Crowded):
                await self._undo(attempt)
                return share
            with share:
                if reading.is_booking and reading.hotel is not None:
                    lane = await self._lane(reading.hotel)
                    if lane is None:
                        await self._undo(attempt)
                        return Crowded()
                admitted = await self._caller.admit(reading, request.caller, share)
        except BaseException:
            self._leave(lane)
            # The one who asked is gone: nobody waits for this.
            _ = self._background.begin(self._undo(attempt))
            raise
        if not isinstance(admitted, Admitted):
            self._leave(lane)
            await self._undo(attempt)
            return admitted
        flight = self._flights.begin(
            self._send(request, reading, admitted, attempt, lane)
        )
        return await asyncio.shield(flight)

    async def close(self) -> None:
        """Leave the lanes of unknown bookings to Redis, where they run out."""
        await self._holds.cancel()

    async def _lane(self, hotel: str) -> Lane | None:
        try:
            async with self._clock.timeout(self._max_wait_s):
                return await self._lanes.enter(hotel)
        except TimeoutError:
            return None

    async def _send(
        self,
        request: Request,
        reading: Reading,
        admitted: Admitted,
        attempt: Attempt,
        lane: Lane | None,
    ) -> Result:
        deadline_at = self._clock.monotonic() + self._timeout_s
        result = await self._caller.call(
            request, reading, admitted, self._prober.settle
        )
        outcome = outcome_of(result)
        self._telemetry.write(outcome)
        if outcome in {OK, UNKNOWN}:
            self._invalidation.written()
            self._on_written(reading)
        await self._keep(attempt, result, outcome, deadline_at)
        timed_out = isinstance(result, Broke) and result.error.cause is Cause.TIMEOUT
        if lane is not None and timed_out:
            hold = self._hold(lane, admitted.place, attempt.record.id)
            _ = self._holds.begin(hold)
        else:
            self._leave(lane)
        return result

    async def _keep(
        self, attempt: Attempt, result: Result, outcome: str, deadline_at: float
    ) -> None:
        """Write down what came of it, before anybody is told."""
        record, now = attempt.record, self._clock.monotonic()
        if outcome == UNKNOWN:
            before = record if attempt.is_kept else None
            unknown = record.unknown(now, deadline_at=deadline_at)
            await self._ledger.move(before, unknown)
        elif _changed_nothing(result):
            await self._undo(attempt)
        elif attempt.is_kept:
            answer = result.answer if isinstance(result, Fetched) else None
            await self._ledger.move(record, record.answered(answer))

    async def _undo(self, attempt: Attempt) -> None:
        """Leave the ledger as if the attempt had not been made."""
        record, before = attempt.record, attempt.before
        if before is not None:
            await self._ledger.move(record, record.put_back(before))
        elif attempt.is_kept:
            await self._ledger.remove(record)

    async def _hold(self, lane: Lane, place: Place, id_: str) -> None:
        """Keep a lane until the write is settled, or its place is free again."""
        while not place.is_free and self._is_unknown(id_):
            await self._clock.sleep(HOLD_LOOK_S)
        self._leave(lane)

    def _is_unknown(self, id_: str) -> bool:
        record = self._ledger.known(id_)
        return record is not None and record.standing is Standing.UNKNOWN

    def _leave(self, lane: Lane | None) -> None:
        if lane is not None:
            self._lanes.leave(lane)


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


def _changed_nothing(result: Result) -> bool:
    """Say whether the PMS surely did nothing, so that the same key may come again."""
    match result:
        case Broke(error=error):
            return error.surely_not_received
        case Fetched(verdict=Failed(surely_not_written=unwritten)):
            return unwritten
        case _:
            return False
