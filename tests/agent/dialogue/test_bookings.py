from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agent.messages import (
    Booked,
    BookingRefused,
    BookingSettled,
    BookingUnknown,
    BreakerState,
    CheckBooking,
    CheckIsDue,
    HandOff,
    Intent,
    NothingToShow,
    NotifyWhenBack,
    Offer,
    Phrase,
    PmsIsBack,
    Quote,
    RoomsFound,
    Slots,
    Summarise,
    TellBooked,
)
from fakes.talk import (
    CHECKIN,
    CHECKOUT,
    DOUBLE,
    FOUND,
    STALE,
    SUITE,
    TRIPLE,
    Talk,
    phrases,
)

YES, NO = Intent.CONFIRM_YES, Intent.CONFIRM_NO


def summed_up() -> Talk:
    """Begin a talk that has come to the summary of a suite."""
    talk = Talk()
    talk.says(
        Intent.BOOKING, checkin=CHECKIN, checkout=CHECKOUT, adults=2, room_type="suite"
    )
    assert talk.state.asked == "confirmation"
    return talk


def test_yes_books_the_summary() -> None:
    """A yes books what the summary showed, under its own key."""
    talk = summed_up()
    quote = talk.state.quote
    effects = talk.says(YES)
    (book,) = talk.books
    assert (book.quote, book.key) == (quote, "key-2")
    assert quote is not None
    assert TellBooked(quote=quote, reference="77") in effects


def test_yeses_in_a_row_book_once() -> None:
    """A second yes gets the number again."""
    talk = summed_up()
    talk.says(YES)
    (told,) = talk.says(YES)
    assert isinstance(told, TellBooked)
    assert told.again
    assert len(talk.books) == 1


def test_no_at_the_summary() -> None:
    """A no books nothing, nor does a yes after it."""
    talk = summed_up()
    assert phrases(talk.says(NO)) == [Phrase.NOT_BOOKED]
    talk.says(YES)
    assert talk.books == []


@pytest.mark.parametrize(
    "said",
    [{"checkin": date(2026, 12, 6)}, {"adults": 1}, {"room_type": "triple"}],
    ids=["days", "guests", "room"],
)
def test_correction_at_the_summary(said: dict[str, object]) -> None:
    """A correction makes a new summary, and the yes books that one."""
    talk = summed_up()
    before = talk.state.quote
    (summary,) = (e for e in talk.says(**said) if isinstance(e, Summarise))
    assert summary.quote != before
    talk.says(YES)
    assert [book.quote for book in talk.books] == [summary.quote]


def test_no_with_a_correction() -> None:
    """A no with another room is a correction, a yes with the same one a yes."""
    talk = summed_up()
    talk.says(NO, room_type="triple")
    assert talk.state.quote is not None
    assert talk.state.quote.room == TRIPLE
    talk = summed_up()
    talk.says(YES, room_type="suite")
    assert len(talk.books) == 1


@pytest.mark.parametrize("intent", [Intent.GREETING, Intent.HELP, Intent.PRICE])
def test_summary_is_shown_again(intent: Intent) -> None:
    """Whatever is said in between, the summary stands right above its question."""
    talk = summed_up()
    effects = talk.says(intent)
    assert Summarise(quote=Quote(search=talk.state.quote.search, room=SUITE)) in effects  # type: ignore[union-attr]
    assert phrases(effects)[-1] is Phrase.ASK_CONFIRMATION


@pytest.mark.parametrize("breaker", ["open", "half_open", "unknown"])
def test_yes_while_the_pms_is_down(breaker: BreakerState) -> None:
    """Unless the breaker is closed a yes books nothing, and says so."""
    talk = summed_up()
    talk.breaker = breaker
    assert phrases(talk.says(YES)) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]
    assert talk.books == []


def test_booking_wished_while_the_pms_is_down() -> None:
    """A booking is refused at once; what the copies know is shown all the same."""
    talk = Talk(breaker="open", found=STALE)
    assert phrases(talk.says(Intent.BOOKING)) == [
        Phrase.BOOKING_REFUSED,
        Phrase.STILL_CAN_SHOW,
        Phrase.ASK_CHECKIN,
    ]
    effects = talk.says(Intent.BOOKING, checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]
    assert any(isinstance(effect, Offer) for effect in effects)
    talk.found = NothingToShow(why="Down.")
    effects = talk.says(Intent.BOOKING)
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]


