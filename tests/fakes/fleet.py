"""Three real proxies around a real Redis, before a real stand-in for the PMS."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from demo.pms import StandIn
from demo.processes import running
from fakes.redis_server import a_redis
from fakes.rig import SEARCH
from fakes.shop import booking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from demo.processes import Process
    from fakes.redis_server import RedisServer

TOKEN = "an-operators-token"  # noqa: S105
OPEN_S = 0.8
TIMEOUT_S = 1.0
# A second later than the deadline a turn at the probe ends (CONTRACT §2).
TURN_S = TIMEOUT_S + 1
SETTINGS = {
    "PROXY_PORT": "0",
    "PROXY_ADMIN_TOKEN": TOKEN,
    "PROXY_BREAKER_FAILURES": "3",
    "PROXY_BREAKER_OPEN_S": str(OPEN_S),
    "PROXY_UPSTREAM_TIMEOUT_S": str(TIMEOUT_S),
    "PROXY_REFRESH_PER_MIN": "0",
}
# How long a test waits for what must happen, in real seconds.
PATIENCE_S = 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a proxy answered."""

    status: int
    body: bytes
    is_marked: bool = False
    is_replay: bool = False


class Proxy:
    """One of the proxies, as its clients and its operator see it."""

    def __init__(self, process: Process, session: aiohttp.ClientSession) -> None:
        self._process = process
        self._session = session

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process._child.pid

    async def search(self, day: int = 10) -> Answer:
        """Search one night of December 2026."""
        body = SEARCH.format(
            hotel=1, checkin=f"2026-12-{day:02}", checkout=f"2026-12-{day + 1:02}"
        )
        url, headers = (
            f"{self._process.url}/api/hotel_ari",
            {"Content-Type": "text/xml"},
        )
        async with self._session.post(url, data=body, headers=headers) as response:
            marked = response.headers.get("X-Potentially-Stale") == "true"
            return Answer(response.status, await response.read(), marked)

    async def write(self) -> int:
        """Change a customer; return the status."""
        url = f"{self._process.url}/api/customers/1"
        async with self._session.put(url, data="<qloapps/>") as response:
            return response.status

    async def book(self, key: str) -> Answer:
        """Post a booking with a key, which its source holds."""
        url, headers = f"{self._process.url}/api/bookings", {"Idempotency-Key": key}
        body = booking(source=key)
        async with self._session.post(url, data=body, headers=headers) as response:
            replayed = response.headers.get("Idempotent-Replayed") == "true"
            return Answer(response.status, await response.read(), is_replay=replayed)

    async def fails(self, times: int = 3) -> None:
        """Ask what is stored nowhere, so often; return once all have an answer."""
        for number in range(times):
            url = f"{self._process.url}/api/orders/{number}"
            async with self._session.get(url) as response:
                assert response.status in {502, 503}

    async def order(self, order: str, why: str) -> None:
        """Give an operator's order."""
        url, headers = f"{self._process.url}/admin/{order}", {"X-Admin-Token": TOKEN}
        async with self._session.post(
            url, params={"why": why}, headers=headers
        ) as response:
            assert response.status == 200

    async def breaker(self) -> dict[str, Any]:
        """Return the status' part on the breaker."""
        async with self._session.get(f"{self._process.url}/status.json") as response:
            found: dict[str, Any] = (await response.json())["breaker"]
            return found

    async def metric(self, name: str, **labels: str) -> float:
        """Return the sum of the samples that have these labels."""
        async with self._session.get(f"{self._process.url}/metrics") as response:
            text = await response.text()
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def said(self, phrase: str) -> list[dict[str, Any]]:
        """Return the log lines that hold a phrase."""
        lines = self._process.log
        return [line for line in lines if phrase in str(line.get("msg", ""))]

    def kill(self) -> None:
        """End it as the kernel does, with whatever it has in hand."""
        self._process._child.kill()


@dataclass(frozen=True, slots=True)
class Fleet:
    """All of them."""

    pms: StandIn
    redis: RedisServer
    environ: Mapping[str, str]
    proxies: list[Proxy]
    stack: AsyncExitStack

    async def joins(self) -> Proxy:
        """Start one more proxy."""
        process = await self.stack.enter_async_context(running("proxy", self.environ))
        return Proxy(process, await self._session())

    async def states(self, proxies: Iterable[Proxy] | None = None) -> list[str]:
        """Return the proxies' states."""
        shown = [await one.breaker() for one in proxies or self.proxies]
        return [breaker["state"] for breaker in shown]

    async def until_all(self, state: str, proxies: list[Proxy] | None = None) -> float:
        """Wait until all are in a state, and return how long it took, seconds."""
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        async with asyncio.timeout(PATIENCE_S):
            while set(await self.states(proxies)) != {state}:
                await asyncio.sleep(0.01)
        return loop.time() - began_at

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what must happen has happened."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.005)

    async def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        return await self.stack.enter_async_context(
            aiohttp.ClientSession(connector=connector)
        )


@asynccontextmanager
async def a_fleet(
    settings: Mapping[str, str] | None = None, *, size: int = 3
) -> AsyncIterator[Fleet]:
    """Start Redis, the stand-in and the proxies; `settings` beside the usual ones."""
    async with a_redis() as redis, StandIn() as pms, AsyncExitStack() as stack:
        environ = {
            **SETTINGS,
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": pms.key,
            "PROXY_REDIS_URL": redis.url,
            **(settings or {}),
        }
        fleet = Fleet(pms, redis, environ, [], stack)
        starting = (fleet.joins() for _ in range(size))
        fleet.proxies.extend(await asyncio.gather(*starting))
        try:
            yield fleet
        finally:
            pms.heals()
