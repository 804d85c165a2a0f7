"""
Pure. A yes, and what becomes of it: booked, refused, unknown and settled.

`Book` is asked for in one place: where the breaker was just told closed, for the very
quote that a summary showed and the guest's last text said yes to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from agent.dialogue.search import (
    ask_or_search,
    go_on,
    open_question,
    refused,
    rooms_found,
    summarised,
)
from agent.dialogue.state import Deal, Pending, settled_down, without_room
from agent.messages import (
    Book,
    BookingRefused,
    CheckBooking,
    HandOff,
    NotifyWhenBack,
    Phrase,
    Quote,
    Say,
    Slots,
    TellBooked,
)

if TYPE_CHECKING:
    from datetime import date

    from agent.dialogue.search import Step
    from agent.dialogue.state import State
    from agent.messages import BreakerState, RoomsFound


def breaker_told(state: State, breaker: BreakerState, today: date) -> Step:
    """Go on with what the breaker was asked for."""
    is_closed = breaker == "closed"
    was_promised = state.waits_for_pms
    awaits, state = (
        state.awaits,
        replace(
            state,
            awaits=None,
            # Who is served again is not written to about it.
            waits_for_pms=state.waits_for_pms and not is_closed,
        ),
    )
    match awaits:
        case "breaker_to_collect":
            return ask_or_search(state, today) if is_closed else refused(state)
        case "breaker_to_book":
            return _booking(state) if is_closed else refused(state)
        case "breaker_to_notify":
            if not is_closed:
                return _notifying(state)
            return _tried_again(state, today, was_promised=was_promised)
        case "breaker_to_note":
            return _nothing_to_tell(state) if is_closed else _noted(state)
        case "breaker_to_offer":
            return (state, open_question(state)) if is_closed else _for_later(state)
        case "breaker_to_choose":
            return (state, open_question(state)) if is_closed else _put_off(state)
        case _:
            return state, []


def _tried_again(state: State, today: date, *, was_promised: bool) -> Step:
    """
    Go on with who would be told when the PMS is back, since it may be.

    Only a breaker that was not closed before tells that it is: one that has not opened
    yet stands before a PMS that has just begun to fail.
    """
    if was_promised:
        return pms_is_back(replace(state, waits_for_pms=True), today)
    return go_on(replace(state, asks_to_notify=False, wants_booking=True), today)


def _for_later(state: State) -> Step:
    """Say beneath an offer that it cannot be booked now."""
    not_now = Say(phrase=Phrase.NO_BOOKINGS_NOW)
    if state.asked is None:
        state = replace(state, asks_to_notify=True)
        return state, [not_now, *open_question(state)]
    return state, [not_now, Say(phrase=Phrase.ASK_ROOM_TYPE_FOR_LATER)]


def _put_off(state: State) -> Step:
    """Promise to write to who says yes to a list of which nothing can be booked now."""
    state, noted = _noted(state)
    return state, [Say(phrase=Phrase.NO_BOOKINGS_NOW), *noted]


def _nothing_to_tell(state: State) -> Step:
    return state, [Say(phrase=Phrase.PMS_WORKS), *open_question(state)]


def _notifying(state: State) -> Step:
    """Promise to write; "yes" to the one room on offer may have meant to book it."""
    meant_to_book = state.asks_to_notify and len(state.offered) == 1
    if meant_to_book:
        state = replace(state, room_id=state.offered[0].id)
    if state.asks_to_notify:
        state = settled_down(state)
    refusal = [Say(phrase=Phrase.BOOKING_REFUSED)] if meant_to_book else []
    state, noted = _noted(state)
    return state, [*refusal, *noted]


def _noted(state: State) -> Step:
    """Promise to write, once; a summary that a yes could accept is off the table."""
    if state.asked == "confirmation":
        state = replace(state, asked=None, quote=None)
    if state.waits_for_pms:
        return state, [Say(phrase=Phrase.ALREADY_NOTED)]
    state = replace(state, waits_for_pms=True)
    return state, [NotifyWhenBack(), Say(phrase=Phrase.WILL_NOTIFY)]


def _booking(state: State) -> Step:
    quote = state.quote
    if quote is None or state.pending is not None:
        return state, open_question(state)
    pending = Pending(quote=quote, key=state.key)
    state = replace(settled_down(state), pending=pending)
    return state, [Book(quote=quote, key=state.key)]


def booked(state: State, reference: str) -> Step:
    """Give the guest the booking's number."""
    pending = state.pending
    if pending is None:
        return state, []
    state = replace(
        settled_down(state),
        awaits=None,
        pending=None,
        booked=Deal(quote=pending.quote, reference=reference),
        deals=state.deals + 1,
        waits_for_pms=False,
    )
    return state, [TellBooked(quote=pending.quote, reference=reference)]


