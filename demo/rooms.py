"""Pure. Hotels, room types, rooms and offers: the values that `hotel` searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.stays import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One door; `type` and `hotel` are ids."""

    id: int
    number: str
    type: int
    hotel: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomType:
    """
    A kind of room, for one hotel.

    `price` is a night without tax; `fee` the automatic maintenance fee of a night,
    which a search quotes and a booking without price fields drops.
    """

    id: int
    hotel: int
    name: str
    price: float
    fee: float = 250
    adults: int = 2
    children: int = 2
    rooms: tuple[Room, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotel:
    """A property and its room types."""

    id: int
    name: str
    city: str = "Demo City"
    room_types: tuple[RoomType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    What a search finds for one room type; `booked` holds rooms with their stays.

    `base_price` is one room's night, on average; `total_price` that of all rooms asked
    for, over the whole period. A room that is in none of the lists may not be had for a
    stay of that length.
    """

    room_type: RoomType
    base_price: float
    base_price_with_tax: float
    total_price: float
    total_price_with_tax: float
    free: tuple[Room, ...]
    booked: tuple[tuple[Room, tuple[Stay, ...]], ...]
    closed: tuple[Room, ...] = ()
