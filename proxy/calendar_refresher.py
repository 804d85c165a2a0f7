"""
Keeps the calendars young, and learns what nights do not tell; never before a guest.

It asks only while the breaker is closed, a place inside the PMS is free and nobody
waits, one question at a time and out of the refresh budget, by the same flights that a
guest's miss would begin. Of several proxies one asks, and the others find its copy.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

from proxy.calls import Fetched
from proxy.messages import BreakerState, Stay

if TYPE_CHECKING:
    from proxy.bulkhead import Bulkhead
    from proxy.calendars import Calendars, Piece
    from proxy.guard import Guard
    from proxy.messages import Clock, Entry, Request
    from proxy.pms import Pms
    from proxy.reads import Reads
    from proxy.refresh_budget import RefreshBudget
    from proxy.store import Store
    from proxy.telemetry import Telemetry

# Of the time that a night may be used, the part after which it is looked whether
# something is due, and the part between two tries to learn a restriction (ours: 1 s
# and 5 s of 300).
TICK_PART = 1 / 300
TRY_PART = 1 / 60
# Names and rooms' entries: from a day so far away that every room is free, with stays
# of these lengths by turns, since one of them may be refused.
FAR_DAYS = 400
FRAME_NIGHTS = (1, 3, 7)
# A hotel without rooms in any of them is not asked more often than that.
FRAME_PART = 1 / 10
# Where it is still yesterday a guest may ask for tonight.
YESTERDAY = timedelta(days=1)
# What came of asking: `pms_calendar_refresh_total`.
OK, SHARED, FAILED = "ok", "shared", "failed"


class CalendarRefresher:
    """Runs beside the requests from `run` until it is cancelled."""

    def __init__(
        self,
        *,
        calendars: Calendars,
        pms: Pms,
        reads: Reads,
        guard: Guard,
        bulkhead: Bulkhead,
        store: Store,
        budget: RefreshBudget,
        telemetry: Telemetry,
        clock: Clock,
    ) -> None:
        self._calendars = calendars
        self._pms = pms
        self._reads = reads
        self._guard = guard
        self._bulkhead = bulkhead
        self._store = store
        self._budget = budget
        self._telemetry = telemetry
        self._clock = clock
        self._framed: dict[str, tuple[float, int]] = {}
        self._tried_at = 0.0

    async def run(self) -> None:
        """Look again and again what is due."""
        if not self._calendars.policy.nights:
            return
        while True:
            await self._clock.sleep(self._calendars.policy.usable_s * TICK_PART)
            try:
                await self._step()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._telemetry.crashed()

    async def _step(self) -> None:
        today = self._clock.wall().date() - YESTERDAY
        self._calendars.forget_before(today.toordinal())
        for piece in self._calendars.due(today.toordinal()):
            if not self._may_ask():
                return
            await self._ask_nights(piece)
        for hotel in self._calendars.hotels():
            await self._ask_frame(hotel, today)
        await self._try_a_stay(today)

    def _may_ask(self) -> bool:
        return (
            self._guard.state() is BreakerState.CLOSED
            and self._bulkhead.has_room
            and self._budget.has_some()
        )

    async def _ask_nights(self, piece: Piece) -> None:
        calendar = self._calendars.hotel(piece.hotel)
        request = self._pms.breakdown(
            piece.hotel, date.fromordinal(piece.first), piece.nights
        )
        entry = await self._ask(request, piece.younger_than)
        nights = None if entry is None else self._pms.read_nights(entry)
        if entry is not None and nights is not None and calendar is not None:
            calendar.put(nights, entry.sent_at)

    async def _ask_frame(self, hotel: str, today: date) -> None:
        """Learn names and rooms' entries from searches of a day far away."""
        calendar = self._calendars.hotel(hotel)
        now = self._clock.monotonic()
        asked_at, turn = self._framed.get(hotel, (0.0, 0))
        rests_s = self._calendars.policy.usable_s * FRAME_PART if turn else 0.0
        if calendar is None or now < asked_at + rests_s:
            return
        stay = Stay(
            hotel=hotel,
            checkin=today + timedelta(days=FAR_DAYS),
            nights=FRAME_NIGHTS[turn % len(FRAME_NIGHTS)],
        )
        for as_json in (True, False):
            if calendar.lacks(as_json=as_json) and self._may_ask():
                self._framed[hotel] = (now, turn + 1)
                await self._ask(self._pms.search(stay, as_json=as_json), now)

    async def _try_a_stay(self, today: date) -> None:
        """Learn which lengths of stay are taken, a search now and then."""
        now = self._clock.monotonic()
        policy = self._calendars.policy
        if now < self._tried_at + policy.usable_s * TRY_PART or not self._may_ask():
            return
        first = today.toordinal()
        for hotel in self._calendars.hotels():
            calendar = self._calendars.hotel(hotel)
            found = None
            if calendar is not None:
                found = calendar.next_try(first, first + policy.nights, now)
            if found is not None:
                day, nights = found
                stay = Stay(hotel=hotel, checkin=date.fromordinal(day), nights=nights)
                self._tried_at = now
                await self._ask(self._pms.search(stay, as_json=True), 0.0)
                return

    async def _ask(self, request: Request, younger_than: float) -> Entry | None:
        """Return an answer asked for after `younger_than`, another proxy's too."""
        reading = self._pms.read(request)
        if reading.key is None:
            return None
        copy = await self._store.look(reading.key)
        usable_since = self._clock.monotonic() - self._calendars.policy.usable_s
        if copy is not None and copy.sent_at > max(younger_than, usable_since):
            self._calendars.kept(reading, copy)
            self._telemetry.calendar_refreshed(SHARED)
            return copy
        if not await self._budget.take():
            return None
        flight = self._reads.refresh(request, reading, reading.key, younger_than)
        if flight is None:
            return None
        result = await asyncio.shield(flight)
        entry = result.entry if isinstance(result, Fetched) else None
        self._telemetry.calendar_refreshed(FAILED if entry is None else OK)
        return entry
