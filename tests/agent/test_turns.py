"""Turns that break in the middle: what the guest reads, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from agent.dialogue.state_codec import decode
from agent.kept.conversations import Conversations
from agent.kept.inbox import Kept, Letter
from agent.messages import Guest, Phrase
from agent.play.house import House
from agent.play.player import ZONE
from agent.replies.render import PHRASES
from agent.serving.runner import Runner
from agent.serving.turns import Turns
from agent.telemetry import Telemetry
from agent.understanding.grammar import Grammar

if TYPE_CHECKING:
    from agent.messages import (
        Booked,
        BookingRefused,
        BookingSettled,
        Choice,
        NothingToShow,
        Quote,
        RoomsFound,
        Search,
    )
    from fakes.clock import FakeClock

GUEST = Guest(address="5491100000177", is_phone=True, name="Ana")
BACK = Letter(id="b", kind="pms_is_back", at=0)
CHECK = Letter(id="c", kind="check_booking", at=0)


def text(words: str) -> Letter:
    """Write a message."""
    return Letter(id=words, kind="text", at=0, text=words)


@dataclass(slots=True)
class Desk(House):
    """Books, and then breaks in a way that nobody thought of, while it `breaks`."""

    breaks: bool = True
    breaks_search: bool = False

    async def book(
        self, quote: Quote, guest: Guest, key: str
    ) -> Booked | BookingRefused:
        """Book, and break before it is told."""
        outcome = await House.book(self, quote, guest, key)
        self._break()
        return outcome

    async def check(self, quote: Quote, guest: Guest, key: str) -> BookingSettled:
        """Break before anything is looked for."""
        self._break()
        return await House.check(self, quote, guest, key)

    async def search(self, search: Search) -> RoomsFound | NothingToShow:
        """Break where rooms are looked for, if that is what breaks."""
        if self.breaks_search:
            raise RuntimeError
        return await House.search(self, search)

    def _break(self) -> None:
        if self.breaks:
            raise RuntimeError


class Played:
    """A guest's record, turn by turn, as a worker keeps it."""

    def __init__(self, desk: Desk, clock: FakeClock) -> None:
        held = Conversations()
        runner = Runner(
            desk, desk, held, understander=Grammar(), zone=ZONE, clock=clock
        )
        self._turns = Turns(runner, held, Telemetry())
        self.kept = Kept(guest=GUEST, wrote_at=0)

    async def takes(self, letter: Letter) -> str:
        """Play one letter's turn; return the reply's text."""

        async def record(state: str) -> None:
            self.kept = replace(self.kept, state=state)

        shown = next((one.answers_to for one in self._choices if one.answers_to), "")
        turn = (replace(letter, read=shown),)
        state, reply = await self._turns.play(replace(self.kept, turn=turn), record)
        self.kept = replace(self.kept, state=state, reply=reply, waits=reply.waits_for)
        return reply.text

    @property
    def _choices(self) -> tuple[Choice, ...]:
        return self.kept.reply.choices if self.kept.reply else ()


@pytest.fixture
def desk() -> Desk:
    """Break."""
    return Desk()


@pytest.fixture
def played(desk: Desk, clock: FakeClock) -> Played:
    """Begin with a guest of whom nothing is known."""
    return Played(desk, clock)


async def test_booking_amid_which_the_agent_breaks(played: Played, desk: Desk) -> None:
    """It is known to be under way, looked for, told, and made once."""
    await played.takes(text("mañana para 2, reservame la doble"))
    assert await played.takes(text("sí")) == PHRASES["es"][Phrase.BEING_CHECKED]
    assert played.kept.waits == "booking"
    # Looked for in vain: no word, and the same is looked for again.
    assert await played.takes(CHECK) == ""
    desk.breaks = False
    assert "1001" in await played.takes(CHECK)
    assert "1001" in await played.takes(text("sí"))
    assert len(desk.booked) == 1


async def test_text_amid_which_the_agent_breaks(played: Played) -> None:
    """The guest reads an excuse, and a booking of before is still looked for."""
    await played.takes(text("mañana para 2, reservame la doble"))
    await played.takes(text("sí"))
    assert await played.takes(text("y?")) == PHRASES["es"][Phrase.CANNOT_CHECK]
    assert played.kept.waits == "booking"
    assert played.kept.state is not None
    state = decode(played.kept.state)
    assert state is not None
    assert state.pending is not None


async def test_return_of_the_pms_amid_which_the_agent_breaks(
    played: Played, desk: Desk
) -> None:
    """The guest reads nothing of it, waits still, and is told at the next try."""
    await played.takes(text("mañana para 2, reservame la doble"))
    desk.is_up = False
    for said in ("sí", "dale"):
        await played.takes(text(said))
    assert played.kept.waits == "pms"
    desk.is_up = desk.breaks_search = True
    # The word that wakes a guest is given once.
    played.kept = replace(played.kept, waits=None)
    assert await played.takes(BACK) == ""
    assert played.kept.waits == "pms"
    desk.breaks_search = False
    assert PHRASES["es"][Phrase.PMS_IS_BACK] in await played.takes(BACK)
    assert played.kept.waits is None
