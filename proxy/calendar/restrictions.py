"""
Pure. Which lengths of stay a room type takes, as far as answers have shown.

A shortest and a longest stay depend on the day of arrival, and a breakdown into nights
does not know them (CONTRACT §8). So they are learned: a type that a search listed with
rooms takes that length on that day; one that was listed without, though a room was free
on every night, does not. What a type takes is a span of lengths without gaps: between
two that it takes there is none that it refuses. What is neither shown nor follows is
unknown, and what is long ago is forgotten: restrictions change rarely, but they do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

KNOWN_FOR_S = 86400.0


class Taken(Enum):
    """Whether a type takes a stay."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class _Shown:
    """What was shown of one type and day: lengths, and when they were (monotonic s)."""

    oldest: float
    taken: dict[int, float] = field(default_factory=dict[int, float])
    refused: dict[int, float] = field(default_factory=dict[int, float])

    def takes(self, nights: int) -> Taken:
        if self.taken:
            low, high = min(self.taken), max(self.taken)
            if low <= nights <= high:
                return Taken.YES
            for length in self.refused:
                if nights <= length < low or high < length <= nights:
                    return Taken.NO
        return Taken.NO if nights in self.refused else Taken.UNKNOWN

    def unknown(self, longest: int) -> list[int]:
        if not self.taken:
            return [n for n in range(1, longest + 1) if n not in self.refused]
        low, high = min(self.taken), max(self.taken)
        shorter = max([n for n in self.refused if n < low], default=0)
        longer = min([n for n in self.refused if n > high], default=longest + 1)
        gaps = (*range(shorter + 1, low), *range(high + 1, longer))
        return [n for n in gaps if n <= longest]

    def adds_taken(self, nights: int, at: float) -> None:
        ends = [nights, *self.taken]
        low, high = min(ends), max(ends)
        between = [length for length in self.refused if low <= length <= high]
        if any(self.refused[length] > at for length in between):
            return
        for length in between:
            del self.refused[length]
        self.taken[nights] = max(at, self.taken.get(nights, at))
        # Only the two ends tell anything.
        self.taken = {length: self.taken[length] for length in {low, high}}

    def adds_refused(self, nights: int, at: float) -> None:
        taken = self.taken
        if taken and min(taken) <= nights <= max(taken):
            if taken.get(nights, min(taken.values())) > at:
                return
            # Which end has moved is not known, but where one is past it, that one.
            is_end = nights in taken
            self.taken = {n: taken[n] for n in taken if is_end and n != nights}
        self.refused[nights] = at

    def forgets(self, before: float) -> None:
        self.taken = {n: at for n, at in self.taken.items() if at >= before}
        self.refused = {n: at for n, at in self.refused.items() if at >= before}
        times = (*self.taken.values(), *self.refused.values())
        self.oldest = min(times, default=before)

    def last(self) -> float:
        """Return when something was last shown."""
        return max([*self.taken.values(), *self.refused.values()], default=0.0)


class Row(NamedTuple):
    """One fact that was shown: at `at`, a length was taken or refused."""

    room_type: str
    day: int
    nights: int
    at: float
    taken: bool


class Restrictions:
    """One hotel's; `day` is an ordinal, `nights` a length, `now` monotonic seconds."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, int], _Shown] = {}

    def takes(self, room_type: str, day: int, nights: int, now: float) -> Taken:
        """Say whether a type takes a stay."""
        shown = self._at(room_type, day, now)
        return Taken.UNKNOWN if shown is None else shown.takes(nights)

    def unknown(self, room_type: str, day: int, longest: int, now: float) -> list[int]:
        """List the lengths up to `longest` of which it is not known."""
        shown = self._at(room_type, day, now)
        return [*range(1, longest + 1)] if shown is None else shown.unknown(longest)

    def knows_any(self, room_type: str, day: int) -> bool:
        """Say whether any length is known, whatever comes of it."""
        shown = self._shown.get((room_type, day))
        return shown is not None and bool(shown.taken or shown.refused)

    def shows(
        self, room_type: str, day: int, nights: int, at: float, *, taken: bool
    ) -> None:
        """Take note of what an answer has shown; the later one is right."""
        shown = self._shown.setdefault((room_type, day), _Shown(at))
        shown.oldest = min(shown.oldest, at)
        if taken:
            shown.adds_taken(nights, at)
        else:
            shown.adds_refused(nights, at)

    def rows(self) -> list[Row]:
        """Return all that was shown, the earliest first."""
        rows = [
            Row(room_type, day, nights, at, taken)
            for (room_type, day), shown in self._shown.items()
            for lengths, taken in ((shown.taken, True), (shown.refused, False))
            for nights, at in lengths.items()
        ]
        return sorted(rows, key=lambda row: row.at)

    def absorb(self, other: Restrictions) -> None:
        """Take over what another has been shown of a type and day later than this."""
        for key, shown in other._shown.items():
            held = self._shown.get(key)
            if held is None or shown.last() > held.last():
                self._shown[key] = shown

    def forget_others(self, first: int, end: int) -> None:
        """Forget all days of arrival but those from `first` to before `end`."""
        # Clients may search any day of the next eight thousand years.
        self._shown = {
            key: shown for key, shown in self._shown.items() if first <= key[1] < end
        }

    def _at(self, room_type: str, day: int, now: float) -> _Shown | None:
        shown = self._shown.get((room_type, day))
        if shown is not None and now - shown.oldest > KNOWN_FOR_S:
            shown.forgets(now - KNOWN_FOR_S)
        return shown
