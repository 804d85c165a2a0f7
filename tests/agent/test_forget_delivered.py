"""A guest who was delivered to a real Redis is forgotten, under all names."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, TypeAlias

import pytest

from agent.app import make_app, make_store
from agent.kept.forget import forget
from agent.telemetry import Telemetry
from config.agent_settings import AgentSettings
from config.clock import SystemClock
from fakes.deliveries import body, deliver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient
    from pytest_aiohttp.plugin import AiohttpClient

    from fakes.proxy import FakeProxy
    from fakes.redis_server import RedisServer

    Client: TypeAlias = TestClient[web.Request, web.Application]
    Forget: TypeAlias = Callable[[str], Awaitable[str]]

PHONE, USER_ID, OTHER = "5491100000177", "AR.7731904425518206", "5491100000178"
TRACES = (
    *(PHONE, USER_ID, "Lucía", "Ferreyra", "Hola", "amanhã", "recepción"),
    base64.b64encode(PHONE.encode())[:-3].decode(),
)
PATIENCE_S = 5


@pytest.fixture
def settings(redis: RedisServer, proxy_url: str) -> AgentSettings:
    """Keep guests in that Redis."""
    environ = {"AGENT_PROXY_URL": proxy_url, "AGENT_REDIS_URL": redis.url}
    return AgentSettings.load(environ)


@pytest.fixture
async def agent(settings: AgentSettings, aiohttp_client: AiohttpClient) -> Client:
    """Start an agent in real time."""
    return await aiohttp_client(make_app(settings, clock=SystemClock()))


@pytest.fixture
async def forgotten(settings: AgentSettings) -> AsyncIterator[Forget]:
    """Forget as the command line does."""
    store = make_store(settings, Telemetry(), SystemClock())
    yield lambda guest: forget(store, guest)
    await store.close()


async def content(redis: RedisServer) -> str:
    """Read all that is in a Redis: keys, records, members of sets."""
    found: list[bytes] = []
    for key in await redis.keys():
        if await redis.command("TYPE", key) == b"zset":
            members = await redis.command("ZRANGE", key, 0, -1)
        else:
            members = [await redis.command("GET", key)]
        found += [key, *members]
    # What is encoded in JSON is read as it was written.
    return b"\n".join(found).decode().encode().decode("unicode_escape", "ignore")


def hidden(raw: bytes) -> bytes:
    """Take the phone out of a delivery, as when the guest hides it since then."""
    delivery = json.loads(raw)
    value = delivery["entry"][0]["changes"][0]["value"]
    for message in value["messages"]:
        del message["from"]
        message["id"] += "2"
        message["text"]["body"] = "recepción"
    for contact in value["contacts"]:
        del contact["wa_id"]
    return json.dumps(delivery).encode()


@pytest.mark.parametrize("named", [f"+{PHONE}", USER_ID])
async def test_by_number_or_user_id(
    agent: Client,
    redis: RedisServer,
    sample: Callable[[str], bytes],
    forgotten: Forget,
    named: str,
) -> None:
    """Whichever of both names a guest, what is kept under either goes."""
    raw = sample("in_text")
    for delivery in (raw, hidden(raw), body("Hello", phone=OTHER)):
        await deliver(agent, delivery)
    kept = await content(redis)
    assert [f"guest:{id_}" in kept for id_ in (PHONE, USER_ID, OTHER)] == [True] * 3
    assert (await forgotten(named)).count("the guest's address and name") == 2
    kept = await content(redis)
    assert [trace for trace in TRACES if trace in kept] == []
    assert f"guest:{OTHER}" in kept
    assert await forgotten(named) == "Nothing is kept of that guest."


async def test_amid_a_turn(
    agent: Client,
    redis: RedisServer,
    proxy: FakeProxy,
    sample: Callable[[str], bytes],
    forgotten: Forget,
) -> None:
    """A guest who is being answered is forgotten, too: nothing is written again."""
    proxy.hangs = True
    delivering = asyncio.create_task(deliver(agent, sample("in_text")))
    async with asyncio.timeout(PATIENCE_S):
        await proxy.arrived.wait()
    kept = await content(redis)
    assert {PHONE, USER_ID, "Ferreyra", "Hola"} <= {t for t in TRACES if t in kept}
    assert "1 messages not answered yet" in await forgotten(PHONE)
    proxy.let_go.set()
    assert (await delivering)["replies"] == []
    assert await content(redis) == ""


async def test_who_waits_for_the_pms(
    agent: Client,
    redis: RedisServer,
    proxy: FakeProxy,
    forgotten: Forget,
) -> None:
    """A guest who is to be written to is not any more."""
    proxy.has_nothing()
    for text in ("quiero reservar mañana para 2", "sí"):
        await deliver(agent, body(text, phone=PHONE))
    assert "waiting:pms" in await content(redis)
    assert "that the guest waits for the pms" in await forgotten(PHONE)
    assert await content(redis) == ""
