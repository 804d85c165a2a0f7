"""
Pure. A hotel's nights, and the stays that they make up (CONTRACT §8).

Theory of operation. The PMS tells its rooms night by night. A room is free for a stay
if it is free on every night of it, and the stay costs the sum of its nights, rounded,
times the rooms asked for. What nights do not tell is which lengths of stay a type
takes: that is `restrictions`. A type whose answer is not known is withheld, never
guessed.

A night is as old as the request that brought it; none past `usable_s` is in any answer.
`day` is an ordinal (`date.toordinal`), `now` monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.calendar.refusals import Look, Refusals, Refused
from proxy.calendar.restrictions import Restrictions, Taken
from proxy.calendar.values import Offer, TypeOffer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from proxy.calendar.values import ToldNight, ToldSearch
    from proxy.messages import Stay

# The longest stay that is tried to learn its type's restriction.
LONGEST_TRY = 14


@dataclass(frozen=True, slots=True)
class _TypeNight:
    """A type's free rooms as bits, and what one of them costs."""

    free: int
    price: float
    price_with_tax: float


@dataclass(frozen=True, slots=True)
class _Night:
    sent_at: float
    currency: str
    total_rooms: int
    types: dict[str, _TypeNight]


class HotelCalendar:
    """One hotel's nights, rooms and restrictions."""

    def __init__(self) -> None:
        self.restrictions = Restrictions()
        # What an answer has beside its nights, by type and room.
        self.names: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.details: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.root = ""
        self.version = ""
        self._bits: dict[str, int] = {}
        self._rooms: list[str] = []
        self._nights: dict[int, _Night] = {}
        # The rooms that a type has, as far as they are free on a night that is held.
        self._seen: dict[str, int] = {}
        self._refusals = Refusals()
        self._next_try = 0
        # Nothing was left to try; before the nights change nothing will be.
        self._knows_all = False

    def __len__(self) -> int:
        """Return how many nights are held."""
        return len(self._nights)

    def sent_at(self, day: int) -> float | None:
        """Return when a night was asked for; None where it is not held."""
        night = self._nights.get(day)
        return None if night is None else night.sent_at

    def all_sent_at(self) -> Iterator[float]:
        """Yield when each night was asked for."""
        return (night.sent_at for night in self._nights.values())

    def arrivals(self) -> Iterator[bool]:
        """Yield, for each type and night with a room free, if a length is known."""
        for day, night in self._nights.items():
            for id_, told in night.types.items():
                if told.free:
                    yield self.restrictions.knows_any(id_, day)

    def lacks(self, *, as_json: bool) -> bool:
        """Say whether a type or a room is held whose answer cannot be written."""
        types = self._seen.keys()
        if not as_json:
            return not types <= self.labels.keys()
        rooms = {room for free in self._seen.values() for room in self._named(free)}
        return not (types <= self.names.keys() and rooms <= self.details.keys())

    def put(self, nights: Iterable[ToldNight], sent_at: float) -> None:
        """Take nights over, unless younger ones are held."""
        for told in nights:
            held = self._nights.get(told.day)
            if held is not None and held.sent_at > sent_at:
                continue
            self._nights[told.day] = _Night(
                sent_at,
                told.currency,
                told.total_rooms,
                {
                    id_: _TypeNight(self._free(one.free), one.price, one.price_with_tax)
                    for id_, one in told.types.items()
                },
            )
        self._seen = self._rooms_seen()
        self._knows_all = False
        for refused, at in self._refusals.believed(self._look):
            self.restrictions.shows(*refused, at, taken=False)

    def forget_others(self, first: int, end: int) -> None:
        """Forget the days before `first`, and what was learned of `end` and later."""
        self._nights = {held: n for held, n in self._nights.items() if held >= first}
        self.restrictions.forget_others(first, end)
        self._refusals.forget_before(first)

    def drop(self, first: int, nights: int) -> None:
        """Forget nights that a booking has touched."""
        for day in range(first, first + nights):
            self._nights.pop(day, None)

    def learn(self, stay: Stay, told: ToldSearch, sent_at: float) -> None:
        """Take note of what an answer of the PMS shows beside its rooms."""
        self.names.update(told.names)
        self.labels.update(told.labels)
        self.details.update(told.details)
        self.root = told.root or self.root
        self.version = told.version or self.version
        day = stay.checkin.toordinal()
        for id_, rooms in told.free.items():
            if rooms:
                self.restrictions.shows(id_, day, stay.nights, sent_at, taken=True)
                continue
            free = self._free_for(id_, day, stay.nights)
            if free:
                self._refusals.add(Refused(id_, day, stay.nights), free, sent_at)

    def absorb(self, other: HotelCalendar) -> None:
        """Take over what another calendar of this hotel has learned, without nights."""
        self.names = {**other.names, **self.names}
        self.labels = {**other.labels, **self.labels}
        self.details = {**other.details, **self.details}
        self.root = self.root or other.root
        self.version = self.version or other.version
        self.restrictions.absorb(other.restrictions)

    def offer(self, stay: Stay, now: float, *, usable_s: float) -> Offer | None:
        """Return what the nights say to a stay; None where they say nothing exact."""
        first = stay.checkin.toordinal()
        nights = self._stay(first, stay.nights)
        if nights is None or any(now - n.sent_at > usable_s for n in nights):
            return None
        ids = list(nights[0].types)
        # Of an unknown hotel the PMS tells nights without types, and no totals.
        alike = bool(ids) and all(
            list(n.types) == ids
            and (n.currency, n.total_rooms)
            == (nights[0].currency, nights[0].total_rooms)
            for n in nights
        )
        if not alike or (stay.room_type is not None and stay.room_type not in ids):
            return None
        asked = ids if stay.room_type is None else [stay.room_type]
        offers: list[TypeOffer] = []
        withheld: list[str] = []
        for id_ in asked:
            told = [night.types[id_] for night in nights]
            free = _free_on_all(told)
            takes = self.restrictions.takes(id_, first, stay.nights, now)
            # Where no room is free it makes no difference.
            if free and takes is Taken.UNKNOWN:
                withheld.append(id_)
                continue
            offers.append(
                TypeOffer(
                    id=id_,
                    rooms=self._named(free if takes is not Taken.NO else 0),
                    price=round(sum([one.price for one in told]), 2),
                    price_with_tax=round(sum([one.price_with_tax for one in told]), 2),
                )
            )
        total = self._total_rooms(nights[0], [one.id for one in offers])
        if total is None:
            return None
        return Offer(
            types=tuple(offers),
            withheld=tuple(withheld),
            total_rooms=total,
            currency=nights[0].currency,
            sent_at=min(n.sent_at for n in nights),
        )

    def next_try(self, today: int, last: int, now: float) -> tuple[int, int] | None:
        """
        Return the next day and length whose search would teach something.

        Each day in turn, the nearest first, so that all are known a little soon.
        """
        if self._knows_all:
            return None
        for _ in range(last - today):
            day = max(self._next_try, today)
            self._next_try = day + 1 if day + 1 < last else today
            length = self._length_to_try(day, now)
            if length is not None:
                return day, length
        self._knows_all = True
        return None

    def _length_to_try(self, day: int, now: float) -> int | None:
        night = self._nights.get(day)
        for id_ in night.types if night is not None else ():
            unknown = self.restrictions.unknown(id_, day, LONGEST_TRY, now)
            longest = self._longest_free(id_, day) if unknown else 0
            teach = [
                length
                for length in unknown
                if length <= longest
                and not self._refusals.waits(Refused(id_, day, length))
            ]
            if teach:
                return _best(teach, longest)
        return None

    def _longest_free(self, id_: str, day: int) -> int:
        free, length = -1, 0
        while length < LONGEST_TRY:
            night = self._nights.get(day + length)
            told = None if night is None else night.types.get(id_)
            if told is None or not free & told.free:
                break
            free &= told.free
            length += 1
        return length

    def _look(self, refused: Refused) -> Look | None:
        nights = self._stay(refused.day, refused.nights)
        if nights is None:
            return None
        return Look(self._free_for(*refused), min(n.sent_at for n in nights))

    def _stay(self, first: int, count: int) -> list[_Night] | None:
        nights = [self._nights.get(day) for day in range(first, first + count)]
        found = [night for night in nights if night is not None]
        return found if len(found) == count and found else None

    def _free_for(self, id_: str, first: int, count: int) -> int:
        nights = self._stay(first, count) or []
        told = [night.types.get(id_) for night in nights]
        found = [one for one in told if one is not None]
        return _free_on_all(found) if len(found) == count else 0

    def _free(self, rooms: Mapping[str, str]) -> int:
        free = 0
        for room, number in rooms.items():
            bit = self._bits.get(room)
            if bit is None:
                bit = self._bits[room] = 1 << len(self._rooms)
                self._rooms.append(room)
            self.numbers[room] = number
            free |= bit
        return free

    def _named(self, free: int) -> tuple[str, ...]:
        rooms: list[str] = []
        while free:
            last = free.bit_length() - 1
            rooms.append(self._rooms[last])
            free ^= 1 << last
        return tuple(sorted(rooms, key=int))

    def _rooms_seen(self) -> dict[str, int]:
        seen: dict[str, int] = {}
        for night in self._nights.values():
            for id_, told in night.types.items():
                seen[id_] = seen.get(id_, 0) | told.free
        return seen

    def _total_rooms(self, night: _Night, ids: list[str]) -> int | None:
        """Count the rooms of types, free or not; None where not all are known."""
        if ids == list(night.types):
            return night.total_rooms
        seen = {id_: rooms.bit_count() for id_, rooms in self._seen.items()}
        if sum(seen.values()) != night.total_rooms:
            return None
        return sum(seen[id_] for id_ in ids)


def _free_on_all(told: list[_TypeNight]) -> int:
    free = -1
    for one in told:
        free &= one.free
    return free


def _best(lengths: list[int], longest: int) -> int:
    """
    Choose a length to try: the ends first, then within the first gap.

    Nearer to its short end: there most restrictions end, and most guests ask.
    """
    if lengths[0] == 1:
        return 1
    if lengths[-1] == longest:
        return longest
    gap = [length for at, length in enumerate(lengths) if length == lengths[0] + at]
    return gap[(len(gap) - 1) // 3]
