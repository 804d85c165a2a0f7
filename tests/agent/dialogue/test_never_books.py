"""Whatever happens in whatever order, no booking without a summary, a yes, a PMS."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent.dialogue.cues import picked
from agent.dialogue.state_codec import decode, encode
from agent.dialogue.step import State, step
from agent.messages import (
    ROOM_TYPES,
    AskBreaker,
    AskPms,
    Book,
    Booked,
    BookingRefused,
    BookingSettled,
    BookingUnknown,
    BreakerState,
    BreakerTold,
    CheckBooking,
    CheckIsDue,
    GuestWrote,
    Intent,
    NothingToShow,
    Offer,
    PmsIsBack,
    Quote,
    RefusedBecause,
    RoomsFound,
    Say,
    ShowKinds,
    Slots,
    Summarise,
    TappedLate,
    TellBooked,
    Understood,
)
from agent.replies.choices import choices
from agent.replies.render import render
from fakes.talk import DOUBLE, NOW, SUITE, TRIPLE

if TYPE_CHECKING:
    from agent.messages import Effect, Event

TOLD = (Say, Offer, ShowKinds, Summarise, TellBooked)
DAYS = st.none() | st.integers(-2, 9).map(lambda n: date(2026, 11, 24) + timedelta(n))
ROOMS = st.lists(
    st.builds(
        replace,
        st.sampled_from([DOUBLE, TRIPLE, SUITE, replace(DOUBLE, id=9, room_type=None)]),
        available=st.integers(0, 2),
    ),
    unique_by=lambda room: room.id,
).map(tuple)
ANY_FOUND = st.builds(
    RoomsFound,
    rooms=ROOMS,
    is_stale=st.booleans(),
    age_s=st.none() | st.integers(0, 300),
    is_incomplete=st.booleans(),
)
# Well most of the time, or no talk would ever come to a summary.
FOUND = st.just(RoomsFound(rooms=(DOUBLE, TRIPLE, SUITE))) | ANY_FOUND
SEARCHED = st.one_of(FOUND, FOUND, FOUND, st.just(NothingToShow(why="Down.")))
BREAKERS = st.sampled_from(["closed", "closed", "closed", *get_args(BreakerState)])
SLOTS = st.builds(
    Slots,
    checkin=DAYS,
    checkout=DAYS,
    adults=st.none() | st.integers(1, 5),
    children=st.none() | st.integers(0, 2),
    room_type=st.none() | st.sampled_from(ROOM_TYPES),
)
STAYS = st.builds(
    Slots,
    checkin=st.just(date(2026, 12, 5)),
    adults=st.integers(1, 2),
    room_type=st.sampled_from(["double", "suite", None]),
)
WISHES = st.builds(
    Understood,
    intent=st.sampled_from([Intent.BOOKING, Intent.AVAILABILITY]),
    slots=STAYS,
)
BOOKINGS = st.builds(
    Understood,
    intent=st.just(Intent.BOOKING),
    slots=STAYS.map(lambda stay: replace(stay, room_type=stay.room_type or "double")),
)
REMARKS = st.builds(
    Understood, intent=st.sampled_from([*Intent, *[Intent.CONFIRM_NO] * 5])
)
UNDERSTOOD = st.builds(
    Understood,
    intent=st.sampled_from(Intent),
    slots=SLOTS,
    lang=st.sampled_from(["es", "en", "pt", None]),
    number=st.none() | st.integers(0, 3),
    nights=st.none() | st.integers(1, 3),
    is_past=st.sampled_from([False, False, False, True]),
    is_vague=st.sampled_from([False, False, False, True]),
    room_word=st.sampled_from([None, None, None, "cabana"]),
)
OUTCOMES = st.one_of(
    st.just(Booked(reference="77")),
    st.builds(
        BookingRefused,
        reason=st.sampled_from(get_args(RefusedBecause)),
        found=st.none() | FOUND,
    ),
    st.just(BookingUnknown()),
)
SETTLED = st.just(BookingUnknown()) | st.builds(
    BookingSettled, reference=st.sampled_from(["78", None])
)


class Guests(RuleBasedStateMachine):
    """A guest, a PMS and a breaker that do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.turns = 0
        self.keys: set[str] = set()
        # The quote whose summary was the last thing shown, and the yes said to it.
        self.on_the_table: Quote | None = None
        self.agreed: Quote | None = None

    @rule(
        understood=st.one_of(WISHES, REMARKS, UNDERSTOOD),
        starts_over=st.sampled_from([False, False, False, True]),
        wants_to_be_told=st.sampled_from([False, False, False, True]),
        name=st.sampled_from(["General Rooms", "Triple", "", ""]),
        data=st.data(),
    )
    def the_guest_writes(
        self, understood: Understood, data: st.DataObject, name: str, **cues: bool
    ) -> None:
        """Say something to whatever a guest writes."""
        self.hears(understood, data, name=name, **cues)

    @rule(
        wish=BOOKINGS,
        then=st.one_of(REMARKS, REMARKS, UNDERSTOOD, WISHES),
        data=st.data(),
    )
    def the_guest_books(
        self, wish: Understood, then: Understood, data: st.DataObject
    ) -> None:
        """Let a guest say most of it at once, then anything, then yes."""
        self.hears(wish, data)
        self.hears(then, data)
        self.the_guest_says_yes(data)

    @rule(data=st.data())
    def the_guest_says_yes(self, data: st.DataObject) -> None:
        """Let a guest say yes, to whatever was asked."""
        self.hears(Understood(intent=Intent.CONFIRM_YES), data)

    def hears(
        self,
        understood: Understood,
        data: st.DataObject,
        *,
        starts_over: bool = False,
        wants_to_be_told: bool = False,
        name: str = "",
    ) -> None:
        """Play the turn of a text."""
        self.turns += 1
        is_yes = understood.intent is Intent.CONFIRM_YES and not starts_over
        self.agreed = self.on_the_table if is_yes else None
        event = GuestWrote(
            understood=understood,
            key=f"key-{self.turns}",
            picked=picked(name, self.state.offered) if name else None,
            starts_over=starts_over,
            wants_to_be_told=wants_to_be_told,
        )
        effects = self.play(event, data)
        assert any(isinstance(effect, TOLD) for effect in effects)

    @rule(
        event=st.one_of(
            st.builds(BreakerTold, state=BREAKERS),
            SEARCHED,
            OUTCOMES,
            SETTLED,
            st.just(PmsIsBack()),
            st.just(CheckIsDue()),
            st.just(TappedLate()),
        ),
        data=st.data(),
    )
    def something_comes_out_of_turn(self, event: Event, data: st.DataObject) -> None:
        """Let an event that nobody waits for book nothing."""
        self.agreed = None
        self.play(event, data)

    def play(self, event: Event, data: st.DataObject) -> list[Effect]:
        """Play a turn to its end; each answer is drawn."""
        events, done = [event], []
        while events:
            event = events.pop(0)
            self.state, effects = step(self.state, event, NOW)
            for effect in effects:
                done.append(effect)
                assert len(done) < 20
                if isinstance(effect, TOLD):
                    assert render(effect, self.state.lang)
                if isinstance(effect, Summarise):
                    self.on_the_table = effect.quote
                if isinstance(effect, Book):
                    self.holds_to_what_was_agreed(effect, event)
                    events.append(data.draw(OUTCOMES))
                if isinstance(effect, AskBreaker):
                    events.append(BreakerTold(state=data.draw(BREAKERS)))
                if isinstance(effect, AskPms):
                    events.append(data.draw(SEARCHED))
                if isinstance(effect, CheckBooking):
                    events.append(data.draw(SETTLED))
        shown = [effect for effect in done if isinstance(effect, TOLD)]
        if shown and not any(isinstance(effect, Summarise) for effect in shown):
            self.on_the_table = None
        return done

    def holds_to_what_was_agreed(self, book: Book, event: Event) -> None:
        """Hold a booking to the breaker's last word, the summary and the yes."""
        assert event == BreakerTold(state="closed")
        assert book.quote == self.agreed
        assert book.key not in self.keys
        self.keys.add(book.key)
        self.agreed = None

    @invariant()
    def a_conversation_can_be_kept(self) -> None:
        """Hold the state to a restart, and what can be tapped to its limits."""
        assert decode(encode(self.state)) == self.state
        offered = choices(self.state)
        assert len(offered) <= 10
        assert all(0 < len(choice.title) <= 20 for choice in offered)
        json.loads(encode(self.state))


TestGuests = Guests.TestCase
TestGuests.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
