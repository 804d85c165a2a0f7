"""Two proxies with one real Redis before one PMS, on a clock turned by hand."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.redis_server import RedisServer, a_redis
from fakes.rig import PATIENCE_S, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from fakes.rig import Got, Rig

STEP_S = 0.05


class Pair:
    """Two proxies, the PMS and the Redis that they share, on one clock."""

    def __init__(self, one: Rig, two: Rig, server: RedisServer) -> None:
        self.one = one
        self.two = two
        self.server = server
        self.pms = one.pms
        self.clock = one.clock

    async def passes(self, seconds: float) -> None:
        """Let time pass, no faster than Redis answers."""
        async with Redis(port=self.server.port) as client:
            end = self.clock.monotonic() + seconds
            while self.clock.monotonic() < end:
                for _ in range(10):
                    await asyncio.sleep(0)
                await client.ping()
                self.clock.advance(STEP_S)

    async def turned(self, asking: Awaitable[Got]) -> Got:
        """Wait for an answer without Redis, while time passes as it really does."""
        task = asyncio.ensure_future(asking)
        async with asyncio.timeout(PATIENCE_S):
            while not task.done():
                await asyncio.sleep(0.005)
                self.clock.advance(0.005)
        return await task

    async def jumps(self, seconds: float) -> None:
        """Let much time pass; Redis' own clock is turned by hand: looks are due."""
        self.clock.advance(seconds)
        for key in await self.server.keys():
            if b"look:" in key:
                await self.server.command("DEL", key)

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Let time pass until something holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not await condition():
                await self.passes(0.5)

    async def counted(self, outcome: str) -> float:
        """Count what both proxies say of an outcome."""
        both = [
            await rig.metric("pms_writes_total", outcome=outcome)
            for rig in (self.one, self.two)
        ]
        return sum(both)

    def posts(self) -> int:
        """Count the bookings that came to the PMS."""
        return sum(
            call.method == "POST" and call.resource == "bookings"
            for call in self.pms.calls
        )

    def looks(self) -> int:
        """Count the looks for a booking."""
        return sum(call.resource == "orders" for call in self.pms.calls)


@asynccontextmanager
async def a_pair(environ: Mapping[str, str] | None = None) -> AsyncIterator[Pair]:
    """Start all of it; `environ` holds settings beside the usual ones."""
    clock = FakeClock()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(a_redis())
        pms = await stack.enter_async_context(StandIn(clock=clock))
        usual = {"PROXY_REDIS_URL": server.url, "PROXY_REFRESH_PER_MIN": "0"}
        shared = {**usual, **(environ or {})}
        one, two = [
            await stack.enter_async_context(a_run(pms, clock, shared)) for _ in "12"
        ]
        yield Pair(one, two, server)
        pms.heals()
