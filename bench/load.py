"""
What a crowd costs: equal questions at once, and very many different copies.

1,000 equal misses through a proxy and directly, at once, the calls that reach the
stand-in counted; then 10^6 distinct keys into the memory store alone. Prints figures of
one run; judges nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from bench.common import (
    a_proxy,
    calls,
    client,
    control_of,
    milliseconds,
    percentiles,
    say,
    search,
    stand_in,
)
from proxy.cache.store import MemoryStore
from proxy.messages import CacheKey, Entry

if TYPE_CHECKING:
    import aiohttp

CROWD = 1000
KEYS = 1_000_000
BUDGET_BYTES = 64 * 1024 * 1024
PAGE_BYTES = 4096


async def measure() -> None:
    """Run both and print what came of them."""
    async with stand_in() as pms, a_proxy(pms.url) as proxy, client() as session:
        control = await control_of(pms)
        body = await search(session, pms.url)
        say(f"{CROWD:,} equal searches at once, ms")
        say(f"{'':<14}{'p50':>8}{'p99':>8}{'all':>8}{'calls to the PMS':>18}")
        took: dict[str, float] = {}
        for name, base in (("directly", pms.url), ("the proxy", proxy.url)):
            before = await calls(session, control)
            began_at = perf_counter()
            p50, p99 = percentiles(await _crowd(session, base))
            took[name] = 1000 * (perf_counter() - began_at)
            reached = await calls(session, control) - before
            say(f"{name:<14}{p50:>8.0f}{p99:>8.0f}{took[name]:>8.0f}{reached:>18,}")
        say(f"the proxy's time is x{took['the proxy'] / took['directly']:.2f}\n")
        direct_us = (
            1000
            * percentiles(
                [
                    await milliseconds(lambda: search(session, pms.url))
                    for _ in range(300)
                ]
            )[0]
        )
    await _many_keys(body, direct_us)


async def _crowd(session: aiohttp.ClientSession, base: str) -> list[float]:
    return await asyncio.gather(
        # A day that nobody has asked for yet.
        *(milliseconds(lambda: search(session, base, 7)) for _ in range(CROWD))
    )


async def _many_keys(body: bytes, direct_us: float) -> None:
    store = MemoryStore(BUDGET_BYTES)
    before = _resident_bytes()
    most = 0
    began_at = perf_counter()
    for number in range(KEYS):
        # Each with a body of its own, as answers have.
        entry = Entry(
            status=200,
            headers=(("Content-Type", "text/xml;charset=utf-8"),),
            body=body + str(number).encode(),
            sent_at=float(number),
            etag=f'"{number:040}"',
        )
        await store.put(CacheKey(f"pms:v1:availability:{number:064}"), entry)
        most = max(most, store.size()[1])
    took_us = 1e6 * (perf_counter() - began_at) / KEYS
    grown = _resident_bytes() - before
    say(f"{KEYS:,} distinct keys of {len(body):,} bytes into the store")
    say(f"entries held        {store.size()[0]:>12,}")
    say(f"most bytes counted  {most:>12,}   x{most / BUDGET_BYTES:.2f} of the budget")
    say(f"grown in memory     {grown:>12,}   x{grown / BUDGET_BYTES:.2f} of the budget")
    say(f"µs a key            {took_us:>12.2f}   {took_us / direct_us:.2%} of a search")


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return PAGE_BYTES * int(pages)


if __name__ == "__main__":
    asyncio.run(measure())
