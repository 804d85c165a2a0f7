"""
Pure. Creating a booking, with QloApps' refusals in its order of checks.

The refusals' code is 404 though their status is 400. A bad name crashes PHP and a bad
e-mail address ends it with "Fatal error": both look like the shop's fault and are the
client's. How a booking is written is `vouchers`' business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from demo.answers import HTML, Answer, Refusal, crashed, refuse
from demo.orders import read_booking
from demo.php import to_int
from demo.prices import net_share, price_of, tax_on
from demo.searches import read_date
from demo.stays import Booking, Guest, RoomWish, Stay, TypeWish

if TYPE_CHECKING:
    from datetime import datetime

    from demo.hotel import Hotel, House, Room
    from demo.orders import Node

BOOKING_STATUSES = ("1", "2", "3", "4")
PAYMENT_STATUSES = ("1", "2", "3")

_NAME = re.compile(r'[^0-9!<>,;?=+()@#"°{}_$%:¤|]+')
_PHONE = re.compile(r"[+0-9. ()/-]+")
_EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{}|~-][\w.!#$%&'*+/=?^`{}|~-]*@[\w.-]+\.\w+")


def book(house: House, body: bytes, now: datetime) -> Booking | Answer | Refusal:
    """Make a booking; a second identical one makes a second booking."""
    posted = read_booking(body)
    if posted is None:
        return crashed()
    problem = _problem(house, posted)
    if problem is not None:
        return refuse(400, 404, problem)
    hotel = house.hotel(to_int(posted.text("id_property")))
    links = posted.part("associations")
    wishes = _wishes(hotel, links) if hotel else "Please provide a valid id_property."
    if isinstance(wishes, str):
        return refuse(400, 404, wishes)
    chosen: list[tuple[TypeWish, list[Room]]] = []
    for wish in wishes:
        rooms = house.free_rooms(wish)
        if rooms is None:
            return refuse(400, 404, "Requested room(s) not available.")
        chosen.append((wish, rooms))
    guest = _guest(links.part("customer_detail"))
    if not _EMAIL.fullmatch(guest.email):
        return Answer(status=200, body=b"Fatal error", content_type=HTML, speaker="php")
    names = (guest.firstname, guest.lastname)
    if not all(map(_NAME.fullmatch, names)) or not _PHONE.fullmatch(guest.phone):
        return crashed()
    return _written(house, posted, guest, chosen, now)


def _problem(house: House, posted: Node) -> str | None:
    detail = posted.part("associations").part("customer_detail")
    if posted.has("id"):
        return "id is forbidden when adding a new resource"
    if house.hotel(to_int(posted.text("id_property"))) is None:
        return "Please provide a valid id_property."
    if posted.text("currency") != house.currency:
        return "Please provide valid currency."
    if posted.text("booking_status") not in BOOKING_STATUSES:
        return "Invalid booking status."
    if posted.text("payment_status") not in PAYMENT_STATUSES:
        return "Invalid payment status."
    # The synopsis requires all four; the texts of the first two are guessed.
    for name in ("firstname", "lastname", "email", "phone"):
        if not detail.has(name):
            return f"Please provide a valid {name}."
    return None


def _guest(detail: Node) -> Guest:
    return Guest(
        firstname=detail.text("firstname"),
        lastname=detail.text("lastname"),
        email=detail.text("email"),
        phone=detail.text("phone"),
    )


def _wishes(hotel: Hotel, links: Node) -> list[TypeWish] | str:
    kinds = {kind.id: kind for kind in hotel.room_types}
    wishes: list[TypeWish] = []
    for one in links.items("room_types"):
        kind = kinds.get(to_int(one.text("id_room_type")))
        if kind is None:
            return "Invalid room type in the request"
        start = read_date(one.text("checkin_date"))
        end = read_date(one.text("checkout_date"))
        if start is None or end is None or start >= end:
            return "Invalid check in and check out dates in the request"
        rooms = [_room_wish(room) for room in one.items("rooms")]
        missing = to_int(one.text("number_of_rooms")) - len(rooms)
        rooms += [RoomWish() for _ in range(missing)]
        wishes.append(
            TypeWish(
                room_type=kind,
                date_from=start,
                date_to=end,
                rooms=tuple(rooms) or (RoomWish(),),
            )
        )
    return wishes or "Invalid room type in the request"


def _room_wish(room: Node) -> RoomWish:
    price = room.text("unit_price_without_tax")
    return RoomWish(
        room=to_int(room.text("id_room")) or None,
        children=to_int(room.text("child")) if room.has("child") else None,
        price=_money(price) if price else None,
    )


def _money(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0


def _written(
    house: House,
    posted: Node,
    guest: Guest,
    chosen: list[tuple[TypeWish, list[Room]]],
    now: datetime,
) -> Booking:
    prices = posted.part("associations").part("price_details")
    total = prices.text("total_price_with_tax")
    count = sum(len(rooms) for _, rooms in chosen)
    share = net_share(_money(total), house.tax_rate, count) if total else None
    customer = house.welcomes(guest, now)
    stays: list[Stay] = []
    for wish, rooms in chosen:
        for room, wanted in zip(rooms, wish.rooms, strict=True):
            price = price_of(wish, wanted, share)
            kind = wish.room_type
            children = kind.children if wanted.children is None else wanted.children
            stays.append(
                Stay(
                    id=house.next_stay + len(stays),
                    order=house.next_order,
                    customer=customer.id,
                    room=room,
                    date_from=wish.date_from,
                    date_to=wish.date_to,
                    # Posted adults are ignored: the type's base occupancy comes back.
                    adults=kind.adults,
                    children=children,
                    price=price,
                    tax=tax_on(price, house.tax_rate),
                )
            )
    remark = posted.text("remark")
    booking = Booking(
        id=house.next_order,
        hotel=to_int(posted.text("id_property")),
        currency=posted.text("currency"),
        customer=customer.id,
        booked_at=now,
        stays=tuple(stays),
        source=posted.text("source"),
        remarks=(remark,) if remark else (),
        total_paid=_money(prices.text("total_paid")),
    )
    house.adds(booking)
    return booking
