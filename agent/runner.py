"""Performs what the dialogue asks for, and feeds the results back as events."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol, assert_never

import structlog

from agent.dialogue import step
from agent.messages import (
    AskBreaker,
    AskPms,
    BreakerTold,
    GuestWrote,
    HandOff,
    Offer,
    Reply,
    Say,
)
from agent.replies import render
from agent.understanding.validation import checked

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from datetime import tzinfo

    from agent.clock import Clock
    from agent.dialogue import State
    from agent.messages import (
        Booked,
        BookingRefused,
        BookingSettled,
        BookingUnknown,
        BreakerState,
        Effect,
        Event,
        Guest,
        NothingToShow,
        Phrase,
        Quote,
        RoomsFound,
        Search,
        Understander,
    )

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Pms(Protocol):
    """What the runner asks of the PMS's side."""

    async def search(self, search: Search) -> RoomsFound | NothingToShow:
        """Ask which rooms are free."""
        ...

    async def breaker(self) -> BreakerState:
        """Ask how the breaker stands."""
        ...


class Bookings(Protocol):
    """
    How bookings are made, and what became of them asked.

    `guest` and `quote` are the same in `book` and `check`, letter for letter: the
    proxy knows a booking by its key and its whole body.
    """

    async def book(
        self, quote: Quote, guest: Guest, key: str
    ) -> Booked | BookingRefused | BookingUnknown:
        """Send the booking, if the breaker is closed and the quote still holds."""
        ...

    async def check(
        self, quote: Quote, guest: Guest, key: str
    ) -> BookingSettled | BookingUnknown:
        """Ask what became of a booking whose outcome is unknown."""
        ...


class Conversation(Protocol):
    """One guest's conversation, held for one turn."""

    state: State

    async def keep(self, state: State) -> None:
        """
        Remember how far the conversation is; what is kept outlives a crash.

        Called after every step of a turn, before what it asks for is done.
        """
        ...


class Conversations(Protocol):
    """Where conversations are kept."""

    def turn(self, guest: Guest) -> AbstractAsyncContextManager[Conversation]:
        """Hold a guest's conversation: the next turn of the same guest waits."""
        ...

    async def state(self, guest: Guest) -> State:
        """Return how far a guest's conversation is, whoever holds it."""
        ...


class Runner:
    """Plays the turns of all guests."""

    def __init__(
        self,
        pms: Pms,
        conversations: Conversations,
        *,
        understander: Understander,
        zone: tzinfo,
        clock: Clock,
    ) -> None:
        self._pms = pms
        self._understander = understander
        self._conversations = conversations
        self._zone = zone
        self._clock = clock

    async def converse(self, guest: Guest, text: str) -> Reply:
        """Return the reply to a guest's text."""
        async with self._conversations.turn(guest) as held:
            now = self._clock.wall().astimezone(self._zone)
            understood = checked(
                self._understander.understand(text, now, held.state.asked),
                now.date(),
            )
            events: deque[Event] = deque([GuestWrote(understood=understood)])
            said: list[str] = []
            while events:
                state, effects = step(held.state, events.popleft(), now)
                # Kept after every step: a turn cut short loses none of its slots.
                await held.keep(state)
                for effect in effects:
                    event = await self._perform(effect, guest, state, said)
                    if event is not None:
                        events.append(event)
            return Reply(text="\n".join(said))

    async def phrase(self, guest: Guest, phrase: Phrase) -> str:
        """Say a phrase in the guest's language, apart from the conversation."""
        state = await self._conversations.state(guest)
        return render(Say(phrase=phrase), state.lang)

    async def _perform(
        self, effect: Effect, guest: Guest, state: State, said: list[str]
    ) -> Event | None:
        match effect:
            case Say() | Offer():
                said.append(render(effect, state.lang))
            case AskPms():
                return await self._pms.search(effect.search)
            case AskBreaker():
                return BreakerTold(state=await self._pms.breaker())
            case HandOff():
                _log.info(
                    "guest.handed_off",
                    guest=shortened(guest),
                    reason=effect.reason,
                    checkin=effect.slots.checkin and str(effect.slots.checkin),
                    checkout=effect.slots.checkout and str(effect.slots.checkout),
                    adults=effect.slots.adults,
                    children=effect.slots.children,
                )
            case _:
                assert_never(effect)
        return None


def shortened(guest: Guest) -> str:
    """Name a guest in a log by the last digits only."""
    return f"…{guest.address[-3:]}"
