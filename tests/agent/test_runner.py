from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from agent.messages import (
    NO_DAYS,
    Booked,
    BookingSettled,
    BookingUnknown,
    Guest,
    Intent,
    NothingToShow,
    Phrase,
    Search,
    Slots,
    Understood,
)
from agent.play.sessions import Sessions
from agent.replies.render import PHRASES
from agent.serving.runner import Runner
from fakes.talk import CHECKIN, CHECKOUT, FOUND

if TYPE_CHECKING:
    from datetime import datetime

    from agent.messages import (
        BookingRefused,
        BreakerState,
        Days,
        Question,
        Quote,
        RoomsFound,
    )
    from fakes.clock import FakeClock

GUEST = Guest(address="5491100000177", is_phone=True, name="Ana")
OTHER = Guest(address="BR.1", is_phone=False)
STAY = "del 5 al 8 de diciembre para 2"


@dataclass(slots=True)
class Reader:
    """Understands a few texts, and remembers what each was expected to answer."""

    expected: list[Question | None] = field(default_factory=list)

    def understand(
        self,
        text: str,
        now: datetime,
        expects: Question | None,
        known: Days = NO_DAYS,
    ) -> Understood:
        """Look the text up."""
        del known
        self.expected.append(expects)
        stay = Slots(checkin=CHECKIN, checkout=CHECKOUT, adults=2)
        texts = {
            "hola": Understood(intent=Intent.GREETING, lang="es"),
            "hello": Understood(intent=Intent.GREETING, lang="en"),
            "tenés lugar?": Understood(intent=Intent.AVAILABILITY),
            STAY: Understood(intent=Intent.AVAILABILITY, slots=stay),
            "hoy para 2": Understood(
                intent=Intent.AVAILABILITY, slots=Slots(checkin=now.date(), adults=2)
            ),
            "reservame la suite": Understood(
                intent=Intent.BOOKING, slots=Slots(room_type="suite")
            ),
            "sí": Understood(intent=Intent.CONFIRM_YES),
            "recepción": Understood(intent=Intent.HUMAN),
        }
        return texts.get(text, Understood(intent=Intent.OUT_OF_SCOPE))


@dataclass(slots=True)
class Hotel:
    """Finds and books what it is told to."""

    found: RoomsFound | NothingToShow = FOUND
    state: BreakerState = "closed"
    outcome: Booked | BookingRefused | BookingUnknown = field(
        default_factory=lambda: Booked(reference="77")
    )
    settled: BookingSettled | BookingUnknown = field(default_factory=BookingUnknown)
    searches: list[Search] = field(default_factory=list)
    bookings: list[tuple[Quote, Guest, str]] = field(default_factory=list)
    checks: list[tuple[Quote, Guest, str]] = field(default_factory=list)

    async def search(self, search: Search) -> RoomsFound | NothingToShow:
        """Remember the search."""
        self.searches.append(search)
        return self.found

    async def breaker(self) -> BreakerState:
        """Tell the state."""
        return self.state

    async def book(
        self, quote: Quote, guest: Guest, key: str
    ) -> Booked | BookingRefused | BookingUnknown:
        """Remember the booking."""
        self.bookings.append((quote, guest, key))
        return self.outcome

    async def check(
        self, quote: Quote, guest: Guest, key: str
    ) -> BookingSettled | BookingUnknown:
        """Remember the check."""
        self.checks.append((quote, guest, key))
        return self.settled


@pytest.fixture
def hotel() -> Hotel:
    """Find three rooms."""
    return Hotel()


@pytest.fixture
def reader() -> Reader:
    """Understand a few texts."""
    return Reader()


@pytest.fixture
def sessions(clock: FakeClock) -> Sessions:
    """Keep conversations in memory."""
    return Sessions(clock)


@pytest.fixture
def runner(
    hotel: Hotel, reader: Reader, sessions: Sessions, clock: FakeClock
) -> Runner:
    """Run conversations in a hotel in Buenos Aires."""
    zone = ZoneInfo("America/Argentina/Buenos_Aires")
    return Runner(hotel, hotel, sessions, understander=reader, zone=zone, clock=clock)


async def test_conversation(runner: Runner, hotel: Hotel, reader: Reader) -> None:
    """Slots live from message to message, and each text may answer the question."""
    reply = await runner.converse(GUEST, "tenés lugar?")
    assert reply.text == PHRASES["es"][Phrase.ASK_CHECKIN]
    reply = await runner.converse(GUEST, STAY)
    assert "2. Triple: US$ 300" in reply.text
    assert [choice.text for choice in reply.choices] == [
        "General Rooms",
        "Triple",
        "Suite",
    ]
    assert hotel.searches == [Search(checkin=CHECKIN, checkout=CHECKOUT, adults=2)]
    reply = await runner.converse(GUEST, "reservame la suite")
    assert [choice.text for choice in reply.choices] == ["Sí", "No", "Recepción"]
    assert reader.expected == [None, "checkin", "room_type"]


