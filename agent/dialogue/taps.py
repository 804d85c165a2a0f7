"""
Pure. What a button or a row answers, so that a late tap answers nothing else.

Guests scroll up: "Sí" under yesterday's summary is no yes to today's. So each choice
names what it answers by the facts that were shown with it: the summary's stay, room and
price and how many bookings came before it, or a list's stay. That outlives a restart,
and all agents name it alike.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from agent.dialogue.state import search_of

if TYPE_CHECKING:
    from agent.dialogue.state import State
    from agent.messages import Quote, Search

# Of a button that is none of the agent's: nobody knows what it answers.
UNKNOWN = "unknown"
_NOTICE = "notice"
_LENGTH = 12


def answered_by(state: State) -> str:
    """Name what the choices beneath the open question answer; empty without one."""
    search = search_of(state.slots)
    if state.asks_to_notify:
        return _NOTICE
    if state.asked == "confirmation":
        return _summary(state.quote, state.deals) if state.quote else ""
    if search is None or not state.offered:
        return ""
    if state.asked == "room_type":
        return _list(search)
    return _digest("offer", _stay(search), state.offered[0].id)


def is_late(state: State, answers_to: str) -> bool:
    """
    Tell whether a tap answers what is not open any more; empty answers anything.

    Another row of the same stay's list is taken, and so is the tap that a booking was
    made by: it is told again, not made again.
    """
    return bool(answers_to) and answers_to not in _taken(state)


def _taken(state: State) -> frozenset[str]:
    taken = {answered_by(state)}
    search = search_of(state.slots)
    if search is not None and state.booked is None:
        taken.add(_list(search))
    if state.quote is None:
        if state.pending is not None:
            taken.add(_summary(state.pending.quote, state.deals))
        if state.booked is not None:
            taken.add(_summary(state.booked.quote, state.deals - 1))
        if state.waits_for_pms and state.expects is None:
            taken.add(_NOTICE)
    return frozenset(taken)


def _summary(quote: Quote, deals: int) -> str:
    stay, room = _stay(quote.search), quote.room
    return _digest("book", stay, room.id, room.price, room.currency, deals)


def _list(search: Search) -> str:
    return _digest("list", _stay(search))


def _stay(search: Search) -> str:
    return f"{search.checkin} {search.checkout} {search.adults} {search.children}"


def _digest(*facts: object) -> str:
    text = "\n".join(map(str, facts))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
