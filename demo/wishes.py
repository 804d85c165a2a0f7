"""
Pure. What a posted booking asks for, and QloApps' refusals in its order of checks.

The refusals' code is 404 though their status is 400. A bad name crashes PHP and a bad
e-mail address ends it with "Fatal error": both look like the shop's fault and are the
client's. Called by `bookings` and `changes`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from demo.answers import Answer, Refusal, crashed, fatal_error, refuse
from demo.php import to_int
from demo.searches import read_date
from demo.stays import Guest, RoomWish, TypeWish

if TYPE_CHECKING:
    from demo.hotel import House
    from demo.orders import Node
    from demo.rooms import Hotel

NOT_AVAILABLE = "Requested room(s) not available."
BOOKING_STATUSES = ("1", "2", "3", "4")
PAYMENT_STATUSES = ("1", "2", "3")

# Digits and signs as recorded; an emoji, which MariaDB's utf8 cannot store, by guess.
_NAME = re.compile(r'[^0-9!<>,;?=+()@#"°{}_$%:¤|\U00010000-\U0010ffff]+')
_PHONE = re.compile(r"[+0-9. ()/-]+")
_EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{}|~-][\w.!#$%&'*+/=?^`{}|~-]*@[\w.-]+\.\w+")


def refused(problem: str) -> Refusal:
    """Refuse as the resource `bookings` does."""
    return refuse(400, 404, problem)


def read_wishes(house: House, posted: Node) -> list[TypeWish] | Refusal:
    """Read which rooms are wanted, or refuse what is missing or wrong."""
    problem = _problem(house, posted)
    hotel = house.hotel(to_int(posted.text("id_property")))
    if problem is not None or hotel is None:
        return refused(problem or "Please provide a valid id_property.")
    wishes = _wishes(hotel, posted.part("associations"))
    return refused(wishes) if isinstance(wishes, str) else wishes


def read_guest(posted: Node) -> Guest | Answer:
    """Read who books; a crash or a fatal error where the shop cannot store them."""
    detail = posted.part("associations").part("customer_detail")
    guest = Guest(
        firstname=detail.text("firstname"),
        lastname=detail.text("lastname"),
        email=detail.text("email"),
        phone=detail.text("phone"),
    )
    if not _EMAIL.fullmatch(guest.email):
        return fatal_error()
    names = (guest.firstname, guest.lastname)
    if not all(map(_NAME.fullmatch, names)) or not _PHONE.fullmatch(guest.phone):
        return crashed()
    return guest


def money(text: str) -> float:
    """Read an amount; 0 where it is none."""
    try:
        return float(text)
    except ValueError:
        return 0


def _problem(house: House, posted: Node) -> str | None:
    detail = posted.part("associations").part("customer_detail")
    if house.hotel(to_int(posted.text("id_property"))) is None:
        return "Please provide a valid id_property."
    if posted.text("currency") != house.currency:
        return "Please provide valid currency."
    if posted.text("booking_status") not in BOOKING_STATUSES:
        return "Invalid booking status."
    if posted.text("payment_status") not in PAYMENT_STATUSES:
        return "Invalid payment status."
    # The synopsis requires all four; the texts but that of the e-mail are guessed.
    for name in ("firstname", "lastname", "email", "phone"):
        if not detail.has(name):
            return f"Please provide a valid {name}."
    return None


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
        price=money(price) if price else None,
    )
