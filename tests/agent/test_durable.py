"""CONTRACT §7 with a real Redis: what is accepted, and when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

import pytest

from agent.app import make_app
from config.agent_settings import AgentSettings
from config.clock import SystemClock
from fakes.deliveries import PATH, PHONE, body, deliver
from fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpClient, AiohttpServer

    from fakes.proxy import FakeProxy
    from fakes.redis_server import RedisServer

    Client: TypeAlias = TestClient[web.Request, web.Application]
    Start: TypeAlias = Callable[..., Awaitable[Client]]

PATIENCE_S = 5


@pytest.fixture
async def start(
    redis: RedisServer, proxy_url: str, aiohttp_client: AiohttpClient
) -> Start:
    """Start agents in real time that share the Redis."""

    async def start(**variables: str) -> Client:
        environ = {
            "AGENT_PROXY_URL": proxy_url,
            "AGENT_REDIS_URL": redis.url,
            **variables,
        }
        settings = AgentSettings.load(environ)
        return await aiohttp_client(make_app(settings, clock=SystemClock()))

    return start


@pytest.fixture
async def cloud() -> FakeWhatsApp:
    """Answer as the Cloud API."""
    return FakeWhatsApp(SystemClock())


@pytest.fixture
async def account(cloud: FakeWhatsApp, aiohttp_server: AiohttpServer) -> dict[str, str]:
    """Have a WhatsApp account there."""
    server = await aiohttp_server(cloud.app())
    return {
        "AGENT_WHATSAPP_ACCESS_TOKEN": TOKEN,
        "AGENT_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
        "AGENT_WHATSAPP_API_URL": str(server.make_url("/v23.0")),
    }


async def arrives(cloud: FakeWhatsApp) -> None:
    """Wait for a reply."""
    async with asyncio.timeout(PATIENCE_S):
        await cloud.arrived.wait()


async def test_accepted_before_it_is_answered(
    start: Start, account: dict[str, str], cloud: FakeWhatsApp, proxy: FakeProxy
) -> None:
    """A message that is in Redis has its 200, however long its reply takes."""
    agent = await start(**account)
    proxy.hangs = True
    raw = body("mañana para 2")
    cloud.hears(raw)
    assert (await deliver(agent, raw))["processed"] == 1
    assert (await deliver(agent, raw))["processed"] == 0
    async with asyncio.timeout(PATIENCE_S):
        await proxy.arrived.wait()
    assert cloud.sent == []
    proxy.let_go.set()
    await arrives(cloud)
    assert "General Rooms" in cloud.texts[0]


async def test_a_burst_is_one_turn(
    start: Start, account: dict[str, str], cloud: FakeWhatsApp
) -> None:
    """What a guest writes within a second, in several deliveries, has one reply."""
    agents = [await start(**account) for _ in range(2)]
    for number, text in enumerate(("hola!", "mañana", "somos 2")):
        raw = body(text)
        cloud.hears(raw)
        await deliver(agents[number % 2], raw)
    await arrives(cloud)
    await asyncio.sleep(0.5)
    (reply,) = cloud.to(PHONE)
    assert "General Rooms" in reply
    assert cloud.answers == {200: 1}


async def test_agents_share_conversations(start: Start) -> None:
    """Slots that one agent heard are known to the other, and after a restart."""
    first = await start()
    await deliver(first, body("mañana"))
    await first.close()
    replies = (await deliver(await start(), body("para 2")))["replies"]
    assert "General Rooms" in replies[0]["text"]


async def test_without_redis(start: Start, redis: RedisServer) -> None:
    """What cannot be kept is a 503 within 3 s, and taken when Redis is back."""
    agent = await start()
    raw = body("hola")
    await redis.kill()
    async with asyncio.timeout(3):
        assert (await agent.post(PATH, data=raw)).status == 503
    await redis.start()
    redis.hang()
    async with asyncio.timeout(3):
        assert (await agent.post(PATH, data=raw)).status == 503
    redis.go_on()
    assert len((await deliver(agent, raw))["replies"]) == 1


async def test_redis_shows_no_more_than_it_must(
    start: Start, redis: RedisServer
) -> None:
    """Each record of a guest expires; the rest names who is due or waits."""
    await deliver(await start(), body("hola"))
    keys = await redis.keys()
    assert [key.decode() for key in keys] == [f"agent1:1:guest:{PHONE}"]
    assert 0 < await redis.command("TTL", keys[0]) <= 24 * 3600
