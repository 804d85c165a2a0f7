"""Facts of the places inside the PMS, tried at every interleaving (CONTRACT §4)."""

from __future__ import annotations

import asyncio
import random

import pytest

from fakes.clock import FakeClock
from proxy.bulkhead import Bulkhead, BulkheadPolicy, Place
from proxy.errors import Overloaded

POLICY = BulkheadPolicy(places=2, waiting=3, max_wait_s=5, hold_s=45)


async def _ticks(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


class Room:
    """A bulkhead, its clock and how often it said that all hangs."""

    def __init__(self, policy: BulkheadPolicy = POLICY) -> None:
        self.clock = FakeClock()
        self.hangs = 0
        self.bulkhead = Bulkhead(policy, self.clock, self._hung)

    def _hung(self) -> None:
        self.hangs += 1

    def enter(self, *, write: bool = False) -> asyncio.Task[Place]:
        """Begin to enter."""
        return asyncio.create_task(self.bulkhead.enter(write=write))


async def test_releasing_twice_frees_one_place() -> None:
    """A place is given back once, be it released, abandoned or both."""
    room = Room()
    first, second = await room.enter(), await room.enter()
    first.release()
    first.release()
    first.abandon("x", 0)

    assert (room.bulkhead.inside, room.bulkhead.abandoned) == (1, 0)
    second.release()
    assert room.bulkhead.inside == 0


async def test_who_waits_is_served_in_order_writes_first() -> None:
    """Each queue keeps its order."""
    room = Room()
    places = [await room.enter(), await room.enter()]
    order: list[str] = []

    async def wait(name: str, *, write: bool) -> None:
        place = await room.bulkhead.enter(write=write)
        order.append(name)
        place.release()

    tasks = []
    for name, write in (("r1", False), ("w1", True), ("w2", True)):
        tasks.append(asyncio.create_task(wait(name, write=write)))
        await _ticks()
    places[0].release()
    await asyncio.gather(*tasks)

    assert order == ["w1", "w2", "r1"]


async def test_a_newcomer_does_not_overtake() -> None:
    """While somebody waits, a place just freed is his."""
    room = Room()
    first = await room.enter()
    await room.enter()
    waiting = room.enter()
    await _ticks()
    first.release()
    late = room.enter()
    await _ticks()

    assert waiting.done()
    assert not late.done()
    late.cancel()


async def test_a_place_given_to_one_who_left_goes_on() -> None:
    """Cancelled in the very moment of being admitted, he loses no place."""
    room = Room()
    first = await room.enter()
    await room.enter()
    waiting, next_ = room.enter(), room.enter()
    await _ticks()
    first.release()
    waiting.cancel()
    await _ticks()

    assert waiting.cancelled()
    assert next_.done()
    assert room.bulkhead.inside == 2


async def test_a_place_given_at_the_last_moment_is_not_lost() -> None:
    """Admitted and timed out at once is one or the other, never a lost place."""
    room = Room()
    first = await room.enter()
    await room.enter()
    waiting = room.enter()
    await _ticks()
    first.release()
    room.clock.advance(5)
    await _ticks()

    held = 1 + (waiting.exception() is None)
    assert room.bulkhead.inside == held


async def test_the_wait_ends_after_its_time() -> None:
    """Five seconds, and the waiting room is empty again."""
    room = Room()
    await room.enter()
    await room.enter()
    waiting = room.enter()
    await _ticks()
    room.clock.advance(5)

    with pytest.raises(Overloaded):
        await waiting
    assert room.bulkhead.waiting == 0


async def test_abandoned_places_free_one_by_one() -> None:
    """One answer of the same resource, begun later, frees one; also in one step."""
    room = Room()
    for _ in range(2):
        (await room.enter()).abandon("hotel_ari", 100)

    room.bulkhead.answered("hotels", 101)
    room.bulkhead.answered("hotel_ari", 100)
    assert room.bulkhead.abandoned == 2
    room.bulkhead.answered("hotel_ari", 101)
    assert room.bulkhead.abandoned == 1
    room.bulkhead.answered("hotel_ari", 101)
    assert room.bulkhead.abandoned == 0
    await _ticks()
    assert room.bulkhead.abandoned == 0


async def test_the_last_abandoned_place_ends_all_waits() -> None:
    """Then nobody can ask: who waits is told at once, and so is who comes."""
    room = Room()
    places = [await room.enter(), await room.enter()]
    waiting = [room.enter(), room.enter(write=True)]
    await _ticks()
    for place in places:
        place.abandon("hotel_ari", 0)

    for one in (*waiting, room.enter(write=True)):
        with pytest.raises(Overloaded):
            await one
    assert room.bulkhead.is_hung
    assert room.hangs == 1
    room.clock.advance(45)
    await _ticks()
    assert not room.bulkhead.is_hung


async def test_a_freed_place_admits_who_waits() -> None:
    """Also where it was an abandoned one that became free by its time."""
    room = Room()
    (await room.enter()).abandon("hotel_ari", 0)
    await room.enter()
    room.clock.advance(44)
    waiting = room.enter()
    await _ticks()
    room.clock.advance(1)

    assert isinstance(await waiting, Place)


class Crowd(Room):
    """Those who come, wait, hold places and leave, by the throw of a die."""

    def __init__(self, seed: int) -> None:
        super().__init__(BulkheadPolicy(places=3, waiting=5, max_wait_s=5, hold_s=45))
        self._dice = random.Random(seed)  # noqa: S311
        self._entering: list[asyncio.Task[Place]] = []
        self._held: list[Place] = []

    async def moves(self) -> None:
        """Let one thing happen."""
        dice, now = self._dice, self.clock.monotonic()
        throw = dice.randrange(7)
        if throw <= 2:
            self._entering.append(self.enter(write=dice.random() < 0.3))
        elif throw == 3 and self._held:
            self._held.pop(dice.randrange(len(self._held))).release()
        elif throw == 4 and self._held:
            place = self._held.pop(dice.randrange(len(self._held)))
            place.abandon(dice.choice("ab"), now)
        elif throw == 5 and self._entering:
            dice.choice(self._entering).cancel()
        elif throw == 6:
            self.clock.advance(dice.choice([0.1, 3, 5]))
            self.bulkhead.answered(dice.choice("ab"), now)
        await _ticks(dice.randrange(3))
        self._sort()

    async def goes_home(self) -> None:
        """Let everybody leave, and all time pass."""
        for task in self._entering:
            task.cancel()
        await asyncio.gather(*self._entering, return_exceptions=True)
        self._sort()
        for place in self._held:
            place.release()
        self.clock.advance(45)
        await _ticks()

    def _sort(self) -> None:
        for task in [task for task in self._entering if task.done()]:
            self._entering.remove(task)
            if not task.cancelled() and task.exception() is None:
                self._held.append(task.result())


@pytest.mark.parametrize("seed", range(30))
async def test_no_place_is_ever_lost(seed: int) -> None:
    """After any history of entering, leaving, hanging and giving up all are free."""
    crowd = Crowd(seed)
    bulkhead = crowd.bulkhead
    for _ in range(300):
        await crowd.moves()
        assert 0 <= bulkhead.inside + bulkhead.abandoned <= 3
        assert bulkhead.waiting <= 5
    await crowd.goes_home()

    assert (bulkhead.inside, bulkhead.abandoned, bulkhead.waiting) == (0, 0, 0)
