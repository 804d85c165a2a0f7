from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from agent.dialogue import State, step
from agent.intents import Grammar
from agent.messages import (
    AskBreaker,
    AskPms,
    BreakerState,
    BreakerTold,
    GuestWrote,
    HandOff,
    NothingToShow,
    Offer,
    Phrase,
    Room,
    RoomsFound,
    Say,
    Search,
    Slots,
)
from agent.understanding.validation import checked

if TYPE_CHECKING:
    from agent.messages import Effect, Event, Question

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
FREE = Room(
    id=1,
    room_type="double",
    name="Double",
    available=2,
    price=Decimal(300),
    currency="USD",
)
FULL = Room(
    id=2,
    room_type="suite",
    name="Suite",
    available=0,
    price=Decimal(900),
    currency="USD",
)
FOUND = RoomsFound(rooms=(FREE, FULL))
STAY = Slots(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2)
SEARCH = Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2)


def wrote(text: str, expects: Question | None = None) -> GuestWrote:
    """Make the event of a guest's text, an answer to what was asked."""
    said = Grammar().understand(text, NOW, expects)
    return GuestWrote(understood=checked(said, NOW.date()))


def play(*events: Event, state: State | None = None) -> tuple[State, list[Effect]]:
    """Return the state and the effects after the last event."""
    state = state or State()
    effects: list[Effect] = []
    for event in events:
        state, effects = step(state, event, NOW)
    return state, effects


def test_one_question_a_turn() -> None:
    """The check-in is asked first, then the adults, then the PMS."""
    state, effects = play(wrote("tenés lugar?"))
    assert effects == [Say(phrase=Phrase.ASK_CHECKIN)]
    state, effects = play(wrote("del 5 al 8 de diciembre"), state=state)
    assert effects == [Say(phrase=Phrase.ASK_ADULTS)]
    state, effects = play(wrote("2 adultos"), state=state)
    assert effects == [AskPms(search=SEARCH)]
    assert state.slots == STAY


def test_bare_number_answers_the_question() -> None:
    """A bare number is a day where the date was asked, guests where they were."""
    state, _ = play(wrote("tenés lugar?"), wrote("5", "checkin"))
    assert state.slots.checkin == date(2026, 12, 5)
    state, effects = play(wrote("2", "adults"), state=state)
    assert state.slots.adults == 2
    assert isinstance(effects[0], AskPms)


def test_number_with_children() -> None:
    """A number with children, as "2 y un bebé", counts guests and names no day."""
    state, effects = play(wrote("mañana"), wrote("2 y un bebé", "adults"))
    assert (state.slots.adults, state.slots.children) == (2, 1)
    assert isinstance(effects[0], AskPms)
    state, _ = play(wrote("hay lugar?"), wrote("2 y un bebé", "checkin"))
    assert state.slots.checkin is None


def test_bare_number_out_of_the_blue() -> None:
    """A bare number that nobody asked for is not understood."""
    state, effects = play(wrote("2"))
    assert effects == [Say(phrase=Phrase.HELP)]
    assert state.slots == Slots()


def test_one_night() -> None:
    """Without a checkout the stay is one night."""
    _, effects = play(wrote("mañana para 2"))
    assert effects == [
        AskPms(
            search=Search(
                checkin=date(2026, 11, 25), checkout=date(2026, 11, 26), adults=2
            )
        )
    ]


def test_correction_keeps_the_rest() -> None:
    """A new check-in keeps the number of nights and the guests."""
    state, _ = play(wrote("del 5 al 8 de diciembre para 2"), wrote("mejor el 10/12"))
    assert state.slots == Slots(
        checkin=date(2026, 12, 10), checkout=date(2026, 12, 13), adults=2
    )


def test_rooms_are_offered() -> None:
    """What the PMS found is offered as it is, stale marks included."""
    stale = RoomsFound(rooms=(FREE,), is_stale=True, age_s=90)
    for found in (FOUND, stale):
        _, effects = play(found, state=State(slots=STAY))
        assert effects == [Offer(search=SEARCH, found=found)]


def test_nothing_to_show() -> None:
    """With nothing to show the agent says so and offers nothing."""
    _, effects = play(
        wrote("mañana para 2"), NothingToShow(why="The proxy cannot be reached.")
    )
    assert effects == [Say(phrase=Phrase.CANNOT_CHECK)]


def test_booking_is_refused_while_not_closed() -> None:
    """Unless the breaker is closed a booking is refused, and the slots stay."""
    words: tuple[BreakerState, ...] = ("open", "half_open", "unknown")
    for word in words:
        told = BreakerTold(state=word)
        state, effects = play(
            wrote("quiero reservar del 5 al 8 de diciembre para 2"), told
        )
        assert effects == [Say(phrase=Phrase.BOOKING_REFUSED)]
        assert state == State(slots=STAY, nights=3)


