from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from agent.intents import Grammar
from agent.messages import Guest, NothingToShow, Phrase, Room, RoomsFound, Search
from agent.replies import PHRASES
from agent.runner import Runner
from agent.sessions import Sessions

if TYPE_CHECKING:
    from agent.messages import BreakerState
    from fakes.clock import FakeClock

GUEST = Guest(address="5491100000177", is_phone=True)
FOUND = RoomsFound(
    rooms=(
        Room(
            id=1,
            room_type="dbl",
            name="Doble",
            available=1,
            price=Decimal(9),
            currency="USD",
        ),
    ),
)


@dataclass(slots=True)
class FakePms:
    """Finds what it is told to."""

    found: RoomsFound | NothingToShow = FOUND
    state: BreakerState = "closed"
    searches: list[Search] = field(default_factory=list)

    async def search(self, search: Search) -> RoomsFound | NothingToShow:
        """Remember the search."""
        self.searches.append(search)
        return self.found

    async def breaker(self) -> BreakerState:
        """Tell the state."""
        return self.state


@pytest.fixture
def pms() -> FakePms:
    """Find a double room."""
    return FakePms()


@pytest.fixture
def runner(pms: FakePms, clock: FakeClock) -> Runner:
    """Run conversations in a hotel in Buenos Aires."""
    zone = ZoneInfo("America/Argentina/Buenos_Aires")
    return Runner(pms, Sessions(clock), understander=Grammar(), zone=zone, clock=clock)


async def test_conversation(runner: Runner, pms: FakePms) -> None:
    """Slots live from message to message until the rooms are told."""
    assert (await runner.converse(GUEST, "tenés lugar?")).text == "¿Para qué fecha?"
    reply = (await runner.converse(GUEST, "del 5 al 8 de diciembre")).text
    assert reply == "¿Para cuántos adultos?"
    assert "Doble: USD 9" in (await runner.converse(GUEST, "2")).text
    assert pms.searches == [
        Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2)
    ]


async def test_guests_are_apart(runner: Runner) -> None:
    """One guest's words are not another's."""
    other = Guest(address="BR.1", is_phone=False)
    await runner.converse(GUEST, "mañana")
    assert (await runner.converse(other, "para 2")).text == "¿Para qué fecha?"


async def test_today_is_the_hotels(
    runner: Runner, pms: FakePms, clock: FakeClock
) -> None:
    """Today is the hotel's day: at 01:00 UTC it is still yesterday there."""
    clock.advance(22 * 3600)  # 22:00 on the 25th there, 01:00 on the 26th in UTC
    await runner.converse(GUEST, "hoy para 2")
    assert pms.searches[0].checkin == date(2026, 11, 25)


async def test_booking_refused(runner: Runner, pms: FakePms) -> None:
    """While the breaker is open a booking is refused without asking the PMS."""
    pms.state = "open"
    reply = (await runner.converse(GUEST, "quiero reservar mañana para 2")).text
    assert reply == PHRASES["es"][Phrase.BOOKING_REFUSED]
    assert pms.searches == []


async def test_booking_handed_off(runner: Runner) -> None:
    """A booking is noted for the desk, without the guest's number in the log."""
    with capture_logs() as logs:
        reply = (await runner.converse(GUEST, "I want to book tomorrow for 2")).text
    assert reply.endswith(PHRASES["en"][Phrase.BOOKING_NOTED])
    (line,) = logs
    assert line["event"] == "guest.handed_off"
    assert (line["guest"], line["checkin"]) == ("…177", "2026-11-26")


async def test_cannot_check(runner: Runner, pms: FakePms) -> None:
    """With the PMS down and no copy nothing is invented."""
    pms.found = NothingToShow(why="The PMS cannot be asked now.")
    reply = (await runner.converse(GUEST, "mañana para 2")).text
    assert reply == PHRASES["es"][Phrase.CANNOT_CHECK]


async def test_phrase(runner: Runner) -> None:
    """A phrase apart from the conversation is in the guest's language."""
    await runner.converse(GUEST, "any room tonight?")
    assert await runner.phrase(GUEST, Phrase.HOLDING) == PHRASES["en"][Phrase.HOLDING]
