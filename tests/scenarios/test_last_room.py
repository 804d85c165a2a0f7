"""
Scenario 52: the last room is sold once (CONTRACT §9).

The PMS checks and writes in two steps, so that of parallel bookings of its last room
all succeed; through the proxy they come one after another, whatever goes wrong.
"""

from __future__ import annotations

import random
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.race import (
    GAP_S,
    NOT_SENT,
    OK,
    RACERS,
    REFUSED,
    UNKNOWN,
    Night,
    Race,
    a_small_house,
    lingers,
    outcome_of,
)
from fakes.redis_server import a_redis
from fakes.rig import a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from demo.fault import Fault

    Races = Callable[[], AbstractAsyncContextManager[Race]]

# 200 nights, in parts.
SEEDS, NIGHTS = range(8), 25
# One night in so many has a booking that takes longer than its deadline.
LONG_EVERY = 13
WRITES_LATE_S = 58

HEALTHY = faults.slow(0, resource="bookings")
FAILURES = (
    faults.closes_after_reading(resource="bookings"),
    faults.reset(resource="bookings"),
    faults.crash(resource="bookings"),
    faults.error_page(resource="bookings"),
    faults.fatal_error(resource="bookings"),
)
FAULTS: tuple[Fault, ...] = (
    HEALTHY,
    lingers(3),
    *FAILURES,
    *(faults.writes_then(fault) for fault in FAILURES),
)
LONG = (faults.hang(resource="bookings"), lingers(WRITES_LATE_S))


@asynccontextmanager
async def _one() -> AsyncIterator[Race]:
    """Run one proxy before a PMS with one room."""
    clock = FakeClock()
    async with (
        StandIn(hotel=a_small_house(), clock=clock, booking_gap_s=GAP_S) as pms,
        a_run(pms, clock) as rig,
    ):
        yield Race([rig])
        pms.heals()


@asynccontextmanager
async def _three() -> AsyncIterator[Race]:
    """Run three proxies with one Redis before a PMS with one room."""
    clock = FakeClock()
    async with (
        a_redis() as server,
        Redis(port=server.port) as client,
        StandIn(hotel=a_small_house(), clock=clock, booking_gap_s=GAP_S) as pms,
        AsyncExitStack() as stack,
    ):
        shared = {"PROXY_REDIS_URL": server.url, "PROXY_REFRESH_PER_MIN": "0"}
        runs = [a_run(pms, clock, shared) for _ in range(3)]
        yield Race([await stack.enter_async_context(run) for run in runs], client)
        pms.heals()


PROXIES = pytest.mark.parametrize("proxies", [_one, _three], ids=["one", "three"])


@PROXIES
async def test_of_eight_at_once_one_has_the_room(proxies: Races) -> None:
    """One 200 and seven times the PMS's own refusal, each sent once."""
    async with proxies() as race:
        night = Night(0)
        told = await race.books(night, night.keys)

        assert sorted(told.values()) == [OK] + [REFUSED] * (RACERS - 1)
        assert [race.posts(key) for key in night.keys] == [1] * RACERS


@PROXIES
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_last_room_is_never_sold_twice(proxies: Races, seed: int) -> None:
    """Eight guests a night and every way in which a booking fails: one has the room."""
    chance = random.Random(seed)  # noqa: S311
    seen: set[str] = set()
    with capture_logs() as lines:
        async with proxies() as race:
            for number in range(NIGHTS):
                fault = chance.choice(FAULTS if number % LONG_EVERY else LONG)
                race.pms.plays(*[HEALTHY] * chance.randrange(RACERS), fault)
                night = Night(number)
                told = await race.books(night, night.keys)
                seen |= set(told.values())
                race.pms.heals()
                await race.settles(night, told)
                await race.ends()

    assert seen >= {OK, REFUSED, UNKNOWN}
    events = {line["event"] for line in lines}
    assert not events & {"request.crashed", "write.applied_late", "redis.down"}


@PROXIES
async def test_who_hangs_up_leaves_neither_a_lane_nor_a_key_behind(
    proxies: Races,
) -> None:
    """Half of them leave, waiting or in the PMS; when they come again, one has it."""
    chance = random.Random(0)  # noqa: S311
    async with proxies() as race:
        for number in range(10):
            night = Night(number)
            racing = race.begins(night, night.keys)
            for key in chance.sample(night.keys, RACERS // 2):
                for _ in range(chance.randrange(8)):
                    await race.step()
                racing.pop(key).cancel()
            told = dict.fromkeys(night.keys, NOT_SENT)
            told |= await race.answers(night, racing)
            # Who left with a booking in the PMS has it there, or has it refused.
            await race.passes(WRITES_LATE_S)
            await race.settles(night, told)
            await race.ends()


@PROXIES
async def test_while_nobody_listens_nothing_is_sold(proxies: Races) -> None:
    """All are told `not_sent`; once somebody is there again, the room is sold once."""
    async with proxies() as race:
        night = Night(0)
        await race.pms.refuses()
        told = await race.books(night, night.keys)
        assert set(told.values()) == {NOT_SENT}

        await race.pms.listens()
        await race.settles(night, told)
        assert len(race.written(night)) == 1


@PROXIES
async def test_behind_a_booking_that_takes_too_long_nobody_is_let_in(
    proxies: Races,
) -> None:
    """It was checked and will be written at 58 s: until then the others are unsent."""
    async with proxies() as race:
        night = Night(0)
        first, *others = night.keys
        race.pms.plays(lingers(WRITES_LATE_S))
        slow = race.begins(night, [first])[first]
        await race.until(lambda: race.posts(first) == 1)
        told = dict.fromkeys(others, NOT_SENT)
        for _ in range(3):
            assert await race.books(night, others) == told
            await race.passes(10)

        assert outcome_of(slow.result()) == UNKNOWN
        await race.settles(night, {first: UNKNOWN, **told})
        assert race.written(night) == [first]
