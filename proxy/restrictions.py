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

    taken: dict[int, float] = field(default_factory=dict[int, float])
    refused: dict[int, float] = field(default_factory=dict[int, float])

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
        if shown is None:
            return Taken.UNKNOWN
        taken, refused = shown.taken, shown.refused
        if taken and min(taken) <= nights <= max(taken):
            return Taken.YES
        if nights in refused:
            return Taken.NO
        if taken:
            too_short = [length for length in refused if length < min(taken)]
            too_long = [length for length in refused if length > max(taken)]
            if (too_short and nights <= max(too_short)) or (
                too_long and nights >= min(too_long)
            ):
                return Taken.NO
        return Taken.UNKNOWN

    def shows(
        self, room_type: str, day: int, nights: int, at: float, *, taken: bool
    ) -> None:
        """Take note of what an answer has shown; the later one is right."""
        shown = self._shown.setdefault((room_type, day), _Shown())
        if taken:
            shown.taken[nights] = at
            low, high = min(shown.taken), max(shown.taken)
            shown.refused = {
                length: seen
                for length, seen in shown.refused.items()
                if not low <= length <= high
            }
            # Only the two ends tell anything.
            shown.taken = {length: shown.taken[length] for length in {low, high}}
            return
        shown.refused[nights] = at
        low, high = min(shown.taken, default=nights), max(shown.taken, default=nights)
        if low <= nights <= high:
            # Which end has moved is not known, but where one is past it, that one.
            keeps = range(nights + 1, high + 1) if nights == low else range(low, nights)
            keeps = keeps if nights in {low, high} else range(0)
            shown.taken = {
                length: seen for length, seen in shown.taken.items() if length in keeps
            }

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

    def forget_before(self, day: int) -> None:
        """Forget the days that are over."""
        self._shown = {
            key: shown for key, shown in self._shown.items() if key[1] >= day
        }

    def _at(self, room_type: str, day: int, now: float) -> _Shown | None:
        shown = self._shown.get((room_type, day))
        if shown is None:
            return None
        for lengths in (shown.taken, shown.refused):
            for length, seen in list(lengths.items()):
                if now - seen > KNOWN_FOR_S:
                    del lengths[length]
        return shown
