"""Pure. A conversation: what is known of the stay, what is open, what is booked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from agent.messages import NOTHING_SAID, Search, Slots

if TYPE_CHECKING:
    from datetime import date

    from agent.messages import Lang, Period, Question, Quote, Room

# What the answer that the dialogue has asked for is wanted for.
Awaits: TypeAlias = Literal[
    "breaker_to_collect",
    "breaker_to_book",
    "breaker_to_notify",
    "breaker_to_note",
    "breaker_to_offer",
    "breaker_to_choose",
    "kinds",
    "rooms",
    "rooms_after_refusal",
    "check",
    "check_unasked",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A booking that was sent, or is about to be, and whose outcome is not known."""

    quote: Quote
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A booking that the PMS has."""

    quote: Quote
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """
    How far a conversation is.

    `nights` is the length that was said, kept where the arrival moves, `period` the
    month or week that was, while no day beyond it is. `deals` counts the bookings that
    were made. `room_id` is a room picked from the house's own, `room_word` a word for
    one that is no known type, `naming` words of a booking request of which one may be a
    room's own name, which is not known before rooms are found. `asked` is the question
    that is open; a yes answers it, or books the one room in `offered`, or lets the
    guest be notified (`asks_to_notify`). `quote` is the summary on the table: set only
    with the summary, gone with whatever changes the stay; then `offered` are the rooms
    that could be taken instead.
    `key` is that of the guest's last text.
    """

    lang: Lang = "es"
    slots: Slots = NOTHING_SAID
    nights: int | None = None
    period: Period | None = None
    room_id: int | None = None
    room_word: str | None = None
    naming: str = ""
    asked: Question | None = None
    asks_to_notify: bool = False
    wants_booking: bool = False
    wants_kinds: bool = False
    awaits: Awaits | None = None
    offered: tuple[Room, ...] = ()
    quote: Quote | None = None
    key: str = ""
    pending: Pending | None = None
    booked: Deal | None = None
    waits_for_pms: bool = False
    deals: int = 0

    @property
    def expects(self) -> Question | None:
        """The question that the guest's next text may answer."""
        if self.asks_to_notify or (self.asked is None and len(self.offered) == 1):
            return "confirmation"
        return self.asked


def search_of(slots: Slots) -> Search | None:
    """Return what can be asked of the PMS, None before days and adults are known."""
    if slots.checkin is None or slots.checkout is None or not slots.adults:
        return None
    return Search(
        checkin=slots.checkin,
        checkout=slots.checkout,
        adults=slots.adults,
        children=slots.children or 0,
    )


def settled_down(state: State) -> State:
    """Leave nothing open: no question, no list, no summary that a yes could accept."""
    return replace(
        state,
        asked=None,
        asks_to_notify=False,
        wants_booking=False,
        wants_kinds=False,
        naming="",
        offered=(),
        quote=None,
    )


def without_room(state: State) -> State:
    """Forget which room the guest wanted."""
    return replace(
        state,
        room_id=None,
        room_word=None,
        naming="",
        slots=replace(state.slots, room_type=None),
    )


def without_dates(state: State) -> State:
    """Forget the days; the length stays, for the days that come."""
    return replace(state, slots=replace(state.slots, checkin=None, checkout=None))


def awake(state: State, today: date) -> State:
    """Forget an arrival that went by while the conversation slept, and its summary."""
    if state.slots.checkin is None or state.slots.checkin >= today:
        return state
    return replace(without_dates(state), asked=None, offered=(), quote=None)


def fresh(state: State) -> State:
    """Begin anew; what was promised, and what may be booked, is not forgotten."""
    return State(
        lang=state.lang,
        key=state.key,
        pending=state.pending,
        waits_for_pms=state.waits_for_pms,
        deals=state.deals,
    )
