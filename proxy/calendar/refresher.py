"""
Keeps the calendars young, and learns what nights do not tell; never before a guest.

It asks only while the breaker is closed, a place inside the PMS is free and nobody
waits, one question at a time and out of the refresh budget, by the same flights that a
guest's miss would begin. Of several proxies one asks, and the others find its copy.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy.calls import Fetched
from proxy.messages import BreakerState, CacheKey, Entry, Stay

if TYPE_CHECKING:
    from proxy.breaker.guard import Guard
    from proxy.bulkhead import Bulkhead
    from proxy.cache.refresh_budget import RefreshBudget
    from proxy.cache.store import Store
    from proxy.calendar.calendars import Calendars, Piece
    from proxy.messages import Clock, Request
    from proxy.pms import Pms
    from proxy.reads import Reads
    from proxy.telemetry import Telemetry

# Of the time that a night may be used, the part after which it is looked whether
# something is due, and the part between two tries to learn a restriction (ours: 1 s
# and 5 s of 300).
TICK_PART = 1 / 300
TRY_PART = 1 / 60
# Where more nights are due than may be asked for, what they do not tell is learned too:
# after so many calls for them it has its turn (ours).
NIGHTS_A_TURN = 4
# After a question without an answer none is asked for this part, and none about its
# hotel for the longer one (ours: 10 s and 30 s): what the PMS fails on for the calendar
# must not by itself open the breaker, which counts 5 failures in 30 s.
REST_PART = 1 / 30
HOTEL_REST_PART = 1 / 10
# Names and rooms' entries: from a day so far away that every room is free, with stays
# of these lengths by turns, since one of them may be refused.
FAR_DAYS = 400
FRAME_NIGHTS = (1, 3, 7)
# What was learned is kept again after this part of the usable time.
SHARE_PART = 1 / 5
LEARNED_KEY = CacheKey("pms:v1:catalogue:calendar")
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
        self._next: dict[str, float] = {}
        self._rests_until = 0.0
        self._hotel_rests_until: dict[str, float] = {}
        self._nights_asked = 0
        self._tries: Counter[str] = Counter()
        self._shared: Entry | None = None

    async def run(self) -> None:
        """Look again and again what is due."""
        if not self._calendars.policy.nights:
            return
        while True:
            try:
                await self._step()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._telemetry.crashed()
            await self._clock.sleep(self._calendars.policy.usable_s * TICK_PART)

    async def _step(self) -> None:
        today = self._clock.wall().date() - YESTERDAY
        self._calendars.forget_others(today.toordinal())
        await self._share()
        if self._guard.state() is not BreakerState.CLOSED:
            # What others hold, or the last run has left, is all that there is.
            if self._is_time("find", TRY_PART):
                for piece in self._calendars.due(today.toordinal()):
                    await self._find_nights(piece)
            return
        for piece in self._calendars.due(today.toordinal()):
            if self._nights_asked >= NIGHTS_A_TURN and self._may_ask():
                await self._learn(today)
            if not await self._ask_nights(piece):
                return
        if self._may_ask() and self._is_time("try", TRY_PART):
            await self._learn(today)

    async def _learn(self, today: date) -> None:
        self._nights_asked = 0
        for hotel in self._calendars.hotels():
            await self._ask_frame(hotel, today)
        await self._try_a_stay(today)

    def _is_time(self, what: str, part: float) -> bool:
        """Say whether something is to be done again, each `part` of the usable time."""
        now = self._clock.monotonic()
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + self._calendars.policy.usable_s * part
        return True

    async def _share(self) -> None:
        """Keep what was learned among the copies, and take over what others have."""
        if not self._is_time("share", SHARE_PART):
            return
        kept = await self._store.look(LEARNED_KEY)
        if kept is not None and kept is not self._shared:
            self._calendars.absorb(kept.body)
        if self._calendars.hotels():
            self._shared = Entry(
                status=HTTPStatus.OK,
                headers=(),
                body=self._calendars.learned(),
                sent_at=self._clock.monotonic(),
                etag="",
            )
            await self._store.put(LEARNED_KEY, self._shared)

    def _may_ask(self) -> bool:
        return (
            self._guard.state() is BreakerState.CLOSED
            and self._clock.monotonic() >= self._rests_until
            and self._bulkhead.has_room
            and self._budget.has_some()
        )

    async def _find_nights(self, piece: Piece) -> None:
        request = self._request(piece)
        since = self._clock.monotonic() - self._calendars.policy.usable_s
        entry = await self._find(request, since)
        if entry is not None:
            self._calendars.put(piece.hotel, entry)

    async def _ask_nights(self, piece: Piece) -> bool:
        """Bring a piece; False where nothing more may be asked for now."""
        request = self._request(piece)
        entry = await self._find(request, piece.younger_than)
        if entry is None:
            if not self._may_ask():
                return False
            self._nights_asked += 1
            entry = await self._ask(request, piece.younger_than)
        if entry is not None:
            self._calendars.put(piece.hotel, entry)
        return True

    def _request(self, piece: Piece) -> Request:
        first = date.fromordinal(piece.first)
        return self._pms.breakdown(piece.hotel, first, piece.nights)

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
        """Learn which lengths of stay are taken, of the hotel with the fewest tries."""
        now, policy = self._clock.monotonic(), self._calendars.policy
        first = today.toordinal()
        # One alone has more to teach than there are tries; the most asked goes first.
        for hotel in sorted(self._calendars.hotels(), key=lambda id_: self._tries[id_]):
            calendar = self._calendars.hotel(hotel)
            found = None
            if calendar is not None:
                found = calendar.next_try(first, first + policy.nights, now)
            if found is not None:
                day, nights = found
                self._tries[hotel] += 1
                stay = Stay(hotel=hotel, checkin=date.fromordinal(day), nights=nights)
                request = self._pms.search(stay, as_json=True)
                since = now - policy.usable_s
                if await self._find(request, since) is None:
                    await self._ask(request, since)
                return

    async def _find(self, request: Request, younger_than: float) -> Entry | None:
        """Return a copy asked for after `younger_than`, another proxy's too."""
        reading = self._pms.read(request)
        copy = None
        if reading.key is not None:
            copy = await self._store.look(reading.key)
        if copy is None or copy.sent_at <= younger_than:
            return None
        self._calendars.kept(reading, copy)
        self._telemetry.calendar_refreshed(SHARED)
        return copy

    async def _ask(self, request: Request, younger_than: float) -> Entry | None:
        """Ask the PMS, where the budget allows it."""
        reading = self._pms.read(request)
        hotel, now = reading.hotel or "", self._clock.monotonic()
        if now < self._hotel_rests_until.get(hotel, 0.0):
            return None
        if reading.key is None or not await self._budget.take():
            return None
        flight = self._reads.refresh(request, reading, reading.key, younger_than)
        if flight is None:
            return None
        result = await asyncio.shield(flight)
        if not isinstance(result, Fetched) or result.entry is None:
            self._telemetry.calendar_refreshed(FAILED)
            self._rest(hotel)
            return None
        self._telemetry.calendar_refreshed(SHARED if result.elsewhere else OK)
        return result.entry

    def _rest(self, hotel: str) -> None:
        now, usable_s = self._clock.monotonic(), self._calendars.policy.usable_s
        self._rests_until = now + usable_s * REST_PART
        self._hotel_rests_until[hotel] = now + usable_s * HOTEL_REST_PART
