"""Taps on buttons and rows through the webhook, with the ids that WhatsApp was sent."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from agent.kept.inbox import PAIR_S
from agent.messages import Phrase
from agent.replies.render import LABELS, PHRASES
from agent.whatsapp.webhook import BURST_S
from fakes.deliveries import PHONE, body, deliver, tap
from fakes.redis_server import a_redis
from fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]
    StartAgent: TypeAlias = Callable[..., Awaitable[Client]]

LATE = PHRASES["es"][Phrase.TAPPED_LATE]
SUMMARY = PHRASES["es"][Phrase.ASK_CONFIRMATION]
PATIENCE_S = 10


class Phone:
    """A guest's phone: what is written or tapped on it, and the messages it shows."""

    def __init__(
        self, agents: list[Client], cloud: FakeWhatsApp, clock: FakeClock
    ) -> None:
        self.agents, self._cloud, self._clock = agents, cloud, clock

    async def sends(self, *deliveries: bytes) -> dict[str, Any]:
        """Deliver to one agent after the other, and return the reply as it was sent."""
        before = len(self._cloud.sent)
        for number, raw in enumerate(deliveries):
            self._cloud.hears(raw)
            await deliver(self.agents[(before + number) % len(self.agents)], raw)
        # In one step, and not amid a command: time that flies would end it.
        await asyncio.sleep(0.05)
        self._clock.advance(PAIR_S + BURST_S)
        async with asyncio.timeout(PATIENCE_S):
            while not await self._arrives(before):
                self._clock.advance(BURST_S)
        return self._cloud.sent[-1]

    async def _arrives(self, before: int) -> bool:
        for _ in range(50):
            if len(self._cloud.sent) > before:
                return True
            await asyncio.sleep(0.01)
        return False

    async def comes_to(self, *texts: str) -> list[str]:
        """Write texts, and return the ids that can be tapped beneath the last reply."""
        return ids([await self.sends(body(text)) for text in texts][-1])


def ids(shown: dict[str, Any]) -> list[str]:
    """Return the ids of a message's buttons or rows."""
    action = shown["interactive"]["action"]
    if "buttons" in action:
        return [button["reply"]["id"] for button in action["buttons"]]
    return [row["id"] for section in action["sections"] for row in section["rows"]]


@pytest.fixture
async def start(
    start_agent: StartAgent,
    clock: FakeClock,
    aiohttp_server: AiohttpServer,
) -> AsyncIterator[Callable[[int], Awaitable[Phone]]]:
    """Start agents that share a Redis and a WhatsApp account."""
    cloud = FakeWhatsApp(clock)
    server = await aiohttp_server(cloud.app())
    async with a_redis() as redis:
        environ = {
            "AGENT_REDIS_URL": redis.url,
            "AGENT_WHATSAPP_ACCESS_TOKEN": TOKEN,
            "AGENT_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
            "AGENT_WHATSAPP_API_URL": str(server.make_url("/v23.0")),
        }

        started: list[Client] = []

        async def start(count: int) -> Phone:
            agents = [await start_agent(**environ) for _ in range(count)]
            started.extend(agents)
            return Phone(agents, cloud, clock)

        yield start
        for agent in started:  # While there is a Redis to say goodbye to.
            await agent.close()


async def test_yes_beneath_an_older_summary(
    start: Callable[[int], Awaitable[Phone]], proxy: FakeProxy
) -> None:
    """It books nothing, also after a restart; the newest summary's yes does, once."""
    phone = await start(2)
    older, *_ = await phone.comes_to("mañana para 2", "general rooms")
    newer, *_ = await phone.comes_to("mejor el 20 de diciembre")
    for agent in phone.agents:
        await agent.close()
    phone.agents = (await start(2)).agents
    shown = await phone.sends(tap(older))
    assert text_of(shown).startswith(LATE)
    assert text_of(shown).endswith(SUMMARY)
    assert ids(shown)[0] == newer
    assert proxy.bookings == []
    assert "31" in text_of(await phone.sends(tap(newer)))
    assert "31" in text_of(await phone.sends(tap(newer)))
    assert LATE in text_of(await phone.sends(tap(older)))
    assert len(proxy.bookings) == 1


async def test_tap_and_text_at_once(
    start: Callable[[int], Awaitable[Phone]], proxy: FakeProxy
) -> None:
    """Of a late tap and a text in one go the text is answered, and nothing booked."""
    phone = await start(2)
    older, *_ = await phone.comes_to("mañana para 2", "general rooms")
    await phone.comes_to("mejor el 20 de diciembre")
    shown = await phone.sends(tap(older), body("mejor el 21"))
    assert "21 dic" in text_of(shown)
    shown = await phone.sends(tap(ids(shown)[0]), body("gracias"))
    assert "31" in text_of(shown)
    assert len(proxy.bookings) == 1


async def test_row_of_an_older_list(start: Callable[[int], Awaitable[Phone]]) -> None:
    """A row is taken for the stay of its list only; a person is there at any time."""
    phone = await start(1)
    rows = await phone.comes_to("mañana para 2")
    *_, person = ids(await phone.sends(tap(rows[1])))
    shown = await phone.sends(tap(rows[0]))
    assert "General Rooms" in text_of(shown)
    assert text_of(shown).endswith(SUMMARY)
    await phone.comes_to("empezar de nuevo", "el 20 de diciembre para 3")
    shown = await phone.sends(tap(rows[1]))
    assert text_of(shown).startswith(LATE)
    told = PHRASES["es"][Phrase.HANDED_OFF]
    assert text_of(await phone.sends(tap(person))) == told


@pytest.mark.parametrize("id_", ["say:Sí", "confirm:yes:bk_8f2c", "say:0:Sí"])
async def test_button_of_somebody_else(
    start: Callable[[int], Awaitable[Phone]], proxy: FakeProxy, id_: str
) -> None:
    """Nobody knows what a foreign button says yes to: it books nothing."""
    phone = await start(1)
    await phone.comes_to("mañana para 2", "general rooms")
    assert text_of(await phone.sends(tap(id_))).startswith(LATE)
    assert proxy.bookings == []
    template = json.loads(tap(id_))
    (message,) = template["entry"][0]["changes"][0]["value"]["messages"]
    message |= {"id": "wamid.T", "type": "button", "button": {"text": "Sí"}}
    del message["interactive"]
    shown = await phone.sends(json.dumps(template).encode())
    assert text_of(shown).startswith(LATE)
    assert message["from"] == PHONE
    assert proxy.bookings == []


async def test_two_rows_at_once(start: Callable[[int], Awaitable[Phone]]) -> None:
    """Of two rows of a list the last one counts, in the guest's language; it twice."""
    phone = await start(1)
    first, second, *_ = await phone.comes_to("mañana para 2")
    for rows in ((first, second), (second, second), (second,)):
        shown = text_of(await phone.sends(*map(tap, rows)))
        assert shown.startswith(LABELS["es"].summary)
        assert second.rpartition(":")[2] in shown
