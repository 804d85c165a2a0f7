"""Bookings of one hotel go one at a time, whatever Redis does (CONTRACT §9)."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.clock import SystemClock
from fakes.clock import FakeClock
from fakes.desk import steps
from fakes.machines import SharedMemory
from fakes.redis_server import a_redis
from proxy.cache.coalesce import Flights
from proxy.errors import BackendDown
from proxy.fleet.backend import Backend
from proxy.writes.lanes import LANE_KEY, LOOK_EVERY_S, TELL_AGAIN_S, Lane, Lanes

if TYPE_CHECKING:
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock

LEASE_S = 65.0
NAME = LANE_KEY.format(hotel="1")


class Flaky(SharedMemory):
    """Shared memory of which some answers are lost: done, but nobody hears of it."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.lost: set[int] = set()
        self.pause: asyncio.Event | None = None

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Do it, wait while told so, and maybe say nothing."""
        done = await super().compare_and_set(key, expected, value, ttl_s)
        number = self.asked
        if self.pause is not None:
            await self.pause.wait()
        if number in self.lost:
            raise BackendDown("it does not answer in time")
        return done


class Proxy:
    """One proxy's lanes, and who is in them."""

    def __init__(self, clock: Clock, shared: Shared | None = None) -> None:
        self.background: Flights[None] = Flights()
        self.lanes = Lanes(
            clock=clock, lease_s=LEASE_S, background=self.background, shared=shared
        )

    def enters(self, hotel: str = "1") -> asyncio.Task[Lane]:
        """Begin to enter."""
        return asyncio.ensure_future(self.lanes.enter(hotel))

    @property
    def locks(self) -> int:
        """How many hotels it still holds something for."""
        return len(self.lanes._locks)


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that is turned by hand."""
    return FakeClock()


@pytest.fixture
def shared(clock: FakeClock) -> Flaky:
    """Give what proxies share."""
    return Flaky(clock)


@pytest.fixture(params=[False, True], ids=["alone", "redis"])
def proxy(clock: FakeClock, shared: Flaky, request: pytest.FixtureRequest) -> Proxy:
    """Give a proxy, with and without something shared."""
    return Proxy(clock, shared if request.param else None)


async def test_they_enter_in_the_order_in_which_they_came(proxy: Proxy) -> None:
    """One after another; nothing is left of them."""
    entered: list[int] = []

    async def books(number: int) -> None:
        lane = await proxy.lanes.enter("1")
        entered.append(number)
        await asyncio.sleep(0)
        proxy.lanes.leave(lane)

    await asyncio.gather(*(books(number) for number in range(20)))
    await steps()
    assert entered == list(range(20))
    assert proxy.locks == 0


async def test_other_hotels_do_not_wait(proxy: Proxy) -> None:
    """A lane a hotel."""
    lanes = [await proxy.lanes.enter(hotel) for hotel in ("1", "2", "3")]
    assert proxy.locks == 3
    for lane in lanes:
        proxy.lanes.leave(lane)
    del lane, lanes
    await steps()
    assert proxy.locks == 0


async def test_who_leaves_the_queue_gives_nothing_away(proxy: Proxy) -> None:
    """Cancelled while it waits for the lock, before its turn and at its turn."""
    first = await proxy.lanes.enter("1")
    second, third = proxy.enters(), proxy.enters()
    await steps()
    proxy.lanes.leave(first)
    second.cancel()
    await steps()
    assert second.cancelled()
    proxy.lanes.leave(third.result())
    del first, second, third
    await steps()
    assert proxy.locks == 0


async def test_cancelled_at_any_step_it_leaves_the_lane_free(
    clock: FakeClock, shared: Flaky
) -> None:
    """Also where Redis had given it the lane just then."""
    for cut_at in range(10):
        proxy, other = Proxy(clock, shared), Proxy(clock, shared)
        entering = proxy.enters()
        await steps(cut_at)
        if entering.done():
            proxy.lanes.leave(entering.result())
        entering.cancel()
        await steps()
        for each in (proxy, other):
            again = each.enters()
            await steps()
            each.lanes.leave(again.result())
            del again
            await steps()
        del entering
        assert proxy.locks == other.locks == 0


async def test_a_time_that_is_over_leaves_the_lane_free(
    clock: FakeClock, proxy: Proxy
) -> None:
    """Who waited for too long is not given it later."""
    first = await proxy.lanes.enter("1")

    async def waits() -> None:
        async with clock.timeout(5):
            _ = await proxy.lanes.enter("1")

    waiting = asyncio.ensure_future(waits())
    await steps()
    clock.advance(5)
    await steps()
    assert isinstance(waiting.exception(), TimeoutError)
    proxy.lanes.leave(first)
    await steps()
    next_one = proxy.enters()
    await steps()
    assert next_one.done()


async def test_a_killed_holder_ends_with_its_lease(
    clock: FakeClock, shared: Flaky
) -> None:
    """Not before, and not later than the next look."""
    _ = await Proxy(clock, shared).lanes.enter("1")
    waiting = Proxy(clock, shared).enters()
    for _ in range(round((LEASE_S - 1) / 0.5)):
        clock.advance(0.5)
        await steps(8)
    assert not waiting.done()
    clock.advance(1)
    await steps()
    clock.advance(LOOK_EVERY_S)
    await steps()
    assert waiting.done()


async def test_who_left_lets_the_other_proxy_in_at_once(
    clock: FakeClock, shared: Flaky
) -> None:
    """It does not wait for what was left to run out."""
    proxy, other = Proxy(clock, shared), Proxy(clock, shared)
    lane = await proxy.lanes.enter("1")
    waiting = other.enters()
    await steps()
    proxy.lanes.leave(lane)
    await steps()
    assert not waiting.done()
    clock.advance(LOOK_EVERY_S)
    await steps()
    assert waiting.done()
    other.lanes.leave(waiting.result())
    await steps()
    _ = await asyncio.wait_for(proxy.lanes.enter("1"), 1)


async def test_without_redis_it_goes_on_alone(clock: FakeClock, shared: Flaky) -> None:
    """The lane is then this proxy's own, one at a time still."""
    shared.is_down = True
    proxy = Proxy(clock, shared)
    first = await proxy.lanes.enter("1")
    second = proxy.enters()
    await steps()
    assert not second.done()
    proxy.lanes.leave(first)
    await steps()
    assert second.done()


