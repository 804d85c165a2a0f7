"""
Pure. Holds what an understander says to what can be.

A grammar or a language model may be plugged in: whatever it makes of a text, the
dialogue sees real days in their order and not over, counts of people, and known types
of room. What breaks a rule is dropped, as if it had not been said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, get_args

from agent.messages import LONGEST_STAY, ROOM_TYPES, Intent, Lang, Slots

if TYPE_CHECKING:
    from agent.messages import Understood

MOST_GUESTS = 9999
MOST_NIGHTS = 9999


def checked(understood: Understood, today: date) -> Understood:
    """Return what holds of `understood`; confidence 0 where something did not."""
    slots = understood.slots
    checkin = slots.checkin if _is_day(slots.checkin, today) else None
    is_stay = slots.checkin is None or checkin is not None
    is_end = _is_day(slots.checkout, checkin or today) and slots.checkout != checkin
    checkout = slots.checkout if is_stay and is_end else None
    if checkin and checkout and (checkout - checkin).days > LONGEST_STAY:
        checkin = checkout = None
    holding = replace(
        understood,
        intent=Intent(understood.intent),
        slots=Slots(
            checkin=checkin,
            checkout=checkout,
            adults=_count(slots.adults, least=1, most=MOST_GUESTS),
            children=_count(slots.children, least=0, most=MOST_GUESTS),
            room_type=slots.room_type if slots.room_type in ROOM_TYPES else None,
        ),
        lang=understood.lang if understood.lang in get_args(Lang) else None,
        confidence=min(max(understood.confidence, 0.0), 1.0),
        nights=_count(understood.nights, least=1, most=LONGEST_STAY),
        too_long=_count(understood.too_long, least=LONGEST_STAY + 1, most=MOST_NIGHTS),
    )
    return holding if holding == understood else replace(holding, confidence=0.0)


def _is_day(day: date | None, not_before: date) -> bool:
    # A datetime is a date to Python, and would never equal one.
    return day is not None and type(day) is date and day >= not_before


def _count(count: int | None, *, least: int, most: int) -> int | None:
    return count if count is not None and least <= count <= most else None
