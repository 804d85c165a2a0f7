"""
The hotels' calendars: what they are told, what they answer, what is due (CONTRACT §8).

A hotel is known by configuration, or once a guest's search has found rooms in it.
Nights are asked for in pieces of thirty, the same for all proxies of a day, so that
one's copy serves the others. No I/O here: `calendar_refresher` asks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proxy.calendar import codec as calendar_codec
from proxy.calendar.calendar import HotelCalendar
from proxy.messages import Entry
from proxy.metrics import CANNOT, PARTIAL, WHOLE, WITHHELD
from proxy.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proxy.messages import Clock, Reading
    from proxy.pms import Pms
    from proxy.telemetry import Telemetry

PIECE_NIGHTS = 30
MAX_HOTELS = 100
# How fast it is forgotten how often a hotel was asked for.
HALF_LIFE_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPolicy:
    """How many nights, usable how long; asked again after `refresh_after_s`."""

    nights: int
    usable_s: float
    refresh_after_s: float
    hotels: tuple[str, ...] = ()


@dataclass(slots=True)
class _Hotel:
    calendar: HotelCalendar = field(default_factory=HotelCalendar)
    # As if asked so often just now.
    asked: float = 0.0
    asked_at: float = 0.0
    # A booking nobody knows the nights of: all that were asked before are due.
    written_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """
    Some of a hotel's nights that are due; `number` counts from today.

    Only an answer asked for after `younger_than` is of use.
    """

    hotel: str
    number: int
    first: int
    nights: int
    younger_than: float


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer made of nights; where it is not whole some types are missing."""

    entry: Entry
    is_whole: bool