async def test_redis_that_goes_while_it_waits_lets_it_in(
    clock: FakeClock, shared: Flaky
) -> None:
    """Nobody else can be asked."""
    _ = await Proxy(clock, shared).lanes.enter("1")
    waiting = Proxy(clock, shared).enters()
    await steps()
    shared.is_down = True
    clock.advance(LOOK_EVERY_S)
    await steps()
    assert waiting.done()


@pytest.mark.parametrize("back_after_s", [0.5, 3, 40])
async def test_a_lane_left_while_redis_was_away_is_told_later(
    clock: FakeClock, shared: Flaky, back_after_s: float
) -> None:
    """Else nobody could book in the hotel for the rest of the lease."""
    proxy, other = Proxy(clock, shared), Proxy(clock, shared)
    lane = await proxy.lanes.enter("1")
    shared.is_down = True
    proxy.lanes.leave(lane)
    await steps()
    clock.advance(back_after_s)
    await steps()
    shared.is_down = False
    clock.advance(TELL_AGAIN_S)
    await steps()
    waiting = other.enters()
    await steps()
    assert waiting.done()
    await proxy.lanes.close()


async def test_what_was_never_told_ends_with_the_lease(
    clock: FakeClock, shared: Flaky
) -> None:
    """Nobody tells Redis of it for ever."""
    proxy = Proxy(clock, shared)
    lane = await proxy.lanes.enter("1")
    shared.is_down = True
    proxy.lanes.leave(lane)
    for _ in range(70):
        clock.advance(1)
        await steps(8)
    asked = shared.asked
    for _ in range(70):
        clock.advance(1)
        await steps(8)
    assert shared.asked == asked


