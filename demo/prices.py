"""Pure. What a booking costs, by how its price was given; called by `bookings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.stays import RoomWish, TypeWish

CENTS = 6


def price_of(wish: TypeWish, room: RoomWish, share: float | None) -> float:
    """
    Give the net price of one room for its whole stay.

    The room's own price, else its share of the total that was posted, else the
    nights at the type's price: without the maintenance fee that a search quotes.
    """
    if room.price is not None:
        return room.price
    if share is not None:
        return share
    return wish.room_type.price * (wish.date_to - wish.date_from).days


def net_share(total_with_tax: float, tax_rate: float, rooms: int) -> float:
    """Split a total with tax evenly over rooms, without tax."""
    return round(total_with_tax / (1 + tax_rate) / rooms, CENTS)


def tax_on(net: float, tax_rate: float) -> float:
    """Give the tax on a net price."""
    return round(net * tax_rate, CENTS)
