"""A small house that books in memory: what dialogues are played against."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from agent.messages import (
    Booked,
    BookingRefused,
    BookingSettled,
    NothingToShow,
    Room,
    RoomsFound,
)

if TYPE_CHECKING:
    from agent.messages import BreakerState, Guest, Quote, Search

# The rates of a night, in the PMS's order.
_RATES = {
    "single": ("Single", 60),
    "double": ("Doble", 90),
    "twin": ("Twin", 95),
    "triple": ("Triple", 120),
    "family": ("Familiar", 160),
    "suite": ("Suite", 220),
}
FREE = 3
FIRST_REFERENCE = 1001
COPY_AGE_S = 120


@dataclass(slots=True)
class House:
    """
    All types are free on all days; none says how many it takes.

    Down, its proxy is open: copies are shown where there are any (`is_warm`), marked,
    and no booking is taken.
    """

    is_up: bool = True
    is_warm: bool = True
    # By their keys: the same one again is the same booking.
    booked: dict[str, Quote] = field(default_factory=dict[str, "Quote"])

    async def search(self, search: Search) -> RoomsFound | NothingToShow:
        """Find every type free."""
        if not self.is_up and not self.is_warm:
            return NothingToShow(why="The house is down.", breaker="open")
        rooms = tuple(
            Room(
                id=number,
                room_type=room_type,
                name=name,
                available=FREE,
                price=Decimal(rate * search.nights),
                currency="USD",
            )
            for number, (room_type, (name, rate)) in enumerate(_RATES.items(), start=1)
        )
        if self.is_up:
            return RoomsFound(rooms=rooms)
        return RoomsFound(rooms=rooms, is_stale=True, age_s=COPY_AGE_S)

    async def breaker(self) -> BreakerState:
        """Tell how the breaker stands."""
        return "closed" if self.is_up else "open"

    async def book(
        self, quote: Quote, guest: Guest, key: str
    ) -> Booked | BookingRefused:
        """Book, unless the house is down."""
        del guest
        if not self.is_up:
            return BookingRefused(reason="pms_down")
        self.booked.setdefault(key, quote)
        return Booked(reference=self._reference(key))

    async def check(self, quote: Quote, guest: Guest, key: str) -> BookingSettled:
        """Tell what became of a booking: it is there, or it was not made."""
        del quote, guest
        reference = self._reference(key) if key in self.booked else None
        return BookingSettled(reference=reference)

    def _reference(self, key: str) -> str:
        return str(FIRST_REFERENCE + list(self.booked).index(key))