@pytest.mark.parametrize("number", range(1, 5))
async def test_a_lost_answer_leaves_no_lane_shut(
    clock: FakeClock, shared: Flaky, number: int
) -> None:
    """Whichever of its answers is lost, the next one gets in."""
    shared.lost = {number}
    proxy, other = Proxy(clock, shared), Proxy(clock, shared)
    for each in (proxy, other, proxy, other):
        entering = each.enters()
        for _ in range(4):
            await steps(10)
            clock.advance(TELL_AGAIN_S / 2)
        await steps()
        each.lanes.leave(entering.result())
        await steps()
    await proxy.lanes.close()
    await other.lanes.close()


async def test_a_slow_redis_gives_the_lane_to_one(
    clock: FakeClock, shared: Flaky
) -> None:
    """Cancelled while the answer is on its way: the lane is left behind it."""
    shared.pause = asyncio.Event()
    proxy = Proxy(clock, shared)
    entering = proxy.enters()
    await steps()
    assert NAME in shared.values
    entering.cancel()
    shared.pause.set()
    await steps()
    waiting = Proxy(clock, shared).enters()
    await steps()
    assert waiting.done()


class Crowd:
    """Some who enter and leave as chance has it, in several proxies."""

    def __init__(self, seed: int, proxies: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.clock = FakeClock()
        shared = SharedMemory(self.clock)
        self.proxies = [Proxy(self.clock, shared) for _ in range(proxies)]
        self.inside = 0
        self.entered = 0

    async def one(self, number: int) -> None:
        """Enter, stay and leave, or give up on the way."""
        proxy = self.proxies[number % len(self.proxies)]
        await steps(self.chance.randrange(20))
        lane = await proxy.lanes.enter("1")
        self.inside += 1
        self.entered += 1
        try:
            assert self.inside == 1
            await steps(self.chance.randrange(5))
        finally:
            self.inside -= 1
            proxy.lanes.leave(lane)

    async def plays(self, count: int) -> None:
        """Let all come, and some go before their time."""
        coming = [asyncio.ensure_future(self.one(number)) for number in range(count)]
        leaving = [task for task in coming if self.chance.random() < 0.3]
        for _ in range(2000):
            if all(task.done() for task in coming):
                break
            await steps(2)
            self.clock.advance(LOOK_EVERY_S / 4)
            if leaving and self.chance.random() < 0.2:
                leaving.pop().cancel()
        results = await asyncio.gather(*coming, return_exceptions=True)
        assert not [r for r in results if isinstance(r, AssertionError)]
        assert all(r is None or isinstance(r, asyncio.CancelledError) for r in results)
        del coming, results
        await steps()


@given(st.integers(0, 10**9), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
async def test_two_are_never_inside_at_once(seed: int, proxies: int) -> None:
    """However they come, stay, hang up and go; and nobody is left behind."""
    crowd = Crowd(seed, proxies)
    await crowd.plays(12)
    assert crowd.entered > 0
    assert [proxy.locks for proxy in crowd.proxies] == [0] * proxies


async def test_with_a_real_redis_two_proxies_take_turns() -> None:
    """Forty bookings through two proxies: one at a time, and all of them."""
    clock = SystemClock()
    inside = 0
    most = 0

    async def books(proxy: Proxy) -> None:
        nonlocal inside, most
        lane = await proxy.lanes.enter("1")
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        proxy.lanes.leave(lane)

    async with a_redis() as server:
        backends = [Backend(server.url, clock, lambda _: None, 5.0) for _ in range(2)]
        proxies = [Proxy(clock, backend) for backend in backends]
        async with asyncio.timeout(15):
            await asyncio.gather(*(books(proxies[n % 2]) for n in range(40)))
            for proxy in proxies:
                await proxy.background.finish(asyncio.timeout(5))
        assert [proxy.locks for proxy in proxies] == [0, 0]
        for backend in backends:
            await backend.close()
    assert most == 1
