"""A yes that was written before the summary was shown is no yes to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

from agent.messages import Phrase
from agent.replies.render import PHRASES
from fakes.deliveries import body, deliver, failed
from fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp
from fakes.whatsapp_limits import Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]

SUMMARY = PHRASES["es"][Phrase.ASK_CONFIRMATION]
BACK = PHRASES["es"][Phrase.PMS_IS_BACK]
UNDELIVERABLE = Refusal(131026, "(#131026) Message undeliverable")


async def says(agent: Client, text: str) -> str:
    """Write to an agent without a WhatsApp account; return what it answers."""
    replies = (await deliver(agent, body(text)))["replies"]
    return "\n".join(reply["text"] for reply in replies)


async def test_a_summary_that_came_late(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A yes to the holding reply books nothing; the next one, to the summary, does."""
    await says(agent, "mañana para 2")
    proxy.hangs = True
    proxy.arrived.clear()
    holding = asyncio.create_task(says(agent, "reservame la general rooms"))
    await proxy.arrived.wait()
    clock.advance(1.9)
    assert await holding == PHRASES["es"][Phrase.HOLDING_ASK_AGAIN]
    proxy.hangs = False
    proxy.let_go.set()
    assert (await says(agent, "sí")).count(SUMMARY) == 2
    assert proxy.bookings == []
    assert "31" in await says(agent, "sí")
    assert len(proxy.bookings) == 1


async def test_a_summary_that_was_not_taken(
    start_agent: Callable[..., Awaitable[Client]],
    proxy: FakeProxy,
    clock: FakeClock,
    aiohttp_server: AiohttpServer,
) -> None:
    """A yes after a summary that WhatsApp refused, or lost, books nothing."""
    cloud = FakeWhatsApp(clock)
    server = await aiohttp_server(cloud.app())
    agent = await start_agent(
        AGENT_WHATSAPP_ACCESS_TOKEN=TOKEN,
        AGENT_WHATSAPP_PHONE_NUMBER_ID=NUMBER,
        AGENT_WHATSAPP_API_URL=str(server.make_url("/v23.0")),
    )

    async def writes(text: str) -> None:
        raw = body(text)
        cloud.hears(raw)
        await deliver(agent, raw)
        clock.advance(7)

    await writes("mañana para 2")
    cloud.plays(UNDELIVERABLE)
    await writes("general rooms")
    assert len(cloud.sent) == 1
    await writes("sí")
    assert cloud.texts[-1].endswith(SUMMARY)
    assert proxy.bookings == []
    # It takes this one, and tells later that it did not arrive.
    await deliver(agent, failed("wamid.OUT1"))
    await deliver(agent, failed("wamid.OUT2"))
    await writes("sí")
    assert cloud.texts[-1].endswith(SUMMARY)
    assert proxy.bookings == []
    await writes("sí")
    assert "31" in cloud.texts[-1]
    assert len(proxy.bookings) == 1


async def test_a_summary_that_nobody_had_fetched(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """The PMS comes back while the guest writes yes to something else."""
    await says(agent, "mañana para 2")
    await says(agent, "general rooms")
    proxy.has_nothing()
    clock.advance(1)
    await says(agent, "sí")
    await says(agent, "sí")
    proxy.is_well()
    for _ in range(4):  # It is noticed, and what is said of it waits to be fetched.
        clock.advance(1)
        await asyncio.sleep(0.02)
    said = await says(agent, "sí")
    assert said.startswith(BACK)
    assert said.count(SUMMARY) == 2
    assert proxy.bookings == []
    assert "31" in await says(agent, "sí")
