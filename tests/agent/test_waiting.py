from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

import pytest

from agent.messages import Phrase
from agent.replies.render import PHRASES
from fakes.deliveries import PHONE, body, deliver
from fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]

BACK = PHRASES["es"][Phrase.PMS_IS_BACK]
DAY_S = 24 * 3600


@pytest.fixture
async def cloud(clock: FakeClock) -> FakeWhatsApp:
    """Answer as the Cloud API."""
    return FakeWhatsApp(clock)


@pytest.fixture
async def account(
    start_agent: Callable[..., Awaitable[Client]],
    cloud: FakeWhatsApp,
    aiohttp_server: AiohttpServer,
) -> Client:
    """Start an agent with a WhatsApp account."""
    server = await aiohttp_server(cloud.app())
    return await start_agent(
        AGENT_WHATSAPP_ACCESS_TOKEN=TOKEN,
        AGENT_WHATSAPP_PHONE_NUMBER_ID=NUMBER,
        AGENT_WHATSAPP_API_URL=str(server.make_url("/v23.0")),
    )


async def pass_time(clock: FakeClock, seconds: float, steps: int = 10) -> None:
    """Turn the clock in steps, so that what is due happens in between."""
    for _ in range(steps):
        clock.advance(seconds / steps)
        await asyncio.sleep(0.02)


async def asks_to_be_told(
    account: Client, cloud: FakeWhatsApp, clock: FakeClock
) -> None:
    """Let a guest be refused a booking, and say yes to being told."""
    for text in ("quiero reservar mañana para 2", "sí"):
        raw = body(text)
        cloud.hears(raw)
        await deliver(account, raw)
        await pass_time(clock, 7)
    assert cloud.texts[-1] == PHRASES["es"][Phrase.WILL_NOTIFY]


async def test_told_once(
    account: Client, cloud: FakeWhatsApp, proxy: FakeProxy, clock: FakeClock
) -> None:
    """Who waits for the PMS is written to within seconds of its return, once."""
    proxy.has_nothing()
    await asks_to_be_told(account, cloud, clock)
    await pass_time(clock, 20)
    assert len(cloud.to(PHONE)) == 2
    proxy.is_well()
    await pass_time(clock, 10)
    assert cloud.to(PHONE)[2].startswith(BACK)
    await pass_time(clock, 120)
    assert len(cloud.to(PHONE)) == 3


async def test_not_after_a_day(
    account: Client, cloud: FakeWhatsApp, proxy: FakeProxy, clock: FakeClock
) -> None:
    """Who wrote a day ago is not written to: WhatsApp would refuse it."""
    proxy.has_nothing()
    await asks_to_be_told(account, cloud, clock)
    clock.advance(DAY_S)
    proxy.is_well()
    await pass_time(clock, 10)
    assert len(cloud.to(PHONE)) == 2
    assert cloud.answers == {200: 2}


async def test_nobody_waits(
    account: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """While nobody waits the proxy is not asked."""
    await deliver(account, body("hola"))
    asked = proxy.status_reads
    await pass_time(clock, 30)
    assert proxy.status_reads == asked
