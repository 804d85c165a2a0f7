"""Pure. What a text that asks for no stay does: a yes, a no, thanks, a complaint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agent.dialogue.search import open_question
from agent.dialogue.state import settled_down
from agent.messages import AskBreaker, Intent, Phrase, Say, TellBooked

if TYPE_CHECKING:
    from agent.dialogue.search import Step
    from agent.dialogue.state import State
    from agent.messages import Effect, GuestWrote


def remark(state: State, event: GuestWrote) -> Step:
    """Answer what asks for no stay, and ask again what is open."""
    intent = event.understood.intent
    declined = _declined(state, event)
    if declined is not None:
        return declined
    # "Sí, avisame" to a summary books.
    may_be_told = (
        state.asks_to_notify
        or state.expects != "confirmation"
        or intent is not Intent.CONFIRM_YES
    )
    if event.wants_to_be_told and may_be_told and intent is not Intent.CONFIRM_NO:
        return _to_be_told(state)
    if finds_it_dear(state, event):
        return state, [Say(phrase=Phrase.PRICE_IS_FIXED), *open_question(state)]
    match intent:
        case Intent.CONFIRM_YES:
            # A yes to what was not shown yet is no yes: it is shown again.
            return _yes(state) if event.has_read else (state, open_question(state))
        case Intent.CONFIRM_NO:
            return _no(state)
        case Intent.GREETING:
            is_open = bool(open_question(state))
            phrase = Phrase.HELLO_AGAIN if is_open else Phrase.GREETING
        case Intent.HELP:
            phrase = Phrase.HELP
        case _ if event.says_bye:
            return settled_down(state), [Say(phrase=Phrase.GOODBYE)]
        case _:
            phrase = _small_talk(event)
    return state, [Say(phrase=phrase), *open_question(state)]


def _declined(state: State, event: GuestWrote) -> Step | None:
    """Take a no that says what it is to: a notice, a cancellation, a list."""
    if event.wants_no_word and (state.waits_for_pms or state.asks_to_notify):
        return _no_word(state)
    if event.keeps_booking:
        return state, [Say(phrase=Phrase.NOTHING_CANCELLED), *open_question(state)]
    if event.wants_none and state.offered and state.asked != "confirmation":
        # Another day is the best answer, so a bare number is one.
        state = replace(settled_down(state), asked="checkin")
        return state, [Say(phrase=Phrase.NONE_OF_THESE)]
    return None


def _small_talk(event: GuestWrote) -> Phrase:
    if event.wants_several_rooms:
        return Phrase.ONE_ROOM_EACH
    if event.says_a_name:
        return Phrase.NAME_IS_KNOWN
    return Phrase.WELCOME if event.says_thanks else Phrase.OUT_OF_SCOPE


def _to_be_told(state: State) -> Step:
    """Take the wish to be written to; who waits for it may be served by now."""
    if state.asks_to_notify or state.waits_for_pms:
        return replace(state, awaits="breaker_to_notify"), [AskBreaker()]
    return replace(state, awaits="breaker_to_note"), [AskBreaker()]


def _no_word(state: State) -> Step:
    """Take the promise to write back."""
    state = replace(state, waits_for_pms=False, asks_to_notify=False)
    return state, [Say(phrase=Phrase.WILL_NOT_NOTIFY), *open_question(state)]


def _yes(state: State) -> Step:
    """Take a yes for what was asked last, and for nothing else."""
    if state.asks_to_notify:
        return _to_be_told(state)
    if state.asked == "confirmation":
        return replace(state, awaits="breaker_to_book"), [AskBreaker()]
    if state.asked is None and len(state.offered) == 1:
        state = replace(state, room_id=state.offered[0].id, wants_booking=True)
        return replace(state, awaits="breaker_to_collect"), [AskBreaker()]
    if state.asked is None and state.booked is not None:
        return state, [_told_again(state)]
    if state.asked in (None, "room_type") and state.waits_for_pms:
        return _to_be_told(state)
    if state.asked == "room_type":
        # To "decime cuál te gusta y te aviso" it is a wish to be told.
        return replace(state, awaits="breaker_to_choose"), [AskBreaker()]
    question = open_question(state)
    return state, question or [Say(phrase=Phrase.HELP)]


def _no(state: State) -> Step:
    """Take a no: nothing is booked and nothing is open; what is known stays."""
    if state.waits_for_pms and state.expects not in ("room_type", "confirmation"):
        return _no_word(settled_down(state))
    phrase = Phrase.NOT_BOOKED if state.asked == "confirmation" else Phrase.AS_YOU_LIKE
    return settled_down(state), [Say(phrase=phrase)]


def _told_again(state: State) -> Effect:
    if state.booked is None:
        return Say(phrase=Phrase.HELP)
    return TellBooked(
        quote=state.booked.quote, reference=state.booked.reference, again=True
    )


def finds_it_dear(state: State, event: GuestWrote) -> bool:
    """Tell whether the guest only complains of the price on the table."""
    intent = event.understood.intent
    is_an_answer = intent is Intent.CONFIRM_YES or (
        intent is Intent.CONFIRM_NO and state.expects == "confirmation"
    )
    return event.finds_it_dear and bool(state.offered) and not is_an_answer
