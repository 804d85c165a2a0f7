"""
What traces cost a request, and that they cost nothing while they are off.

The same searches go in turn to three proxies before one stand-in: one without an
endpoint, one that sends all its spans to a collector on loopback, and one whose
collector hangs. So the machine's drift falls on all alike. Beside it the calls that are
left in the code while traces are off are timed alone. Prints one run; judges nothing.
"""

from __future__ import annotations

import asyncio
from timeit import timeit
from typing import TYPE_CHECKING

from aiohttp import web

from bench.common import (
    a_proxy,
    client,
    milliseconds,
    percentiles,
    say,
    search,
    stand_in,
)
from config.tracing import OFF

if TYPE_CHECKING:
    import aiohttp

ROUNDS = 1000
WARM_UP = 200
CALLS = 100_000
# A request's span: its facts, and the fields that it hands on.
FACTS_A_REQUEST = 7


async def measure() -> None:
    """Run the benchmark and print its table."""
    taken, hangs = web.Application(), web.Application()
    taken.router.add_post("/v1/traces", _take)
    hangs.router.add_post("/v1/traces", _hang)
    runners = [web.AppRunner(app, shutdown_timeout=0.1) for app in (taken, hangs)]
    urls = [await _serve(runner) for runner in runners]
    async with (
        stand_in() as pms,
        # One copy stays a hit for the whole run, and nothing is refreshed ahead.
        a_proxy(pms.url, PROXY_FRESH_S="300") as off,
        a_proxy(pms.url, PROXY_FRESH_S="300", **_sent_to(urls[0])) as on,
        a_proxy(pms.url, PROXY_FRESH_S="300", **_sent_to(urls[1])) as lost,
        client() as session,
    ):
        proxies = {"off": off.url, "on": on.url, "hanging": lost.url}
        await _compare(session, "hit", proxies, "")
        # no-store is neither kept nor shared: each goes to the PMS.
        await _compare(session, "pass-through", proxies, "no-cache, no-store")
    for runner in runners:
        await runner.cleanup()
    say(f"\nleft in a request while off: {_left_us():.2f} µs")


def _sent_to(url: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": url}


async def _serve(runner: web.AppRunner) -> str:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


async def _hang(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise web.HTTPGatewayTimeout


async def _compare(
    session: aiohttp.ClientSession,
    name: str,
    proxies: dict[str, str],
    cache_control: str,
) -> None:
    times: dict[str, list[float]] = {proxy: [] for proxy in proxies}
    for _ in range(WARM_UP + ROUNDS):
        for proxy, url in proxies.items():
            times[proxy].append(
                await milliseconds(
                    lambda url=url: search(session, url, cache_control=cache_control)
                )
            )
    base, _ = percentiles(times["off"][WARM_UP:])
    say(f"\n{name + ', ms':<18}{'p50':>8}{'p99':>8}")
    for proxy, samples in times.items():
        p50, p99 = percentiles(samples[WARM_UP:])
        say(f"traces {proxy:<11}{p50:>8.3f}{p99:>8.3f}   x{p50 / base:.2f}")


def _left_us() -> float:
    """Time what a request that reaches the PMS calls while traces are off."""

    def request() -> None:
        for _ in range(3):
            with OFF.span("request") as span:
                for _ in range(FACTS_A_REQUEST):
                    span.tell("pms.cache", "miss")
                span.fields()

    return 1e6 * timeit(request, number=CALLS) / CALLS


if __name__ == "__main__":
    asyncio.run(measure())
