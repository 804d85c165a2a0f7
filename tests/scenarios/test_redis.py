"""Scenarios 39 to 41: Redis behind the memory, healthy and badly treated."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.redis_server import RedisServer, a_redis, free_port
from fakes.rig import PATIENCE_S, Got, Rig, a_rig, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

ADMIN = {"X-Admin-Token": "operator"}


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    """Give an empty Redis."""
    async with a_redis() as started:
        yield started


def _with(server: RedisServer, **more: str) -> dict[str, str]:
    return {
        "PROXY_REDIS_URL": server.url,
        "PROXY_ADMIN_TOKEN": ADMIN["X-Admin-Token"],
        # The tests say themselves what is asked.
        "PROXY_REFRESH_PER_MIN": "0",
        **more,
    }


@asynccontextmanager
async def _two(server: RedisServer) -> AsyncIterator[tuple[Rig, Rig]]:
    """Run two proxies before one PMS, on one clock."""
    clock = FakeClock()
    async with (
        StandIn() as pms,
        a_run(pms, clock, _with(server)) as one,
        a_run(pms, clock, _with(server)) as two,
    ):
        yield one, two
        pms.heals()


async def _turned(rig: Rig, asking: Awaitable[Got]) -> Got:
    """Wait for an answer, and let time pass as slowly as it really does."""
    task = asyncio.ensure_future(asking)
    async with asyncio.timeout(PATIENCE_S):
        while not task.done():
            await asyncio.sleep(0.005)
            rig.clock.advance(0.005)
    return await task


async def _until_kept(server: RedisServer, copies: int = 1) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(await _copies(server)) != copies:
            await asyncio.sleep(0.002)


async def _copies(server: RedisServer) -> list[bytes]:
    return [key for key in await server.keys() if b":copy:" in key]


def _hit(got: Got) -> bool:
    return got.headers["Cache-Status"].startswith("pms-proxy; hit")


async def test_what_one_proxy_asked_the_other_has(server: RedisServer) -> None:
    """A copy is shared with its true age, and the PMS is asked once."""
    async with _two(server) as (one, two):
        first = await one.search()
        await _until_kept(server)
        one.clock.advance(12)
        got = await two.search()

        assert _hit(got)
        assert got.body == first.body
        assert got.headers["Age"] == "12"
        assert len(one.pms.calls) == 1

        # Now it has it in memory: Redis is not needed again.
        await server.flush()
        assert _hit(await two.search())
