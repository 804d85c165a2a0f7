"""The shapes of what the runner needs from the outside: the PMS, bookings, a memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from agent.dialogue.step import State
    from agent.messages import (
        Booked,
        BookingRefused,
        BookingSettled,
        BookingUnknown,
        BreakerState,
        Guest,
        NothingToShow,
        Quote,
        RoomsFound,
        Search,
    )


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
