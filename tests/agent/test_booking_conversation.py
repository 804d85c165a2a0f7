"""From a guest's first words to a booking in the PMS, through a real proxy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agent.messages import Guest
from agent.play.sessions import Sessions
from agent.serving.runner import Runner
from agent.understanding.grammar import Grammar
from demo import faults, houses
from demo.houses import HotelPlan, TypePlan
from demo.rules import PriceRule
from fakes.agent_desk import an_agent
from fakes.rig import a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agent.messages import Reply
    from demo.stays import Booking
    from fakes.rig import Rig

ANA = Guest(address="5491100000001", is_phone=True, name="Ana 🌸 Lopez 77")
INN = HotelPlan(
    "Inn",
    (
        TypePlan("Doble", 1000, ("1", "2")),
        TypePlan("Triple", 1500, ("3",)),
        TypePlan("Suite", 2500, ("4",)),
    ),
)


@dataclass(frozen=True, slots=True)
class Chat:
    """A guest who writes, and the house that the bookings arrive in."""

    runner: Runner
    rig: Rig

    async def say(self, *texts: str) -> Reply:
        """Write texts one after the other; return the last reply."""
        for text in texts[:-1]:
            await self.runner.converse(ANA, text)
        return await self.runner.converse(ANA, texts[-1])

    @property
    def bookings(self) -> list[Booking]:
        """The house's bookings."""
        return list(self.rig.pms.hotel.bookings.values())


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    """Let Ana write to an inn."""
    async with (
        a_rig(house=houses.build((INN,))) as rig,
        an_agent(rig.url, rig.clock) as agent,
    ):
        runner = Runner(
            agent.pms,
            agent.desk,
            Sessions(rig.clock),
            understander=Grammar(),
            zone=ZoneInfo("America/Argentina/Buenos_Aires"),
            clock=rig.clock,
        )
        yield Chat(runner, rig)


@pytest.mark.parametrize(
    "texts",
    [
        ("hola, tenés lugar del 5 al 7 de diciembre?", "2", "la doble", "sí"),
        ("a double from December 5 to 7 for 2 please, I want to book it", "yes"),
        ("quero reservar um quarto duplo de 5 a 7 de dezembro para 2", "sim"),
    ],
)
async def test_booked(chat: Chat, texts: tuple[str, ...]) -> None:
    """A yes to the summary is a booking at its price, whose number the guest gets."""
    summary = await chat.say(*texts[:-1])
    assert chat.bookings == []
    reply = await chat.say(texts[-1])
    (booking,) = chat.bookings
    assert str(booking.id) in reply.text
    assert booking.net + booking.tax == pytest.approx(2600, abs=0.01)
    assert "2.600" in summary.text or "2,600" in summary.text
    assert str(booking.stays[0].date_from) == "2026-12-05"
    await chat.say(texts[-1], texts[-1])
    assert len(chat.bookings) == 1


ASKED = ("reservame una doble del 5 al 7 de diciembre para 2",)


async def test_price_changed(chat: Chat) -> None:
    """A yes to a price that is not any more books nothing, and the new one is told."""
    await chat.say(*ASKED)
    chat.rig.pms.hotel.price_rules[1].append(PriceRule(way="increase", value=100))
    reply = await chat.say("dale")
    assert chat.bookings == []
    assert "2.808" in reply.text


async def test_outage(chat: Chat) -> None:
    """A yes while the breaker is open books nothing; once it is closed it can."""
    await chat.say(*ASKED)
    await chat.rig.fails(5)
    reply = await chat.say("dale")
    assert (chat.bookings, reply.text != "") == ([], True)
    chat.rig.clock.advance(30.1)
    await chat.rig.until_state("closed")
    await chat.say(*ASKED, "dale")
    assert len(chat.bookings) == 1


@pytest.mark.parametrize("asks_again", [True, False])
async def test_unknown(chat: Chat, *, asks_again: bool) -> None:
    """A booking without an answer is told once it is known, and not made again."""
    await chat.say(*ASKED)
    chat.rig.pms.plays(None, faults.writes_then(faults.reset(resource="bookings")))
    reply = await chat.say("dale")
    assert reply.waits_for == "booking"
    if asks_again:
        told = await chat.say("dale")
    else:
        told = await chat.runner.check_booking(ANA)
    (booking,) = chat.bookings
    assert str(booking.id) in told.text
    assert told.waits_for is None
    await chat.say("dale", "sí")
    assert len(chat.bookings) == 1


async def test_party_that_no_room_takes(chat: Chat) -> None:
    """What is too small for the party is called so, and never sold out."""
    reply = await chat.say("la doble del 5 al 7 de diciembre para 12")
    assert "En esa habitación no entran todos" in reply.text
    assert "escribí «recepción»" in reply.text
    assert "quedan" not in reply.text
    reply = await chat.say("2")
    assert "Doble" in reply.text
    assert chat.bookings == []
