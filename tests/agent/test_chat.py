"""The dialogue without WhatsApp: in a terminal, with a real proxy and a real PMS."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from agent.app import make_parts, serving
from agent.chat.shell import Chat, guest_named
from agent.chat.terminal import Terminal
from agent.messages import Phrase
from agent.replies.render import PHRASES
from config.agent_settings import AgentSettings
from config.clock import SystemClock
from demo import faults
from fakes.chatting import a_screen, chat_by_pipe
from fakes.rig import a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.rig import Rig

ARRIVAL = SystemClock().wall().date() + timedelta(days=40)
STAY = f"tenés lugar el {ARRIVAL.day}/{ARRIVAL.month}/{ARRIVAL.year} por 2 noches?"
ES = PHRASES["es"]
PATIENCE_S = 10
TRACE = "Traceback"


async def test_booked_through_a_pipe() -> None:
    """Lines of a pipe are a whole conversation, and its booking is in the PMS."""
    async with a_rig() as rig:
        code, said, log = await chat_by_pipe(rig.url, STAY, "2", "", "[2]", "1")
        (booking,) = rig.pms.hotel.bookings.values()
    assert (code, log) == (0, "")
    assert said.startswith(f"· Chat with hotel 1 through the proxy at {rig.url}: ")
    assert "> 2\nDel " in said
    assert "🛏️ Delux Rooms" in said.split("> [2]\n")[1]
    assert f"Tu número de reserva es {booking.id}." in said.split("> 1\n")[1]


async def test_outage_in_a_terminal() -> None:
    """The breaker's moves, and what a guest waits for, come while the prompt waits."""
    async with a_rig() as rig, a_screen(rig.url) as screen:
        await screen.shows("> ")
        await rig.fails(5)
        await screen.shows("The PMS cannot be asked: The PMS answers with errors")
        screen.types(f"{STAY} somos 2\n")
        await screen.shows("[1] Sí")
        screen.types("1\n")
        await screen.shows(ES[Phrase.WILL_NOTIFY])
        screen.types("a half typed w")
        rig.clock.advance(30.1)
        await screen.shows(ES[Phrase.PMS_IS_BACK])
        assert "The PMS can be asked again." in screen.shown
        screen.types("\n\x04")
        code, log = await screen.ends()
    assert (code, TRACE in log) == (0, False)


async def test_ctrl_c() -> None:
    """Ctrl-C ends it with 0 and no other word."""
    async with a_rig() as rig, a_screen(rig.url) as screen:
        await screen.shows("> ")
        screen.types("hol\x03")
        assert await screen.ends() == (0, "")


async def test_without_a_proxy() -> None:
    """Where no proxy answers it does not begin: one sentence, and 2."""
    async with a_rig() as rig:
        code, said, log = await chat_by_pipe(f"{rig.pms.url}/nothing", "hola")
    assert (code, said, len(log.splitlines())) == (2, "", 1)
    assert log.startswith(f"No proxy answers at {rig.pms.url}/nothing: is it running")


def test_a_name_of_no_letters() -> None:
    """A byte of the command line that is no UTF-8 ends no conversation."""
    assert guest_named("Ana\udcff").address.encode() == b"terminal:Ana?"


async def test_without_an_input() -> None:
    """Where the standard input is closed it says so, without a traceback."""
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m agent chat <&-", stderr=asyncio.subprocess.PIPE
    )
    _, log = await process.communicate()
    told = b"There is nothing to read from: the standard input is closed.\n"
    assert (process.returncode, log) == (2, told)


@dataclass(slots=True)
class Typed:
    """A chat in this process, on the rig's clock: lines go in, `out` is the screen."""

    rig: Rig
    talking: asyncio.Task[None]
    sink: int
    out: StringIO

    async def types(self, line: str, answer: str) -> None:
        """Type a line, and wait for what must be shown then."""
        os.write(self.sink, f"{line}\n".encode())
        await self.shows(answer)

    async def shows(self, answer: str) -> None:
        """Let time pass until something is shown."""
        async with asyncio.timeout(PATIENCE_S):
            passing = asyncio.create_task(pass_time(self.rig))
            while answer not in self.out.getvalue():
                await asyncio.sleep(0.005)
            passing.cancel()


@asynccontextmanager
async def typed() -> AsyncIterator[Typed]:
    """Begin a chat, and end its input at the end."""
    source, sink = os.pipe()
    out = StringIO()
    async with a_rig() as rig:
        parts = make_parts(
            AgentSettings.load({"AGENT_PROXY_URL": rig.url}), clock=rig.clock
        )
        chat = Chat(
            guest=guest_named("Ana Lopez"),
            terminal=Terminal(source, out),
            proxy=parts.proxy,
            store=parts.store,
            worker=parts.worker,
            clock=rig.clock,
            hotel_id=1,
            proxy_url=rig.url,
        )
        async with serving(parts):
            talking = asyncio.create_task(chat.run())
            yield Typed(rig, talking, sink, out)
            os.close(sink)
            with suppress(asyncio.CancelledError):
                await talking
            passing = asyncio.create_task(pass_time(rig))
        passing.cancel()
        await chat.end()
    os.close(source)


async def pass_time(rig: Rig) -> None:
    """Let time pass until cancelled."""
    while True:
        await asyncio.sleep(0.005)
        rig.clock.advance(0.1)


@pytest.mark.parametrize("is_settled", [True, False])
async def test_booking_without_an_answer(*, is_settled: bool) -> None:
    """What became of a booking comes unasked; if it does not, the end says so."""
    async with typed() as chat:
        await chat.types(f"quiero reservar, {STAY} somos 2", "[2] Delux")
        await chat.types("1", "[1] Sí")
        lost = faults.reset(resource="bookings")
        chat.rig.pms.plays(None, faults.writes_then(lost))
        await chat.types("sí", ES[Phrase.BEING_CHECKED])
        (booking,) = chat.rig.pms.hotel.bookings.values()
        number = f"Tu número de reserva es {booking.id}."
        if is_settled:
            await chat.shows(number)
    assert (number in chat.out.getvalue()) is is_settled
    in_doubt = f"an order whose source is {booking.source}."
    assert (in_doubt in chat.out.getvalue()) is not is_settled


async def test_ended_amid_a_booking() -> None:
    """Whoever ends it while a booking is on its way hears where to look for it."""
    async with typed() as chat:
        await chat.types(f"quiero reservar, {STAY} somos 2", "[2] Delux")
        await chat.types("1", "[1] Sí")
        chat.rig.pms.plays(None, faults.hang(resource="bookings"))
        os.write(chat.sink, "sí\n".encode())
        await chat.rig.until(lambda: chat.rig.pms.calls[-1].resource == "bookings")
        chat.talking.cancel()
    assert "an order whose source is WhatsApp:" in chat.out.getvalue()


async def test_a_pick_answers_its_own_question() -> None:
    """A number where nothing can be picked is the guest's own word."""
    async with typed() as chat:
        await chat.types(STAY, ES[Phrase.ASK_ADULTS])
        await chat.types("1", ", 1 adulto:")


async def test_forced_open() -> None:
    """Where an operator holds the breaker, the reason is the operator's."""
    async with a_rig({"PROXY_ADMIN_TOKEN": "a-token-of-the-test"}) as rig:
        order = await rig.ask(
            "POST",
            "/admin/breaker/open",
            '{"why": "PMS upgrade"}',
            {"X-Admin-Token": "a-token-of-the-test"},
        )
        assert order.status == 200
        _, said, _ = await chat_by_pipe(rig.url, "hola")
    assert "cannot be asked: an operator holds the breaker open (PMS upgrade)." in said
