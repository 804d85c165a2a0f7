"""CONTRACT §7 with real processes: killed at any instant, every guest is answered."""

from __future__ import annotations

import asyncio
import random
from statistics import median
from typing import TYPE_CHECKING

import aiohttp

from config.clock import SystemClock
from fakes.agents import agents
from fakes.deliveries import PATH, body
from fakes.redis_server import a_redis
from fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp

if TYPE_CHECKING:
    from pytest_aiohttp.plugin import AiohttpServer

    from fakes.agents import AgentProcess
    from fakes.proxy import FakeProxy

KILLS = 6
GUESTS = 90
# Real seconds: from the last kill, a lease of 6 s and a reply.
PATIENCE_S = 15
# Sending, its record and the kill are not seen at the same instant.
BLINK_S = 0.3


def guest(number: int) -> str:
    """Return a guest's phone."""
    return f"54911{number:07}"


async def deliver(
    session: aiohttp.ClientSession, started: list[AgentProcess], raw: bytes
) -> float:
    """Deliver until it is taken, as WhatsApp does; return the last try's seconds."""
    clock = SystemClock()
    while True:
        url = random.choice(started).url  # noqa: S311  (no secret)
        if url is not None:
            began = clock.monotonic()
            try:
                async with session.post(f"{url}{PATH}", data=raw) as answer:
                    if answer.status == 200:
                        return clock.monotonic() - began
            except aiohttp.ClientError:
                pass
        await asyncio.sleep(0.1)


async def test_killed_at_random_instants(
    proxy: FakeProxy, proxy_url: str, aiohttp_server: AiohttpServer
) -> None:
    """Every guest is answered, twice only for a kill between sending and its record."""
    clock = SystemClock()
    # Slow, so that the kills come amid turns and amid sending.
    cloud = FakeWhatsApp(clock, takes_s=0.1)
    proxy.takes_s = 0.2
    api = await aiohttp_server(cloud.app())
    killed_at: list[float] = []
    async with a_redis() as redis, aiohttp.ClientSession() as session:
        environ = {
            "AGENT_PROXY_URL": proxy_url,
            "AGENT_REDIS_URL": redis.url,
            "AGENT_WHATSAPP_ACCESS_TOKEN": TOKEN,
            "AGENT_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
            "AGENT_WHATSAPP_API_URL": str(api.make_url("/v23.0")),
        }
        async with agents(2, environ) as started:

            async def write() -> list[float]:
                posts: list[asyncio.Task[float]] = []
                for number in range(GUESTS):
                    raw = body("mañana para 2", phone=guest(number))
                    cloud.hears(raw)
                    posts.append(asyncio.create_task(deliver(session, started, raw)))
                    await asyncio.sleep(0.1)
                return list(await asyncio.gather(*posts))

            writing = asyncio.create_task(write())
            for turn in range(KILLS):
                await asyncio.sleep(random.uniform(0.2, 1.2))  # noqa: S311
                victim = started[turn % 2]
                killed_at.append(clock.monotonic())
                await victim.kill()
                await victim.start()
            took_s = await writing
            async with asyncio.timeout(PATIENCE_S):
                while any(not cloud.to(guest(n)) for n in range(GUESTS)):
                    await asyncio.sleep(0.1)

    assert median(took_s) < 0.25
    assert max(took_s) < 3
    first_at: dict[str, float] = {}
    for sent, at in zip(cloud.sent, cloud.answered_at, strict=True):
        assert "General Rooms" in str(sent)
        if sent["to"] in first_at:
            first = first_at[sent["to"]]
            assert any(abs(kill - first) < BLINK_S for kill in killed_at)
        first_at.setdefault(sent["to"], at)
    assert len(first_at) == GUESTS
