"""
Pure. Changing and cancelling: `PUT /api/bookings`, `POST /api/order_histories`.

A change names its booking in the body and brings all of it: rooms that are not listed
are removed, new ones are added, a new remark is appended.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from demo.answers import Answer, Refusal, crashed, refuse, unmodelled
from demo.bookings import choose, new_stays
from demo.orders import read_booking, read_element
from demo.php import to_int
from demo.states import enters, put_state
from demo.stays import Remark
from demo.wishes import NOT_AVAILABLE, read_guest, read_wishes, refused

if TYPE_CHECKING:
    from datetime import datetime

    from demo.hotel import House
    from demo.stays import Booking, History, RoomWish, Stay, TypeWish


def change(house: House, body: bytes, now: datetime) -> Booking | Answer | Refusal:
    """Change a booking to what the body says, or cancel it."""
    posted = read_booking(body)
    if posted is None:
        return crashed()
    if not posted.has("id"):
        return refused("id is required with PUT requests.")
    booking = house.bookings.get(to_int(posted.text("id")))
    if booking is None:
        return refused("Booking not found.")
    wishes = read_wishes(house, posted)
    if isinstance(wishes, Refusal):
        return wishes
    kept, missing = _compare(booking, wishes)
    choice = choose(house, missing)
    if choice is None:
        return refused(NOT_AVAILABLE)
    guest = read_guest(posted)
    if isinstance(guest, Answer):
        return guest
    house.welcomes(guest, now)
    added = new_stays(house, booking.id, booking.customer, choice, now)
    remarks = booking.remarks
    remark = posted.text("remark")
    if remark.strip() and remark not in [one.text for one in remarks]:
        remarks = (*remarks, Remark(remark, now))
    changed = replace(booking, stays=(*kept, *added), remarks=remarks, changed_at=now)
    state = put_state(posted.text("booking_status"))
    if state == booking.state:
        house.changes(changed)
    else:
        enters(house, changed, state, now)
    return house.bookings[booking.id]


def add_history(house: House, body: bytes, now: datetime) -> History | Answer | Refusal:
    """Move an order to another state, as the back office does."""
    posted = read_element(body, "order_history")
    if isinstance(posted, Refusal):
        return posted
    for name in ("id_order_state", "id_order"):
        if not posted.has(name):
            return refuse(400, 41, f'parameter "{name}" required')
    booking = house.bookings.get(to_int(posted.text("id_order")))
    if booking is None:
        return unmodelled("the history of an order that does not exist")
    return enters(house, booking, to_int(posted.text("id_order_state")), now)


def _compare(
    booking: Booking, wishes: list[TypeWish]
) -> tuple[list[Stay], list[TypeWish]]:
    """Part what is wished into the booking's own stays and what it lacks."""
    left = list(booking.stays)
    kept: list[Stay] = []
    missing: list[TypeWish] = []
    for wish in wishes:
        lacking: list[RoomWish] = []
        # Named rooms first, lest an unnamed wish takes them.
        for wanted in sorted(wish.rooms, key=lambda room: room.room is None):
            own = next((s for s in left if _fits(s, wish, wanted.room)), None)
            if own is None:
                lacking.append(wanted)
            else:
                left.remove(own)
                kept.append(own)
        if lacking:
            missing.append(replace(wish, rooms=tuple(lacking)))
    return kept, missing


def _fits(stay: Stay, wish: TypeWish, room: int | None) -> bool:
    """Say whether a stay is what is wished: the type, the nights, and the room."""
    return (
        (stay.room.type, stay.date_from, stay.date_to)
        == (wish.room_type.id, wish.date_from, wish.date_to)
    ) and room in (None, stay.room.id)
