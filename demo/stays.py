"""Pure. Guests, their bookings, and what they wish: the values that `hotel` keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.prices import KEPT_DIGITS

if TYPE_CHECKING:
    from datetime import date, datetime

    from demo.rooms import Room, RoomType


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A guest as the PMS knows them; the e-mail address is what they are matched by."""

    id: int
    firstname: str
    lastname: str
    email: str
    phone: str
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """
    One room of a booking; `price` and `tax` are for all its nights.

    A refunded stay keeps its room from nobody. A back order is a room that somebody
    else had taken between the check and the write.
    """

    id: int
    order: int
    customer: int
    room: Room
    date_from: date
    date_to: date
    adults: int = 2
    children: int = 2
    price: float = 0
    tax: float = 0
    added_at: datetime | None = None
    changed_at: datetime | None = None
    is_refunded: bool = False
    is_cancelled: bool = False
    is_back_order: bool = False

    def touches(self, date_from: date, date_to: date) -> bool:
        """Say whether a night of the stay lies in the period; the end is exclusive."""
        return self.date_from < date_to and date_from < self.date_to


@dataclass(frozen=True, slots=True)
class Remark:
    """What was posted as `remark`, and when."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """That an order came into a state; `state` is an id of `/api/order_states`."""

    id: int
    order: int
    state: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """
    An order; its id is what `/api/bookings` shows.

    `state` is an id of `/api/order_states`; `invoice` 0 where it was never paid.
    """

    id: int
    hotel: int
    currency: str
    customer: int
    booked_at: datetime
    stays: tuple[Stay, ...]
    source: str = ""
    remarks: tuple[Remark, ...] = ()
    total_paid: float = 0
    payment: str = ""
    state: int = 1
    changed_at: datetime | None = None
    invoice: int = 0
    invoiced_at: datetime | None = None

    @property
    def net(self) -> float:
        """Return the price of all stays without tax."""
        return round(sum(stay.price for stay in self.stays), KEPT_DIGITS)

    @property
    def tax(self) -> float:
        """Return the tax on it."""
        return round(sum(stay.tax for stay in self.stays), KEPT_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomWish:
    """What a booking wants of one room; `price` is net, for the whole stay."""

    room: int | None = None
    children: int | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWish:
    """Rooms of one type for one period."""

    room_type: RoomType
    date_from: date
    date_to: date
    rooms: tuple[RoomWish, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who books, as posted."""

    firstname: str
    lastname: str
    email: str
    phone: str
