"""
Pure. The house in memory: its rooms, customers, bookings and what became of them.

Search and book, as QloApps does it: no holds, no idempotency, prices that depend on
how one asks. No I/O and no clock; `now` is passed in. What the answers look like is
not known here. Called by `availability`, `bookings` and `records`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demo.prices import nights_price, quote
from demo.rooms import Offer
from demo.rules import allows_stay
from demo.stays import Customer

if TYPE_CHECKING:
    from datetime import date, datetime

    from demo.prices import Price
    from demo.rooms import Hotel, Room, RoomType
    from demo.rules import Closure, PriceRule, StayRule
    from demo.stays import Booking, Guest, History, Stay, TypeWish


@dataclass(slots=True, kw_only=True)
class House:
    """
    Everything that the shop's database would hold.

    The `next_…` numbers are its AUTO_INCREMENT counters: never reused. The rules are
    by the id of the room type.
    """

    hotels: tuple[Hotel, ...]
    currency: str = "USD"
    tax_rate: float = 0.04
    customers: dict[int, Customer] = field(default_factory=dict)
    bookings: dict[int, Booking] = field(default_factory=dict)
    histories: list[History] = field(default_factory=list)
    price_rules: dict[int, list[PriceRule]] = field(default_factory=dict)
    stay_rules: dict[int, list[StayRule]] = field(default_factory=dict)
    closures: list[Closure] = field(default_factory=list)
    next_order: int = 1
    next_customer: int = 1
    next_stay: int = 1
    next_invoice: int = 1
    _stays: dict[int, list[Stay]] = field(default_factory=dict)

    def hotel(self, hotel_id: int) -> Hotel | None:
        """Find a hotel."""
        return next((h for h in self.hotels if h.id == hotel_id), None)

    @property
    def stays(self) -> list[Stay]:
        """List all stays as they were booked: refunded ones, those of lost orders."""
        found = [stay for stays in self._stays.values() for stay in stays]
        return sorted(found, key=lambda stay: stay.id)

    def stays_in(self, room: Room, date_from: date, date_to: date) -> tuple[Stay, ...]:
        """List the stays that keep a room from others, as they were booked."""
        return tuple(
            stay
            for stay in self._stays.get(room.id, ())
            if not stay.is_refunded and stay.touches(date_from, date_to)
        )

    def search(
        self,
        hotel_id: int,
        date_from: date,
        date_to: date,
        *,
        room_type: int | None = None,
        rooms: int = 1,
        minds_length: bool = True,
    ) -> list[Offer]:
        """
        Quote every type of the hotel, sold out or not; empty for an unknown one.

        Occupancy and the past are not looked at, as in the real thing, nor is the
        length of the stay where the search is one for single nights.
        """
        hotel = self.hotel(hotel_id)
        if hotel is None:
            return []
        return [
            self._offer(kind, date_from, date_to, rooms, minds_length=minds_length)
            for kind in hotel.room_types
            if room_type is None or kind.id == room_type
        ]

    def nights_price(self, kind: RoomType, date_from: date, date_to: date) -> Price:
        """Sum the nights of a room by today's rules, without the maintenance fee."""
        rules = self.price_rules.get(kind.id, ())
        return nights_price(kind, rules, date_from, date_to, self.tax_rate)

    def _offer(
        self,
        kind: RoomType,
        date_from: date,
        date_to: date,
        rooms: int = 1,
        *,
        minds_length: bool = False,
    ) -> Offer:
        shut = {c.room for c in self.closures if c.touches(date_from, date_to)}
        taken = [(room, self.stays_in(room, date_from, date_to)) for room in kind.rooms]
        untaken = [room for room, stays in taken if not stays]
        nights = (date_to - date_from).days
        lengths = self.stay_rules.get(kind.id, ())
        is_sold = not minds_length or allows_stay(lengths, date_from, nights)
        prices = self.price_rules.get(kind.id, ())
        price = quote(kind, prices, date_from, date_to, self.tax_rate)
        return Offer(
            room_type=kind,
            base_price=price.net / nights,
            base_price_with_tax=price.gross / nights,
            total_price=price.net * rooms,
            total_price_with_tax=price.gross * rooms,
            free=tuple(room for room in untaken if is_sold and room.id not in shut),
            booked=tuple((room, stays) for room, stays in taken if stays),
            closed=tuple(room for room in untaken if room.id in shut),
        )

    def free_rooms(self, wish: TypeWish) -> list[Room] | None:
        """
        Choose a room for each wish, the lowest first; None where one is missing.

        A booking is not checked for its length, as in the real thing.
        """
        offer = self._offer(wish.room_type, wish.date_from, wish.date_to)
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

    def changes(self, booking: Booking) -> None:
        """Put a booking and its stays in the place of the former ones."""
        for stays in self._stays.values():
            stays[:] = [stay for stay in stays if stay.order != booking.id]
        self.adds(booking)

    def loses(self, order: int) -> Booking | None:
        """
        Delete an order, and give it; None where there is none.

        Its stays are left behind, so that its rooms are taken for good.
        """
        return self.bookings.pop(order, None)
