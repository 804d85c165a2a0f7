"""No stampede on a PMS that came back, or was just started (CONTRACT §4)."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING

from demo import faults
from demo.fault import Fault
from fakes.rig import SEARCH, Got, Rig, a_rig

if TYPE_CHECKING:
    from demo.exchange import Exchange

FIRST_DAY = date(2027, 1, 1)
SEARCHES = 500


class Slowness:
    """Holds each call until it is let go, and counts those inside the PMS."""

    def __init__(self) -> None:
        self.inside = 0
        self.peak = 0
        self.came: list[str] = []
        self._turns: list[asyncio.Event] = []

    def fault(self) -> Fault:
        """Return what to play."""
        return Fault("slowness", self._play)

    def let_go(self, count: int = 1) -> None:
        """Let the calls that came first be answered."""
        for turn in self._turns[:count]:
            turn.set()
        del self._turns[:count]

    async def _play(self, exchange: Exchange) -> None:
        turn = asyncio.Event()
        self._turns.append(turn)
        self.came.append(exchange.call.resource)
        self.inside += 1
        self.peak = max(self.peak, self.inside)
        try:
            await exchange.until(turn.wait())
        finally:
            self.inside -= 1
        exchange.respond(exchange.healthy())


async def _search(rig: Rig, number: int) -> Got:
    """Ask one of many different questions."""
    checkin = FIRST_DAY + timedelta(days=number)
    checkout = checkin + timedelta(days=1)
    body = SEARCH.format(hotel=1, checkin=checkin, checkout=checkout)
    return await rig.ask("POST", "/api/hotel_ari", body, {"Content-Type": "text/xml"})


async def _answers_one_by_one(
    rig: Rig, slowness: Slowness, count: int, *, at_once: int
) -> None:
    """Answer so many calls, each when the places are full again."""
    for number in range(count):
        expected = min(count, number + at_once)

        def are_full(expected: int = expected) -> bool:
            return len(slowness.came) >= expected

        await rig.until(are_full)
        slowness.let_go()


async def _search_all(rig: Rig, count: int = SEARCHES) -> list[asyncio.Task[Got]]:
    """Begin to ask them all at once."""
    return [asyncio.create_task(_search(rig, number)) for number in range(count)]


async def _recovers(rig: Rig) -> None:
    """Play an outage to its end: the proxy's own probe closes the breaker."""
    await rig.fails(5)
    assert await rig.state() == "open"
    rig.clock.advance(30)
    await rig.until_state("closed")


async def test_a_recovered_pms_is_not_stampeded(rig: Rig) -> None:
    """500 guests with old copies: 4 calls inside, and nobody waits over 0.8 s."""
    for number in range(SEARCHES):
        assert (await _search(rig, number)).status == 200
    await _recovers(rig)
    rig.clock.advance(1)
    slowness = Slowness()
    rig.pms.always(slowness.fault())
    asking = await _search_all(rig)
    await rig.until(lambda: slowness.inside == 4)
    await rig.until(lambda: sum(task.done() for task in asking) >= SEARCHES - 68)
    rig.clock.advance(0.8)

    answers = await asyncio.gather(*asking)

    assert [got.status for got in answers] == [200] * SEARCHES
    assert all(got.is_marked for got in answers)
    reasons = [got.headers["Cache-Status"].rpartition("=")[2] for got in answers]
    assert reasons.count("soft-timeout") == 68
    assert reasons.count("overloaded") == SEARCHES - 68
    assert slowness.peak == 4

    # Those who got a place or a turn bring their copies up to date behind.
    await _answers_one_by_one(rig, slowness, 68, at_once=4)
    await rig.until(lambda: slowness.inside == 0)
    assert slowness.peak == 4
    assert len(slowness.came) == 68
    assert await rig.state() == "closed"


async def test_a_cold_pms_gets_four_calls_at_once(rig: Rig) -> None:
    """100 guests without copies: 4 inside, 64 wait, the rest is told to come again."""
    slowness = Slowness()
    rig.pms.always(slowness.fault())
    asking = await _search_all(rig, 100)
    await rig.until(lambda: sum(task.done() for task in asking) == 32)
    shown = (await rig.status())["upstream"]
    assert (shown["inflight"], shown["waiting"]) == (4, 64)

    await _answers_one_by_one(rig, slowness, 68, at_once=4)
    answers = await asyncio.gather(*asking)

    statuses = [got.status for got in answers]
    assert (statuses.count(200), statuses.count(503)) == (68, 32)
    refused = [got for got in answers if got.status == 503]
    assert {got.headers["Retry-After"] for got in refused} == {"5"}
    assert slowness.peak == 4
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_cold_pms_gets_writes_first(rig: Rig) -> None:
    """Two writes that came last are the next two calls that it gets."""
    slowness = Slowness()
    rig.pms.always(slowness.fault())
    asking = await _search_all(rig, 30)
    await _waiting(rig, 26)
    change = rig.ask("PUT", "/api/customers/1", "<a/>")
    asking += [asyncio.create_task(rig.book()), asyncio.create_task(change)]
    await _waiting(rig, 28)
    await _answers_one_by_one(rig, slowness, 32, at_once=4)

    answers = await asyncio.gather(*asking)

    assert slowness.came[:4] == ["hotel_ari"] * 4
    assert sorted(slowness.came[4:6]) == ["bookings", "customers"]
    assert slowness.came[6:] == ["hotel_ari"] * 26
    assert {got.status for got in answers[:30]} == {200}
    assert answers[30].status == 200
    assert slowness.peak == 4


async def test_the_hot_are_refreshed_one_at_a_time() -> None:
    """A refresher with all the budget it wants holds one place of four."""
    async with a_rig({"PROXY_REFRESH_PER_MIN": "1000"}) as rig:
        for number in [*range(50)] * 3:
            await _search(rig, number)
        slowness = Slowness()
        rig.pms.always(slowness.fault())
        rig.clock.advance(26)
        await rig.until(lambda: slowness.inside == 1)
        await _answers_one_by_one(rig, slowness, 50, at_once=1)
        await rig.until(lambda: slowness.inside == 0)

        assert slowness.peak == 1
        assert len(slowness.came) == 50


async def test_a_pms_that_stays_down_gets_one_probe_in_thirty_seconds(
    rig: Rig,
) -> None:
    """However many ask meanwhile, and however hot it was."""
    for _ in range(3):
        await rig.search()
    await rig.fails(5)
    rig.pms.always(faults.error_page())
    seen = len(rig.pms.calls)
    for _ in range(90):
        rig.clock.advance(1)
        await rig.settles()
        await rig.search()

    assert len(rig.pms.calls) == seen + 3


async def _waiting(rig: Rig, count: int) -> None:
    async with asyncio.timeout(5):
        while (await rig.status())["upstream"]["waiting"] != count:
            await asyncio.sleep(0.001)
