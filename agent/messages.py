"""
Pure. The frozen values that the agent's parts hand to each other.

Three groups: what a guest said (`Understood`), what the dialogue is told (`Event`)
and what it asks for (`Effect`). `Understander` is the seam where another reader of
texts, such as a language model, can be plugged in.
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
Question: TypeAlias = Literal[
    "checkin", "checkout", "adults", "room_type", "confirmation"
]
HandOffReason: TypeAlias = Literal["asked", "booking", "cancel", "change", "group"]

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
    """
    Whom to answer: a phone number, or the user id of a guest who hides it.

    `name` is the profile's, as the guest typed it: emojis, digits and all. `user_id`
    is WhatsApp's, where it was told: the address of the same guest without a phone.
    """

    address: str
    is_phone: bool
    name: str | None = None
    user_id: str | None = None


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
class Period:
    """A month or a week that a guest speaks of; both days belong to it."""

    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What was said of the days: "el 8" may be in this month, or after this arrival."""

    arrival: date | None = None
    period: Period | None = None


NO_DAYS = Days()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """
    One text, understood.

    `lang` is None where no one could tell; `confidence` is from 0 to 1. `number` is
    a bare number, the answer to whatever question is open; where that is the arrival
    or the adults, the slot holds it too. `nights` is a length said without an arrival
    ("mejor 4 noches"). `is_past`: a day was named, with its year, which is over.
    `is_vague`: days that are not said; `period` is the month or the week that they
    are in ("en enero"), where it is known. `is_no_day`: a day that its month
    does not have ("31 de febrero"), `is_reversed`: one of leaving before its arrival.
    `too_long` is a length beyond `LONGEST_STAY`, in nights. `room_word` is a word for a
    room that is no known type ("cabaña").
    """

    intent: Intent
    slots: Slots = NOTHING_SAID
    lang: Lang | None = None
    confidence: float = 1.0
    number: int | None = None
    nights: int | None = None
    is_past: bool = False
    is_vague: bool = False
    period: Period | None = None
    is_no_day: bool = False
    is_reversed: bool = False
    too_long: int | None = None
    room_word: str | None = None


