"""Pure. Houses to stand in for: the recorded one, and any other as data."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from demo.hotel import House
from demo.rooms import Hotel, Room, RoomType
from demo.rules import Closure
from demo.stays import Customer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from demo.rules import PriceRule, StayRule

# Whom a fresh shop comes with.
FIRST_CUSTOMER = Customer(
    id=1,
    firstname="John",
    lastname="Doe",
    email="pub@qloapps.com",
    phone="0987654321",
)


@dataclass(frozen=True, slots=True)
class TypePlan:
    """
    A room type to build: name, price of a night without tax or fee, room numbers.

    `closed` names rooms that are out of service, from a night to another, which is
    not one of them.
    """

    name: str
    price: float
    rooms: Sequence[str]
    rules: Sequence[PriceRule] = ()
    stays: Sequence[StayRule] = ()
    closed: Sequence[tuple[str, date, date]] = ()


@dataclass(frozen=True, slots=True)
class HotelPlan:
    """A hotel to build."""

    name: str
    types: Sequence[TypePlan]
    city: str = "Demo City"


def _numbers(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}-{number}" for number in range(101, 106))


THE_HOTEL_PRIME = HotelPlan(
    "The Hotel Prime",
    (
        TypePlan("General Rooms", 1000, _numbers("GR")),
        TypePlan("Delux Rooms", 1500, _numbers("DR")),
        TypePlan("Executive Rooms", 2000, _numbers("ER")),
        TypePlan("Luxury Rooms", 2500, _numbers("LR")),
    ),
)


def build(
    plans: Iterable[HotelPlan] = (THE_HOTEL_PRIME,),
    *,
    currency: str = "USD",
    tax_rate: float = 0.04,
) -> House:
    """
    Build an empty house; without plans, the recorded one.

    Ids count from 1 over all hotels, as a database would give them. Rules and closures
    are the house's from then on, to be changed there.
    """
    plans = tuple(plans)
    type_ids, room_ids = count(1), count(1)
    hotels = tuple(
        Hotel(
            id=hotel_id,
            name=plan.name,
            city=plan.city,
            room_types=tuple(
                _room_type(one, next(type_ids), hotel_id, room_ids)
                for one in plan.types
            ),
        )
        for hotel_id, plan in enumerate(plans, 1)
    )
    house = House(
        hotels=hotels,
        currency=currency,
        tax_rate=tax_rate,
        customers={FIRST_CUSTOMER.id: FIRST_CUSTOMER},
        next_customer=FIRST_CUSTOMER.id + 1,
    )
    planned = [one for plan in plans for one in plan.types]
    kinds = [kind for hotel in hotels for kind in hotel.room_types]
    for one, kind in zip(planned, kinds, strict=True):
        house.price_rules[kind.id] = list(one.rules)
        house.stay_rules[kind.id] = list(one.stays)
        house.closures += _closures(one, kind)
    return house


def _closures(plan: TypePlan, kind: RoomType) -> list[Closure]:
    ids = {room.number: room.id for room in kind.rooms}
    return [
        Closure(room=ids[number], date_from=first, date_to=end)
        for number, first, end in plan.closed
    ]


def _room_type(
    plan: TypePlan, type_id: int, hotel_id: int, room_ids: Iterable[int]
) -> RoomType:
    return RoomType(
        id=type_id,
        hotel=hotel_id,
        name=plan.name,
        price=plan.price,
        rooms=tuple(
            Room(id=room_id, number=number, type=type_id, hotel=hotel_id)
            for number, room_id in zip(plan.rooms, room_ids, strict=False)
        ),
    )
