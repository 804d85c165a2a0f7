"""Pure. Adds what a text says to what is known of the stay: the newest word counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agent.messages import NOTHING_SAID, Slots

if TYPE_CHECKING:
    from datetime import date

    from agent.dialogue.state import State
    from agent.messages import GuestWrote, Period, Understood


def merged(state: State, event: GuestWrote) -> State:
    """Replace what was said anew and keep the rest, the number of nights too."""
    said, known = event.understood.slots, state.slots
    checkin, nights, checkout = _stay(state, event)
    state = replace(
        state,
        slots=replace(
            known,
            checkin=checkin,
            checkout=checkout,
            adults=known.adults if said.adults is None else said.adults,
            children=known.children if said.children is None else said.children,
        ),
        nights=nights,
        period=_period(state, event.understood),
    )
    return _with_room(state, event)


def says_something(understood: Understood) -> bool:
    """Tell whether a text says anything of a stay."""
    return (
        understood.slots != NOTHING_SAID
        or understood.nights is not None
        or understood.room_word is not None
        or understood.is_past
        or understood.is_vague
        or understood.is_no_day
        or understood.is_reversed
        or understood.too_long is not None
    )


def leaves_too_early(known: Slots, said: Slots) -> bool:
    """Tell whether the guest wants to leave before the arrival that is known."""
    return (
        said.checkin is None
        and said.checkout is not None
        and known.checkin is not None
        and said.checkout <= known.checkin
    )


def _stay(
    state: State, event: GuestWrote
) -> tuple[date | None, int | None, date | None]:
    """Return arrival, length and departure; a departure may come before its arrival."""
    said, known = event.understood.slots, state.slots
    checkin = said.checkin or known.checkin
    nights = event.understood.nights or state.nights
    checkout = said.checkout
    if checkout is None and known.checkin is None and nights is None:
        checkout = known.checkout
    if checkin is None:
        return None, nights, checkout
    is_open = said.checkin is None and checkout is None and nights is None
    if state.asked == "checkout" and is_open:
        return checkin, None, None  # Too long a stay was said: none of one night.
    if checkout is not None and checkout > checkin:
        nights = (checkout - checkin).days
    return checkin, nights, checkin + timedelta(days=nights or event.default_nights)


def _period(state: State, said: Understood) -> Period | None:
    """Keep the month or week that is spoken of, until a day beyond it is said."""
    period, checkin = said.period or state.period, said.slots.checkin
    if period is None or checkin is None or period.first <= checkin <= period.last:
        return period
    return None


def _with_room(state: State, event: GuestWrote) -> State:
    """Take the room that the text names: by type, as the house does, or by number."""
    said = event.understood
    picked = next((room for room in state.offered if room.id == event.picked), None)
    number = said.number
    if (
        picked is None
        and state.asked == "room_type"
        and number is not None
        and 1 <= number <= len(state.offered)
    ):
        picked = state.offered[number - 1]
    if picked is not None:
        slots = replace(state.slots, room_type=picked.room_type)
        return replace(state, slots=slots, room_id=picked.id, room_word=None)
    named = said.slots.room_type
    if named is not None and named == state.slots.room_type:
        return state  # "Sí, la doble": the one of them that was picked stays.
    if named is not None:
        slots = replace(state.slots, room_type=named)
        return replace(state, slots=slots, room_id=None, room_word=None)
    if said.room_word is not None:
        slots = replace(state.slots, room_type=None)
        return replace(state, slots=slots, room_id=None, room_word=said.room_word)
    return state
