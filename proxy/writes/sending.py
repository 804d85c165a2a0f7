"""One write on its way to the PMS: its lane, its place, its record, its outcome."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from proxy.cache.coalesce import Flights
from proxy.calls import Admitted, Broke, Crowded, Fetched, Result, Streamed
from proxy.messages import Cause, Doubtful, Failed
from proxy.writes.records import Standing, is_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker.prober import Prober
    from proxy.breaker.values import Refused
    from proxy.bulkhead import Place
    from proxy.cache.invalidation import Invalidation
    from proxy.calls import Caller
    from proxy.messages import Clock, Reading, Request
    from proxy.telemetry import Telemetry
    from proxy.writes.lanes import Lane, Lanes
    from proxy.writes.ledger import Ledger
    from proxy.writes.records import Record

T = TypeVar("T")

# Where the PMS is through with a write, as far as can be known.
SETTLED = (Standing.ANSWERED, Standing.PRESUMED)
OK, REFUSED, NOT_SENT, UNKNOWN = "ok", "refused", "not_sent", "unknown"
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
        self._waiting: set[asyncio.Timeout] = set()

    async def claim(self, attempt: Attempt) -> bool:
        """Write the record of an attempt; False where another's came before it."""
        try:
            return await self._ledger.move(attempt.before, attempt.record)
        except BaseException:
            _ = self._background.begin(self._undo(attempt))
            raise

    async def send(
        self, request: Request, reading: Reading, attempt: Attempt
    ) -> Result | Refused | Crowded:
        """Wait for its turn, then send; once sent, it goes on whoever leaves."""
        lane: Lane | None = None
        try:
            # Before the lane, where others would wait for this caller's own places.
            share = await self._caller.wait_for_share(reading, request.caller)
            if isinstance(share, Crowded):
                return await self._give_up(attempt, share)
            with share:
                if reading.is_booking and reading.hotel is not None:
                    lane = await self._lane(reading.hotel)
                    if lane is None:
                        return await self._give_up(attempt, Crowded())
                admitted = await self._caller.admit(reading, request.caller, share)
        except BaseException:
            self._leave(lane)
            # The one who asked is gone: nobody waits for this.
            _ = self._background.begin(self._undo(attempt))
            raise
        if not isinstance(admitted, Admitted):
            self._leave(lane)
            return await self._give_up(attempt, admitted)
        flight = self._flights.begin(
            self._send(request, reading, admitted, attempt, lane)
        )
        return await asyncio.shield(flight)

    def shut(self) -> None:
        """Let nobody wait for a lane any longer: the process ends."""
        now = asyncio.get_running_loop().time()
        for bound in self._waiting:
            bound.reschedule(now)

    async def close(self) -> None:
        """Leave the lanes of unknown bookings to Redis, where they run out."""
        await self._holds.cancel()
        await self._lanes.close()

    async def _lane(self, hotel: str) -> Lane | None:
        bound = self._clock.timeout(self._max_wait_s)
        self._waiting.add(bound)
        try:
            async with bound:
                return await self._lanes.enter(hotel)
        except TimeoutError:
            return None
        finally:
            self._waiting.discard(bound)

    async def _send(
        self,
        request: Request,
        reading: Reading,
        admitted: Admitted,
        attempt: Attempt,
        lane: Lane | None,
    ) -> Result:
        deadline_at = self._clock.monotonic() + self._timeout_s
        try:
            result = await self._caller.call(
                request, reading, admitted, self._prober.settle
            )
        except BaseException as exc:
            # Cut off at the end of the process, or a fault of ours: it may be sent.
            if isinstance(exc, Exception):
                self._leave(lane)
            self._told(UNKNOWN, reading)
            await self._keep_unknown(attempt, deadline_at)
            raise
        outcome = outcome_of(result)
        self._told(outcome, reading)
        try:
            await self._keep(attempt, result, outcome, deadline_at)
        finally:
            if lane is not None and _timed_out(result):
                hold = self._hold(lane, admitted.place, attempt.record.id)
                _ = self._holds.begin(hold)
            else:
                self._leave(lane)
        return result

    def _told(self, outcome: str, reading: Reading) -> None:
        self._telemetry.write(outcome)
        if outcome in {OK, UNKNOWN}:
            self._invalidation.written()
            self._on_written(reading)

    async def _keep(
        self, attempt: Attempt, result: Result, outcome: str, deadline_at: float
    ) -> None:
        """Write down what came of it, before anybody is told."""
        if outcome == UNKNOWN:
            await self._keep_unknown(attempt, deadline_at)
        elif _changed_nothing(result):
            await self._undo(attempt)
        elif attempt.is_kept:
            answer = result.answer if isinstance(result, Fetched) else None
            await self._ledger.conclude(
                attempt.record, lambda known: known.answered(answer)
            )

    async def _keep_unknown(self, attempt: Attempt, deadline_at: float) -> None:
        record, now = attempt.record, self._clock.monotonic()
        if attempt.is_kept:
            await self._ledger.conclude(
                record, lambda known: known.unknown(now, deadline_at=deadline_at)
            )
        elif not self._ledger.is_full:
            unknown = record.unknown(now, deadline_at=deadline_at)
            await self._ledger.move(None, unknown)

    async def _give_up(self, attempt: Attempt, why: T) -> T:
        """Undo an attempt, whoever leaves meanwhile, and say why it was not sent."""
        await asyncio.shield(self._background.begin(self._undo(attempt)))
        return why

    async def _undo(self, attempt: Attempt) -> None:
        """Leave the ledger as if the attempt had not been made."""
        if attempt.is_kept:
            before, now = attempt.before, self._clock.monotonic()
            await self._ledger.conclude(
                attempt.record, lambda known: known.unsent(before, now)
            )

    async def _hold(self, lane: Lane, place: Place, id_: str) -> None:
        """Keep a lane until the write is settled, or its place is free again."""
        while not place.is_free and not self._is_settled(id_):
            await self._clock.sleep(HOLD_LOOK_S)
        self._leave(lane)

    def _is_settled(self, id_: str) -> bool:
        record = self._ledger.known(id_)
        return record is not None and record.standing in SETTLED

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
            return REFUSED if is_refusal(answer) else OK
        case Streamed():
            return OK


def _timed_out(result: Result) -> bool:
    return isinstance(result, Broke) and result.error.cause is Cause.TIMEOUT


def _changed_nothing(result: Result) -> bool:
    """Say whether the PMS surely did nothing, so that the same key may come again."""
    match result:
        case Broke(error=error):
            return error.surely_not_received
        case Fetched(verdict=Failed(surely_not_written=unwritten)):
            return unwritten
        case _:
            return False
