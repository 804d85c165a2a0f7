"""
Pure. Making a booking, in two steps: a check, and a write that does not check again.

What was booked between the two is oversold, as in the real thing. How a booking is
written down is `vouchers`' business, what may be asked for that of `wishes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.answers import Answer, Refusal, crashed
from demo.orders import read_booking
from demo.php import to_int
from demo.prices import net_share, price_of, tax_on
from demo.states import enters, posted_state
from demo.stays import Booking, Remark, Stay
from demo.wishes import NOT_AVAILABLE, money, read_guest, read_wishes, refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from demo.hotel import House
    from demo.orders import Node
    from demo.rooms import Room
    from demo.stays import Guest, TypeWish

# What an order's `payment` says where no method was posted.
NO_METHOD = "Order from API"
# Wishes, each with the rooms that were found for it.
Choice = list[tuple["TypeWish", "list[Room]"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A booking whose rooms were free when it was checked."""

    posted: Node
    guest: Guest
    choice: Choice


def check(house: House, body: bytes) -> Checked | Answer | Refusal:
    """Read a booking and choose its rooms; nothing is held for it."""
    posted = read_booking(body)
    if posted is None:
        return crashed()
    if posted.has("id"):
        return refused("id is forbidden when adding a new resource")
    wishes = read_wishes(house, posted)
    if isinstance(wishes, Refusal):
        return wishes
    choice = choose(house, wishes)
    if choice is None:
        return refused(NOT_AVAILABLE)
    guest = read_guest(posted)
    if isinstance(guest, Answer):
        return guest
    return Checked(posted=posted, guest=guest, choice=choice)


def choose(house: House, wishes: Iterable[TypeWish]) -> Choice | None:
    """Find free rooms for all wishes, None where one is missing."""
    choice: Choice = []
    for wish in wishes:
        rooms = house.free_rooms(wish)
        if rooms is None:
            return None
        choice.append((wish, rooms))
    return choice


def write(house: House, checked: Checked, now: datetime) -> Booking:
    """Write a booking; a second identical one is a second booking."""
    posted, links = checked.posted, checked.posted.part("associations")
    prices = links.part("price_details")
    total = prices.text("total_price_with_tax")
    count = sum(len(rooms) for _, rooms in checked.choice)
    share = net_share(money(total), house.tax_rate, count) if total else None
    customer = house.welcomes(checked.guest, now)
    order = house.next_order
    remark = posted.text("remark")
    booking = Booking(
        id=order,
        hotel=to_int(posted.text("id_property")),
        currency=posted.text("currency"),
        customer=customer.id,
        booked_at=now,
        stays=new_stays(house, order, customer.id, checked.choice, now, share=share),
        source=posted.text("source"),
        remarks=(Remark(remark, now),) if remark else (),
        total_paid=money(prices.text("total_paid")),
        payment=links.part("payment_detail").text("payment_method") or NO_METHOD,
    )
    state = posted_state(posted.text("booking_status"), posted.text("payment_status"))
    enters(house, booking, state, now)
    return house.bookings[order]


def new_stays(
    house: House,
    order: int,
    customer: int,
    choice: Choice,
    now: datetime,
    *,
    share: float | None = None,
) -> tuple[Stay, ...]:
    """Make the stays of a choice; `share` is each room's part of a posted total."""
    stays: list[Stay] = []
    for wish, rooms in choice:
        kind = wish.room_type
        nights = house.nights_price(kind, wish.date_from, wish.date_to)
        for room, wanted in zip(rooms, wish.rooms, strict=True):
            price = price_of(wanted, share, nights)
            children = kind.children if wanted.children is None else wanted.children
            stays.append(
                Stay(
                    id=house.next_stay + len(stays),
                    order=order,
                    customer=customer,
                    room=room,
                    date_from=wish.date_from,
                    date_to=wish.date_to,
                    # Posted adults are ignored: the type's base occupancy comes back.
                    adults=kind.adults,
                    children=children,
                    price=price,
                    tax=tax_on(price, house.tax_rate),
                    added_at=now,
                    changed_at=now,
                    is_back_order=bool(
                        house.stays_in(room, wish.date_from, wish.date_to)
                    ),
                )
            )
    return tuple(stays)
