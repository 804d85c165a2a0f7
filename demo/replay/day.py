"""
One day in one set-up: guests ask, the hotel lives on, the PMS falls ill and recovers.

A proxy is a process of its own on the day's time; the rest is played here.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import aiohttp

from demo.pms import StandIn
from demo.replay.demand import dice_for, outages, questions
from demo.replay.follower import following
from demo.replay.guest import KEY, asks
from demo.replay.health import falls_ill, recovers
from demo.replay.hotel import History, make_house, something_happens
from demo.replay.tally import FIRST_S, Tally
from demo.replay.turning import (
    EPOCH,
    Dial,
    LeadingSelector,
    TurnedClock,
    TurnedLoop,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from demo.replay.demand import Outage, Question

MEAN_CHANGE_S = 1200.0
TICK_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is played: the same for every set-up of a seed."""

    seed: int
    seconds: float
    per_minute: float
    nights: int


@dataclass(frozen=True, slots=True)
class SetUp:
    """What stands between the guests and the PMS; no settings is no proxy."""

    name: str
    settings: Mapping[str, str] | None


def play_day(plan: Plan, set_up: SetUp, tick: Callable[[float], object]) -> Tally:
    """
    Play a day; `tick` is told the hours that have gone by since the last time.

    Raises:
        DidNotStart: where the proxy does not start.
        ChildProcessError: where it ends in the middle.

    """
    dial = Dial()
    selector = LeadingSelector(dial)
    with asyncio.Runner(loop_factory=lambda: TurnedLoop(dial, selector)) as runner:
        return runner.run(_play(plan, set_up, TurnedClock(dial), selector, tick))


async def _play(
    plan: Plan,
    set_up: SetUp,
    clock: TurnedClock,
    selector: LeadingSelector,
    tick: Callable[[float], object],
) -> Tally:
    house = make_house(dice_for(plan.seed, "before"), EPOCH)
    history = History(house)
    history.keeps(0)
    with ExitStack() as stack:
        async with (
            StandIn(KEY, hotel=house, clock=clock, keeps_calls=False) as pms,
            aiohttp.ClientSession() as session,
        ):
            url = pms.url
            if set_up.settings is not None:
                environ = {
                    "PROXY_UPSTREAM_URL": pms.url,
                    "PROXY_UPSTREAM_KEY": KEY,
                    "PROXY_PORT": "0",
                    **set_up.settings,
                }
                url = stack.enter_context(following(selector, "proxy", environ))
            day = _Day(plan, Tally(set_up.name), clock, history, pms, session, url)
            await day.passes(tick)
            # Before the stand-in goes: a proxy that finds it gone would go on asking.
            stack.close()
            return day.tally


class _Day:
    """The tasks of a day and what they share."""

    def __init__(
        self,
        plan: Plan,
        tally: Tally,
        clock: TurnedClock,
        history: History,
        pms: StandIn,
        session: aiohttp.ClientSession,
        url: str,
    ) -> None:
        self._plan = plan
        self.tally = tally
        self._clock = clock
        self._history = history
        self._pms = pms
        self._session = session
        self._url = url
        self._outages = outages(plan.seed, plan.seconds)

    async def passes(self, tick: Callable[[float], object]) -> None:
        """Play it to its end."""
        recovers(self._pms)
        lives = asyncio.create_task(self._hotel_lives())
        falls_ill = asyncio.create_task(self._pms_falls_ill())
        ticks = asyncio.create_task(self._ticks(tick))
        async with asyncio.TaskGroup() as guests:
            for question in questions(
                self._plan.seed, self._plan.seconds, self._plan.per_minute
            ):
                await self._until(question.at_s)
                guests.create_task(self._guest_asks(question))
        self.tally.calls = self._pms.call_count
        for task in (lives, falls_ill, ticks):
            task.cancel()
        ended = await asyncio.gather(lives, falls_ill, ticks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _until(self, at_s: float) -> None:
        await self._clock.sleep(max(at_s - self._clock.monotonic(), 0))

    async def _ticks(self, tick: Callable[[float], object]) -> None:
        told_s = 0.0
        while True:
            now_s = min(self._clock.monotonic(), self._plan.seconds)
            tick((now_s - told_s) / 3600)
            told_s = now_s
            await self._clock.sleep(TICK_S)

    async def _hotel_lives(self) -> None:
        dice = dice_for(self._plan.seed, "hotel")
        while True:
            await self._clock.sleep(dice.expovariate(1 / MEAN_CHANGE_S))
            something_happens(self._history.house, dice, self._clock.wall())
            self._history.keeps(self._clock.monotonic())

    async def _pms_falls_ill(self) -> None:
        for outage in self._outages:
            await self._until(outage.begins_s)
            before = self._pms.call_count
            await falls_ill(self._pms, outage.kind)
            await self._until(min(outage.begins_s + FIRST_S, outage.ends_s))
            self.tally.calls_first += self._pms.call_count - before
            await self._until(outage.ends_s)
            self.tally.calls_ill += self._pms.call_count - before
            recovers(self._pms)

    async def _guest_asks(self, question: Question) -> None:
        stay, at_s = question.stay, self._clock.monotonic()
        told = await asks(
            question, self._url, self._session, self._clock, self._history
        )
        self.tally.told.append(
            replace(
                told,
                outage_s=_ill_for_s(self._outages, at_s),
                is_near=stay.lead_days + stay.nights <= self._plan.nights,
            )
        )


def _ill_for_s(outages: list[Outage], at_s: float) -> float | None:
    """Say for how long the PMS has been ill; None where it is well."""
    ill = (one for one in outages if one.begins_s <= at_s < one.ends_s)
    return next((at_s - one.begins_s for one in ill), None)
