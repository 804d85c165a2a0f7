"""Facts of a limited caller's own places."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fakes.clock import FakeClock
from proxy.bulkhead import Bulkhead, BulkheadPolicy
from proxy.errors import Overloaded
from proxy.shares import Share, Shares

if TYPE_CHECKING:
    from proxy.bulkhead import Place

POLICY = BulkheadPolicy(places=4, waiting=2, max_wait_s=5, hold_s=45)


async def _ticks() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Rooms:
    """The places inside the PMS, and the desk's own two of them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.inside = Bulkhead(POLICY, self.clock, lambda: None)
        self.shares = Shares({"desk": 2}, POLICY, self.clock)

    def take(self) -> Share:
        """Take one of the desk's own places."""
        share = self.shares.take("desk")
        assert share is not None
        return share

    def is_full(self) -> bool:
        """Say whether the desk has all of its own places."""
        share = self.shares.take("desk")
        if share is not None:
            with share:
                pass
        return share is None

    async def call(self) -> Place:
        """Begin a call of the desk's."""
        share = self.take()
        with share:
            place = await self.inside.enter(write=False)
            share.leads_to(place)
        return place


async def test_a_caller_has_so_many_places_and_no_more() -> None:
    """The third is refused; another caller, or nobody by name, has no limit."""
    rooms = Rooms()
    rooms.take()
    rooms.take()

    assert rooms.is_full()
    for _ in range(9):
        assert rooms.shares.take("agent") is not None
        assert rooms.shares.take("") is not None


async def test_a_share_that_led_to_nothing_is_given_back() -> None:
    """Whether the block ends well or not."""
    rooms = Rooms()
    rooms.take()
    with rooms.take():
        assert rooms.is_full()
    assert not rooms.is_full()

    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError), rooms.take():
        fail()
    assert not rooms.is_full()


async def test_a_share_is_taken_as_long_as_its_place_is() -> None:
    """Released with it, and not twice."""
    rooms = Rooms()
    first, second = await rooms.call(), await rooms.call()
    assert rooms.is_full()

    first.release()
    first.release()
    again = await rooms.call()
    assert rooms.is_full()

    for place in (second, again):
        place.release()
    assert not rooms.is_full()


@pytest.mark.parametrize("how", ["the time", "an answer"])
async def test_a_call_given_up_keeps_its_callers_share(how: str) -> None:
    """The PHP worker that is still busy is the desk's own, until it is free."""
    rooms = Rooms()
    await rooms.call()
    stuck = await rooms.call()
    stuck.abandon("hotels", began_at=1)
    assert rooms.is_full()

    await _ticks()
    if how == "the time":
        rooms.clock.advance(44.9)
        await _ticks()
        assert rooms.is_full()
        rooms.clock.advance(0.2)
        await _ticks()
    else:
        rooms.inside.answered("hotels", began_at=2)

    assert not rooms.is_full()


async def test_who_waits_for_a_share_gets_it_or_is_turned_away() -> None:
    """In a room of the caller's own: two wait, the next is refused; 5 s at most."""
    rooms = Rooms()
    places = [await rooms.call(), await rooms.call()]
    waiting = [
        asyncio.create_task(rooms.shares.enter("desk", write=False)) for _ in range(2)
    ]
    await _ticks()
    assert (rooms.shares.waiting, rooms.inside.waiting) == (2, 0)
    with pytest.raises(Overloaded):
        await rooms.shares.enter("desk", write=False)

    places[0].release()
    await waiting[0]
    rooms.clock.advance(5.1)

    with pytest.raises(Overloaded):
        await waiting[1]
    assert rooms.shares.waiting == 0


@pytest.mark.parametrize("end", ["turn_away", "shut"])
async def test_a_hang_or_the_end_keeps_nobody_waiting(end: str) -> None:
    """They are told at once that there is no place."""
    rooms = Rooms()
    await rooms.call()
    await rooms.call()
    waiting = asyncio.create_task(rooms.shares.enter("desk", write=True))
    await _ticks()

    getattr(rooms.shares, end)()

    with pytest.raises(Overloaded):
        await waiting
