"""Facts of the one story that several proxies have, on a turned clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fakes.clock import FakeClock
from fakes.machines import SharedMemory, steps
from proxy.beside import beside
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.values import Adopted, BreakerPolicy
from proxy.messages import BreakerState, Cause
from proxy.notices import codec
from proxy.notices.deliveries import NoticePolicy
from proxy.notices.notices import LOOK_EVERY_S, OTHERS_AFTER_S, Notices
from proxy.notices.shared_story import KEY, SharedStory
from proxy.notices.values import Kind, Story
from proxy.telemetry import Telemetry

HOUR_S = 3600.0


class Halting(SharedMemory):
    """Answers no read until it is told to."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.goes_on = asyncio.Event()

    async def get(self, key: str) -> bytes | None:
        """Return a value, in time."""
        found = await super().get(key)
        await self.goes_on.wait()
        return found


async def test_who_has_not_heard_yet_tells_nothing() -> None:
    """An end that another has just told is no new opening to who still sees the old."""
    clock = FakeClock()
    shared, telemetry = SharedMemory(clock), Telemetry(clock, "1")
    guard = Guard(Breaker(BreakerPolicy(), clock.monotonic()), clock, telemetry)
    notices = Notices(
        policy=NoticePolicy(pms="hotel", urls={}),
        guard=guard,
        shared=shared,
        clock=clock,
        telemetry=telemetry,
    )
    now = clock.monotonic()
    since = Adopted(
        state=BreakerState.OPEN,
        cause=Cause.DOWN,
        at=now - HOUR_S,
        open_until=now + HOUR_S,
    )
    guard.adopt(since)
    wall_s = clock.wall().timestamp()
    ended = Story(stamp=wall_s, opened_at=wall_s - HOUR_S, ended_at=wall_s)
    await shared.set(KEY, codec.write(ended), HOUR_S)

    async with beside(notices.run()):
        await steps(clock, OTHERS_AFTER_S - 0.2)
        assert not notices.story.now.notices
        # But where it is so after all, and nobody told, somebody must.
        await steps(clock, LOOK_EVERY_S + 0.4)
        told = [one.kind for one in notices.story.now.notices]
        assert told == [Kind.OPENED, Kind.OVER_30_MIN]


async def test_changes_of_one_proxy_wait_for_each_other() -> None:
    """So none is lost to another that began before it and ends after it."""
    shared = Halting(FakeClock())
    story = SharedStory(shared)
    first = asyncio.ensure_future(story.change(lambda one: replace(one, ended_at=1.0)))
    second = asyncio.ensure_future(
        story.change(lambda one: replace(one, opened_at=2.0))
    )
    for _ in range(10):
        await asyncio.sleep(0)
    assert shared.asked == 1

    shared.goes_on.set()
    await asyncio.gather(first, second)
    assert (story.now.ended_at, story.now.opened_at) == (1.0, 2.0)