class Calendars:
    """One proxy's calendars; `day` is an ordinal."""

    def __init__(
        self, policy: CalendarPolicy, pms: Pms, clock: Clock, telemetry: Telemetry
    ) -> None:
        self.policy = policy
        self._pms = pms
        self._clock = clock
        self._telemetry = telemetry
        self._hotels = {hotel: _Hotel() for hotel in policy.hotels}
        self._forgotten_until = -math.inf
        self._today = 0

    def hotel(self, id_: str) -> HotelCalendar | None:
        """Return a hotel's calendar; None for one that is not kept."""
        hotel = self._hotels.get(id_)
        return None if hotel is None else hotel.calendar

    def hotels(self) -> list[str]:
        """Return the hotels, the most asked first."""
        now = self._clock.monotonic()
        return sorted(self._hotels, key=lambda id_: -self._asked(id_, now))

    def asked(self, reading: Reading) -> None:
        """Take note that a guest asks for a hotel."""
        hotel = self._hotels.get(reading.hotel or "")
        if hotel is not None and reading.hotel is not None:
            now = self._clock.monotonic()
            hotel.asked = self._asked(reading.hotel, now) + 1
            hotel.asked_at = now

    def kept(self, reading: Reading, entry: Entry) -> None:
        """Learn from an answer that the PMS gave to a search."""
        stay = reading.stay
        if not self.policy.nights or stay is None or self._is_forgotten(entry):
            return
        told = self._pms.read_search(entry)
        if told is None:
            return
        hotel = self._hotel(stay.hotel)
        if hotel is not None:
            hotel.calendar.learn(stay, told, entry.sent_at)

    def put(self, hotel: str, entry: Entry) -> None:
        """Take over the nights that the PMS has told of a hotel."""
        calendar, nights = self.hotel(hotel), self._pms.read_nights(entry)
        if calendar is None or nights is None or self._is_forgotten(entry):
            return
        calendar.put(nights, entry.sent_at)

    def forget(self, until: float) -> None:
        """Forget all, and what was asked for until then (monotonic s) if it comes."""
        self._forgotten_until = max(self._forgotten_until, until)
        for hotel in self._hotels.values():
            hotel.calendar = HotelCalendar()

    def learned(self) -> bytes:
        """Return what was learned beside nights, for others and for the next run."""
        hotels = {id_: hotel.calendar for id_, hotel in self._hotels.items()}
        return calendar_codec.write(hotels, Moment.now(self._clock))

    def absorb(self, learned: bytes) -> None:
        """Take over what others, or the last run, have learned."""
        told = calendar_codec.read(learned, Moment.now(self._clock))
        for id_, calendar in (told or {}).items():
            hotel = self._hotel(id_)
            if hotel is not None:
                hotel.calendar.absorb(calendar)

    def compose(self, reading: Reading) -> Composed | None:
        """Answer a search out of nights; None where they say nothing exact."""
        if not self.policy.nights:
            return None
        composed, outcome, withheld = self._compose(reading)
        self._telemetry.composed(outcome, withheld)
        return composed

    def written(self, reading: Reading) -> None:
        """Take note of a write: the nights that it touches are asked for anew."""
        hotels = [reading.hotel] if reading.hotel is not None else list(self._hotels)
        for id_ in hotels:
            hotel = self._hotels.get(id_)
            if hotel is None:
                continue
            hotel.written_at = self._clock.monotonic()
            for first, nights in reading.touches:
                hotel.calendar.drop(first, nights)

    def due(self, today: int) -> list[Piece]:
        """Return what is to be asked for, the nearest nights and most asked first."""
        now = self._clock.monotonic()
        if now <= self._forgotten_until:
            return []
        hotels = self.hotels()
        pieces = [piece for id_ in hotels for piece in self._due(id_, today, now)]
        return sorted(pieces, key=lambda piece: piece.number)

    def forget_others(self, today: int) -> None:
        """Forget the days that are over, and what is beyond the calendar."""
        for hotel in self._hotels.values():
            hotel.calendar.forget_others(today, today + self.policy.nights)

    def usable_nights(self) -> int:
        """Count the nights, of all hotels, that may be in an answer."""
        since = self._clock.monotonic() - self.policy.usable_s
        return sum(at >= since for at in self._sent_at())

    def wanted_nights(self) -> int:
        """Count the nights, of all hotels, that are to be held."""
        return self.policy.nights * len(self._hotels)

    def oldest_s(self) -> float:
        """Return the age of the oldest night; 0 where there is none."""
        oldest = min(self._sent_at(), default=None)
        return 0.0 if oldest is None else self._clock.monotonic() - oldest

    def coverage(self) -> dict[str, int]:
        """
        Return the nights kept a hotel (0: off), and how many of all can be used.

        `arrivals` are the types and nights with a free room, `unlearned` those of them
        of which no length of stay is known: they are missing from answers.
        """
        arrivals = [
            is_known
            for hotel in self._hotels.values()
            for is_known in hotel.calendar.arrivals()
        ]
        return {
            "nights": self.policy.nights,
            "hotels": len(self._hotels),
            "wanted": self.wanted_nights(),
            "usable": self.usable_nights(),
            "oldest_s": int(self.oldest_s()),
            "arrivals": len(arrivals),
            "unlearned": arrivals.count(False),
        }

    def _hotel(self, id_: str) -> _Hotel | None:
        """Return a hotel, a new one where there is room for it."""
        if id_ not in self._hotels and len(self._hotels) < MAX_HOTELS:
            self._hotels[id_] = _Hotel()
        return self._hotels.get(id_)

    def _is_forgotten(self, entry: Entry) -> bool:
        return entry.sent_at <= self._forgotten_until

    def _compose(self, reading: Reading) -> tuple[Composed | None, str, int]:
        stay = reading.stay
        calendar = None if stay is None else self.hotel(stay.hotel)
        if stay is None or calendar is None:
            return None, CANNOT, 0
        offer = calendar.offer(
            stay, self._clock.monotonic(), usable_s=self.policy.usable_s
        )
        if offer is None:
            return None, CANNOT, 0
        withheld = len(offer.withheld)
        if not offer.types:
            return None, WITHHELD, withheld
        answer = self._pms.compose(stay, offer, calendar, as_json=reading.answers_json)
        if answer is None:
            return None, CANNOT, withheld
        entry = Entry(
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            sent_at=offer.sent_at,
            etag=self._pms.etag(answer),
        )
        outcome = PARTIAL if withheld else WHOLE
        return Composed(entry, is_whole=not withheld), outcome, withheld

    def _due(self, id_: str, today: int, now: float) -> Iterator[Piece]:
        hotel = self._hotels[id_]
        younger_than = max(now - self.policy.refresh_after_s, hotel.written_at)
        for number, first in enumerate(
            range(today, today + self.policy.nights, PIECE_NIGHTS)
        ):
            nights = min(PIECE_NIGHTS, today + self.policy.nights - first)
            oldest = _oldest(hotel.calendar, range(first, first + nights))
            if oldest <= younger_than:
                yield Piece(id_, number, first, nights, younger_than)

    def _asked(self, id_: str, now: float) -> float:
        hotel = self._hotels[id_]
        half_lives = (now - hotel.asked_at) / HALF_LIFE_S
        return hotel.asked * math.exp2(-half_lives)

    def _sent_at(self) -> Iterable[float]:
        for hotel in self._hotels.values():
            yield from hotel.calendar.all_sent_at()


def _oldest(calendar: HotelCalendar, days: range) -> float:
    sent = [calendar.sent_at(day) for day in days]
    return min((0.0 if at is None else at for at in sent), default=0.0)
