"""
Pure. The conversation: what is said and asked for, whatever happens.

`step` takes the state and one event and returns the next state with effects; the
runner performs them and brings their results back as events. To search, the check-in
and the adults must be known; to book, a room too, and a yes to the summary. They are
asked for in that order, one question a turn. A turn is in `turns`, the way to
an offer in `search`, and what a yes does in `bookings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from agent.dialogue.bookings import (
    booked,
    booking_refused,
    booking_settled,
    booking_unknown,
    breaker_told,
    check_is_due,
    pms_is_back,
)
from agent.dialogue.search import nothing_to_show, rooms_found
from agent.dialogue.state import State
from agent.dialogue.turns import guest_wrote, tapped_late
from agent.messages import (
    Booked,
    BookingRefused,
    BookingSettled,
    BookingUnknown,
    BreakerTold,
    CheckIsDue,
    GuestWrote,
    NothingToShow,
    PmsIsBack,
    RoomsFound,
    TappedLate,
)

if TYPE_CHECKING:
    from datetime import datetime

    from agent.dialogue.search import Step
    from agent.messages import Event

__all__ = ["State", "step"]


def step(  # noqa: C901, PLR0911  (one line an event)
    state: State, event: Event, now: datetime
) -> Step:
    """Say what happens next; `now` is in the hotel's time zone."""
    today = now.date()
    match event:
        case GuestWrote():
            return guest_wrote(state, event, today)
        case TappedLate():
            return tapped_late(state, today)
        case BreakerTold():
            return breaker_told(state, event.state, today)
        case RoomsFound():
            return rooms_found(state, event, today)
        case NothingToShow():
            return nothing_to_show(state, today)
        case Booked():
            return booked(state, event.reference)
        case BookingRefused():
            return booking_refused(state, event, today)
        case BookingUnknown():
            return booking_unknown(state)
        case BookingSettled():
            return booking_settled(state, event.reference, today)
        case CheckIsDue():
            return check_is_due(state)
        case PmsIsBack():
            return pms_is_back(state, today)
        case _:
            assert_never(event)
