"""
What the breaker's decision costs: closed, with its record, and refusing.

The core alone, in slices, so that a cost that grows with what was refused would show;
then one search of the stand-in called directly, to say what share of a call that is.
Prints figures of one run; judges nothing.
"""

from __future__ import annotations

import asyncio
import statistics
from time import perf_counter
from typing import TYPE_CHECKING

from bench.common import client, milliseconds, percentiles, say, search, stand_in
from proxy.breaker.breaker import Breaker
from proxy.breaker.values import BreakerPolicy, Permit, Refused
from proxy.messages import BreakerState, Healthy

if TYPE_CHECKING:
    from collections.abc import Callable

SLICES = 10
A_SLICE = 100_000
DIRECT_ROUNDS = 500
NOW = 1000.0


def measure() -> None:
    """Run the benchmark and print its table."""
    direct_us = 1000 * asyncio.run(_direct_ms())
    closed = Breaker(BreakerPolicy(), NOW)
    is_open = Breaker(BreakerPolicy(), NOW)
    is_open.force(BreakerState.OPEN, "bench", NOW)
    say(f"a search of the stand-in called directly: {direct_us:.0f} µs")
    say(
        f"\n{'a decision, µs':<22}{'median':>8}{'first':>8}{'last':>8}{'of a call':>11}"
    )
    for name, decide in (
        ("closed", lambda: _acquires(closed, Permit)),
        ("closed, and recorded", lambda: _acquires_and_records(closed)),
        ("refusing", lambda: _acquires(is_open, Refused)),
    ):
        slices = _slices(decide)
        median = statistics.median(slices)
        say(
            f"{name:<22}{median:>8.3f}{slices[0]:>8.3f}{slices[-1]:>8.3f}"
            f"{median / direct_us:>10.3%}"
        )
    say(f"\nThe loop is in the figures; {SLICES * A_SLICE:,} decisions each.")


async def _direct_ms() -> float:
    async with stand_in() as pms, client() as session:
        samples = [
            await milliseconds(lambda: search(session, pms.url))
            for _ in range(DIRECT_ROUNDS)
        ]
        return percentiles(samples)[0]


def _slices(decide: Callable[[], None]) -> list[float]:
    """Return the microseconds of one decision, a slice after the other."""
    slices: list[float] = []
    for _ in range(SLICES):
        began_at = perf_counter()
        decide()
        slices.append(1e6 * (perf_counter() - began_at) / A_SLICE)
    return slices


def _acquires(breaker: Breaker, expected: type) -> None:
    gate: object = None
    for _ in range(A_SLICE):
        gate = breaker.acquire(NOW, "availability")
    if not isinstance(gate, expected):
        raise TypeError(f"{gate} is no {expected}")


def _acquires_and_records(breaker: Breaker) -> None:
    healthy = Healthy()
    for _ in range(A_SLICE):
        gate = breaker.acquire(NOW, "availability")
        if isinstance(gate, Permit):
            breaker.record(gate, healthy, NOW)


if __name__ == "__main__":
    measure()