def test_told_when_it_is_back() -> None:
    """Who wants to be told is written to once, and goes on to the summary."""
    talk = summed_up()
    talk.breaker = "open"
    talk.says(YES)
    effects = talk.says(YES)
    assert NotifyWhenBack() in effects
    assert phrases(effects) == [Phrase.WILL_NOTIFY]
    talk.breaker = "closed"
    assert phrases(talk.hears(PmsIsBack())) == [
        Phrase.PMS_IS_BACK,
        Phrase.ASK_CONFIRMATION,
    ]
    assert talk.hears(PmsIsBack()) == []
    talk.says(YES)
    assert len(talk.books) == 1


def test_served_before_being_told() -> None:
    """Who comes back by himself when the PMS is back is not written to about it."""
    talk = summed_up()
    talk.breaker = "open"
    talk.says(YES)
    talk.says(YES)
    assert talk.state.waits_for_pms
    talk.breaker = "closed"
    assert phrases(talk.says(Intent.BOOKING)) == [Phrase.ASK_CONFIRMATION]
    assert talk.hears(PmsIsBack()) == []


def test_told_in_other_words() -> None:
    """Who writes "avisame" is notified, too."""
    talk = summed_up()
    talk.breaker = "open"
    talk.says(YES)
    effects = talk.says(Intent.OUT_OF_SCOPE, wants_to_be_told=True)
    assert phrases(effects) == [Phrase.WILL_NOTIFY]


@pytest.mark.parametrize("times", [1, 2])
def test_told_instead_of_booked(times: int) -> None:
    """After "avisame" at a summary a yes books nothing that was not shown again."""
    talk = summed_up()
    talk.breaker = "open"
    for _ in range(times):
        talk.says(Intent.OUT_OF_SCOPE, wants_to_be_told=True)
    talk.breaker = "closed"
    talk.says(YES)
    assert talk.books == []
    talk.says(Intent.BOOKING)
    talk.says(YES)
    assert len(talk.books) == 1


@pytest.mark.parametrize("intent", [YES, Intent.OUT_OF_SCOPE, Intent.HELP])
def test_told_before_being_asked(intent: Intent) -> None:
    """Who writes "sí, avisame" beneath an old list is noted, and the list stays."""
    talk = Talk(found=STALE, breaker="open")
    talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    effects = talk.says(intent, wants_to_be_told=True)
    assert phrases(effects) == [Phrase.WILL_NOTIFY]
    assert NotifyWhenBack() in effects
    assert phrases(talk.says(YES)) == [Phrase.ALREADY_NOTED]
    effects = talk.says(room_type="suite")
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.ALREADY_NOTED]
    talk.breaker, talk.found = "closed", FOUND
    effects = talk.hears(PmsIsBack())
    assert phrases(effects) == [Phrase.PMS_IS_BACK, Phrase.ASK_CONFIRMATION]


def test_noted_once() -> None:
    """A second yes, or "avisame", while the PMS is down promises nothing anew."""
    talk = summed_up()
    talk.breaker = "open"
    talk.says(YES)
    talk.says(YES)
    for again in (talk.says(YES), talk.says(YES, wants_to_be_told=True)):
        assert phrases(again) == [Phrase.ALREADY_NOTED]
        assert NotifyWhenBack() not in again
    talk.says(Intent.OUT_OF_SCOPE, starts_over=True)
    assert talk.state.waits_for_pms
    talk.breaker = "closed"
    effects = talk.says(Intent.OUT_OF_SCOPE, wants_to_be_told=True)
    assert phrases(effects) == [Phrase.PMS_IS_BACK, Phrase.ASK_CHECKIN]
    assert not talk.state.waits_for_pms


def test_to_be_told_while_all_is_well() -> None:
    """Nothing is promised where nothing is to be waited for; a yes stays a yes."""
    talk = Talk()
    talk.says(Intent.AVAILABILITY)
    effects = talk.says(Intent.OUT_OF_SCOPE, wants_to_be_told=True)
    assert phrases(effects) == [Phrase.PMS_WORKS, Phrase.ASK_CHECKIN]
    talk = summed_up()
    talk.says(YES, wants_to_be_told=True)
    assert len(talk.books) == 1


@pytest.mark.parametrize(
    ("intent", "wants_no_word"), [(Intent.CONFIRM_NO, False), (YES, True)]
)
def test_not_to_be_told(intent: Intent, *, wants_no_word: bool) -> None:
    """A no to the promise to write takes it back, and says so."""
    talk = Talk(breaker="open")
    talk.says(Intent.OUT_OF_SCOPE, wants_to_be_told=True)
    effects = talk.says(intent, wants_no_word=wants_no_word)
    assert phrases(effects) == [Phrase.WILL_NOT_NOTIFY]
    assert talk.hears(PmsIsBack()) == []


