"""
One day in one set-up: guests ask, the hotel lives on, the PMS falls ill and recovers.

Guests ask as the agent does and wait as long. The PMS takes the time that the recorded
one took: 24 ms for a search and 16 ms for each night of a breakdown, two at once.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from demo import faults
from demo.answers import Refusal
from demo.availability import answer_search
from demo.fault import Fault
from demo.pms import StandIn
from demo.replay.demand import dice_for, outages, questions
from demo.replay.follower import following
from demo.replay.hotel import History, make_house, something_happens
from demo.replay.judge import ROUNDING, is_right, read
from demo.replay.tally import FIRST_S, Tally, Told
from demo.replay.turning import (
    EPOCH,
    Dial,
    LeadingSelector,
    TurnedClock,
    TurnedLoop,
)
from demo.searches import Search, read_search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from demo.exchange import Exchange
    from demo.hotel import House
    from demo.replay.demand import Outage, Question
    from demo.replay.judge import Ari

KEY = "A" * 32
PATIENCE_S = 25.0
MEAN_CHANGE_S = 1200.0
SEARCH_S, NIGHT_S, CORES = 0.024, 0.016, 2
AGE_STEP_S = 1  # `Age` is in whole seconds.
DAY_S = 86400
TARGET = f"/api/hotel_ari?output_format=JSON&ws_key={KEY}"
ILL: Mapping[str, Callable[[], Fault]] = {
    "hang": faults.hang,
    "error_page": faults.error_page,
    "expired_key": faults.expired_key,
}


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
        self._well = _working()

    async def passes(self, tick: Callable[[float], object]) -> None:
        """Play it to its end."""
        self._pms.always(self._well)
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
            await self._clock.sleep(60)

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
            if outage.kind in ILL:
                self._pms.always(ILL[outage.kind]())
            else:
                await self._pms.refuses()
            await self._until(min(outage.begins_s + FIRST_S, outage.ends_s))
            self.tally.calls_first += self._pms.call_count - before
            await self._until(outage.ends_s)
            self.tally.calls_ill += self._pms.call_count - before
            self._pms.heals()
            self._pms.always(self._well)

    async def _guest_asks(self, question: Question) -> None:
        asked_s = self._clock.monotonic()
        headers: Mapping[str, str] = {}
        answer = b""
        try:
            async with (
                asyncio.timeout(PATIENCE_S),
                self._session.post(
                    f"{self._url}{TARGET}",
                    data=_search_body(question),
                    allow_redirects=False,
                ) as response,
            ):
                if response.ok:
                    headers, answer = response.headers, await response.read()
        except (aiohttp.ClientError, TimeoutError):
            pass  # No answer is one of the outcomes.
        told = self._judged(question, asked_s, headers, answer)
        self.tally.told.append(
            replace(
                told,
                outage_s=_ill_for_s(self._outages, asked_s),
                is_near=question.stay.lead_days + question.stay.nights
                <= self._plan.nights,
            )
        )

    def _judged(
        self,
        question: Question,
        asked_s: float,
        headers: Mapping[str, str],
        answer: bytes,
    ) -> Told:
        now_s = self._clock.monotonic()
        said = read(answer)
        if said is None:
            return Told(outcome="none", took_s=now_s - asked_s)
        age_s = float(headers.get("Age", "0"))
        is_partial = headers.get("X-Availability") == "incomplete"
        is_composed = "detail=calendar" in headers.get("Cache-Status", "")
        stay = question.stay
        states = self._history.between(now_s - age_s - AGE_STEP_S, now_s)
        is_wrong = not is_right(
            said,
            [_pms_says(house, question) for house in states],
            is_partial=is_partial,
            slack=ROUNDING * stay.nights * len(stay.adults) if is_composed else 0,
        )
        return Told(
            outcome="partial" if is_partial else "whole",
            took_s=now_s - asked_s,
            is_marked=headers.get("X-Potentially-Stale") == "true",
            is_wrong=is_wrong,
            age_s=age_s,
        )


def _search_body(question: Question) -> bytes:
    """Write the search as the agent does."""
    stay = question.stay
    checkin = EPOCH.date() + timedelta(
        days=int(question.at_s // DAY_S) + stay.lead_days
    )
    rooms = "".join(
        f"<room_occupancy><adults>{adults}</adults><children>0</children>"
        "</room_occupancy>"
        for adults in stay.adults
    )
    return (
        f"<qloapps><hotel_ari><id_hotel>1</id_hotel><date_from>{checkin}</date_from>"
        f"<date_to>{checkin + timedelta(days=stay.nights)}</date_to>"
        f"<associations><room_occupancies>{rooms}</room_occupancies></associations>"
        "</hotel_ari></qloapps>"
    ).encode()


def _pms_says(house: House, question: Question) -> Ari:
    """Give what the PMS would say of that house."""
    answer = answer_search(house, _search_body(question), "json", api="")
    said = None if isinstance(answer, Refusal) else read(answer.body)
    if said is None:
        raise ValueError("The replay asks what the PMS cannot answer.")
    return said


def _ill_for_s(outages: list[Outage], at_s: float) -> float | None:
    """Say for how long the PMS has been ill; None where it is well."""
    ill = (one for one in outages if one.begins_s <= at_s < one.ends_s)
    return next((at_s - one.begins_s for one in ill), None)


def _working() -> Fault:
    """Make the PMS as quick, and as slow, as the recorded one."""
    cores = asyncio.Semaphore(CORES)

    async def play(exchange: Exchange) -> None:
        async with cores:
            await asyncio.sleep(_work_s(exchange.call.body))
            answer = await exchange.worked_on()
        exchange.respond(answer)

    return Fault("working", play)


def _work_s(body: bytes) -> float:
    search = read_search(body)
    if isinstance(search, Search) and search.is_broken_down:
        return NIGHT_S * (search.date_to - search.date_from).days
    return SEARCH_S
