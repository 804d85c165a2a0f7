from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from agent.dialogue.taps import UNKNOWN, answered_by, is_late
from agent.messages import (
    BookingUnknown,
    CheckBooking,
    Intent,
    Phrase,
    RoomsFound,
    Summarise,
    TappedLate,
)
from agent.replies.choices import choices
from fakes.talk import CHECKIN, CHECKOUT, FOUND, SUITE, Talk, phrases

YES = Intent.CONFIRM_YES
DEARER = RoomsFound(rooms=(replace(SUITE, price=Decimal(999)),))


def summed_up(**said: object) -> Talk:
    """Begin a talk that has come to the summary of a suite."""
    talk = Talk()
    talk.says(
        Intent.BOOKING,
        **{
            "checkin": CHECKIN,
            "checkout": CHECKOUT,
            "adults": 2,
            "room_type": "suite",
            **said,
        },
    )
    assert talk.state.asked == "confirmation"
    return talk


def test_yes_and_no_answer_their_own_summary() -> None:
    """A person can be asked for at any time; yes and no are of this summary alone."""
    talk = summed_up()
    yes, no, person = choices(talk.state)
    assert yes.answers_to == no.answers_to == answered_by(talk.state) != ""
    assert person.answers_to == ""
    assert not is_late(talk.state, yes.answers_to)
    assert not is_late(Talk().state, person.answers_to)
    assert is_late(talk.state, UNKNOWN)


def test_summary_of_other_facts() -> None:
    """Other days, guests, rooms or another price: the older button is late."""
    older = answered_by(summed_up().state)
    for said in (
        {"checkin": date(2026, 12, 6)},
        {"checkout": date(2026, 12, 9)},
        {"adults": 1},
        {"children": 1},
        {"room_type": "triple"},
    ):
        assert is_late(summed_up(**said).state, older)
    talk = summed_up()
    talk.found = DEARER
    talk.says(Intent.BOOKING)
    assert is_late(talk.state, older)
    talk.found = FOUND
    talk.says(Intent.BOOKING)
    assert not is_late(talk.state, older)


def test_list_of_the_same_stay() -> None:
    """Another row of a list can be tapped at its summary, not for another stay."""
    talk = Talk()
    talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    row = choices(talk.state)[0].answers_to
    talk.says(room_type="suite")
    assert talk.state.asked == "confirmation"
    assert not is_late(talk.state, row)
    talk.says(checkin=date(2026, 12, 20))
    assert is_late(talk.state, row)


def test_yes_to_one_room_is_no_yes_to_its_summary() -> None:
    """Who taps twice beneath the one room on offer has not said yes to the total."""
    talk = Talk(found=RoomsFound(rooms=(SUITE,)))
    talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    tapped = choices(talk.state)[0].answers_to
    talk.says(YES)
    assert talk.state.asked == "confirmation"
    assert is_late(talk.state, tapped)


def test_yes_to_be_told_is_no_yes_to_a_summary() -> None:
    """A yes to a notice of yesterday books nothing, and can be tapped twice."""
    talk = summed_up()
    talk.breaker = "open"
    talk.says(YES)
    tapped = choices(talk.state)[0].answers_to
    talk.says(YES)
    assert talk.state.waits_for_pms
    assert not is_late(talk.state, tapped)
    talk.breaker = "closed"
    talk.says(Intent.BOOKING)
    assert talk.state.asked == "confirmation"
    assert is_late(talk.state, tapped)


def test_the_yes_that_booked() -> None:
    """The tap that booked is told again, until another summary is on the table."""
    talk = summed_up()
    tapped = answered_by(talk.state)
    talk.says(YES)
    assert not is_late(talk.state, tapped)
    talk.says(Intent.BOOKING, checkin=date(2026, 12, 20), adults=2, room_type="suite")
    assert talk.state.asked == "confirmation"
    assert is_late(talk.state, tapped)


def test_yes_to_the_first_of_two_alike() -> None:
    """The button that booked is no yes to a second stay of the very same facts."""
    talk = summed_up()
    tapped = answered_by(talk.state)
    talk.says(YES)
    talk.says(
        Intent.BOOKING,
        checkin=CHECKIN,
        checkout=CHECKOUT,
        adults=2,
        room_type="suite",
    )
    assert talk.state.asked == "confirmation"
    assert is_late(talk.state, tapped)
    second = answered_by(talk.state)
    talk.says(YES)
    assert len(talk.books) == 2
    assert not is_late(talk.state, second)
    assert is_late(talk.state, tapped)


def test_late_tap() -> None:
    """A late tap changes nothing; what is open is shown again."""
    talk = summed_up()
    before = talk.state
    effects = talk.hears(TappedLate())
    assert phrases(effects) == [Phrase.TAPPED_LATE, Phrase.ASK_CONFIRMATION]
    assert any(isinstance(effect, Summarise) for effect in effects)
    assert (talk.state, talk.books) == (before, [])
    assert phrases(Talk().hears(TappedLate())) == [Phrase.TAPPED_LATE, Phrase.HELP]


def test_late_tap_while_a_booking_is_checked() -> None:
    """A booking whose outcome is unknown is what matters now."""
    talk = summed_up()
    tapped = answered_by(talk.state)
    talk.outcome = BookingUnknown()
    talk.says(YES)
    assert not is_late(talk.state, tapped)
    effects = talk.hears(TappedLate())
    assert isinstance(effects[0], CheckBooking)
    assert phrases(effects) == [Phrase.STILL_BEING_CHECKED]
