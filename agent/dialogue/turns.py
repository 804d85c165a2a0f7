"""Pure. What a guest's text does to the conversation, intent by intent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.dialogue.remarks import finds_it_dear, remark
from agent.dialogue.rooms import is_group, is_wish
from agent.dialogue.search import ask_next, check, go_on, open_question
from agent.dialogue.slots import leaves_too_early, merged, says_something
from agent.dialogue.state import (
    awake,
    fresh,
    search_of,
    settled_down,
    without_dates,
    without_room,
)
from agent.messages import (
    HandOff,
    Intent,
    Phrase,
    Say,
    TooLong,
)

if TYPE_CHECKING:
    from datetime import date

    from agent.dialogue.search import Step
    from agent.dialogue.state import State
    from agent.messages import Effect, GuestWrote, HandOffReason

_REQUESTS = frozenset(
    {Intent.AVAILABILITY, Intent.BOOKING, Intent.PRICE, Intent.ROOM_TYPES}
)

# Letters of a request that are kept until the rooms are known.
_LONGEST_NAMING = 200


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
    apart = _apart_from_the_stay(state, event)
    if apart is not None:
        return apart
    after = merged(state, event)
    if said.intent is Intent.HUMAN:
        return _hand_off(after, "asked")
    is_changed = _wish(after) != _wish(state) or says_something(
        replace(said, slots=replace(said.slots, room_type=None), room_word=None)
    )
    # "Avisame cuando se pueda reservar" asks for no booking now.
    is_told = state.asks_to_notify and event.wants_to_be_told and not is_changed
    is_dear = finds_it_dear(state, event) and not is_changed
    is_request = said.intent in _REQUESTS and not (is_told or is_dear)
    if is_request or (is_changed and not _is_plain_yes(state, event)):
        takes_a_room = after.room_id not in (None, state.room_id)
        state, effects = _request(state, after, event, today)
        if event.wants_several_rooms and not is_group(state):
            effects = [Say(phrase=Phrase.ONE_ROOM_EACH), *effects]
        # "El desayuno es para 2?", but not "2" or "la delux" after a list.
        elif said.intent is Intent.OUT_OF_SCOPE and not takes_a_room:
            effects = [Say(phrase=Phrase.OUT_OF_SCOPE), *effects]
        return state, effects
    if state.pending is not None and said.intent is not Intent.HELP:
        return check(state)
    return remark(state, event)


def _apart_from_the_stay(state: State, event: GuestWrote) -> Step | None:
    """Answer a text whose days and guests, if any, are not of this stay."""
    if event.understood.intent is Intent.CANCEL:
        return _hand_off(state, "cancel")
    if event.changes_a_booking and state.quote is None:
        return _hand_off(state, "change")
    if event.wants_time:
        return state, [Say(phrase=Phrase.TAKE_YOUR_TIME)]
    return None


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
        state = merged(_another_stay(before, event), event)
    is_unchanged = _wish(state) == _wish(before)
    if said.intent is Intent.PRICE and before.quote is not None and is_unchanged:
        return before, open_question(before)  # It tells the price.
    state = replace(state, wants_booking=_wants_booking(before, state, event))
    asks_anew = _asks_of_another_stay(before, state, event)
    if (asks_anew or said.intent is Intent.ROOM_TYPES) and not _names_a_room(event):
        state = without_room(state)
    state = replace(
        state,
        wants_kinds=said.intent is Intent.ROOM_TYPES or _names_a_room(event),
    )
    if said.too_long is not None:
        return _too_long(state, said.too_long)
    trouble = _trouble_with_dates(before, event)
    if trouble is not None:
        state = replace(without_dates(state), asks_to_notify=False, quote=None)
        state = replace(state, asked="checkin", offered=(), wants_kinds=False)
        return state, trouble
    if is_group(state):
        return _hand_off(state, "group")
    if state.wants_booking and state.room_id is None and event.naming:
        naming = f"{state.naming} {event.naming}".strip()[-_LONGEST_NAMING:]
        state = replace(state, naming=naming)
    return go_on(state, today)


def _hand_off(state: State, reason: HandOffReason) -> Step:
    reference = state.booked.reference if state.booked else None
    hand_off = HandOff(reason=reason, slots=state.slots, reference=reference)
    phrase = Phrase.GROUP_HANDED_OFF if reason == "group" else Phrase.HANDED_OFF
    return settled_down(state), [hand_off, Say(phrase=phrase)]


def _wants_booking(before: State, after: State, event: GuestWrote) -> bool:
    """Tell whether the guest books: by saying so, or by naming a room of an offer."""
    intent = event.understood.intent
    if intent is Intent.PRICE or _asks_of_another_stay(before, after, event):
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


def _asks_of_another_stay(before: State, after: State, event: GuestWrote) -> bool:
    """
    Tell a question for other days or guests from a correction of what is on the table.

    It is asked of the summary, or of what was refused and waits for the PMS.
    """
    is_on_the_table = before.quote is not None or (
        (before.asks_to_notify or before.waits_for_pms) and is_wish(before)
    )
    return (
        is_on_the_table
        and event.asks_what_is_free
        and event.understood.intent is Intent.AVAILABILITY
        and search_of(after.slots) != search_of(before.slots)
    )


def _names_a_room(event: GuestWrote) -> bool:
    said = event.understood
    return bool(event.picked or said.slots.room_type or said.room_word)


def _is_plain_yes(state: State, event: GuestWrote) -> bool:
    """Tell whether a yes repeats what is on the table: "sí, la doble para dos"."""
    return event.understood.intent is Intent.CONFIRM_YES and _wish(
        merged(state, event)
    ) == _wish(state)


def _another_stay(booked: State, event: GuestWrote) -> State:
    """Begin a stay after a booking: of its days and guests, if the guest says so."""
    state = fresh(booked)
    if not event.wants_same_dates:
        return state
    slots = replace(booked.slots, room_type=None)
    return replace(state, slots=slots, nights=booked.nights)


def _changes_what_is_booked(event: GuestWrote) -> bool:
    """Tell a change of the stay that was just booked from a wish for another."""
    said = event.understood
    return (
        said.intent not in (Intent.BOOKING, Intent.PRICE, Intent.ROOM_TYPES)
        and (says_something(said) or event.picked is not None)
        and said.slots.checkin is None
        and not (said.is_vague or said.is_past or said.is_no_day or said.is_reversed)
        and not event.starts_over
        and not event.wants_same_dates
    )


def _trouble_with_dates(before: State, event: GuestWrote) -> list[Effect] | None:
    """Say what is wrong with the days that were said, and ask for others."""
    said = event.understood
    if said.slots.checkin is not None:
        return None
    if said.is_no_day:
        trouble = Phrase.NO_SUCH_DAY
    elif said.is_past:
        trouble = Phrase.DATE_IS_PAST
    elif said.is_vague:
        return [Say(phrase=Phrase.WHICH_DAYS)]
    elif said.is_reversed or leaves_too_early(before.slots, said.slots):
        trouble = Phrase.LEAVES_TOO_EARLY
    else:
        return None
    return [Say(phrase=trouble), Say(phrase=Phrase.ASK_CHECKIN)]


def _too_long(state: State, nights: int) -> Step:
    """Say how long a stay can be, and ask for its days; an arrival is kept."""
    slots = replace(state.slots, checkout=None)
    state = replace(state, slots=slots, nights=None, asks_to_notify=False, quote=None)
    state = replace(state, offered=(), wants_kinds=False)
    state, question = ask_next(state)
    if slots.checkin is None:
        question = [Say(phrase=Phrase.WHICH_DAYS)]
    return state, [TooLong(nights=nights), *question]


def _wish(state: State) -> tuple[object, ...]:
    return state.slots, state.nights, state.room_id, state.room_word
