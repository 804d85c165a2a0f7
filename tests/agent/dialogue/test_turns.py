from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agent.dialogue.step import State
from agent.messages import (
    AskPms,
    HandOff,
    Intent,
    NothingToShow,
    Offer,
    Phrase,
    Quote,
    RoomsFound,
    Search,
    ShowKinds,
    Slots,
    Summarise,
)
from fakes.talk import (
    CHECKIN,
    CHECKOUT,
    DOUBLE,
    FOUND,
    STALE,
    STAY,
    SUITE,
    TRIPLE,
    Talk,
    phrases,
)

SEARCH = Search(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
NOTHING = NothingToShow(why="The proxy cannot be reached.")


def offered(found: RoomsFound = FOUND) -> Talk:
    """Begin a talk that has come to an offer."""
    talk = Talk(found=found)
    talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    return talk


def test_one_question_a_turn() -> None:
    """The check-in is asked first, then the adults, then the room, then the yes."""
    talk = Talk()
    assert phrases(talk.says(Intent.BOOKING)) == [Phrase.ASK_CHECKIN]
    assert phrases(talk.says(checkin=CHECKIN, checkout=CHECKOUT)) == [Phrase.ASK_ADULTS]
    assert phrases(talk.says(adults=2)) == [Phrase.ASK_ROOM_TYPE]
    assert phrases(talk.says(room_type="suite")) == [Phrase.ASK_CONFIRMATION]
    assert talk.state.quote == Quote(search=SEARCH, room=SUITE)


def test_offer() -> None:
    """With arrival and adults known the rooms that take the party are offered."""
    talk = Talk()
    effects = talk.says(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
    offer = Offer(search=SEARCH, rooms=(DOUBLE, TRIPLE, SUITE), found=FOUND)
    assert effects[:2] == [AskPms(search=SEARCH), offer]
    assert talk.state.slots == STAY


def test_party_that_a_room_does_not_take() -> None:
    """What is too small for the party is not offered; the PMS would not say."""
    talk = Talk()
    effects = talk.says(checkin=CHECKIN, adults=3)
    (offer,) = (effect for effect in effects if isinstance(effect, Offer))
    assert offer.rooms == (TRIPLE,)
    assert talk.state.asked is None
    effects = talk.says(room_type="double")
    assert Phrase.ROOM_TOO_SMALL in phrases(effects)
    assert phrases(talk.says(adults=9)) == [Phrase.TOO_MANY]
    assert talk.state.asked == "adults"


def test_too_small_is_not_sold_out() -> None:
    """No room for the party in a type that tells how many it takes: it is too small."""
    small = replace(DOUBLE, available=0)
    talk = Talk(found=RoomsFound(rooms=(small, TRIPLE)))
    effects = talk.says(Intent.BOOKING, room_type="double", checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.ROOM_TOO_SMALL, Phrase.ASK_TO_BOOK]
    (offer,) = (effect for effect in effects if isinstance(effect, Offer))
    assert offer.rooms == (TRIPLE,)
    full = replace(SUITE, available=0, max_adults=None, max_occupancy=None)
    talk = Talk(found=RoomsFound(rooms=(small, full)))
    assert phrases(talk.says(checkin=CHECKIN, adults=2)) == [Phrase.TOO_MANY]


def test_one_night() -> None:
    """Without a checkout the stay is one night, and moves with the arrival."""
    talk = Talk()
    talk.says(checkin=date(2026, 11, 25))
    assert talk.state.slots.checkout == date(2026, 11, 26)
    talk.says(checkin=date(2026, 12, 1))
    assert talk.state.slots.checkout == date(2026, 12, 2)


def test_nights_that_nobody_said() -> None:
    """The house says how many nights an arrival alone means; the guest's word wins."""
    talk = Talk()
    talk.says(checkin=CHECKIN, default_nights=2)
    assert talk.state.slots.checkout == date(2026, 12, 7)
    talk.says(nights=1, default_nights=2)
    talk.says(checkin=date(2026, 12, 10), default_nights=2)
    assert talk.state.slots.checkout == date(2026, 12, 11)


def test_correction_keeps_the_rest() -> None:
    """A new arrival keeps the nights, new nights the arrival, both the guests."""
    talk = offered()
    talk.says(checkin=date(2026, 12, 10))
    assert talk.state.slots == Slots(
        checkin=date(2026, 12, 10), checkout=date(2026, 12, 13), adults=2
    )
    talk.says(nights=5)
    assert talk.state.slots.checkout == date(2026, 12, 15)
    talk.says(checkout=date(2026, 12, 11))
    assert talk.state.nights == 1


def test_length_before_the_arrival() -> None:
    """Nights and a departure wait for the arrival that is said later."""
    talk = Talk()
    talk.says(nights=4)
    talk.says(checkin=CHECKIN)
    assert talk.state.slots.checkout == date(2026, 12, 9)
    talk = Talk()
    talk.says(checkout=CHECKOUT)
    talk.says(checkin=CHECKIN)
    assert talk.state.slots.checkout == CHECKOUT


def test_leaving_before_arriving() -> None:
    """A departure before the arrival is said to be one, and the days asked."""
    talk = offered()
    effects = talk.says(checkout=date(2026, 12, 1))
    assert phrases(effects) == [Phrase.LEAVES_TOO_EARLY, Phrase.ASK_CHECKIN]
    assert talk.state.slots.adults == 2


def test_past_and_vague_days() -> None:
    """A past day is told, a vague period asks which days; guests are kept."""
    talk = offered()
    assert phrases(talk.says(is_past=True)) == [
        Phrase.DATE_IS_PAST,
        Phrase.ASK_CHECKIN,
    ]
    talk = offered()
    assert phrases(talk.says(is_vague=True)) == [Phrase.WHICH_DAYS]
    assert talk.state.slots == Slots(adults=2)
    assert talk.state.asked == "checkin"


def test_arrival_that_went_by() -> None:
    """What slept past its arrival asks for the days again, with no summary left."""
    old = Slots(checkin=date(2026, 11, 1), checkout=date(2026, 11, 3), adults=2)
    quote = Quote(search=SEARCH, room=DOUBLE)
    talk = Talk(state=State(slots=old, asked="confirmation", quote=quote))
    assert phrases(talk.says(Intent.CONFIRM_YES)) == [Phrase.HELP]
    assert phrases(talk.says()) == [Phrase.ASK_CHECKIN]


def test_room_of_the_offer() -> None:
    """A room is taken from the offer by its type, its name or its number."""
    for said in ({"room_type": "double"}, {"picked": 1}, {"number": 1}):
        talk = offered()
        assert Summarise(quote=Quote(search=SEARCH, room=DOUBLE)) in talk.says(**said)
    talk = offered()
    assert phrases(talk.says(number=7)) == [Phrase.ASK_ROOM_TYPE]


def test_price_of_a_room() -> None:
    """Who asks what a room costs gets its price, not a summary."""
    talk = offered()
    effects = talk.says(Intent.PRICE, room_type="suite")
    assert Offer(search=SEARCH, rooms=(SUITE,), found=FOUND) in effects
    assert phrases(effects) == [Phrase.ASK_TO_BOOK]
    assert phrases(talk.says(Intent.CONFIRM_YES)) == [Phrase.ASK_CONFIRMATION]


def test_room_that_the_house_has_not() -> None:
    """A type that is not in the house is answered with those there are."""
    talk = Talk()
    effects = talk.says(room_type="family", checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.NO_SUCH_ROOM, Phrase.ASK_ROOM_TYPE]
    talk = Talk()
    effects = talk.says(room_word="cabaña")
    assert ShowKinds(rooms=FOUND.rooms) in effects
    assert phrases(effects) == [Phrase.NO_SUCH_ROOM, Phrase.ASK_CHECKIN]
    assert talk.state.room_word is None


def test_word_of_the_house() -> None:
    """A word that is no known type can be the house's own name for a room."""
    cabin = replace(DOUBLE, id=9, room_type=None, name="Cabaña del lago")
    talk = Talk(found=RoomsFound(rooms=(cabin, SUITE)))
    talk.says(Intent.BOOKING, room_word="cabana", checkin=CHECKIN, adults=2)
    assert talk.state.quote is not None
    assert talk.state.quote.room == cabin


DELUX = replace(DOUBLE, id=4, room_type=None, name="Delux Rooms")


def test_booking_that_names_a_room_of_the_house() -> None:
    """It comes to the summary without a list, over several turns too."""
    own = replace(FOUND, rooms=(DOUBLE, DELUX))
    talk = Talk(found=own)
    talk.says(Intent.BOOKING, naming="delux", checkin=CHECKIN, checkout=CHECKOUT)
    effects = talk.says(adults=2)
    assert Summarise(quote=Quote(search=SEARCH, room=DELUX)) in effects
    sold_out = replace(DELUX, available=0, max_adults=None, max_occupancy=None)
    talk = Talk(found=replace(own, rooms=(DOUBLE, sold_out)))
    effects = talk.says(Intent.BOOKING, naming="delux", checkin=CHECKIN, adults=2)
    assert Phrase.ROOM_NOT_FREE in phrases(effects)
    for naming in ("delux general", "ana", ""):
        talk = Talk(found=own)
        effects = talk.says(Intent.BOOKING, naming=naming, checkin=CHECKIN, adults=2)
        assert phrases(effects) == [Phrase.ASK_ROOM_TYPE]
        assert talk.state.naming == ""


def test_booking_that_names_one_of_two_doubles() -> None:
    """A type that several rooms are of is told apart by a word of the house's."""
    rooms = (DOUBLE, replace(DOUBLE, id=4, name="Superior"), TRIPLE)
    talk = Talk(found=RoomsFound(rooms=rooms))
    said = {"room_type": "double", "checkin": CHECKIN, "adults": 2}
    talk.says(Intent.BOOKING, naming="superior", **said)
    assert talk.state.room_id == 4
    assert talk.state.asked == "confirmation"


def test_word_for_a_room_that_the_house_spells_otherwise() -> None:
    """The house's "Delux" is "deluxe" to its guests."""
    talk = Talk(found=replace(FOUND, rooms=(DOUBLE, DELUX)))
    effects = talk.says(Intent.BOOKING, room_word="deluxe", checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.ASK_CONFIRMATION]
    assert talk.state.room_id == DELUX.id


def test_two_rooms_of_one_type() -> None:
    """Where several of the house's rooms are of the type, the guest picks one."""
    deluxe = replace(DOUBLE, id=9, name="Delux Rooms")
    talk = Talk(found=RoomsFound(rooms=(DOUBLE, deluxe, SUITE)))
    effects = talk.says(Intent.BOOKING, room_type="double", checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.ASK_ROOM_TYPE]
    talk.says(number=2)
    assert talk.state.quote is not None
    assert talk.state.quote.room == deluxe


def test_incomplete_list() -> None:
    """What an incomplete list does not show is not said to be missing in the house."""
    talk = Talk(found=RoomsFound(rooms=(SUITE,), is_incomplete=True))
    effects = talk.says(Intent.BOOKING, room_type="double", checkin=CHECKIN, adults=2)
    assert Phrase.ROOM_NOT_LISTED in phrases(effects)


def test_full_house() -> None:
    """A full house asks for another date, a full type offers the others."""
    full = replace(DOUBLE, available=0, max_adults=None, max_occupancy=None)
    talk = offered(RoomsFound(rooms=(full,)))
    assert talk.state.asked == "checkin"
    talk = Talk(found=RoomsFound(rooms=(full, SUITE)))
    effects = talk.says(Intent.BOOKING, room_type="double", checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.ROOM_NOT_FREE, Phrase.ASK_TO_BOOK]


def test_kinds_of_room() -> None:
    """Which kinds there are is told without a stay, and with prices for one."""
    talk = Talk()
    effects = talk.says(Intent.ROOM_TYPES)
    assert ShowKinds(rooms=FOUND.rooms) in effects
    assert phrases(effects) == [Phrase.ASK_CHECKIN]
    talk.says(checkin=CHECKIN, adults=2, room_type="suite")
    effects = talk.says(Intent.ROOM_TYPES)
    assert any(
        isinstance(effect, Offer) and len(effect.rooms) == 3 for effect in effects
    )


@pytest.mark.parametrize(
    ("intent", "reason"), [(Intent.HUMAN, "asked"), (Intent.CANCEL, "cancel")]
)
def test_a_person(intent: Intent, reason: str) -> None:
    """Who asks for a person, or cancels, is handed over with what is known so far."""
    talk = offered()
    hand_off, said = talk.says(intent)
    assert isinstance(hand_off, HandOff)
    assert (hand_off.reason, hand_off.slots) == (reason, STAY)
    assert phrases([said]) == [Phrase.HANDED_OFF]
    assert phrases(talk.says(Intent.CONFIRM_YES)) == [Phrase.HELP]


def test_greeting_loses_nothing() -> None:
    """A greeting in between keeps the slots and asks again what is open."""
    talk = Talk()
    assert phrases(talk.says(Intent.GREETING)) == [Phrase.GREETING]
    talk.says(checkin=CHECKIN, checkout=CHECKOUT)
    effects = talk.says(Intent.GREETING)
    assert phrases(effects) == [Phrase.HELLO_AGAIN, Phrase.ASK_ADULTS]
    assert talk.state.slots.checkin == CHECKIN


def test_help_and_what_is_not_the_agents() -> None:
    """Help, thanks and other matters are answered, and what is open asked again."""
    talk = Talk()
    talk.says(checkin=CHECKIN)
    assert phrases(talk.says(Intent.HELP)) == [Phrase.HELP, Phrase.ASK_ADULTS]
    assert phrases(talk.says(Intent.OUT_OF_SCOPE)) == [
        Phrase.OUT_OF_SCOPE,
        Phrase.ASK_ADULTS,
    ]
    thanks = talk.says(Intent.OUT_OF_SCOPE, says_thanks=True)
    assert phrases(thanks)[0] is Phrase.WELCOME
    effects = talk.says(Intent.OUT_OF_SCOPE, adults=2)
    assert phrases(effects) == [Phrase.OUT_OF_SCOPE, Phrase.ASK_ROOM_TYPE]


def test_starting_over() -> None:
    """From anywhere the guest can begin anew, with new wishes or without."""
    talk = offered()
    effects = talk.says(Intent.OUT_OF_SCOPE, starts_over=True)
    assert phrases(effects) == [Phrase.STARTED_OVER, Phrase.ASK_CHECKIN]
    assert talk.state.slots == Slots()
    talk = offered()
    talk.says(starts_over=True, checkin=date(2026, 12, 20))
    assert talk.state.slots.adults is None
    assert talk.state.asked == "adults"


def test_no() -> None:
    """A no closes what is open and keeps what is known."""
    talk = offered()
    assert phrases(talk.says(Intent.CONFIRM_NO)) == [Phrase.AS_YOU_LIKE]
    assert talk.state.slots == STAY
    assert phrases(talk.says(Intent.CONFIRM_YES)) == [Phrase.HELP]


def test_language_stays() -> None:
    """A text without a language is answered in that of the one before."""
    talk = Talk()
    talk.says(Intent.GREETING, lang="pt")
    talk.says(Intent.CONFIRM_YES)
    assert talk.state.lang == "pt"


def test_old_rooms() -> None:
    """Old rooms are offered as such; whether they can be booked the breaker says."""
    talk = Talk(found=STALE, breaker="open")
    effects = talk.says(checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.NO_BOOKINGS_NOW, Phrase.ASK_ROOM_TYPE_FOR_LATER]
    talk = Talk(found=STALE)
    assert phrases(talk.says(checkin=CHECKIN, adults=2)) == [Phrase.ASK_ROOM_TYPE]


def test_nothing_to_show() -> None:
    """With nothing stored nothing is invented: to be told later, or a person."""
    talk = Talk(found=NOTHING, breaker="open")
    effects = talk.says(checkin=CHECKIN, adults=2)
    assert phrases(effects) == [Phrase.CANNOT_CHECK, Phrase.ASK_TO_NOTIFY]
    assert not any(isinstance(effect, Offer) for effect in effects)
    talk = Talk(found=NOTHING)
    effects = talk.says(Intent.ROOM_TYPES)
    assert phrases(effects) == [Phrase.CANNOT_CHECK, Phrase.ASK_TO_NOTIFY]
    talk = Talk(found=NOTHING)
    assert phrases(talk.says(room_type="suite")) == [Phrase.ASK_CHECKIN]


def test_price_is_too_high() -> None:
    """Who finds it dear is told that it is fixed, and asked again; a no stays a no."""
    talk = offered()
    effects = talk.says(Intent.PRICE, finds_it_dear=True)
    assert phrases(effects) == [Phrase.PRICE_IS_FIXED, Phrase.ASK_ROOM_TYPE]
    effects = talk.says(Intent.CONFIRM_NO, finds_it_dear=True)
    assert phrases(effects) == [Phrase.PRICE_IS_FIXED, Phrase.ASK_ROOM_TYPE]
    talk.says(room_type="suite")
    effects = talk.says(Intent.OUT_OF_SCOPE, finds_it_dear=True)
    assert phrases(effects) == [Phrase.PRICE_IS_FIXED, Phrase.ASK_CONFIRMATION]
    effects = talk.says(Intent.CONFIRM_NO, finds_it_dear=True)
    assert phrases(effects) == [Phrase.NOT_BOOKED]


def test_several_rooms() -> None:
    """Who wants several rooms reads that one is booked at a time, before the offer."""
    talk = Talk()
    effects = talk.says(checkin=CHECKIN, adults=2, wants_several_rooms=True)
    assert phrases(effects) == [Phrase.ONE_ROOM_EACH, Phrase.ASK_ROOM_TYPE]
    effects = talk.says(Intent.OUT_OF_SCOPE, wants_several_rooms=True)
    assert phrases(effects) == [Phrase.ONE_ROOM_EACH, Phrase.ASK_ROOM_TYPE]


def test_leave() -> None:
    """After a leave nothing is open: a yes that comes later books nothing."""
    talk = offered()
    talk.says(room_type="suite")
    assert phrases(talk.says(Intent.OUT_OF_SCOPE, says_bye=True)) == [Phrase.GOODBYE]
    talk.says(Intent.CONFIRM_YES)
    assert talk.books == []


def test_group() -> None:
    """A party that no room holds is left to a person, with all that is known of it."""
    talk = Talk()
    effects = talk.says(adults=40)
    assert phrases(effects) == [Phrase.GROUP_HANDED_OFF]
    effects = talk.says(checkin=CHECKIN, checkout=CHECKOUT)
    assert HandOff(reason="group", slots=replace(STAY, adults=40)) in effects
    assert AskPms not in map(type, effects)
    effects = talk.says(adults=2, wants_several_rooms=True)
    assert phrases(effects) == [Phrase.ONE_ROOM_EACH, Phrase.ASK_ROOM_TYPE]


def test_day_that_is_none() -> None:
    """Of a day that no month has it is said, and the day asked again."""
    talk = Talk()
    effects = talk.says(is_no_day=True, adults=2)
    assert phrases(effects) == [Phrase.NO_SUCH_DAY, Phrase.ASK_CHECKIN]
    assert talk.state.slots.adults == 2


def test_wait() -> None:
    """Who asks to wait loses nothing: the summary can be said yes to afterwards."""
    talk = offered()
    talk.says(room_type="suite")
    before = talk.state.quote
    effects = talk.says(Intent.CONFIRM_NO, wants_time=True)
    assert phrases(effects) == [Phrase.TAKE_YOUR_TIME]
    assert (talk.state.asked, talk.state.quote) == ("confirmation", before)
    talk.says(Intent.CONFIRM_YES)
    assert len(talk.books) == 1


def test_none_of_a_list() -> None:
    """Who takes none of a list is asked for other dates or rooms; the guests stay."""
    talk = offered()
    effects = talk.says(Intent.CONFIRM_NO, wants_none=True)
    assert phrases(effects) == [Phrase.NONE_OF_THESE]
    assert (talk.state.asked, talk.state.slots, talk.state.offered) == (
        "checkin",
        STAY,
        (),
    )
    talk = offered()
    talk.says(room_type="suite")
    effects = talk.says(Intent.CONFIRM_NO, wants_none=True)
    assert phrases(effects) == [Phrase.NOT_BOOKED]


def test_not_to_cancel() -> None:
    """Who does not want to cancel reads that nothing was, and the summary again."""
    talk = offered()
    talk.says(room_type="suite")
    effects = talk.says(Intent.OUT_OF_SCOPE, keeps_booking=True)
    assert phrases(effects) == [Phrase.NOTHING_CANCELLED, Phrase.ASK_CONFIRMATION]
