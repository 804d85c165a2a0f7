"""
What Redis costs a guest: absent, healthy, hung, killed.

The same questions in turn to a proxy without Redis and to one with it, whose Redis is
then stopped and killed; misses are answered by the stand-in, hits from memory. Prints
figures of one run; judges nothing.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
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
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    import aiohttp

SAMPLES = 300
# Until Redis listens; it takes about 20 ms.
START_S = 1.0


async def measure() -> None:
    """Time misses and hits in each state of Redis."""
    async with stand_in() as pms, a_redis() as (server, url), client() as session:
        # Nothing is fresh for longer than a question takes, so that misses are many.
        brief = {"PROXY_FRESH_S": "0.001", "PROXY_USABLE_S": "0.001"}
        long = {"PROXY_REFRESH_PER_MIN": "0"}
        redis = {"PROXY_REDIS_URL": url}
        async with (
            a_proxy(pms.url, **brief) as miss,
            a_proxy(pms.url, **long) as hit,
            a_proxy(pms.url, **brief, **redis) as shared_miss,
            a_proxy(pms.url, **long, **redis) as shared_hit,
        ):
            say("ms          miss p50     p99    most   hit p50     p99")
            await _say("none", session, miss.url, hit.url)
            await _say("healthy", session, shared_miss.url, shared_hit.url)
            server.send_signal(signal.SIGSTOP)
            await _say("hung", session, shared_miss.url, shared_hit.url)
            server.send_signal(signal.SIGKILL)
            await server.wait()
            await _say("killed", session, shared_miss.url, shared_hit.url)


async def _say(name: str, session: aiohttp.ClientSession, miss: str, hit: str) -> None:
    await search(session, hit)
    misses = [await milliseconds(lambda: search(session, miss)) for _ in range(SAMPLES)]
    hits = [await milliseconds(lambda: search(session, hit)) for _ in range(SAMPLES)]
    p50, p99 = percentiles(misses)
    say(
        f"{name:<10}{p50:>10.2f}{p99:>8.2f}{max(misses):>8.2f}"
        f"{percentiles(hits)[0]:>10.2f}{percentiles(hits)[1]:>8.2f}"
    )


@asynccontextmanager
async def a_redis() -> AsyncIterator[tuple[Process, str]]:
    """Run a redis-server that keeps nothing on a disk."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    with TemporaryDirectory() as folder:
        server = await asyncio.create_subprocess_exec(
            *("redis-server", "--port", str(port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", folder),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await asyncio.sleep(START_S)
        try:
            yield server, f"redis://127.0.0.1:{port}/0"
        finally:
            if server.returncode is None:
                server.kill()
                await server.wait()


if __name__ == "__main__":
    asyncio.run(measure())
