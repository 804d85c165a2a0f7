"""Scenarios 21-25: one call for all who ask the same at once (CONTRACT §4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults

if TYPE_CHECKING:
    from fakes.rig import Got, Rig


async def _many(rig: Rig, count: int) -> list[asyncio.Task[Got]]:
    """Begin `count` equal searches; return once all of them are under way."""
    before = await rig.metric("pms_coalesced_requests_total")
    asking = [asyncio.create_task(rig.search()) for _ in range(count)]
    async with asyncio.timeout(10):
        while await rig.metric("pms_coalesced_requests_total") < before + count - 1:
            await asyncio.sleep(0.01)
    return asking


async def test_a_thousand_equal_misses_are_one_call(rig: Rig) -> None:
    """Scenario 21: 1,000 equal answers of 1 call; 999 are counted as shared."""
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = await _many(rig, 1000)
    gate.release()

    answers = await asyncio.gather(*asking)

    assert len(rig.pms.calls) == 1
    assert {got.status for got in answers} == {200}
    assert len({got.body for got in answers}) == 1
    assert await rig.metric("pms_coalesced_requests_total") == 999
    told = [got.headers["Cache-Status"] for got in answers]
    assert told.count("pms-proxy; fwd=miss; stored") == 1
    assert told.count("pms-proxy; fwd=miss; collapsed; stored") == 999


async def test_a_call_of_fourteen_seconds_is_still_shared(rig: Rig) -> None:
    """Scenario 22: nobody asks anew, however long the one call takes."""
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = await _many(rig, 50)
    rig.clock.advance(14)
    asking += await _many(rig, 50)
    gate.release()

    answers = await asyncio.gather(*asking)

    assert len(rig.pms.calls) == 1
    assert [got.status for got in answers] == [200] * 100


async def test_a_call_of_sixteen_seconds_fails_all_once(rig: Rig) -> None:
    """Scenario 22: at 15 s all get 504, and it is one failure."""
    rig.pms.plays(faults.holds())
    asking = await _many(rig, 200)
    rig.clock.advance(16)

    answers = await asyncio.gather(*asking)

    assert len(rig.pms.calls) == 1
    assert {got.status for got in answers} == {504}
    assert (await rig.breaker())["failures_in_window"] == 1
    failures = await rig.metric("pms_circuit_breaker_failures_total", cause="timeout")
    assert failures == 1


async def test_the_leader_may_hang_up(rig: Rig) -> None:
    """Scenario 23: 50 followers get the answer of the call that another began."""
    gate = faults.holds()
    rig.pms.plays(gate)
    leader = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    asking = await _many(rig, 51)
    leader.cancel()
    await rig.settles()
    gate.release()

    answers = await asyncio.gather(*asking)

    assert [got.status for got in answers] == [200] * 51
    assert len(rig.pms.calls) == 1
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_follower_may_hang_up(rig: Rig) -> None:
    """Scenario 24: the others are not affected."""
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = await _many(rig, 10)
    asking[7].cancel()
    await rig.settles()
    gate.release()

    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert isinstance(answers.pop(7), asyncio.CancelledError)
    assert {got.status for got in answers if not isinstance(got, BaseException)} == {
        200
    }
    assert len(rig.pms.calls) == 1


async def test_everybody_may_hang_up(rig: Rig) -> None:
    """Scenario 16: the call goes on and its answer is kept for whoever comes next."""
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = await _many(rig, 5)
    for client in asking:
        client.cancel()
    await rig.settles()
    gate.release()
    await rig.until(gate.opened.is_set)
    await rig.settles()

    got = await rig.search()

    assert got.headers["Cache-Status"] == "pms-proxy; hit; ttl=30"
    assert len(rig.pms.calls) == 1
    assert (await rig.breaker())["failures_in_window"] == 0


@pytest.mark.parametrize(
    ("fault", "status"),
    [(faults.error_page(), 502), (faults.reset(), 502), (faults.truncated(), 502)],
    ids=lambda value: getattr(value, "name", ""),
)
async def test_a_failure_is_shared_and_counted_once(
    rig: Rig, fault: faults.Fault, status: int
) -> None:
    """Scenario 25: all 50 get the one failure, and the next one tries anew."""
    seen = len(rig.pms.calls)
    rig.pms.plays(fault)

    answers = await asyncio.gather(*(rig.search(20) for _ in range(50)))

    assert {got.status for got in answers} == {status}
    assert len(rig.pms.calls) == seen + 1
    assert (await rig.breaker())["failures_in_window"] == 1
    assert (await rig.search(20)).status == 200


async def test_different_questions_are_not_shared(rig: Rig) -> None:
    """Three days are three calls."""
    answers = await asyncio.gather(*(rig.search(day) for day in (1, 2, 3)))

    assert len({got.body for got in answers}) == 3
    assert len(rig.pms.calls) == 3


async def test_private_answers_are_never_shared(rig: Rig) -> None:
    """Ten equal questions for an order are ten calls, and nothing is kept."""
    answers = await asyncio.gather(*(rig.get("/api/customers/1") for _ in range(10)))

    assert {got.headers["Cache-Status"] for got in answers} == {"pms-proxy; fwd=bypass"}
    assert len(rig.pms.calls) == 10
    assert (await rig.status())["cache"]["entries"] == 0


async def test_followers_take_no_place(rig: Rig) -> None:
    """100 who ask the same leave three places for others."""
    gate = faults.holds(resource="hotel_ari")
    rig.pms.always(gate)
    asking = await _many(rig, 100)

    assert (await rig.status())["upstream"]["inflight"] == 1
    assert (await rig.status())["upstream"]["waiting"] == 0
    assert (await rig.get("/api/hotels")).status == 200

    gate.release()
    await asyncio.gather(*asking)
