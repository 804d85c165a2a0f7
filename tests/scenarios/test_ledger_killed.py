"""
A proxy is killed with a booking in hand: what the others make of it (CONTRACT §9).

Real processes, a real Redis and real seconds, since a task can be ended more kindly
than the kernel ends a process.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from demo import faults
from fakes.fleet import PATIENCE_S, TIMEOUT_S, Answer, Fleet, Proxy, a_fleet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WAIT_S, HOLD_S = 0.3, 0.5
# Its wait for a lane, for a place and for the answer, and a second (see `writing`).
UNDER_WAY_S = 2 * WAIT_S + TIMEOUT_S + 1
KEY = "yes-1"


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """Give three proxies for which nothing takes long."""
    short = {"PROXY_MAX_WAIT_S": str(WAIT_S), "PROXY_ABANDONED_HOLD_S": str(HOLD_S)}
    async with a_fleet(short) as started:
        yield started


async def _until(proxy: Proxy, status: int, through: set[int]) -> Answer:
    """Ask for the key again and again; hold what is answered before the status."""
    async with asyncio.timeout(PATIENCE_S):
        while (got := await proxy.book(KEY)).status != status:
            assert got.status in through
            await asyncio.sleep(0.05)
    return got


def _posts(fleet: Fleet) -> int:
    return sum(
        call.method == "POST" and call.resource == "bookings"
        for call in fleet.pms.calls
    )


async def _settled(proxy: Proxy) -> float:
    return await proxy.metric("pms_writes_total", outcome="settled_applied")


async def test_what_the_killed_one_left_unknown_another_settles(fleet: Fleet) -> None:
    """504 there as well, until a look has found it: its answer, and one booking."""
    one, other, third = fleet.proxies
    fleet.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    assert (await one.book(KEY)).status == 504
    one.kill()

    assert (await _until(other, 200, {504})).is_replay
    assert (await third.book(KEY)).is_replay
    assert _posts(fleet) == len(fleet.pms.hotel.bookings) == 1
    assert await _settled(other) + await _settled(third) == 1


async def test_what_all_left_unknown_a_new_process_settles(fleet: Fleet) -> None:
    """All are killed; the one that starts finds the record in Redis."""
    fleet.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    assert (await fleet.proxies[0].book(KEY)).status == 504
    for proxy in fleet.proxies:
        proxy.kill()
    newcomer = await fleet.joins()
    async with asyncio.timeout(PATIENCE_S):
        while not await _settled(newcomer):
            await asyncio.sleep(0.05)

    assert (await newcomer.book(KEY)).is_replay
    assert _posts(fleet) == len(fleet.pms.hotel.bookings) == 1


async def test_killed_before_the_answer_it_is_never_booked_twice(fleet: Fleet) -> None:
    """409 while it may still have an answer, 504 then, and at last that answer."""
    one, other, _ = fleet.proxies
    gate = faults.holds()
    fleet.pms.plays(gate)
    began_at = asyncio.get_running_loop().time()
    booking = asyncio.create_task(one.book(KEY))
    await gate.arrived.wait()
    one.kill()
    with pytest.raises(aiohttp.ClientError):
        await booking

    assert (await other.book(KEY)).status == 409
    await _until(other, 504, {409})
    assert asyncio.get_running_loop().time() - began_at > UNDER_WAY_S - 0.1
    gate.release()
    got = await _until(other, 200, {504})
    assert got.is_replay
    assert _posts(fleet) == len(fleet.pms.hotel.bookings) == 1


async def test_the_lane_of_a_killed_one_is_free_again(fleet: Fleet) -> None:
    """Nobody is let in while its booking may be in the PMS; then the next one is."""
    one, other, _ = fleet.proxies
    fleet.pms.plays(faults.hang(resource="bookings"))
    began_at = asyncio.get_running_loop().time()
    booking = asyncio.create_task(one.book(KEY))
    await fleet.until(lambda: _posts(fleet) == 1)
    one.kill()
    with pytest.raises(aiohttp.ClientError):
        await booking

    async with asyncio.timeout(PATIENCE_S):
        while (got := await other.book("yes-2")).status == 503:
            assert b"not_sent" in got.body
    assert got.status == 200
    took_s = asyncio.get_running_loop().time() - began_at
    assert took_s > WAIT_S + TIMEOUT_S + HOLD_S - 0.1
