"""
Pure. The conversation: what is said and asked for, whatever happens.

`step` takes the state and one event and returns the next state with effects; the
runner performs them and brings their results back as events. To search, the check-in
and the adults must be known; they are asked for in that order, one question a turn.

There is no effect that creates a booking, so no path can: with the breaker closed the
front desk gets what the guest wants, otherwise it is refused and a person offered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias, assert_never

from agent.dates import next_day
from agent.messages import (
    NOTHING_SAID,
    AskBreaker,
    AskPms,
    BreakerTold,
    GuestWrote,
    HandOff,
    Intent,
    NothingToShow,
    Offer,
    Phrase,
    RoomsFound,
    Say,
    Search,
    Slots,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from agent.messages import Effect, Event, HandOffReason, Lang, Question, Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A conversation: `asked` is the question that is open."""

    lang: Lang = "es"
    slots: Slots = NOTHING_SAID
    asked: Question | None = None
    wants_booking: bool = False


Step: TypeAlias = tuple[State, list["Effect"]]

_QUESTIONS: dict[Question, Phrase] = {
    "checkin": Phrase.ASK_CHECKIN,
    "adults": Phrase.ASK_ADULTS,
}


def step(state: State, event: Event, now: datetime) -> Step:
    """Say what happens next; `now` is in the hotel's time zone."""
    match event:
        case GuestWrote():
            return _guest_wrote(state, event.understood, now.date())
        case BreakerTold():
            return _breaker_told(state, event)
        case RoomsFound():
            return _rooms_found(state, event)
        case NothingToShow():
            return replace(state, wants_booking=False), [
                Say(phrase=Phrase.CANNOT_CHECK)
            ]
        case _:
            assert_never(event)


def _guest_wrote(state: State, understood: Understood, today: date) -> Step:
    state = replace(
        state,
        lang=understood.lang or state.lang,
        slots=_not_past(state.slots, today),
    )
    match understood.intent:
        case Intent.HUMAN | Intent.CANCEL:
            reason: HandOffReason = (
                "asked" if understood.intent is Intent.HUMAN else "cancel"
            )
            return replace(state, asked=None, wants_booking=False), [
                HandOff(reason=reason, slots=state.slots),
                Say(phrase=Phrase.HANDED_OFF),
            ]
        case Intent.GREETING:
            return state, [Say(phrase=Phrase.GREETING)]
        case Intent.AVAILABILITY | Intent.BOOKING | Intent.OUT_OF_SCOPE:
            answered = _answered(state, understood, today)
            if answered is None and understood.intent is Intent.OUT_OF_SCOPE:
                return state, [Say(phrase=Phrase.HELP), *_open_question(state)]
            state = answered or state
            state = replace(
                state,
                slots=_merged(state.slots, understood.slots),
                wants_booking=state.wants_booking
                or understood.intent is Intent.BOOKING,
            )
            if understood.is_past:
                state = replace(
                    state, slots=replace(state.slots, checkin=None), asked="checkin"
                )
                return state, [Say(phrase=Phrase.DATE_IS_PAST), *_open_question(state)]
            return _go_on(state)
        case _:
            assert_never(understood.intent)


def _go_on(state: State) -> Step:
    """Take the next step of a search; a booking asks the breaker first, each turn."""
    if state.wants_booking:
        return state, [AskBreaker()]
    return _ask_or_search(state)


def _breaker_told(state: State, event: BreakerTold) -> Step:
    if event.state != "closed":
        refused = replace(state, wants_booking=False, asked=None)
        return refused, [Say(phrase=Phrase.BOOKING_REFUSED)]
    told_before = state.asked is not None
    state, effects = _ask_or_search(state)
    if state.asked and not told_before:
        return state, [Say(phrase=Phrase.BOOKING_BY_DESK), *effects]
    return state, effects


def _ask_or_search(state: State) -> Step:
    search = _search(state.slots)
    if search is not None:
        return replace(state, asked=None), [AskPms(search=search)]
    state = replace(state, asked="adults" if state.slots.checkin else "checkin")
    return state, _open_question(state)


def _rooms_found(state: State, found: RoomsFound) -> Step:
    search = _search(state.slots)
    if search is None:  # An answer to a question that nobody asked.
        return state, []
    effects: list[Effect] = [Offer(search=search, found=found)]
    if not state.wants_booking:
        return state, effects
    state = replace(state, wants_booking=False)
    if found.is_stale:
        # The PMS failed between the breaker's word and the search.
        return state, [*effects, Say(phrase=Phrase.BOOKING_REFUSED)]
    if not any(room.available for room in found.rooms):
        return state, effects
    return state, [
        *effects,
        HandOff(reason="booking", slots=state.slots),
        Say(phrase=Phrase.BOOKING_NOTED),
    ]


def _search(slots: Slots) -> Search | None:
    if slots.checkin is None or slots.adults is None:
        return None
    return Search(
        checkin=slots.checkin,
        checkout=slots.checkin + timedelta(days=slots.nights or 1),
        adults=slots.adults,
        children=slots.children or 0,
    )


def _open_question(state: State) -> list[Effect]:
    return [Say(phrase=_QUESTIONS[state.asked])] if state.asked else []


def _answered(state: State, understood: Understood, today: date) -> State | None:
    """Give a bare number to the question that is open, if it answers it."""
    number = understood.number
    if not number:
        return None
    if state.asked == "adults":
        return replace(state, slots=replace(state.slots, adults=number))
    # "2 y un bebé" is no day.
    is_day = state.asked == "checkin" and understood.slots == NOTHING_SAID
    if is_day and (checkin := next_day(number, today)):
        return replace(state, slots=replace(state.slots, checkin=checkin))
    return None


def _merged(known: Slots, said: Slots) -> Slots:
    """Replace what was said anew and keep the rest, the number of nights too."""

    def newest(new: int | None, old: int | None) -> int | None:
        return old if new is None else new

    return Slots(
        checkin=said.checkin or known.checkin,
        nights=newest(said.nights, known.nights),
        adults=newest(said.adults, known.adults),
        children=newest(said.children, known.children),
    )


def _not_past(slots: Slots, today: date) -> Slots:
    """Forget a check-in that went by while the conversation slept."""
    if slots.checkin is not None and slots.checkin < today:
        return replace(slots, checkin=None)
    return slots
