"""Facts of single-flight: one task a key, owned by no request."""

from __future__ import annotations

import asyncio

import pytest

from fakes.clock import FakeClock
from proxy.cache.coalesce import Flights
from proxy.messages import CacheKey

KEY = CacheKey("k")


async def test_the_second_joins_the_first() -> None:
    """One coroutine runs for both; the key is free again afterwards."""
    flights: Flights[int] = Flights()
    begun = 0

    async def fly() -> int:
        nonlocal begun
        begun += 1
        return begun

    first, led = flights.join(KEY, fly)
    second, joined = flights.join(KEY, fly)

    assert (led, joined) == (True, False)
    assert await first == await second == 1
    third, led = flights.join(KEY, fly)
    assert (led, await third) == (True, 2)


async def test_tables_are_empty_after_thirty_thousand_keys() -> None:
    """Scenario 45: nothing is left of a flight that has ended."""
    flights: Flights[int] = Flights()

    async def fly() -> int:
        return 1

    for begin in range(0, 30_000, 1000):
        keys = [CacheKey(str(number)) for number in range(begin, begin + 1000)]
        await asyncio.gather(*(flights.join(key, fly)[0] for key in keys))
    await asyncio.sleep(0)

    assert flights._by_key == {}
    assert flights._all == set()


async def test_a_failed_flight_frees_its_key() -> None:
    """Scenario 25: all who joined get the failure, and the next begins anew."""
    flights: Flights[int] = Flights()

    async def crash() -> int:
        raise ValueError

    async def fly() -> int:
        return 1

    first, _ = flights.join(KEY, crash)
    second, _ = flights.join(KEY, crash)
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    third, led = flights.join(KEY, fly)

    assert (led, await third) == (True, 1)


async def test_a_detached_flight_is_joined_no_more() -> None:
    """It goes on for those who joined; its end does not free the new one's key."""
    flights: Flights[int] = Flights()
    go = asyncio.Event()

    async def old() -> int:
        await go.wait()
        return 1

    async def new() -> int:
        await asyncio.Event().wait()
        return 2

    first, _ = flights.join(KEY, old)
    flights.detach()
    second, led = flights.join(KEY, new)
    go.set()

    assert led
    assert await first == 1
    await asyncio.sleep(0)
    assert flights.join(KEY, new) == (second, False)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_finish_waits_and_then_cancels() -> None:
    """What is done in time is done; the rest is cancelled at the bound."""
    flights: Flights[str] = Flights()
    clock = FakeClock()
    go = asyncio.Event()

    async def quick() -> str:
        await go.wait()
        return "done"

    async def stuck() -> str:
        await asyncio.Event().wait()
        return "never"

    first, last = flights.begin(quick()), flights.begin(stuck())
    finishing = asyncio.create_task(flights.finish(clock.timeout(10)))
    await asyncio.sleep(0)
    go.set()
    assert await first == "done"
    clock.advance(9.9)
    await asyncio.sleep(0)
    assert not finishing.done()
    clock.advance(0.1)
    await finishing

    assert last.cancelled()
