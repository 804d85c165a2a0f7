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
    """
    A conversation: `asked` is the question that is open.

    `nights` is the length that was said, kept where the arrival moves.
    """

    lang: Lang = "es"
    slots: Slots = NOTHING_SAID
    nights: int | None = None
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
        case Intent.OUT_OF_SCOPE | Intent.HELP | Intent.CONFIRM_YES | Intent.CONFIRM_NO:
            return state, [Say(phrase=Phrase.HELP), *_open_question(state)]
        case Intent.AVAILABILITY | Intent.BOOKING | Intent.PRICE | Intent.ROOM_TYPES:
            state = _merged(state, understood)
            state = replace(
                state,
                wants_booking=state.wants_booking
                or understood.intent is Intent.BOOKING,
            )
            if understood.is_past:
                state = replace(
                    state,
                    slots=replace(state.slots, checkin=None, checkout=None),
                    asked="checkin",
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
        checkout=slots.checkout or slots.checkin + timedelta(days=1),
        adults=slots.adults,
        children=slots.children or 0,
    )


def _open_question(state: State) -> list[Effect]:
    return [Say(phrase=_QUESTIONS[state.asked])] if state.asked else []


def _merged(state: State, understood: Understood) -> State:
    """Replace what was said anew and keep the rest, the number of nights too."""
    known, said = state.slots, understood.slots

    def newest(new: int | None, old: int | None) -> int | None:
        return old if new is None else new

    checkin = said.checkin or known.checkin
    nights = understood.nights or state.nights
    if checkin and said.checkout and said.checkout > checkin:
        nights = (said.checkout - checkin).days
    return replace(
        state,
        slots=Slots(
            checkin=checkin,
            checkout=checkin + timedelta(days=nights) if checkin and nights else None,
            adults=newest(said.adults, known.adults),
            children=newest(said.children, known.children),
            room_type=said.room_type or known.room_type,
        ),
        nights=nights,
    )


def _not_past(slots: Slots, today: date) -> Slots:
    """Forget a check-in that went by while the conversation slept."""
    if slots.checkin is not None and slots.checkin < today:
        return replace(slots, checkin=None, checkout=None)
    return slots
