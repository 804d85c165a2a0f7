"""Pure. What the calendar takes from the PMS, and the offers that it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldType:
    """A room type on one night as the PMS tells it; `free` has ids and numbers."""

    price: float
    price_with_tax: float
    free: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldNight:
    """One night as the PMS tells it, types in its order."""

    day: int
    currency: str
    total_rooms: int
    types: Mapping[str, ToldType]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSearch:
    """
    An answer to a guest's search: each type's free rooms, and what goes with them.

    `labels` are the types' names as XML has them, `names` as JSON has, `details` each
    room's entry, `root` what the links begin with: each where the format has it.
    `version` is the PMS's.
    """

    free: Mapping[str, frozenset[str]]
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    details: Mapping[str, str] = field(default_factory=dict[str, str])
    root: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeOffer:
    """A type's rooms for a stay, and what one of them costs for all of it."""

    id: str
    rooms: tuple[str, ...]
    price: float
    price_with_tax: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What nights say to a stay; `withheld` are the types that they do not know."""

    types: tuple[TypeOffer, ...]
    withheld: tuple[str, ...]
    total_rooms: int
    currency: str
    sent_at: float