def test_a_pms_that_has_just_begun_to_fail_is_not_back() -> None:
    """Before the breaker opens a yes to be told hears no word of a recovery."""
    talk = Talk(found=NothingToShow(why="Down."))
    talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    again = [Phrase.CANNOT_CHECK, Phrase.ASK_TO_NOTIFY]
    assert phrases(talk.says(YES)) == again
    talk.breaker = "open"
    assert phrases(talk.says(YES)) == [Phrase.WILL_NOTIFY]


def test_back_before_the_guest_answers() -> None:
    """Who wants to be told when it is back already goes on at once."""
    talk = summed_up()
    talk.breaker = "open"
    talk.says(YES)
    talk.breaker = "closed"
    assert phrases(talk.says(YES)) == [Phrase.ASK_CONFIRMATION]
    talk.breaker = "open"
    talk.says(YES)
    assert phrases(talk.says(NO)) == [Phrase.AS_YOU_LIKE]
    assert talk.hears(PmsIsBack()) == []


def test_another_room_after_a_no() -> None:
    """Who says no to a summary and names another room gets the summary of that."""
    talk = summed_up()
    talk.says(NO)
    talk.says(room_type="triple")
    assert talk.state.quote is not None
    assert talk.state.quote.room == TRIPLE
    talk.says(NO)
    effects = talk.says(checkin=date(2026, 12, 20))
    assert phrases(effects) == [Phrase.ASK_TO_BOOK]


def test_another_room_after_a_refusal() -> None:
    """Who was refused one room and names another is refused again."""
    talk = summed_up()
    talk.breaker, talk.found = "open", STALE
    talk.says(YES)
    effects = talk.says(room_type="triple")
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]


def test_change_of_a_booking_of_before() -> None:
    """A booking of before is changed by a person; the one at hand by the guest."""
    (hand_off, _) = Talk().says(Intent.BOOKING, changes_a_booking=True)
    assert isinstance(hand_off, HandOff)
    assert hand_off.reason == "change"
    talk = summed_up()
    talk.says(adults=1, changes_a_booking=True)
    assert talk.state.asked == "confirmation"


def test_yes_to_an_old_room() -> None:
    """A yes to the one old room may mean to book it: that is refused, too."""
    talk = Talk(found=STALE, breaker="open")
    effects = talk.says(room_type="suite", checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.NO_BOOKINGS_NOW, Phrase.ASK_TO_NOTIFY]
    effects = talk.says(YES)
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.WILL_NOTIFY]
    assert NotifyWhenBack() in effects


def test_room_gone() -> None:
    """A room that went is told, and the others offered."""
    talk = summed_up()
    talk.outcome = BookingRefused(
        reason="gone", found=RoomsFound(rooms=(DOUBLE, TRIPLE))
    )
    effects = talk.says(YES)
    assert phrases(effects) == [Phrase.ROOM_GONE, Phrase.ASK_ROOM_TYPE]
    talk = summed_up()
    talk.outcome = BookingRefused(reason="gone")
    assert phrases(talk.says(YES))[0] is Phrase.ROOM_GONE
    talk.outcome = Booked(reference="78")
    talk.says(room_type="double")
    talk.says(YES)
    assert talk.state.booked is not None


def test_price_changed() -> None:
    """Another price is another summary, which needs another yes."""
    talk = summed_up()
    dearer = replace(SUITE, price=Decimal(1000))
    talk.outcome = BookingRefused(
        reason="price", found=RoomsFound(rooms=(DOUBLE, dearer))
    )
    effects = talk.says(YES)
    assert phrases(effects) == [Phrase.PRICE_CHANGED, Phrase.ASK_CONFIRMATION]
    talk.outcome = Booked(reference="78")
    talk.says(YES)
    assert [book.quote.room.price for book in talk.books] == [900, 1000]
    talk = summed_up()
    talk.outcome = BookingRefused(reason="price", found=RoomsFound(rooms=(DOUBLE,)))
    assert phrases(talk.says(YES))[0] is Phrase.ROOM_GONE


def test_booking_not_taken() -> None:
    """What the PMS does not take goes to the desk; what was not sent is refused."""
    talk = summed_up()
    talk.outcome = BookingRefused(reason="invalid")
    effects = talk.says(YES)
    assert any(isinstance(effect, HandOff) for effect in effects)
    assert phrases(effects) == [Phrase.BOOKING_INVALID]
    talk = summed_up()
    talk.outcome = BookingRefused(reason="pms_down")
    assert phrases(talk.says(YES)) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]


