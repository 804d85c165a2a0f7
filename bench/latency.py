"""
What the proxy adds to a request, and how long it takes to start.

The stand-in is asked directly and through the proxy in turn, one request after the
other on kept connections, so that the machine's drift falls on both alike. Each process
has an interpreter of its own, as in production. Prints milliseconds and ratios of one
run; judges nothing.
"""

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

    Ask = Callable[[], Awaitable[None]]

ROUNDS = 3000
WARM_UP = 300
KEY = "A" * 32
SEARCH = (
    "<qloapps><hotel_ari><id_hotel>1</id_hotel><date_from>2027-03-01</date_from>"
    "<date_to>2027-03-02</date_to></hotel_ari></qloapps>"
)
AUTHORIZED = {"Authorization": aiohttp.encode_basic_auth(KEY)}


async def measure() -> None:
    """Run the benchmark and print its table."""
    async with running("demo.pms", {}, "--key", KEY) as pms:
        began_at = perf_counter()
        environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": KEY,
            "PROXY_PORT": "0",
            "PROXY_FRESH_S": "300",  # One copy stays a hit for the whole run.
        }
        async with running("proxy", environ) as proxy:
            _say(f"start-up of the proxy: {1000 * (perf_counter() - began_at):.0f} ms")
            async with aiohttp.ClientSession() as session:
                await _compare(session, pms.url, proxy.url)


async def _compare(session: aiohttp.ClientSession, pms: str, proxy: str) -> None:
    async def search(base: str, **headers: str) -> None:
        fields = {"Content-Type": "text/xml", **AUTHORIZED, **headers}
        url = f"{base}/api/hotel_ari"
        async with session.post(url, data=SEARCH, headers=fields) as response:
            response.raise_for_status()
            await response.read()

    times = await _interleaved(
        {
            "directly": lambda: search(pms),
            "hit": lambda: search(proxy),
            # no-store is neither kept nor shared: each goes to the PMS.
            "pass-through": lambda: search(
                proxy, **{"Cache-Control": "no-cache, no-store"}
            ),
        }
    )
    _say(
        f"\n{'a search, ms':<14}{'p50':>8}{'p99':>8}{'added p50':>11}{'added p99':>11}"
    )
    base = _percentiles(times["directly"])
    for name, samples in times.items():
        p50, p99 = _percentiles(samples)
        _say(
            f"{name:<14}{p50:>8.2f}{p99:>8.2f}{p50 - base[0]:>+11.2f}"
            f"{p99 - base[1]:>+11.2f}   x{p50 / base[0]:.2f}"
        )


async def _interleaved(asks: dict[str, Ask]) -> dict[str, list[float]]:
    """Ask in turn, so often; return the times in milliseconds, without the warm-up."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(WARM_UP + ROUNDS):
        for name, ask in asks.items():
            began_at = perf_counter()
            await ask()
            times[name].append(1000 * (perf_counter() - began_at))
    return {name: samples[WARM_UP:] for name, samples in times.items()}


def _percentiles(samples: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(samples, n=100)
    return statistics.median(samples), cuts[98]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    asyncio.run(measure())
