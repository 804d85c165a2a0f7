"""Pure. The words around numbers, dates and prices, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """
    Templates; of two forms the first is for one, `ages` begin with none.

    `stale` is the runbook's notice: its words are fixed.
    """

    stay: str
    none_free: str
    price_note: str
    may_be_more: str
    kinds: str
    too_long: str
    summary: str
    total: str
    booked: str
    booked_again: str
    nights: tuple[str, str]
    adults: tuple[str, str]
    children: tuple[str, str]
    and_: str
    stale: str
    ages: tuple[str, str, str]
    room_types: Mapping[str, str]
    yes: str
    no: str
    person: str


def counted(forms: tuple[str, str], count: int) -> str:
    """Say how many: "1 noche", "2 noches"."""
    return forms[count != 1].format(n=count)
