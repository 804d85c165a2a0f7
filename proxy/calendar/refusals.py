"""
Pure. Refusals of a stay that wait to be believed (CONTRACT §8).

A search that does not list a type, though nights called rooms of it free, betrays a
restriction; or the rooms were sold before it. Nights asked for afterwards tell: a room
that is free in them was not sold, or was given back at once. So it takes two refusals,
each followed by such nights. Called by `calendar`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# How long after it was asked the PMS may still look which rooms are free (§2).
ASKED_FOR_S = 15.0
# Refusals that wait: the oldest are forgotten first.
MAX_WAITING = 500


class Refused(NamedTuple):
    """A type, the ordinal of a day of arrival, a length of stay."""

    room_type: str
    day: int
    nights: int


@dataclass(frozen=True, slots=True)
class Look:
    """What nights say of a stay: its free rooms as bits, when the oldest was asked."""

    free: int
    sent_at: float


@dataclass(slots=True)
class Refusals:
    """One hotel's; times are monotonic seconds."""

    # The rooms that nights called free when the search, sent then, listed none.
    _waiting: dict[Refused, Look] = field(default_factory=dict[Refused, Look])
    _once: dict[Refused, Look] = field(default_factory=dict[Refused, Look])

    def add(self, refused: Refused, free: int, sent_at: float) -> None:
        """Take note of a refusal by a search that was sent then."""
        _put_last(self._waiting, refused, Look(free, sent_at))

    def waits(self, refused: Refused) -> bool:
        """Say whether a refusal waits for nights, so that asking again is idle."""
        return refused in self._waiting

    def believed(
        self, look: Callable[[Refused], Look | None]
    ) -> list[tuple[Refused, float]]:
        """Return what has been refused for certain, and when, as nights now look."""
        believed: list[tuple[Refused, float]] = []
        for refused, told in list(self._waiting.items()):
            nights = look(refused)
            if nights is None or nights.sent_at <= told.sent_at + ASKED_FOR_S:
                continue
            del self._waiting[refused]
            if not nights.free & told.free:
                continue
            if self._once.pop(refused, None) is None:
                _put_last(self._once, refused, told)
            else:
                believed.append((refused, told.sent_at))
        return believed

    def forget_before(self, day: int) -> None:
        """Forget the days that are over."""
        self._waiting = {at: one for at, one in self._waiting.items() if at.day >= day}
        self._once = {at: one for at, one in self._once.items() if at.day >= day}


def _put_last(kept: dict[Refused, Look], at: Refused, told: Look) -> None:
    kept.pop(at, None)
    if len(kept) >= MAX_WAITING:
        del kept[next(iter(kept))]
    kept[at] = told
