"""How long guests wait for Redis, on a turned clock."""

from __future__ import annotations

import asyncio

import pytest

from fakes.clock import FakeClock
from fakes.machines import steps
from proxy.errors import BackendDown
from proxy.fleet.patience import LONGEST_S, Patience


class Redis:
    """Answers after `takes_s`."""

    def __init__(self, clock: FakeClock) -> None:
        self.takes_s = 0.0
        self.begun = 0
        self.done = 0
        self._clock = clock

    async def get(self) -> str:
        """Answer."""
        self.begun += 1
        if self.takes_s:
            await self._clock.sleep(self.takes_s)
        self.done += 1
        return "value"


@pytest.fixture
async def clock() -> FakeClock:
    """Give a clock."""
    return FakeClock()


@pytest.fixture
async def redis(clock: FakeClock) -> Redis:
    """Give a Redis."""
    return Redis(clock)


async def _waits(patience: Patience, redis: Redis, clock: FakeClock) -> str | None:
    waiting = asyncio.create_task(patience.wait(redis.get()))
    for _ in range(11):
        clock.advance(LONGEST_S / 10)
        await steps(clock)
    assert waiting.done()
    try:
        return await waiting
    except BackendDown:
        return None


async def test_a_quick_redis_is_waited_for(clock: FakeClock, redis: Redis) -> None:
    """Each gets what it asked for."""
    patience = Patience(clock)
    assert [await patience.wait(redis.get()) for _ in range(3)] == ["value"] * 3


async def test_a_slow_one_is_paid_by_one_guest(clock: FakeClock, redis: Redis) -> None:
    """The next ones do not even ask, until the rest is over."""
    patience = Patience(clock)
    redis.takes_s = 0.05
    assert await _waits(patience, redis, clock) is None
    for _ in range(100):
        with pytest.raises(BackendDown):
            await patience.wait(redis.get())
    assert redis.begun == 1

    redis.takes_s = 0.0
    clock.advance(1.0)
    assert await patience.wait(redis.get()) == "value"


async def test_what_nobody_waits_for_is_done_all_the_same(
    clock: FakeClock, redis: Redis
) -> None:
    """A command that were cut off would cost its connection."""
    redis.takes_s = 0.05
    assert await _waits(Patience(clock), redis, clock) is None
    await steps(clock, 0.05)
    assert redis.done == 1


async def test_the_rests_grow_and_start_again_small(
    clock: FakeClock, redis: Redis
) -> None:
    """1 s, 2 s, 4 s… up to 30 s while it is slow; after a quick answer 1 s again."""
    patience = Patience(clock)
    redis.takes_s = 0.05
    for rest_s in (1, 2, 4, 8, 16, 30, 30):
        assert await _waits(patience, redis, clock) is None
        begun = redis.begun
        clock.advance(rest_s - 0.5)
        assert await _waits(patience, redis, clock) is None
        assert redis.begun == begun
        clock.advance(0.5)
    redis.takes_s = 0.0
    assert await patience.wait(redis.get()) == "value"

    redis.takes_s = 0.05
    assert await _waits(patience, redis, clock) is None
    clock.advance(1.0)
    redis.takes_s = 0.0
    assert await patience.wait(redis.get()) == "value"


async def test_a_failure_is_handed_on(clock: FakeClock) -> None:
    """It is no slowness: the next one asks."""

    async def fails() -> None:
        raise BackendDown("it cannot be reached")

    patience = Patience(clock)
    for _ in range(2):
        with pytest.raises(BackendDown, match="reached"):
            await patience.wait(fails())
