"""
Pure. The way to an offer or a summary: questions, the search, and what it found.

A booking asks the breaker first, each turn. While that is not closed the booking is
refused, and what the copies know is shown all the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from agent.dialogue.choice import named_in_part
from agent.dialogue.rooms import fits, is_wish, wished
from agent.dialogue.state import search_of, without_room
from agent.messages import (
    AskBreaker,
    AskPms,
    CheckBooking,
    Offer,
    Phrase,
    Quote,
    Say,
    Search,
    ShowKinds,
    Summarise,
)

if TYPE_CHECKING:
    from datetime import date

    from agent.dialogue.state import State
    from agent.messages import Effect, Room, RoomsFound

Step: TypeAlias = "tuple[State, list[Effect]]"

# As many as a list to tap can hold; a house has fewer types.
MOST_SHOWN = 10


def go_on(state: State, today: date) -> Step:
    """Take the next step towards what the guest wants."""
    if not state.wants_booking:
        return ask_or_search(state, today)
    if state.pending is not None:  # One booking at a time.
        return check(state)
    return replace(state, awaits="breaker_to_collect"), [AskBreaker()]


def check(state: State) -> Step:
    """Ask what became of the booking whose outcome is unknown."""
    pending = state.pending
    if pending is None:
        return state, []
    state = replace(state, awaits="check", wants_booking=False)
    return state, [CheckBooking(quote=pending.quote, key=pending.key)]


def ask_or_search(state: State, today: date) -> Step:
    """Search if arrival and adults are known, else ask for what is missing."""
    state = replace(state, asked=None, asks_to_notify=False, offered=(), quote=None)
    search = search_of(state.slots)
    if search is not None:
        return replace(state, wants_kinds=False, awaits="rooms"), [
            AskPms(search=search)
        ]
    if state.wants_kinds:
        # The house's types are in every answer, the sold out ones too.
        tonight = Search(checkin=today, checkout=today + timedelta(days=1), adults=1)
        return replace(state, awaits="kinds"), [AskPms(search=tonight)]
    return ask_next(state)


def ask_next(state: State) -> Step:
    """Ask for the first thing that a search lacks."""
    slots = state.slots
    if slots.checkin is None:
        state = replace(state, asked="checkin")
    else:
        state = replace(state, asked="adults" if slots.checkout else "checkout")
    return state, open_question(state)


def open_question(state: State) -> list[Effect]:
    """Ask again what is open; a summary is shown again with its question."""
    if state.asks_to_notify:
        return [Say(phrase=Phrase.ASK_TO_NOTIFY)]
    match state.asked:
        case "checkin":
            return [Say(phrase=Phrase.ASK_CHECKIN)]
        case "checkout":
            return [Say(phrase=Phrase.ASK_CHECKOUT)]
        case "adults":
            return [Say(phrase=Phrase.ASK_ADULTS)]
        case "room_type":
            return [Say(phrase=Phrase.ASK_ROOM_TYPE)]
        case "confirmation":
            summary: list[Effect] = (
                [Summarise(quote=state.quote)] if state.quote else []
            )
            return [*summary, Say(phrase=Phrase.ASK_CONFIRMATION)]
        case None:
            return [Say(phrase=Phrase.ASK_TO_BOOK)] if state.offered else []


def rooms_found(state: State, found: RoomsFound, today: date) -> Step:
    """Show what was found: one room's summary to who books it, else an offer."""
    awaits, state = state.awaits, replace(state, awaits=None)
    if awaits == "kinds":
        return _kinds_found(state, found, today)
    search = search_of(state.slots)
    if search is None or awaits not in ("rooms", "rooms_after_refusal"):
        return state, []  # An answer to a question that nobody asked.
    state, notes, rooms = _narrowed(_named(state, found), found, search)
    if awaits == "rooms_after_refusal":
        offer = _offer(search, rooms, found, today)
        state = replace(state, offered=_fitting(found, search)[:MOST_SHOWN])
        return asking_to_notify(state, [*notes, *([offer] if rooms else ())])
    if state.wants_booking and is_wish(state) and len(rooms) == 1:
        return summarised(state, Quote(search=search, room=rooms[0]), found, notes)
    return offered(state, _offer(search, rooms, found, today), notes)


def summarised(
    state: State, quote: Quote, found: RoomsFound, notes: list[Effect]
) -> Step:
    """Put a summary on the table; nothing else makes a quote that a yes can accept."""
    state = replace(
        state,
        slots=replace(state.slots, room_type=quote.room.room_type),
        room_id=quote.room.id,
        room_word=None,
        asked="confirmation",
        wants_booking=True,
        quote=quote,
        # Another one can still be named as the house does, or tapped.
        offered=_fitting(found, quote.search)[:MOST_SHOWN],
    )
    summary = Summarise(quote=quote, is_stale=found.is_stale, age_s=found.age_s)
    return state, [*notes, summary, Say(phrase=Phrase.ASK_CONFIRMATION)]


