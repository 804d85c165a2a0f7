"""The PMS checks and writes in two steps: the last room, sold more than once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults
from demo.houses import HotelPlan, TypePlan, build
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.shop import booking, posting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.conftest import RawAnswer, Send

RACERS = 8
GAP_S = 0.2


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that is turned by hand."""
    return FakeClock()


@pytest.fixture
async def pms(clock: FakeClock) -> AsyncIterator[StandIn]:
    """Run a house of one room whose bookings take a while between check and write."""
    house = build([HotelPlan("Small", [TypePlan("Attic", 100, ["A1"])])])
    async with StandIn(hotel=house, clock=clock, booking_gap_s=GAP_S) as running:
        yield running


async def race(pms: StandIn, send: Send) -> list[asyncio.Task[RawAnswer]]:
    """Post bookings of the last room at once; return when all have been checked."""
    racing = [
        asyncio.ensure_future(send(pms, posting(pms, booking(email=f"r{n}@x.com"))))
        for n in range(RACERS)
    ]
    async with asyncio.timeout(5):
        while len(pms.calls) < RACERS:
            await asyncio.sleep(0)
    return racing


async def test_parallel_bookings_of_the_last_room_all_succeed(
    pms: StandIn, clock: FakeClock, send: Send
) -> None:
    """Eight times 200 with the same room; all but the first are back orders."""
    racing = await race(pms, send)
    assert pms.hotel.bookings == {}
    clock.advance(GAP_S)
    answers = await asyncio.gather(*racing)
    assert [answer.status for answer in answers] == [200] * RACERS
    assert [stay.room.id for stay in pms.hotel.stays] == [1] * RACERS
    backs = [stay.is_back_order for stay in pms.hotel.stays]
    assert backs == [False] + [True] * (RACERS - 1)


async def test_in_a_row_the_second_booking_is_refused(
    pms: StandIn, clock: FakeClock, send: Send
) -> None:
    """Who is checked after the first was written finds no room."""
    first = asyncio.ensure_future(send(pms, posting(pms, booking())))
    async with asyncio.timeout(5):
        while not pms.calls:
            await asyncio.sleep(0)
    clock.advance(GAP_S)
    assert (await first).status == 200
    second = await send(pms, posting(pms, booking()))
    assert second.status == 400
    assert b"Requested room(s) not available." in second.body
    assert len(pms.hotel.bookings) == 1


async def test_without_a_gap_the_last_room_is_sold_once(
    pms: StandIn, send: Send
) -> None:
    """By default check and write are one, and seven of eight are refused."""
    pms.booking_gap_s = 0
    answers = await asyncio.gather(*await race(pms, send))
    statuses = sorted(answer.status for answer in answers)
    assert statuses == [200] + [400] * (RACERS - 1)


async def test_a_held_booking_has_its_gap_too(
    pms: StandIn, clock: FakeClock, send: Send
) -> None:
    """A fault that only delays does not close the gap."""
    gate = faults.holds()
    pms.always(gate)
    racing = await race(pms, send)
    gate.release()
    for _ in range(20):
        await asyncio.sleep(0)
    clock.advance(GAP_S)
    answers = await asyncio.gather(*racing)
    assert [answer.status for answer in answers] == [200] * RACERS


async def test_stopping_does_not_wait_for_the_gap(pms: StandIn, send: Send) -> None:
    """A booking between check and write ends with the stand-in, unwritten."""
    racing = await race(pms, send)
    async with asyncio.timeout(0.9):
        await pms.stop()
    ends = await asyncio.gather(*racing, return_exceptions=True)
    assert all(isinstance(end, OSError | EOFError) for end in ends)
    assert pms.hotel.bookings == {}
