"""What the benchmarks share: one search, asked of the stand-in or the proxy."""

from __future__ import annotations

import asyncio
import statistics
import sys
from time import perf_counter
from typing import TYPE_CHECKING

import aiohttp

from demo.processes import running

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from demo.processes import Process

KEY = "A" * 32
SEARCH = (
    "<qloapps><hotel_ari><id_hotel>1</id_hotel><date_from>2027-{month:02}-{day:02}"
    "</date_from><date_to>2027-{month:02}-{next_day:02}</date_to></hotel_ari></qloapps>"
)
DAYS_A_MONTH = 27
FIELDS = {"Content-Type": "text/xml", "Authorization": aiohttp.encode_basic_auth(KEY)}


def stand_in() -> AbstractAsyncContextManager[Process]:
    """Run the stand-in."""
    return running("demo.pms", {}, "--key", KEY)


def a_proxy(pms: str, **settings: str) -> AbstractAsyncContextManager[Process]:
    """Run a proxy before it, with settings beside the usual ones."""
    usual = {
        "PROXY_UPSTREAM_URL": pms,
        "PROXY_UPSTREAM_KEY": KEY,
        "PROXY_PORT": "0",
    }
    return running("proxy", {**usual, **settings})


def client() -> aiohttp.ClientSession:
    """Return a client that may hold as many connections as it likes."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


async def search(
    session: aiohttp.ClientSession,
    base: str,
    number: int = 0,
    cache_control: str = "",
) -> bytes:
    """Ask one of many searches of one night, and return the answer's body."""
    month, day = divmod(number, DAYS_A_MONTH)
    body = SEARCH.format(month=month + 1, day=day + 1, next_day=day + 2)
    headers = {**FIELDS, "Cache-Control": cache_control}
    url = f"{base}/api/hotel_ari"
    async with session.post(url, data=body, headers=headers) as response:
        response.raise_for_status()
        return await response.read()


async def calls(session: aiohttp.ClientSession, control: str) -> int:
    """Return how many calls the stand-in has got."""
    async with session.get(f"{control}/calls") as response:
        counted: dict[str, int] = await response.json()
        return counted["calls"]


async def control_of(pms: Process) -> str:
    """Return where the stand-in is told what to play."""
    line = await pms.logged("control ", within_s=10)
    return line.removeprefix("control ")


async def milliseconds(ask: Callable[[], Awaitable[object]]) -> float:
    """Time one question."""
    began_at = perf_counter()
    await ask()
    return 1000 * (perf_counter() - began_at)


async def at_a_rate(
    ask: Callable[[int], Awaitable[object]], per_s: int, for_s: float
) -> list[tuple[float, float]]:
    """
    Ask so many times a second, whatever the answers take.

    Returns for each question when it was asked (s) and how long it took (ms).
    """
    loop = asyncio.get_running_loop()
    began_at = loop.time()

    async def timed(number: int) -> tuple[float, float]:
        return number / per_s, await milliseconds(lambda: ask(number))

    asking: list[asyncio.Task[tuple[float, float]]] = []
    for number in range(int(per_s * for_s)):
        await asyncio.sleep(began_at + number / per_s - loop.time())
        asking.append(loop.create_task(timed(number)))
    return await asyncio.gather(*asking)


def percentiles(samples: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return statistics.median(samples), statistics.quantiles(samples, n=100)[98]


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
