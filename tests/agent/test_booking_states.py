"""When a booking is sent and when it is not, before a proxy that a test plays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from agent.messages import Booked, BookingRefused, BookingUnknown
from fakes.agent_desk import ANA, an_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.agent_desk import Agent
    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

DOWN = BookingRefused(reason="pms_down")


@pytest.fixture
async def agent(proxy_url: str, clock: FakeClock) -> AsyncIterator[Agent]:
    """Ask the fake proxy."""
    async with an_agent(proxy_url, clock) as agent:
        yield agent


async def test_closed(agent: Agent, proxy: FakeProxy) -> None:
    """With the breaker closed it is asked for, the room is looked at, and booked."""
    quote = await agent.quote()
    assert await agent.desk.book(quote, ANA, "yes-1") == Booked(reference="31")
    assert (len(proxy.searches), len(proxy.bookings)) == (2, 1)
    assert "Cache-Control" in proxy.search_headers[1]


@pytest.mark.parametrize("state", ["open", "half_open", "unknown", ""])
async def test_not_closed(
    agent: Agent, proxy: FakeProxy, clock: FakeClock, state: str
) -> None:
    """In any other state not even the room is looked at."""
    quote = await agent.quote()
    clock.advance(1)
    proxy.breaker = state
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert (len(proxy.searches), proxy.bookings) == (1, [])


@pytest.mark.parametrize("state", ["open", "half_open"])
async def test_opens_during_the_search(
    agent: Agent, proxy: FakeProxy, state: str
) -> None:
    """A breaker that opened while the room was looked at keeps the booking back."""
    quote = await agent.quote()
    proxy.breaker = state
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert (len(proxy.searches), proxy.bookings) == (2, [])


async def test_the_search_is_slow(
    agent: Agent, proxy: FakeProxy, clock: FakeClock
) -> None:
    """The state that counts is at most a second old when the booking goes out."""
    quote = await agent.quote()
    proxy.hangs = True
    proxy.arrived.clear()
    booking = asyncio.create_task(agent.desk.book(quote, ANA, "yes-1"))
    await proxy.arrived.wait()
    clock.advance(5)
    proxy.breaker = "open"
    proxy.headers = {"X-PMS-Circuit-Breaker": ""}
    proxy.let_go.set()
    assert await booking == DOWN
    assert proxy.bookings == []


async def test_a_copy_is_no_room(agent: Agent, proxy: FakeProxy) -> None:
    """What may be old is not booked, though the breaker says closed."""
    quote = await agent.quote()
    proxy.headers = {"X-Potentially-Stale": "true", "Age": "10"}
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert proxy.bookings == []


async def test_no_answer(agent: Agent, proxy: FakeProxy, clock: FakeClock) -> None:
    """A booking without an answer for 27 s is unknown, and a check sends the same."""
    quote = await agent.quote()
    proxy.booking_hangs = True
    booking = asyncio.create_task(agent.desk.book(quote, ANA, "yes-1"))
    while not proxy.bookings:
        await asyncio.sleep(0.001)
    clock.advance(27.1)
    assert await booking == BookingUnknown()
    proxy.booking_hangs = False
    proxy.let_go.set()
    await agent.desk.check(quote, ANA, "yes-1")
    first, second = proxy.bookings
    assert first == second
