"""A conversation with the dialogue's core alone: what a guest says, what it does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from agent.dialogue.step import State, step
from agent.messages import (
    AskBreaker,
    AskPms,
    Book,
    Booked,
    BookingUnknown,
    BreakerTold,
    CheckBooking,
    GuestWrote,
    Intent,
    Phrase,
    Room,
    RoomsFound,
    Say,
    Slots,
    Understood,
)

if TYPE_CHECKING:
    from agent.messages import (
        BookingRefused,
        BookingSettled,
        BreakerState,
        Effect,
        Event,
        NothingToShow,
    )

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DOUBLE = Room(
    id=1,
    room_type="double",
    name="General Rooms",
    available=2,
    price=Decimal(300),
    currency="USD",
    max_adults=2,
    max_occupancy=3,
)
TRIPLE = replace(
    DOUBLE, id=2, room_type="triple", name="Triple", max_adults=3, max_occupancy=4
)
SUITE = replace(DOUBLE, id=3, room_type="suite", name="Suite", price=Decimal(900))
FOUND = RoomsFound(rooms=(DOUBLE, TRIPLE, SUITE))
STALE = replace(FOUND, is_stale=True, age_s=90)
BOOKED = Booked(reference="77")
UNKNOWN = BookingUnknown()
CHECKIN, CHECKOUT = date(2026, 12, 5), date(2026, 12, 8)
STAY = Slots(checkin=CHECKIN, checkout=CHECKOUT, adults=2)


@dataclass
class Talk:
    """One guest; the PMS finds, books and tells what it is set to."""

    state: State = field(default_factory=State)
    found: RoomsFound | NothingToShow = FOUND
    breaker: BreakerState = "closed"
    outcome: Booked | BookingRefused | BookingUnknown = BOOKED
    settled: BookingSettled | BookingUnknown = UNKNOWN
    turns: int = 0
    books: list[Book] = field(default_factory=list[Book])

    def says(
        self, intent: Intent = Intent.AVAILABILITY, /, **said: object
    ) -> list[Effect]:
        """
        Let the guest say something; `said` are slots, or fields of `Understood`.

        Without an intent it is a wish for a stay. The effects of the turn come back.
        """
        slots = {k: said.pop(k) for k in list(said) if k in Slots.__dataclass_fields__}
        event = {
            k: said.pop(k) for k in list(said) if k in GuestWrote.__dataclass_fields__
        }
        self.turns += 1
        understood = Understood(intent=intent, slots=Slots(**slots), **said)  # type: ignore[arg-type]
        return self.hears(
            GuestWrote(understood=understood, key=f"key-{self.turns}", **event)  # type: ignore[arg-type]
        )

    def hears(self, event: Event) -> list[Effect]:
        """Tell the dialogue an event, and all that comes of what it asks for."""
        events = deque([event])
        done: list[Effect] = []
        while events:
            self.state, effects = step(self.state, events.popleft(), NOW)
            done += effects
            results = (self._result(effect) for effect in effects)
            events += (result for result in results if result is not None)
        return done

    def _result(self, effect: Effect) -> Event | None:
        match effect:
            case AskPms():
                return self.found
            case AskBreaker():
                return BreakerTold(state=self.breaker)
            case Book():
                self.books.append(effect)
                return self.outcome
            case CheckBooking():
                return self.settled
            case _:
                return None


def phrases(effects: list[Effect]) -> list[Phrase]:
    """Return the phrases that were said."""
    return [effect.phrase for effect in effects if isinstance(effect, Say)]
