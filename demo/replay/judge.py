"""
Pure. Whether an answer is what the PMS would have said at the time of its data.

An answer that says `Age: 40` tells of some time in the last 40 s. Each of its rooms
must have been as it says, and each price, at some moment of that time; composed of
nights of different ages, not all at the same one. Called by `day`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# By how much a sum of nights may differ from a stay, a night and room (CONTRACT §8).
ROUNDING = 0.01
DUST = 1e-6


@dataclass(frozen=True, slots=True)
class Type:
    """A room type in an answer: its totals without and with tax, its free rooms."""

    prices: tuple[float, float]
    rooms: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ari:
    """An answer to a search: types by id, and how many rooms it counts."""

    types: dict[int, Type]
    total_rooms: int
    total_available: int


def read(body: bytes) -> Ari | None:
    """Read a JSON answer; None where it is no answer to a search."""
    try:
        found = json.loads(body)["hotel_ari"]
        types = {
            kind["id_room_type"]: Type(
                (kind["total_price"], kind["total_price_with_tax"]),
                frozenset(int(room) for room in kind["rooms"]["available"]),
            )
            for kind in found["room_types"]
        }
        return Ari(types, found["total_rooms"], found["total_available_rooms"])
    except (ValueError, KeyError, TypeError):
        return None


def is_right(
    said: Ari, possible: Sequence[Ari], *, is_partial: bool, slack: float
) -> bool:
    """
    Compare an answer with what the PMS would have said at each moment of its time.

    `slack` is what a price may be off. A partial answer may leave types out.
    """
    everywhere = possible[0].types
    if not is_partial:
        listed = sum(len(kind.rooms) for kind in said.types.values())
        counts = (said.total_rooms, said.total_available)
        if said.types.keys() != everywhere.keys():
            return False
        if counts != (possible[0].total_rooms, listed):
            return False
    return said.types.keys() <= everywhere.keys() and all(
        _type_is_right(kind, [one.types[number] for one in possible], slack)
        for number, kind in said.types.items()
    )


def _type_is_right(said: Type, possible: list[Type], slack: float) -> bool:
    always = frozenset.intersection(*(one.rooms for one in possible))
    ever = frozenset.union(*(one.rooms for one in possible))
    if not always <= said.rooms <= ever:
        return False
    for place, price in enumerate(said.prices):
        if not _is_near(price, [one.prices[place] for one in possible], slack):
            return False
    return True


def _is_near(price: float, possible: Iterable[float], slack: float) -> bool:
    low, high = min(possible), max(possible)
    return low - slack - DUST <= price <= high + slack + DUST
