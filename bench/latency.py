"""
What the proxy adds to a request, and how long it takes to start.

The stand-in is asked directly and through the proxy in turn, one request after the
other on kept connections, so that the machine's drift falls on both alike. Each process
has an interpreter of its own, as in production. Prints milliseconds and ratios of one
run; judges nothing.
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

from bench.common import (
    a_proxy,
    client,
    milliseconds,
    percentiles,
    say,
    search,
    stand_in,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import aiohttp

    Ask = Callable[[], Awaitable[object]]

ROUNDS = 3000
WARM_UP = 300


async def measure() -> None:
    """Run the benchmark and print its table."""
    async with stand_in() as pms:
        began_at = perf_counter()
        # One copy stays a hit for the whole run, and nothing is refreshed ahead.
        async with a_proxy(pms.url, PROXY_FRESH_S="300") as proxy:
            say(f"start-up of the proxy: {1000 * (perf_counter() - began_at):.0f} ms")
            async with client() as session:
                await _compare(session, pms.url, proxy.url)


async def _compare(session: aiohttp.ClientSession, pms: str, proxy: str) -> None:
    times = await _interleaved(
        {
            "directly": lambda: search(session, pms),
            "hit": lambda: search(session, proxy),
            # no-store is neither kept nor shared: each goes to the PMS.
            "pass-through": lambda: search(
                session, proxy, cache_control="no-cache, no-store"
            ),
        }
    )
    say(f"\n{'a search, ms':<14}{'p50':>8}{'p99':>8}{'added p50':>11}{'added p99':>11}")
    base = percentiles(times["directly"])
    for name, samples in times.items():
        p50, p99 = percentiles(samples)
        say(
            f"{name:<14}{p50:>8.2f}{p99:>8.2f}{p50 - base[0]:>+11.2f}"
            f"{p99 - base[1]:>+11.2f}   x{p50 / base[0]:.2f}"
        )


async def _interleaved(asks: dict[str, Ask]) -> dict[str, list[float]]:
    """Ask in turn, so often; return the times in milliseconds, without the warm-up."""
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(WARM_UP + ROUNDS):
        for name, ask in asks.items():
            times[name].append(await milliseconds(ask))
    return {name: samples[WARM_UP:] for name, samples in times.items()}


if __name__ == "__main__":
    asyncio.run(measure())
