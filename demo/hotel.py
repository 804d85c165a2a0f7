"""
Pure. The house in memory: hotels, room types, rooms, customers, bookings.

Search and book, as QloApps does it: no holds, no idempotency, prices that depend on
how one asks. No I/O and no clock; `now` is passed in. What the answers look like is
not known here. Called by `availability`, `bookings` and `records`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demo.stays import Customer

if TYPE_CHECKING:
    from datetime import date, datetime

    from demo.stays import Booking, Guest, Stay, TypeWish


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
    """What a search finds for one room type; `booked` holds rooms with their stays."""

    room_type: RoomType
    base_price: float
    base_price_with_tax: float
    total_price: float
    total_price_with_tax: float
    free: tuple[Room, ...]
    booked: tuple[tuple[Room, tuple[Stay, ...]], ...]


@dataclass(slots=True, kw_only=True)
class House:
    """
    Everything that the shop's database would hold.

    The `next_…` numbers are its AUTO_INCREMENT counters: never reused.
    """

    hotels: tuple[Hotel, ...]
    currency: str = "USD"
    tax_rate: float = 0.04
    customers: dict[int, Customer] = field(default_factory=dict)
    bookings: dict[int, Booking] = field(default_factory=dict)
    next_order: int = 1
    next_customer: int = 1
    next_stay: int = 1
    _stays: dict[int, list[Stay]] = field(default_factory=dict)

    def hotel(self, hotel_id: int) -> Hotel | None:
        """Find a hotel."""
        return next((h for h in self.hotels if h.id == hotel_id), None)

    def stays_in(self, room: Room) -> list[Stay]:
        """List the stays of a room, in the order in which they were booked."""
        return self._stays.get(room.id, [])

    def search(
        self,
        hotel_id: int,
        date_from: date,
        date_to: date,
        *,
        room_type: int | None = None,
        rooms: int = 1,
    ) -> list[Offer]:
        """
        Quote every type of the hotel, sold out or not; empty for an unknown one.

        Occupancy and the past are not looked at, as in the real thing.
        """
        hotel = self.hotel(hotel_id)
        if hotel is None:
            return []
        nights = (date_to - date_from).days
        return [
            self._offer(kind, date_from, date_to, times=nights * rooms)
            for kind in hotel.room_types
            if room_type is None or kind.id == room_type
        ]

    def _offer(
        self, kind: RoomType, date_from: date, date_to: date, *, times: int
    ) -> Offer:
        free: list[Room] = []
        booked: list[tuple[Room, tuple[Stay, ...]]] = []
        for room in kind.rooms:
            taken = tuple(
                s for s in self.stays_in(room) if s.touches(date_from, date_to)
            )
            if taken:
                booked.append((room, taken))
            else:
                free.append(room)
        night = kind.price + kind.fee
        taxed = night * (1 + self.tax_rate)
        return Offer(
            room_type=kind,
            base_price=night,
            base_price_with_tax=taxed,
            total_price=night * times,
            total_price_with_tax=taxed * times,
            free=tuple(free),
            booked=tuple(booked),
        )

    def free_rooms(self, wish: TypeWish) -> list[Room] | None:
        """Choose a room for each wish, the lowest first; None where one is missing."""
        offer = self._offer(wish.room_type, wish.date_from, wish.date_to, times=1)
        named = {w.room for w in wish.rooms if w.room is not None}
        others = iter([room for room in offer.free if room.id not in named])
        free = {room.id: room for room in offer.free}
        chosen = [
            next(others, None) if w.room is None else free.pop(w.room, None)
            for w in wish.rooms
        ]
        found = [room for room in chosen if room is not None]
        return found if len(found) == len(chosen) else None

    def welcomes(self, guest: Guest, now: datetime) -> Customer:
        """Match the guest by e-mail, overwriting name and phone, or add them."""
        known = next(
            (c for c in self.customers.values() if c.email == guest.email), None
        )
        customer = Customer(
            id=known.id if known else self.next_customer,
            firstname=guest.firstname,
            lastname=guest.lastname,
            email=guest.email,
            phone=guest.phone,
            added_at=known.added_at if known else now,
        )
        self.next_customer = max(self.next_customer, customer.id + 1)
        self.customers[customer.id] = customer
        return customer

    def adds(self, booking: Booking) -> None:
        """Keep a booking as it is, even where it oversells a room."""
        self.bookings[booking.id] = booking
        self.next_order = max(self.next_order, booking.id + 1)
        for stay in booking.stays:
            self._stays.setdefault(stay.room.id, []).append(stay)
            self.next_stay = max(self.next_stay, stay.id + 1)
