"""Pure. What a search found, period by period: the whole stay, or each night of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.php import to_int

if TYPE_CHECKING:
    from datetime import date

    from demo.hotel import House
    from demo.rooms import Offer
    from demo.searches import Search

# In these orders they are answered; the search asks in another.
TOTALS = ("available", "unavailable", "partial_available", "booked")
ROOMS = ("unavailable", "booked", "available", "partial_available")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The offers for a period; none where the hotel or the type is unknown."""

    date_from: date
    date_to: date
    offers: list[Offer]

    @property
    def total_rooms(self) -> int:
        """Count all rooms, free or not."""
        return sum(len(offer.room_type.rooms) for offer in self.offers)

    def totals(self, search: Search) -> dict[str, int]:
        """Count the rooms that were asked for, by the name of the count."""
        counts = {
            "available": sum(len(offer.free) for offer in self.offers),
            "booked": sum(len(offer.booked) for offer in self.offers),
            "unavailable": sum(len(offer.closed) for offer in self.offers),
        }
        return {
            f"total_{name}_rooms": counts.get(name, 0)
            for name in TOTALS
            if name in search.shown
        }


def find_periods(house: House, search: Search) -> list[Period]:
    """
    Search the house once, or once for each night of a breakdown.

    A breakdown knows nothing of minimum and maximum lengths of stay.
    """
    return [
        Period(
            date_from=start,
            date_to=end,
            offers=house.search(
                to_int(search.hotel),
                start,
                end,
                room_type=search.room_type,
                rooms=search.rooms,
                minds_length=not search.is_broken_down,
            ),
        )
        for start, end in _spans(search)
    ]


def _spans(search: Search) -> list[tuple[date, date]]:
    if not search.is_broken_down:
        return [(search.date_from, search.date_to)]
    night = timedelta(days=1)
    nights = (search.date_to - search.date_from).days
    starts = [search.date_from + night * n for n in range(nights)]
    return [(start, start + night) for start in starts]