def booking_refused(state: State, event: BookingRefused, today: date) -> Step:
    """Say why nothing was booked, and offer again what there is now."""
    pending = state.pending
    if pending is None:
        return state, []
    state = replace(_back_to(state, pending), pending=None, awaits=None)
    match event.reason:
        case "pms_down":
            return refused(state)
        case "invalid":
            hand_off = HandOff(reason="booking", slots=state.slots)
            state = replace(state, wants_booking=False)
            return state, [hand_off, Say(phrase=Phrase.BOOKING_INVALID)]
        case "price":
            return _at_another_price(state, pending.quote, event.found, today)
        case "gone":
            return _gone(state, event.found, today)
        case _:
            assert_never(event.reason)


def _at_another_price(
    state: State, quote: Quote, found: RoomsFound | None, today: date
) -> Step:
    rooms = found.rooms if found else ()
    now = next((r for r in rooms if r.id == quote.room.id and r.available), None)
    if found is None or now is None:
        return _gone(state, found, today)
    quote = Quote(search=quote.search, room=now)
    return summarised(state, quote, found, [Say(phrase=Phrase.PRICE_CHANGED)])


def _gone(state: State, found: RoomsFound | None, today: date) -> Step:
    state = without_room(state)
    if found is None:
        state, effects = ask_or_search(state, today)
    else:
        state, effects = rooms_found(replace(state, awaits="rooms"), found, today)
    return state, [Say(phrase=Phrase.ROOM_GONE), *effects]


def booking_unknown(state: State) -> Step:
    """Say that it is being looked into; who did not ask is not told again."""
    awaits, state = state.awaits, replace(state, awaits=None)
    if state.pending is None or awaits == "check_unasked":
        return state, []
    is_known_to_the_guest = awaits == "check"
    return state, [
        Say(
            phrase=Phrase.STILL_BEING_CHECKED
            if is_known_to_the_guest
            else Phrase.BEING_CHECKED
        )
    ]


def booking_settled(state: State, reference: str | None, today: date) -> Step:
    """Tell what became of it; a booking that was not made can be made again."""
    pending = state.pending
    if reference is not None or pending is None:
        return booked(state, reference or "")
    state = replace(_back_to(state, pending), pending=None, awaits=None)
    state, effects = go_on(state, today)
    return state, [Say(phrase=Phrase.SURELY_NOT_BOOKED), *effects]


def check_is_due(state: State) -> Step:
    """Ask what became of the booking, without a word if that is still not known."""
    pending = state.pending
    if pending is None:
        return state, []
    state = replace(state, awaits="check_unasked")
    return state, [CheckBooking(quote=pending.quote, key=pending.key)]


def pms_is_back(state: State, today: date) -> Step:
    """Write once to who waits, and go on where the conversation stopped."""
    if not state.waits_for_pms:
        return state, []
    state = replace(
        state, waits_for_pms=False, asks_to_notify=False, wants_booking=True
    )
    state, effects = go_on(state, today)
    return state, [Say(phrase=Phrase.PMS_IS_BACK), *effects]


def _back_to(state: State, pending: Pending) -> State:
    """Return to the stay that was to be booked."""
    search, room = pending.quote.search, pending.quote.room
    return replace(
        settled_down(state),
        slots=Slots(
            checkin=search.checkin,
            checkout=search.checkout,
            adults=search.adults,
            children=search.children,
            room_type=room.room_type,
        ),
        nights=search.nights,
        room_id=room.id,
        room_word=None,
        wants_booking=True,
    )
