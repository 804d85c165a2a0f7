"""
What guests with a copy wait while the PMS hangs, at 200 questions a second.

With the default numbers, but for copies that are fresh for 1 s only, so that every
question wants the PMS. The stand-in answers directly first; then it hangs, and the
proxy is asked through the whole course: until the first deadline (guests wait the soft
timeout), until abandoned calls and the probe have opened the breaker (copies at once),
and while it is open. Prints figures of one run; judges nothing.
"""

from __future__ import annotations

import asyncio

from bench.common import (
    a_proxy,
    at_a_rate,
    client,
    control_of,
    percentiles,
    say,
    search,
    stand_in,
)

PER_S = 200
QUESTIONS = 100
DIRECT_S = 4
FRESH_S = 1
HANG_S = 36
DEADLINE_S = 15
PHASES = (
    ("calls hang", 0, DEADLINE_S),
    ("places abandoned", DEADLINE_S, 2 * DEADLINE_S),
    ("breaker open", 2 * DEADLINE_S, HANG_S),
)


async def measure() -> None:
    """Run the benchmark and print its table."""
    async with (
        stand_in() as pms,
        a_proxy(pms.url, PROXY_FRESH_S=str(FRESH_S)) as proxy,
        client() as session,
    ):
        control = await control_of(pms)
        direct = await at_a_rate(
            lambda number: search(session, pms.url, number % QUESTIONS), PER_S, DIRECT_S
        )
        for number in range(QUESTIONS):
            await search(session, proxy.url, number)
        await asyncio.sleep(FRESH_S)
        async with session.post(f"{control}/faults/hang") as response:
            response.raise_for_status()
        # A question that is not answered by a copy raises here: none may be.
        asked = await at_a_rate(
            lambda number: search(session, proxy.url, number % QUESTIONS), PER_S, HANG_S
        )
        async with session.delete(f"{control}/faults") as response:
            response.raise_for_status()
    say(f"\n{'a search, ms':<24}{'asked':>7}{'p50':>8}{'p99':>8}{'longest':>9}")
    base, _ = _row("directly, in health", direct)
    for name, since, until in PHASES:
        _row(name, [pair for pair in asked if since <= pair[0] < until])
    p50, p99 = _row("all of it", asked)
    say(f"\nall of it beside directly: p50 x{p50 / base:.1f}, p99 {p99:.0f} ms")


def _row(name: str, asked: list[tuple[float, float]]) -> tuple[float, float]:
    took = [took_ms for _, took_ms in asked]
    p50, p99 = percentiles(took)
    say(f"{name:<24}{len(took):>7,}{p50:>8.1f}{p99:>8.1f}{max(took):>9.1f}")
    return p50, p99


if __name__ == "__main__":
    asyncio.run(measure())
