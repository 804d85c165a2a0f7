"""
The hotel of the replay, what happens in it meanwhile, and what it was before.

The recorded hotel with rules of every kind; front desk and travel agents book in the
PMS itself, past any proxy. Called by `day`.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from demo import houses
from demo.replay.demand import draw_stay
from demo.rules import PriceRule, StayRule
from demo.stays import Booking, RoomWish, TypeWish
from demo.stays import Stay as RoomStay

if TYPE_CHECKING:
    import random
    from datetime import date, datetime

    from demo.hotel import House

FRIDAY, SATURDAY = 4, 5
BOOKED_BEFORE = 400
# Of a hundred changes by the front desk.
CANCELLATIONS, NEW_PRICES = 15, 5


@dataclass(slots=True)
class History:
    """A house, and copies of what it was; `at_s` when each began to be so."""

    house: House
    _states: list[tuple[float, House]] = field(default_factory=list)

    def keeps(self, at_s: float) -> None:
        """Remember the house as it is from now on."""
        self._states.append((at_s, deepcopy(self.house)))

    def between(self, from_s: float, to_s: float) -> list[House]:
        """Give all that the house was at some time in the period, the latest first."""
        found: list[House] = []
        for at_s, state in reversed(self._states):
            if at_s <= to_s:
                found.append(state)
            if at_s <= from_s:
                break
        return found


def make_house(dice: random.Random, now: datetime) -> House:
    """Build the hotel, booked for some hundred stays."""
    today = now.date()
    house = houses.build()
    general, delux, executive, luxury = (kind.id for kind in house.hotels[0].room_types)
    weekend = PriceRule(
        way="increase", value=12.5, is_percentage=True, weekdays=(FRIDAY, SATURDAY)
    )
    for kind in (general, delux, executive, luxury):
        house.price_rules[kind].append(weekend)
    season = (today + timedelta(days=30), today + timedelta(days=75))
    low = PriceRule(
        way="decrease", value=7.3, is_percentage=True, first=season[0], last=season[1]
    )
    feast = today + timedelta(days=37)
    house.price_rules[delux] += [
        low,
        PriceRule(way="fix", value=2222.22, first=feast, last=feast),
    ]
    house.price_rules[executive].append(PriceRule(way="decrease", value=99.99))
    house.stay_rules[luxury] += [
        StayRule(min_nights=2, max_nights=28),
        StayRule(min_nights=3, max_nights=10, first=season[0], last=season[1]),
    ]
    for _ in range(BOOKED_BEFORE):
        _books(house, dice, now)
    return house


def something_happens(house: House, dice: random.Random, now: datetime) -> None:
    """Let somebody book, cancel, or change a price, past any proxy."""
    chance = dice.randrange(100)
    if chance < CANCELLATIONS:
        order = dice.choice(sorted(house.bookings))
        booking = house.bookings[order]
        stays = tuple(replace(stay, is_refunded=True) for stay in booking.stays)
        house.changes(replace(booking, stays=stays))
    elif chance < CANCELLATIONS + NEW_PRICES:
        day = now.date() + timedelta(days=draw_stay(dice).lead_days)
        kind = dice.choice(sorted(house.price_rules))
        value = dice.randrange(1, 20) / 2
        rule = PriceRule(
            way="increase", value=value, is_percentage=True, first=day, last=day
        )
        house.price_rules[kind].insert(0, rule)
    else:
        _books(house, dice, now)


def _books(house: House, dice: random.Random, now: datetime) -> None:
    wish = draw_stay(dice)
    kind = dice.choice(house.hotels[0].room_types)
    checkin: date = now.date() + timedelta(days=wish.lead_days)
    checkout = checkin + timedelta(days=wish.nights)
    rooms = house.free_rooms(
        TypeWish(
            room_type=kind, date_from=checkin, date_to=checkout, rooms=(RoomWish(),)
        )
    )
    if not rooms:
        return
    order = house.next_order
    stay = RoomStay(
        id=house.next_stay,
        order=order,
        customer=1,
        room=rooms[0],
        date_from=checkin,
        date_to=checkout,
        added_at=now,
    )
    house.adds(
        Booking(
            id=order,
            hotel=1,
            currency=house.currency,
            customer=1,
            booked_at=now,
            stays=(stay,),
        )
    )