def test_unknown_outcome() -> None:
    """An unknown booking is checked, not repeated, whatever the guest says."""
    talk = summed_up()
    talk.outcome = BookingUnknown()
    assert phrases(talk.says(YES)) == [Phrase.BEING_CHECKED]
    assert phrases(talk.says(YES)) == [Phrase.STILL_BEING_CHECKED]
    assert phrases(talk.says(Intent.BOOKING)) == [Phrase.STILL_BEING_CHECKED]
    assert len(talk.books) == 1
    (check,) = talk.hears(CheckIsDue())
    assert isinstance(check, CheckBooking)
    assert check.key == "key-2"
    talk.settled = BookingSettled(reference="79")
    effects = talk.hears(CheckIsDue())
    assert isinstance(effects[-1], TellBooked)
    assert talk.hears(CheckIsDue()) == []


def test_unknown_outcome_that_was_none() -> None:
    """A booking that surely was not made is told, and its summary shown again."""
    talk = summed_up()
    talk.outcome = BookingUnknown()
    talk.says(YES)
    talk.says(checkin=date(2026, 12, 20))
    talk.settled = BookingSettled(reference=None)
    effects = talk.hears(CheckIsDue())
    assert phrases(effects) == [Phrase.SURELY_NOT_BOOKED, Phrase.ASK_CONFIRMATION]
    assert talk.state.slots.checkin == CHECKIN


def test_after_a_booking() -> None:
    """What is booked is changed by a person; another stay begins anew."""
    talk = summed_up()
    talk.says(YES)
    (hand_off, _) = talk.says(adults=3)
    assert isinstance(hand_off, HandOff)
    assert (hand_off.reason, hand_off.reference) == ("change", "77")
    talk.says(Intent.BOOKING, checkin=date(2026, 12, 20))
    assert talk.state.slots == Slots(
        checkin=date(2026, 12, 20), checkout=date(2026, 12, 21)
    )


def test_another_room_for_the_same_dates() -> None:
    """A second booking of the same days asks for neither days nor guests again."""
    talk = summed_up()
    talk.says(YES)
    effects = talk.says(Intent.AVAILABILITY, wants_same_dates=True)
    assert phrases(effects) == [Phrase.ASK_ROOM_TYPE]
    talk.says(room_type="double")
    talk.says(YES)
    first, second = (book.quote for book in talk.books)
    assert (first.search, first.room, second.room) == (second.search, SUITE, DOUBLE)
    effects = talk.says(room_type="triple", wants_same_dates=True)
    assert not any(isinstance(effect, HandOff) for effect in effects)


OWN = RoomsFound(
    rooms=tuple(
        replace(room, room_type=None, name=name)
        for room, name in zip(
            FOUND.rooms, ("Delux", "Luxury", "Executive"), strict=True
        )
    )
)


def at_own_summary() -> Talk:
    """Begin a talk at the summary of the first of three rooms of no known type."""
    talk = Talk(found=OWN)
    talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    talk.says(picked=1)
    assert talk.state.asked == "confirmation"
    return talk


def test_other_days_asked_for_at_a_summary_in_an_outage() -> None:
    """They are a new search: old rooms, no booking, and what is named last counts."""
    talk = at_own_summary()
    talk.breaker, talk.found = "open", replace(OWN, is_stale=True)
    effects = talk.says(checkin=date(2026, 12, 27), asks_what_is_free=True)
    (offer,) = (effect for effect in effects if isinstance(effect, Offer))
    assert (offer.search.checkin.day, len(offer.rooms)) == (27, 3)
    assert phrases(effects) == [Phrase.NO_BOOKINGS_NOW, Phrase.ASK_ROOM_TYPE_FOR_LATER]
    assert phrases(talk.says(picked=3))[0] is Phrase.BOOKING_REFUSED
    talk.says(YES)
    talk.breaker, talk.found = "closed", OWN
    summary = talk.hears(PmsIsBack())[-2]
    assert isinstance(summary, Summarise)
    assert (summary.quote.search.checkin.day, summary.quote.room.id) == (27, 3)


def test_rooms_named_after_a_refusal() -> None:
    """Another of the house's own rooms can be named while a booking is refused."""
    talk = at_own_summary()
    talk.breaker = "open"
    talk.says(YES)
    effects = talk.says(picked=3)
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]
    assert talk.state.room_id == 3


def test_summary_of_other_days_in_an_outage() -> None:
    """Who corrects the days is refused, and shown what was last known of the new."""
    talk = at_own_summary()
    talk.breaker, talk.found = "open", replace(OWN, is_stale=True)
    effects = talk.says(checkin=date(2026, 12, 27))
    (offer,) = (effect for effect in effects if isinstance(effect, Offer))
    assert [room.id for room in offer.rooms] == [1]
    assert phrases(effects) == [Phrase.BOOKING_REFUSED, Phrase.ASK_TO_NOTIFY]
