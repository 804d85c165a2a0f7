"""
Pure. The frozen values that the agent's parts hand to each other.

Three groups: what a guest said (`Understood`), what the dialogue is told (`Event`)
and what it asks for (`Effect`). None of them can create a booking. `Understander` is
the seam where another reader of texts, such as a language model, can be plugged in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

Lang: TypeAlias = Literal["es", "en", "pt"]
BreakerState: TypeAlias = Literal["closed", "open", "half_open", "unknown"]
Question: TypeAlias = Literal["checkin", "adults", "room_type", "confirmation"]
HandOffReason: TypeAlias = Literal["asked", "booking", "cancel"]

# The types of room that have a name here; which of them a house has is its own.
ROOM_TYPES = ("single", "double", "twin", "triple", "quadruple", "family", "suite")
LONGEST_STAY = 365


class Intent(StrEnum):
    """What a guest wants."""

    GREETING = "greeting"
    AVAILABILITY = "availability"
    BOOKING = "booking"
    PRICE = "price"
    ROOM_TYPES = "room_types"
    CONFIRM_YES = "confirm_yes"
    CONFIRM_NO = "confirm_no"
    CANCEL = "cancel"
    HELP = "help"
    HUMAN = "human"
    OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Whom to answer: a phone number, or the user id of a guest who hides it."""

    address: str
    is_phone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A text message as it came; `id` is WhatsApp's, the same on every delivery."""

    id: str
    guest: Guest
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """
    What is known of the stay; None is what nobody said.

    `checkout` is None, too, where only the arrival was said: how many nights are
    meant then is the dialogue's to decide. `room_type` is one of `ROOM_TYPES`.
    """

    checkin: date | None = None
    checkout: date | None = None
    adults: int | None = None
    children: int | None = None
    room_type: str | None = None


NOTHING_SAID = Slots()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """
    One text, understood.

    `lang` is None where no one could tell; `confidence` is from 0 to 1. `number` is
    a bare number, the answer to whatever question is open; where that is the arrival
    or the adults, the slot holds it too. `nights` is a length said without an arrival
    ("mejor 4 noches"). `is_past`: a day was named, with its year, which is over.
    `is_vague`: a period without days ("en enero"). `room_word` is a word for a room
    that is no known type ("cabaña").
    """

    intent: Intent
    slots: Slots = NOTHING_SAID
    lang: Lang | None = None
    confidence: float = 1.0
    number: int | None = None
    nights: int | None = None
    is_past: bool = False
    is_vague: bool = False
    room_word: str | None = None


class Understander(Protocol):
    """Reads one text; `agent.understanding.validation` keeps what it says possible."""

    def understand(
        self, text: str, now: datetime, expects: Question | None
    ) -> Understood:
        """Understand `text`; `now` is in the hotel's zone, `expects` what was asked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A stay to ask the PMS about: one room for the party."""

    checkin: date
    checkout: date
    adults: int
    children: int = 0

    @property
    def nights(self) -> int:
        """The length of the stay."""
        return (self.checkout - self.checkin) // timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A type of room: how many are free, and the whole stay's price with tax."""

    id: int
    room_type: str
    name: str
    available: int
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestWrote:
    """The guest wrote a text."""

    understood: Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTold:
    """The proxy said how its breaker stands."""

    state: BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsFound:
    """
    The types of room of the house, sold out ones included, in the PMS's order.

    `is_stale`: the PMS could not be asked, the answer is a copy; `age_s` is its age,
    None where it was not told.
    """

    rooms: tuple[Room, ...]
    currency: str
    is_stale: bool = False
    age_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToShow:
    """No answer and no copy: `why` is one sentence for operators, not for guests."""

    why: str
    breaker: BreakerState = "unknown"
    retry_after_s: int | None = None


Event: TypeAlias = GuestWrote | BreakerTold | RoomsFound | NothingToShow


class Phrase(StrEnum):
    """What the agent can say without numbers in it."""

    GREETING = "greeting"
    HELP = "help"
    ASK_CHECKIN = "ask_checkin"
    ASK_ADULTS = "ask_adults"
    DATE_IS_PAST = "date_is_past"
    CANNOT_CHECK = "cannot_check"
    BOOKING_REFUSED = "booking_refused"
    BOOKING_BY_DESK = "booking_by_desk"
    BOOKING_NOTED = "booking_noted"
    HANDED_OFF = "handed_off"
    HOLDING = "holding"
    HOLDING_ASK_AGAIN = "holding_ask_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPms:
    """Search rooms; `RoomsFound` or `NothingToShow` comes back."""

    search: Search


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBreaker:
    """Ask how the breaker stands; `BreakerTold` comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Say a phrase to the guest."""

    phrase: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Show the guest the rooms that are free, or say that none is."""

    search: Search
    found: RoomsFound


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Leave the guest to a person at the front desk, with what is known so far."""

    reason: HandOffReason
    slots: Slots


Effect: TypeAlias = AskPms | AskBreaker | Say | Offer | HandOff
