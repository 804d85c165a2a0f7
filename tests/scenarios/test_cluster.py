"""
Scenario 42, with processes: three proxies, one breaker (CONTRACT §2, §4, §5).

Real proxies, a real Redis and real seconds, since what is shown is what processes do
to each other; `tests/proxy/test_cluster.py` turns the clock for all the rest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.fleet import OPEN_S, PATIENCE_S, TURN_S, Answer, Fleet, Proxy, a_fleet
from proxy.telemetry import ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WITHIN_S = 1.0


@pytest.fixture
async def patient_fleet() -> AsyncIterator[Fleet]:
    """Give three proxies that wait longer than a slow machine needs."""
    patience = {"PROXY_UPSTREAM_TIMEOUT_S": "15", "PROXY_MAX_WAIT_S": "15"}
    async with a_fleet(patience) as started:
        yield started


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """Give three proxies."""
    async with a_fleet() as started:
        yield started


async def test_one_opens_all_and_one_probe_closes_all(fleet: Fleet) -> None:
    """Within a second each way; each half-open is probed once, a failed one too."""
    await fleet.proxies[0].search()
    fleet.pms.always(faults.error_page())
    await fleet.proxies[0].fails()
    assert await fleet.until_all("open") < WITHIN_S
    failed_so_far = len(fleet.pms.calls)

    # Two half-opens come and go, and each has one probe in all.
    await fleet.until(lambda: len(fleet.pms.calls) == failed_so_far + 2)
    await asyncio.sleep(OPEN_S / 2)
    assert len(fleet.pms.calls) == failed_so_far + 2
    assert await fleet.states() == ["open"] * 3
    fleet.pms.heals()
    await fleet.until(lambda: len(fleet.pms.calls) == failed_so_far + 3)
    assert await fleet.until_all("closed") < WITHIN_S

    await asyncio.sleep(OPEN_S)
    probes = fleet.pms.calls[failed_so_far:]
    assert len(probes) == 3
    # The others knew the hotel that the first had searched.
    assert {(call.method, call.resource) for call in probes} == {("POST", "hotel_ari")}
    for proxy in fleet.proxies:
        closed = await proxy.metric(
            "pms_circuit_breaker_transitions_total", to="closed"
        )
        assert closed == 1
        assert len(proxy.said("PMS recovered")) == 1
    seen_by = [
        proxy.said("breaker opened")[0].get("seen_by") for proxy in fleet.proxies
    ]
    assert seen_by == [None, ELSEWHERE, ELSEWHERE]


async def test_who_is_killed_with_the_probe_in_hand_is_replaced(fleet: Fleet) -> None:
    """SIGKILL in the middle of the probe: another probes after the turn; all close."""
    fleet.pms.always(faults.error_page())
    await fleet.proxies[0].fails()
    await fleet.until_all("open")
    fleet.pms.always(faults.hang())
    calls = len(fleet.pms.calls)
    await fleet.until(lambda: len(fleet.pms.calls) == calls + 1)
    held_at = asyncio.get_running_loop().time()
    holder = await _holder(fleet)
    holder.kill()
    left = [proxy for proxy in fleet.proxies if proxy is not holder]
    fleet.pms.heals()
    await fleet.until_all("closed", left)

    took_s = asyncio.get_running_loop().time() - held_at
    assert took_s > TURN_S - 0.2
    assert len(fleet.pms.calls) == calls + 2


async def _holder(fleet: Fleet) -> Proxy:
    """Return the proxy that has the turn, as Redis knows it."""
    (turn,) = [key for key in await fleet.redis.keys() if b"turn:" in key]
    name: bytes = await fleet.redis.command("GET", turn)
    (holder,) = [one for one in fleet.proxies if name.endswith(b":%d" % one.pid)]
    return holder


# A thousand connections take a busy machine a while.
async def test_a_thousand_equal_misses_over_three_are_one_call(
    patient_fleet: Fleet,
) -> None:
    """Each proxy has a third of them; all get the one answer."""
    fleet = patient_fleet
    gate = faults.holds()
    fleet.pms.plays(gate)
    asking: list[asyncio.Task[Answer]] = []
    for number in range(1000):
        asking.append(asyncio.create_task(fleet.proxies[number % 3].search()))
        # All are under way at once, but this machine opens them one by one.
        await asyncio.sleep(0.001)
    await _until_shared(fleet, 1000 - len(fleet.proxies))
    gate.release()
    answers = await asyncio.gather(*asking)

    assert len(fleet.pms.calls) == 1
    assert {(got.status, got.is_marked) for got in answers} == {(200, False)}
    assert len({got.body for got in answers}) == 1
    await _until_shared(fleet, 999)


async def _until_shared(fleet: Fleet, count: int) -> None:
    """Wait until so many requests share a call, in all proxies together."""
    name = "pms_coalesced_requests_total"
    async with asyncio.timeout(PATIENCE_S):
        while sum([await one.metric(name) for one in fleet.proxies]) != count:
            await asyncio.sleep(0.02)


async def test_an_order_to_one_is_an_order_to_all(fleet: Fleet) -> None:
    """Forced open on one: shown by all, with its reason; reset by another."""
    await fleet.proxies[0].order("breaker/open", "PMS upgrade")
    assert await fleet.until_all("open") < WITHIN_S
    shown = [await proxy.breaker() for proxy in fleet.proxies]
    assert [breaker["forced"]["why"] for breaker in shown] == ["PMS upgrade"] * 3

    newcomer = await fleet.joins()
    assert (await newcomer.breaker())["forced"]["why"] == "PMS upgrade"

    await fleet.proxies[2].order("breaker/reset", "done")
    assert await fleet.until_all("closed") < WITHIN_S
    assert fleet.pms.calls == []


async def test_a_write_through_one_is_no_longer_fresh_on_another(fleet: Fleet) -> None:
    """Within a second the others ask the PMS anew."""
    one, other, _ = fleet.proxies
    await other.search()
    await one.write()
    await asyncio.sleep(WITHIN_S)
    calls = len(fleet.pms.calls)
    await other.search()

    assert len(fleet.pms.calls) == calls + 1


async def test_without_redis_each_acts_alone_and_guests_are_served(
    fleet: Fleet,
) -> None:
    """Redis killed: nobody notices, one opens alone; Redis back: they agree again."""
    for proxy in fleet.proxies:
        assert (await proxy.search()).status == 200
    await fleet.redis.kill()
    one, *others = fleet.proxies
    fleet.pms.always(faults.error_page())
    await one.fails()
    got = await asyncio.gather(*(proxy.search() for proxy in fleet.proxies))

    assert [answer.status for answer in got] == [200] * 3
    assert [answer.is_marked for answer in got] == [True, False, False]
    assert await fleet.states(others) == ["closed"] * 2

    await fleet.redis.start()
    await fleet.until_all("open")
    fleet.pms.heals()
    await fleet.until_all("closed")