def offered(state: State, offer: Offer, notes: list[Effect]) -> Step:
    """Offer rooms; old ones ask the breaker whether they can be booked at all."""
    rooms, found = offer.rooms, offer.found
    if not rooms:
        if not all(fits(room, offer.search) for room in found.rooms):
            state = replace(state, asked="adults")
            return state, [*notes, Say(phrase=Phrase.TOO_MANY)]
        # Another day is the best answer, so a bare number is one.
        state = replace(state, asked="checkin")
        return state, [*notes, offer, Say(phrase=Phrase.OTHER_DATES)]
    state = replace(state, asked="room_type" if len(rooms) > 1 else None, offered=rooms)
    if found.is_stale:
        state = replace(state, awaits="breaker_to_offer")
        return state, [*notes, offer, AskBreaker()]
    return state, [*notes, offer, *open_question(state)]


def _offer(
    search: Search, rooms: tuple[Room, ...], found: RoomsFound, today: date
) -> Offer:
    years = {search.checkin.year, search.checkout.year}
    return Offer(
        search=search, rooms=rooms, found=found, with_year=years != {today.year}
    )


def refused(state: State) -> Step:
    """Refuse a booking: nothing is created, and what was said is kept."""
    search = search_of(state.slots)
    is_another_stay = state.quote is not None and state.quote.search != search
    was_shown = not is_another_stay and bool(
        state.offered or state.quote or is_wish(state)
    )
    effects: list[Effect] = [Say(phrase=Phrase.BOOKING_REFUSED)]
    state = replace(state, wants_booking=False, asked=None, quote=None)
    if search is None:
        state = replace(state, wants_kinds=False, offered=())
        state, question = ask_next(state)
        return state, [*effects, Say(phrase=Phrase.STILL_CAN_SHOW), *question]
    if was_shown:
        return asking_to_notify(state, effects)
    state = replace(state, awaits="rooms_after_refusal")
    return state, [*effects, AskPms(search=search)]


def nothing_to_show(state: State, today: date) -> Step:
    """Invent nothing: say so, and offer a person and to write when it is back."""
    awaits, state = state.awaits, replace(state, awaits=None)
    match awaits:
        case "kinds" if is_wish(state):
            return ask_or_search(replace(state, wants_kinds=False), today)
        case "kinds":
            state = replace(state, wants_kinds=False)
            return asking_to_notify(state, [Say(phrase=Phrase.CANNOT_CHECK)])
        case "rooms_after_refusal":
            return asking_to_notify(state, [])
        case "rooms":
            return asking_to_notify(state, [Say(phrase=Phrase.CANNOT_CHECK)])
        case _:
            return state, []


def asking_to_notify(state: State, effects: list[Effect]) -> Step:
    """Offer to write when the PMS is back; of several rooms one can be named yet."""
    offered = state.offered if len(state.offered) > 1 else ()
    state = replace(state, asked=None, offered=offered, quote=None)
    if state.waits_for_pms:
        return state, [*effects, Say(phrase=Phrase.ALREADY_NOTED)]
    state = replace(state, asks_to_notify=True)
    return state, [*effects, *open_question(state)]


def _narrowed(
    state: State, found: RoomsFound, search: Search
) -> tuple[State, list[Effect], tuple[Room, ...]]:
    """Return the free rooms that the guest wants; all that fit, and why, if none is."""
    fitting = _fitting(found, search)
    if not is_wish(state):
        return state, [], fitting[:MOST_SHOWN]
    suited = wished(state, fitting)
    if suited:
        return state, [], suited[:MOST_SHOWN]
    named = wished(state, found.rooms)
    if not named:
        phrase = _not_in_the_house(found)
    elif any(fits(room, search) for room in named):
        phrase = Phrase.ROOM_NOT_FREE
    else:
        phrase = Phrase.ROOM_TOO_SMALL
    return without_room(state), [Say(phrase=phrase)], fitting[:MOST_SHOWN]


def _named(state: State, found: RoomsFound) -> State:
    """Take the room that a booking request names in a word of the house's own."""
    rooms = wished(state, found.rooms) if is_wish(state) else found.rooms
    room_id = state.room_id or named_in_part(state.naming, rooms)
    return replace(state, naming="", room_id=room_id)


def _fitting(found: RoomsFound, search: Search) -> tuple[Room, ...]:
    return tuple(r for r in found.rooms if r.available > 0 and fits(r, search))


def _kinds_found(state: State, found: RoomsFound, today: date) -> Step:
    """Tell the kinds to who asked for them, or for one that the house has not."""
    effects: list[Effect] = [ShowKinds(rooms=found.rooms[:MOST_SHOWN])]
    if is_wish(state):
        if wished(state, found.rooms):
            effects = []
        else:
            effects = [Say(phrase=_not_in_the_house(found)), *effects]
            state = without_room(state)
    state, question = ask_or_search(replace(state, wants_kinds=False), today)
    return state, [*effects, *question]


def _not_in_the_house(found: RoomsFound) -> Phrase:
    return Phrase.ROOM_NOT_LISTED if found.is_incomplete else Phrase.NO_SUCH_ROOM
