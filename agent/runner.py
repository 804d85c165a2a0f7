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
    from datetime import tzinfo

    from agent.clock import Clock
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
    from agent.sessions import Session, Sessions

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


class Runner:
    """Holds the conversations of all guests."""

    def __init__(
        self,
        pms: Pms,
        sessions: Sessions,
        *,
        understander: Understander,
        zone: tzinfo,
        clock: Clock,
    ) -> None:
        self._pms = pms
        self._understander = understander
        self._sessions = sessions
        self._zone = zone
        self._clock = clock

    async def converse(self, guest: Guest, text: str) -> Reply:
        """Return the reply to a guest's text."""
        session = self._session(guest)
        async with session.lock:
            now = self._clock.wall().astimezone(self._zone)
            understood = checked(
                self._understander.understand(text, now, session.state.asked),
                now.date(),
            )
            events: deque[Event] = deque([GuestWrote(understood=understood)])
            said: list[str] = []
            while events:
                # Kept after every step: a turn cut short loses none of its slots.
                session.state, effects = step(session.state, events.popleft(), now)
                for effect in effects:
                    event = await self._perform(effect, guest, session, said)
                    if event is not None:
                        events.append(event)
            return Reply(text="\n".join(said))

    def phrase(self, guest: Guest, phrase: Phrase) -> str:
        """Say a phrase in the guest's language, apart from the conversation."""
        return render(Say(phrase=phrase), self._session(guest).state.lang)

    def _session(self, guest: Guest) -> Session:
        return self._sessions.of(guest.address, self._clock.monotonic())

    async def _perform(
        self, effect: Effect, guest: Guest, session: Session, said: list[str]
    ) -> Event | None:
        match effect:
            case Say() | Offer():
                said.append(render(effect, session.state.lang))
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
