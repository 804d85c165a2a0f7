from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.messages import LONGEST_STAY, ROOM_TYPES, Intent, Slots, Understood
from agent.understanding.validation import MOST_GUESTS, checked

TODAY = date(2026, 11, 24)
STAY = Slots(
    checkin=date(2026, 12, 5),
    checkout=date(2026, 12, 8),
    adults=2,
    children=0,
    room_type="double",
)
SAID = Understood(intent=Intent.BOOKING, slots=STAY, lang="es", number=2)


def test_what_holds_stays() -> None:
    """A sound understanding is handed on as it is."""
    assert checked(SAID, TODAY) == SAID


@pytest.mark.parametrize(
    ("wrong", "left"),
    [
        ({"checkin": date(2026, 11, 23)}, {"checkin": None, "checkout": None}),
        ({"checkout": date(2026, 12, 5)}, {"checkout": None}),
        ({"checkout": date(2026, 12, 4)}, {"checkout": None}),
        ({"checkout": date(2028, 12, 4)}, {"checkin": None, "checkout": None}),
        ({"adults": 0}, {"adults": None}),
        ({"adults": 10_000}, {"adults": None}),
        ({"children": -1}, {"children": None}),
        ({"room_type": "cabaña"}, {"room_type": None}),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_dropped(
    wrong: dict[str, object], left: dict[str, object]
) -> None:
    """One impossible slot is as if not said, and nobody trusts the whole."""
    said = replace(SAID, slots=replace(STAY, **wrong))  # type: ignore[arg-type]
    held = checked(said, TODAY)
    assert held.slots == replace(STAY, **left)  # type: ignore[arg-type]
    assert held.confidence == 0


DAYS = st.none() | st.dates()
COUNTS = st.none() | st.integers()


@given(DAYS, DAYS, COUNTS, COUNTS, COUNTS, st.none() | st.text())
def test_whatever_is_said(
    checkin: date | None,
    checkout: date | None,
    adults: int | None,
    children: int | None,
    nights: int | None,
    room_type: str | None,
) -> None:
    """Whatever an understander says, the dialogue gets what can be."""
    slots = Slots(
        checkin=checkin,
        checkout=checkout,
        adults=adults,
        children=children,
        room_type=room_type,
    )
    said = Understood(intent=Intent.PRICE, slots=slots, nights=nights)
    held = checked(said, TODAY)
    first, last = held.slots.checkin, held.slots.checkout
    assert first is None or first >= TODAY
    assert last is None or last >= (first or TODAY)
    assert first is None or last is None or 0 < (last - first).days <= LONGEST_STAY
    assert held.slots.adults in {None, *range(1, MOST_GUESTS + 1)}
    assert held.slots.children in {None, *range(MOST_GUESTS + 1)}
    assert held.slots.room_type in {None, *ROOM_TYPES}
    assert checked(held, TODAY).slots == held.slots