class Understander(Protocol):
    """Reads one text; `agent.understanding.validation` keeps what it says possible."""

    def understand(
        self,
        text: str,
        now: datetime,
        expects: Question | None,
        known: Days = NO_DAYS,
    ) -> Understood:
        """
        Understand `text`; `now` is in the hotel's zone, `expects` what was asked.

        `known` is what was said of the days before.
        """
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
    """
    A type of room of the house: how many are free, and what the stay costs.

    `room_type` is one of `ROOM_TYPES`, None where the house's own `name` matches
    none of them. `price` is the whole stay's with tax, for one room, in `currency`
    (ISO 4217). `available` counts the rooms that take the party. `max_adults` and
    `max_occupancy` are the largest of the free rooms', None where the PMS tells none.
    """

    id: int
    room_type: str | None
    name: str
    available: int
    price: Decimal
    currency: str
    max_adults: int | None = None
    max_occupancy: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One room for one stay: its price is what the guest says yes to."""

    search: Search
    room: Room


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestWrote:
    """
    The guest wrote a text.

    `key` is made from the message's id: a booking that this text says yes to has it.
    `has_read`: the guest had been shown the question that is open; else a yes is none.
    `picked` is the room, of those offered, that the text names as the house does;
    `naming` are words of it that may be the name of a room that was not offered.
    `default_nights` are meant by who says the arrival only. Of what no intent says,
    `starts_over` is "empezar de nuevo", `says_thanks` a thank-you, `says_bye` "chau",
    `wants_to_be_told` "avisame", `wants_no_word` "no me avises", `wants_time` "un
    segundito", `wants_none` "ninguna", `keeps_booking` "no quiero cancelar",
    `finds_it_dear` "muy caro", `wants_several_rooms` "dos habitaciones",
    `wants_same_dates` "las mismas fechas", `asks_what_is_free` "¿hay lugar?",
    `says_a_name` "soy Ana" and `changes_a_booking` "cambiar mi reserva".
    """

    understood: Understood
    key: str
    has_read: bool = True
    picked: int | None = None
    naming: str = ""
    default_nights: int = 1
    starts_over: bool = False
    says_thanks: bool = False
    says_bye: bool = False
    wants_to_be_told: bool = False
    wants_no_word: bool = False
    wants_time: bool = False
    wants_none: bool = False
    keeps_booking: bool = False
    finds_it_dear: bool = False
    wants_several_rooms: bool = False
    wants_same_dates: bool = False
    asks_what_is_free: bool = False
    says_a_name: bool = False
    changes_a_booking: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TappedLate:
    """The guest tapped a button or a row of a message that is not the last word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTold:
    """The proxy said how its breaker stands."""

    state: BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsFound:
    """
    The types of room of the house, sold out ones included, in the PMS's order.

    `is_stale`: the PMS could not be asked, the answer is a copy; `age_s` is its age,
    None where it was not told. `is_incomplete`: there may be more types than these.
    """

    rooms: tuple[Room, ...]
    is_stale: bool = False
    age_s: int | None = None
    is_incomplete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToShow:
    """No answer and no copy: `why` is one sentence for operators, not for guests."""

    why: str
    breaker: BreakerState = "unknown"
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The PMS has the booking: `reference` is its number there, for the guest."""

    reference: str


RefusedBecause: TypeAlias = Literal["gone", "price", "pms_down", "invalid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRefused:
    """
    Surely nothing was booked.

    `gone`: the room is not free any more; `price`: it costs something else now; with
    both, `found` is what there is now. `pms_down`: not sent, the PMS cannot be asked.
    `invalid`: the PMS does not take this booking, whatever the reason.
    """

    reason: RefusedBecause
    found: RoomsFound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingUnknown:
    """The booking was sent and nobody knows yet whether the PMS has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingSettled:
    """What became of an unknown booking: its number, None where it was not made."""

    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIsDue:
    """Time to look again what became of a booking whose outcome is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PmsIsBack:
    """The breaker closed again; told to guests who asked for it, once."""


Event: TypeAlias = (
    GuestWrote
    | TappedLate
    | BreakerTold
    | RoomsFound
    | NothingToShow
    | Booked
    | BookingRefused
    | BookingUnknown
    | BookingSettled
    | CheckIsDue
    | PmsIsBack
)


class Phrase(StrEnum):
    """What the agent can say without numbers in it."""

    GREETING = "greeting"
    HELLO_AGAIN = "hello_again"
    HELP = "help"
    OUT_OF_SCOPE = "out_of_scope"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    PRICE_IS_FIXED = "price_is_fixed"
    ONE_ROOM_EACH = "one_room_each"
    NAME_IS_KNOWN = "name_is_known"
    STARTED_OVER = "started_over"
    AS_YOU_LIKE = "as_you_like"
    TAKE_YOUR_TIME = "take_your_time"
    NONE_OF_THESE = "none_of_these"
    NOTHING_CANCELLED = "nothing_cancelled"
    ASK_CHECKIN = "ask_checkin"
    ASK_CHECKOUT = "ask_checkout"
    ASK_ADULTS = "ask_adults"
    ASK_ROOM_TYPE = "ask_room_type"
    ASK_ROOM_TYPE_FOR_LATER = "ask_room_type_for_later"
    ASK_TO_BOOK = "ask_to_book"
    ASK_CONFIRMATION = "ask_confirmation"
    ASK_TO_NOTIFY = "ask_to_notify"
    WHICH_DAYS = "which_days"
    DATE_IS_PAST = "date_is_past"
    NO_SUCH_DAY = "no_such_day"
    LEAVES_TOO_EARLY = "leaves_too_early"
    OTHER_DATES = "other_dates"
    TOO_MANY = "too_many"
    NO_SUCH_ROOM = "no_such_room"
    ROOM_NOT_LISTED = "room_not_listed"
    ROOM_NOT_FREE = "room_not_free"
    ROOM_TOO_SMALL = "room_too_small"
    CANNOT_CHECK = "cannot_check"
    NOT_BOOKED = "not_booked"
    NO_BOOKINGS_NOW = "no_bookings_now"
    BOOKING_REFUSED = "booking_refused"
    STILL_CAN_SHOW = "still_can_show"
    BOOKING_INVALID = "booking_invalid"
    ROOM_GONE = "room_gone"
    PRICE_CHANGED = "price_changed"
    BEING_CHECKED = "being_checked"
    STILL_BEING_CHECKED = "still_being_checked"
    SURELY_NOT_BOOKED = "surely_not_booked"
    WILL_NOTIFY = "will_notify"
    ALREADY_NOTED = "already_noted"
    WILL_NOT_NOTIFY = "will_not_notify"
    PMS_WORKS = "pms_works"
    PMS_IS_BACK = "pms_is_back"
    HANDED_OFF = "handed_off"
    GROUP_HANDED_OFF = "group_handed_off"
    ONLY_TEXT = "only_text"
    TAPPED_LATE = "tapped_late"
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
    """
    Show the guest rooms with their prices, numbered, or say that none is free.

    `found` tells how old and how complete that is; `rooms` are those of it to show.
    `with_year`: the stay is not of this year alone.
    """

    search: Search
    rooms: tuple[Room, ...]
    found: RoomsFound
    with_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowKinds:
    """Tell which kinds of room the house has, without prices: no stay is known yet."""

    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarise:
    """Show dates, guests, room and total: what a yes to it books."""

    quote: Quote
    is_stale: bool = False
    age_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong:
    """Say that so many nights are more than a stay can have."""

    nights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TellBooked:
    """Tell the guest a booking's number; `again`: it was told before."""

    quote: Quote
    reference: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Leave the guest to a person at the front desk, with what is known so far."""

    reason: HandOffReason
    slots: Slots
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """
    Send the booking to the PMS.

    `key` comes from the guest's yes: the runner makes it out of the message's id, so
    that the same yes, delivered twice or after a crash, is the same booking.
    `Booked`, `BookingRefused` or `BookingUnknown` comes back.
    """

    quote: Quote
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBooking:
    """Ask what became of a booking; `BookingSettled` or `BookingUnknown` comes back."""

    quote: Quote
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyWhenBack:
    """Write to the guest when the PMS is back: `PmsIsBack` comes, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    Something to tap: `text` is taken as if the guest had written it.

    `title` has at most 20 characters, `detail` at most 72. `answers_to` names the
    question that it answers and no other, without a colon; empty where the text means
    the same at any time.
    """

    text: str
    title: str
    detail: str = ""
    answers_to: str = ""


Waits: TypeAlias = Literal["pms", "booking"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    What the agent says in one turn.

    `text` suffices by itself. `choices`: at most three are buttons, at most ten a
    list; a shell without such things leaves them out. `waits_for`: the guest is to
    be written to when the PMS is back, or when a booking's outcome is known. `lang` is
    the language of `text`, for what a shell adds of its own.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    waits_for: Waits | None = None
    lang: Lang = "es"


Told: TypeAlias = Say | Offer | ShowKinds | Summarise | TooLong | TellBooked
Effect: TypeAlias = (
    Told | AskPms | AskBreaker | Book | CheckBooking | NotifyWhenBack | HandOff
)