async def test_what_is_tapped(runner: Runner) -> None:
    """The name of a room, tapped or typed, takes it from the offer."""
    await runner.converse(GUEST, STAY)
    reply = await runner.converse(GUEST, "General Rooms")
    assert reply.text.endswith(PHRASES["es"][Phrase.ASK_CONFIRMATION])


async def test_guests_are_apart(runner: Runner) -> None:
    """One guest's words are not another's."""
    await runner.converse(GUEST, STAY)
    reply = await runner.converse(OTHER, "tenés lugar?")
    assert reply.text == PHRASES["es"][Phrase.ASK_CHECKIN]


async def test_today_is_the_hotels(
    runner: Runner, hotel: Hotel, clock: FakeClock
) -> None:
    """Today is the hotel's day: at 01:00 UTC it is still yesterday there."""
    clock.advance(22 * 3600)  # 22:00 on the 25th there, 01:00 on the 26th in UTC
    await runner.converse(GUEST, "hoy para 2")
    assert hotel.searches[0].checkin == date(2026, 11, 25)


async def test_booking(runner: Runner, hotel: Hotel) -> None:
    """A yes books for the guest who said it, and the number comes back."""
    for text in (STAY, "reservame la suite"):
        await runner.converse(GUEST, text)
    reply = await runner.converse(GUEST, "sí", "wamid.1")
    ((quote, guest, key),) = hotel.bookings
    assert (quote.room.name, guest) == ("Suite", GUEST)
    assert "77" in reply.text
    # A message's id holds the guest's number, and the key goes to the PMS.
    assert "wamid" not in key
    assert GUEST.address not in key


async def test_yes_that_comes_again_after_a_crash(
    runner: Runner, hotel: Hotel, sessions: Sessions, clock: FakeClock
) -> None:
    """A yes whose turn was cut short asks what became of the booking, by its key."""
    for text in (STAY, "reservame la suite"):
        await runner.converse(GUEST, text)
    before = await sessions.state(GUEST)
    hotel.outcome = BookingUnknown()
    reply = await runner.converse(GUEST, "sí", "wamid.1")
    assert reply.waits_for == "booking"
    hotel.settled = BookingSettled(reference="78")
    assert "78" in (await runner.converse(GUEST, "sí", "wamid.1")).text
    assert hotel.checks == hotel.bookings
    # Cut short before anything was kept, it is sent again with the same key.
    async with sessions.turn(GUEST) as held:
        await held.keep(before)
    clock.advance(60)
    await runner.converse(GUEST, "sí", "wamid.1")
    assert hotel.bookings[0] == hotel.bookings[1]


async def test_another_yes_has_another_key(runner: Runner, hotel: Hotel) -> None:
    """Two bookings of one guest, or of two, never share a key."""
    for guest, message_id in ((GUEST, "1"), (GUEST, "2"), (OTHER, "1"), (OTHER, None)):
        for text in (STAY, "reservame la suite"):
            await runner.converse(guest, text)
        await runner.converse(guest, "sí", message_id)
    assert len({key for _, _, key in hotel.bookings}) == 4


async def test_booking_that_is_known_later(runner: Runner, hotel: Hotel) -> None:
    """What became of a booking is told when it is known, and before it nothing."""
    hotel.outcome = BookingUnknown()
    for text in (STAY, "reservame la suite", "sí"):
        await runner.converse(GUEST, text)
    reply = await runner.check_booking(GUEST)
    assert (reply.text, reply.choices, reply.waits_for) == ("", (), "booking")
    hotel.settled = BookingSettled(reference="79")
    reply = await runner.check_booking(GUEST)
    assert "79" in reply.text
    assert reply.waits_for is None


async def test_pms_that_comes_back(runner: Runner, hotel: Hotel) -> None:
    """A guest who wants to be told waits for the PMS, and is told once."""
    hotel.state, hotel.found = "open", NothingToShow(why="Down.")
    await runner.converse(GUEST, STAY)
    reply = await runner.converse(GUEST, "sí")
    assert reply.waits_for == "pms"
    hotel.state, hotel.found = "closed", FOUND
    reply = await runner.pms_is_back(GUEST)
    assert reply.text.startswith(PHRASES["es"][Phrase.PMS_IS_BACK])
    assert reply.waits_for is None
    assert (await runner.pms_is_back(GUEST)).text == ""


async def test_hand_off(runner: Runner) -> None:
    """The desk gets what is known of the stay, the log no number of the guest's."""
    await runner.converse(GUEST, STAY)
    with capture_logs() as logs:
        await runner.converse(GUEST, "recepción")
    (line,) = logs
    assert line["event"] == "guest.handed_off"
    assert (line["guest"], line["checkin"], line["adults"]) == (
        "…177",
        "2026-12-05",
        2,
    )


async def test_phrase(runner: Runner) -> None:
    """A phrase apart from the conversation is in the guest's language."""
    await runner.converse(GUEST, "hello")
    holding = await runner.phrase(GUEST, Phrase.ONLY_TEXT)
    assert holding == PHRASES["en"][Phrase.ONLY_TEXT]