def test_booking_while_closed() -> None:
    """While closed the slots are collected, rooms shown, and the desk gets it all."""
    state, effects = play(wrote("quiero reservar"))
    assert effects == [AskBreaker()]
    state, effects = play(BreakerTold(state="closed"), state=state)
    assert effects == [
        Say(phrase=Phrase.BOOKING_BY_DESK),
        Say(phrase=Phrase.ASK_CHECKIN),
    ]
    state, effects = play(
        wrote("del 5 al 8 de diciembre"), BreakerTold(state="closed"), state=state
    )
    assert effects == [Say(phrase=Phrase.ASK_ADULTS)]
    state, effects = play(
        wrote("2", "adults"), BreakerTold(state="closed"), state=state
    )
    assert effects == [AskPms(search=SEARCH)]
    state, effects = play(FOUND, state=state)
    assert effects == [
        Offer(search=SEARCH, found=FOUND),
        HandOff(reason="booking", slots=STAY),
        Say(phrase=Phrase.BOOKING_NOTED),
    ]
    assert not state.wants_booking


def test_pms_fails_during_a_booking() -> None:
    """A stale answer to a booking guest refuses the booking; none ends it."""
    booking = State(slots=STAY, wants_booking=True)
    stale = RoomsFound(rooms=(FREE,), is_stale=True)
    state, effects = play(stale, state=booking)
    assert effects[-1] == Say(phrase=Phrase.BOOKING_REFUSED)
    assert not state.wants_booking
    state, effects = play(NothingToShow(why="Down."), state=booking)
    assert effects == [Say(phrase=Phrase.CANNOT_CHECK)]
    assert not state.wants_booking


def test_full_house_is_not_handed_off() -> None:
    """A booking for a full house ends with the guest knowing it is full."""
    full = RoomsFound(rooms=(FULL,))
    _, effects = play(full, state=State(slots=STAY, wants_booking=True))
    assert effects == [Offer(search=SEARCH, found=full)]


def test_a_person() -> None:
    """Who asks for a person, or cancels, is handed over with what is known."""
    for text, reason in (("recepción", "asked"), ("cancelar mi reserva", "cancel")):
        _, effects = play(wrote(text), state=State(slots=STAY))
        assert isinstance(effects[0], HandOff)
        assert (effects[0].reason, effects[0].slots) == (reason, STAY)
        assert effects[1] == Say(phrase=Phrase.HANDED_OFF)


def test_past_date() -> None:
    """A day that is over is told, and asked for again."""
    state, effects = play(wrote("5/12/2025 para 2"))
    assert effects == [
        Say(phrase=Phrase.DATE_IS_PAST),
        Say(phrase=Phrase.ASK_CHECKIN),
    ]
    assert (state.slots.checkin, state.slots.adults) == (None, 2)


def test_slept_over() -> None:
    """A check-in that went by since the last message is asked for again."""
    yesterday = Slots(checkin=date(2026, 11, 23), adults=2)
    _, effects = play(wrote("hay lugar?"), state=State(slots=yesterday))
    assert effects == [Say(phrase=Phrase.ASK_CHECKIN)]


def test_language_follows_the_guest() -> None:
    """The last text that has a language decides; numbers keep it."""
    state, _ = play(wrote("any room tonight?"), wrote("2"))
    assert state.lang == "en"
    state, _ = play(wrote("oi, tem quarto?"), state=state)
    assert state.lang == "pt"


def test_not_understood_repeats_the_question() -> None:
    """What is not understood gets help and the open question again."""
    _, effects = play(wrote("tenés lugar mañana?"), wrote("tienen pileta?"))
    assert effects == [Say(phrase=Phrase.HELP), Say(phrase=Phrase.ASK_ADULTS)]


EVENTS = st.one_of(
    st.text().map(wrote),
    st.sampled_from(
        (
            "quiero reservar",
            "mañana",
            "9999-12-31",
            "99 noches",
            "para 2",
            "99",
            "recepción",
            "5/12/2020",
        )
    ).map(wrote),
    st.sampled_from(get_args(BreakerState)).map(lambda s: BreakerTold(state=s)),
    st.sampled_from((FOUND, NothingToShow(why="Down."))),
)


@given(st.lists(EVENTS, max_size=12))
def test_any_conversation(events: list[Event]) -> None:
    """No order of events raises, and every text of a guest is answered."""
    state = State()
    for event in events:
        state, effects = step(state, event, NOW)
        assert effects or not isinstance(event, GuestWrote)
        questions = {Phrase.ASK_CHECKIN, Phrase.ASK_ADULTS}
        asked = [e for e in effects if isinstance(e, Say) and e.phrase in questions]
        assert len(asked) <= 1
        if isinstance(event, BreakerTold) and event.state != "closed":
            assert not any(isinstance(e, HandOff | AskPms) for e in effects)
