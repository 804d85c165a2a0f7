"""Pure. What a guest's text does to the conversation, intent by intent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.dialogue_rooms import is_wish
from agent.dialogue_search import ask_next, check, go_on, open_question
from agent.dialogue_slots import leaves_too_early, merged, says_something
from agent.dialogue_state import (
    awake,
    fresh,
    search_of,
    settled_down,
    without_dates,
    without_room,
)
from agent.messages import (
    AskBreaker,
    HandOff,
    Intent,
    Phrase,
    Say,
    TellBooked,
)

if TYPE_CHECKING:
    from datetime import date

    from agent.dialogue_search import Step
    from agent.dialogue_state import State
    from agent.messages import Effect, GuestWrote, HandOffReason

_REQUESTS = frozenset(
    {Intent.AVAILABILITY, Intent.BOOKING, Intent.PRICE, Intent.ROOM_TYPES}
)


def guest_wrote(state: State, event: GuestWrote, today: date) -> Step:
    """Answer a text; whatever it is, something is said."""
    said = event.understood
    state = replace(
        awake(state, today), lang=said.lang or state.lang, key=event.key, awaits=None
    )
    if event.starts_over:
        state = fresh(state)
        if not says_something(said):
            state, question = ask_next(state)
            return state, [Say(phrase=Phrase.STARTED_OVER), *question]
    if said.intent is Intent.CANCEL:  # Its days are those of another stay.
        return _hand_off(state, "cancel")
    if event.changes_a_booking and state.quote is None:
        return _hand_off(state, "change")
    after = merged(state, event)
    if said.intent is Intent.HUMAN:
        return _hand_off(after, "asked")
    is_changed = _wish(after) != _wish(state) or says_something(
        replace(said, slots=replace(said.slots, room_type=None), room_word=None)
    )
    # "Avisame cuando se pueda reservar" asks for no booking now.
    is_told = state.asks_to_notify and event.wants_to_be_told and not is_changed
    is_request = said.intent in _REQUESTS and not is_told
    if is_request or (is_changed and not _is_plain_yes(state, event)):
        takes_a_room = after.room_id not in (None, state.room_id)
        state, effects = _request(state, after, event, today)
        # "El desayuno es para 2?", but not "2" or "la delux" after a list.
        if said.intent is Intent.OUT_OF_SCOPE and not takes_a_room:
            return state, [Say(phrase=Phrase.OUT_OF_SCOPE), *effects]
        return state, effects
    if state.pending is not None and said.intent is not Intent.HELP:
        return check(state)
    return _remark(state, event)


def tapped_late(state: State, today: date) -> Step:
    """Do nothing of what the old button says, and show again what is open."""
    state = awake(state, today)
    if state.pending is not None:
        return check(state)
    question = open_question(state) or [Say(phrase=Phrase.HELP)]
    return state, [Say(phrase=Phrase.TAPPED_LATE), *question]


def _request(before: State, state: State, event: GuestWrote, today: date) -> Step:
    """Follow a wish for a stay, or a correction of one."""
    said = event.understood
    if before.booked is not None:
        if _changes_what_is_booked(event):
            return _hand_off(state, "change")
        state = merged(fresh(before), event)
    is_unchanged = _wish(state) == _wish(before)
    if said.intent is Intent.PRICE and before.quote is not None and is_unchanged:
        return before, open_question(before)  # It tells the price.
    state = replace(state, wants_booking=_wants_booking(before, state, event))
    if said.intent is Intent.ROOM_TYPES and not _names_a_room(event):
        state = without_room(state)
    state = replace(
        state,
        wants_kinds=said.intent is Intent.ROOM_TYPES or _names_a_room(event),
    )
    trouble = _trouble_with_dates(before, event)
    if trouble is not None:
        state = replace(without_dates(state), asks_to_notify=False, quote=None)
        state = replace(state, asked="checkin", offered=(), wants_kinds=False)
        question = () if trouble is Phrase.WHICH_DAYS else open_question(state)
        return state, [Say(phrase=trouble), *question]
    return go_on(state, today)


def _remark(state: State, event: GuestWrote) -> Step:
    """Answer what asks for no stay, and ask again what is open."""
    if state.asks_to_notify and event.wants_to_be_told:
        return _yes(state)
    if event.wants_to_be_told and state.expects != "confirmation":
        return replace(state, awaits="breaker_to_note"), [AskBreaker()]
    match event.understood.intent:
        case Intent.CONFIRM_YES:
            return _yes(state)
        case Intent.CONFIRM_NO:
            return _no(state)
        case Intent.GREETING:
            is_open = bool(open_question(state))
            phrase = Phrase.HELLO_AGAIN if is_open else Phrase.GREETING
        case Intent.HELP:
            phrase = Phrase.HELP
        case _:
            phrase = Phrase.WELCOME if event.says_thanks else Phrase.OUT_OF_SCOPE
    return state, [Say(phrase=phrase), *open_question(state)]


def _yes(state: State) -> Step:
    """Take a yes for what was asked last, and for nothing else."""
    if state.asks_to_notify:
        return replace(state, awaits="breaker_to_notify"), [AskBreaker()]
    if state.asked == "confirmation":
        return replace(state, awaits="breaker_to_book"), [AskBreaker()]
    if state.asked is None and len(state.offered) == 1:
        state = replace(state, room_id=state.offered[0].id, wants_booking=True)
        return replace(state, awaits="breaker_to_collect"), [AskBreaker()]
    if state.asked is None and state.booked is not None:
        return state, [_told_again(state)]
    if state.asked is None and state.waits_for_pms:
        return replace(state, awaits="breaker_to_notify"), [AskBreaker()]
    question = open_question(state)
    return state, question or [Say(phrase=Phrase.HELP)]


def _no(state: State) -> Step:
    """Take a no: nothing is booked and nothing is open; what is known stays."""
    phrase = Phrase.NOT_BOOKED if state.asked == "confirmation" else Phrase.AS_YOU_LIKE
    return settled_down(state), [Say(phrase=phrase)]


def _hand_off(state: State, reason: HandOffReason) -> Step:
    reference = state.booked.reference if state.booked else None
    hand_off = HandOff(reason=reason, slots=state.slots, reference=reference)
    return settled_down(state), [hand_off, Say(phrase=Phrase.HANDED_OFF)]


def _told_again(state: State) -> Effect:
    if state.booked is None:
        return Say(phrase=Phrase.HELP)
    return TellBooked(
        quote=state.booked.quote, reference=state.booked.reference, again=True
    )


def _wants_booking(before: State, after: State, event: GuestWrote) -> bool:
    """Tell whether the guest books: by saying so, or by naming a room of an offer."""
    intent = event.understood.intent
    if intent is Intent.PRICE:
        return False
    # Who was refused one room, or said no to its summary, may take another.
    was_refused = before.asks_to_notify and is_wish(before)
    takes_one = (
        (bool(before.offered) or was_refused or before.room_id is not None)
        and is_wish(after)
        and search_of(before.slots) == search_of(after.slots)
        and (_names_a_room(event) or _wish(after) != _wish(before))
    )
    return intent is Intent.BOOKING or before.wants_booking or takes_one


def _names_a_room(event: GuestWrote) -> bool:
    said = event.understood
    return bool(event.picked or said.slots.room_type or said.room_word)


def _is_plain_yes(state: State, event: GuestWrote) -> bool:
    """Tell whether a yes repeats what is on the table: "sí, la doble para dos"."""
    return event.understood.intent is Intent.CONFIRM_YES and _wish(
        merged(state, event)
    ) == _wish(state)


def _changes_what_is_booked(event: GuestWrote) -> bool:
    """Tell a change of the stay that was just booked from a wish for another."""
    said = event.understood
    return (
        said.intent not in (Intent.BOOKING, Intent.PRICE, Intent.ROOM_TYPES)
        and (says_something(said) or event.picked is not None)
        and said.slots.checkin is None
        and not (said.is_vague or said.is_past or event.starts_over)
    )


def _trouble_with_dates(before: State, event: GuestWrote) -> Phrase | None:
    said = event.understood
    if said.slots.checkin is not None:
        return None
    if said.is_past:
        return Phrase.DATE_IS_PAST
    if said.is_vague:
        return Phrase.WHICH_DAYS
    if leaves_too_early(before.slots, said.slots):
        return Phrase.LEAVES_TOO_EARLY
    return None


def _wish(state: State) -> tuple[object, ...]:
    return state.slots, state.nights, state.room_id, state.room_word
