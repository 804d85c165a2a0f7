"""Pure. What nights and stays cost, in a search and in a booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.php import rounded
from demo.rules import rule_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from demo.rooms import RoomType
    from demo.rules import PriceRule
    from demo.stays import RoomWish

# How a price is shown, and how the database keeps it.
SHOWN_DIGITS = 2
KEPT_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Price:
    """A price without tax, and the same with it."""

    net: float
    gross: float


def quote(
    kind: RoomType,
    rules: Sequence[PriceRule],
    date_from: date,
    date_to: date,
    tax_rate: float,
) -> Price:
    """
    Give what a search says of one room for the whole period, fees included.

    The sum is rounded, and once: so a stay may cost 0.01 more or less for each night
    than its nights asked for one by one.
    """
    nights = nights_price(kind, rules, date_from, date_to, tax_rate)
    fee = kind.fee * (date_to - date_from).days
    return Price(
        rounded(nights.net + fee, SHOWN_DIGITS),
        rounded(nights.gross + fee * (1 + tax_rate), SHOWN_DIGITS),
    )


def nights_price(
    kind: RoomType,
    rules: Sequence[PriceRule],
    date_from: date,
    date_to: date,
    tax_rate: float,
) -> Price:
    """Sum the nights of one room by the rules, without fees and not rounded."""
    taxed = kind.price * (1 + tax_rate)
    net = gross = 0.0
    for number in range((date_to - date_from).days):
        rule = rule_for(rules, date_from + timedelta(days=number))
        net += rule.changes(kind.price, 0) if rule else kind.price
        gross += rule.changes(taxed, tax_rate) if rule else taxed
    return Price(net, gross)


def price_of(room: RoomWish, share: float | None, nights: Price) -> float:
    """
    Give the net price of one room of a booking for its whole stay.

    The room's own price, else its share of the total that was posted, else that of
    its nights: without the maintenance fee that a search quotes.
    """
    if room.price is not None:
        return room.price
    return round(nights.net, KEPT_DIGITS) if share is None else share


def net_share(total_with_tax: float, tax_rate: float, rooms: int) -> float:
    """Split a total with tax evenly over rooms, without tax."""
    return round(total_with_tax / (1 + tax_rate) / rooms, KEPT_DIGITS)


def tax_on(net: float, tax_rate: float) -> float:
    """Give the tax on a net price."""
    return round(net * tax_rate, KEPT_DIGITS)
