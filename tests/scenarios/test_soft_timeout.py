"""Scenarios 26 and 27: a guest with a usable copy does not wait (CONTRACT §3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from demo import faults

if TYPE_CHECKING:
    from demo.fault import Gate
    from fakes.rig import Got, Rig


async def _slow_search(rig: Rig) -> tuple[asyncio.Task[Got], Gate]:
    """Age a copy to 45 s and ask again, of a PMS that holds the call."""
    await rig.search()
    rig.clock.advance(45)
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    return asking, gate


async def test_the_copy_comes_at_the_soft_timeout(rig: Rig) -> None:
    """Scenario 26: at 0.8 s, not before, the copy, marked with its age."""
    asking, _ = await _slow_search(rig)
    rig.clock.advance(0.799)
    await rig.settles()
    assert not asking.done()
    rig.clock.advance(0.001)

    got = await asking

    assert (got.status, got.is_marked) == (200, True)
    assert got.headers["Age"] == "45"
    # 30 - 45.8 s, rounded down.
    assert got.headers["Cache-Status"] == (
        "pms-proxy; fwd=stale; ttl=-16; detail=soft-timeout"
    )
    assert got.headers["Cache-Control"] == "no-store"
    stale = await rig.metric("pms_cache_stale_served_total", reason="soft-timeout")
    assert stale == 1


async def test_the_slow_fetch_stores_its_answer(rig: Rig) -> None:
    """Scenario 26: the next request gets it, unmarked, aged from its sending."""
    asking, gate = await _slow_search(rig)
    rig.clock.advance(0.8)
    await asking
    rig.clock.advance(9.2)
    gate.release()
    await rig.until(gate.opened.is_set)
    await rig.settles()

    got = await rig.search()

    assert (got.status, got.is_marked) == (200, False)
    assert got.headers["Age"] == "10"
    assert got.headers["Cache-Status"] == "pms-proxy; hit; ttl=20"
    assert len(rig.pms.calls) == 2


async def test_whoever_asks_meanwhile_joins_the_slow_fetch(rig: Rig) -> None:
    """A second guest waits his own 0.8 s for the one call."""
    asking, _ = await _slow_search(rig)
    rig.clock.advance(0.8)
    await asking
    second = asyncio.create_task(rig.search())
    await rig.settles()
    rig.clock.advance(0.8)

    assert (await second).is_marked
    assert len(rig.pms.calls) == 2


async def test_a_copy_may_end_while_a_guest_waits(rig: Rig) -> None:
    """Scenario 30: at the soft timeout a copy past 300 s is there no more."""
    await rig.search()
    rig.clock.advance(299.5)
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    rig.clock.advance(0.8)
    await rig.settles()
    assert not asking.done()
    gate.release()

    got = await asking

    assert (got.status, got.is_marked) == (200, False)
    assert len(rig.pms.calls) == 2


async def test_a_copy_may_end_before_its_fetch_fails(rig: Rig) -> None:
    """Scenario 30: nor does a failure bring it back."""
    await rig.search()
    rig.clock.advance(299.5)
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    rig.clock.advance(15)

    assert (await asking).status == 504


async def test_a_slow_fetch_that_fails_counts_once(rig: Rig) -> None:
    """Scenario 26: at 15 s it is one failure, and the old copy stays."""
    asking, _ = await _slow_search(rig)
    rig.clock.advance(0.8)
    await asking
    assert (await rig.breaker())["failures_in_window"] == 0
    rig.clock.advance(14.2)
    await rig.settles()

    assert (await rig.breaker())["failures_in_window"] == 1
    rig.pms.plays(faults.error_page())
    got = await rig.search()
    assert (got.is_marked, got.headers["Age"]) == (True, "60")


async def test_a_hang_without_a_copy_is_504_at_fifteen_seconds(rig: Rig) -> None:
    """Scenario 27: not a moment earlier, with its cause, and one failure."""
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = asyncio.create_task(rig.search(Output_Format="JSON"))
    await gate.arrived.wait()
    rig.clock.advance(14.999)
    await rig.settles()
    assert not asking.done()
    rig.clock.advance(0.001)

    got = await asking

    assert got.status == 504
    assert got.headers["Content-Type"] == "application/problem+json"
    problem = got.json()
    assert problem["type"].endswith("/upstream-timeout")
    assert problem["cause"] == "timeout"
    assert problem["errors"][0]["code"] == 504
    assert got.headers["Proxy-Status"] == "pms-proxy; error=http_response_timeout"
    assert (await rig.breaker())["failures_in_window"] == 1


async def test_a_fresh_copy_asks_nobody(rig: Rig) -> None:
    """Within 30 s the copy is served as it is, with age and time left."""
    first = await rig.search()
    rig.clock.advance(30)

    got = await rig.search()

    assert (got.body, got.is_marked) == (first.body, False)
    assert got.headers["Age"] == "30"
    assert got.headers["Cache-Status"] == "pms-proxy; hit; ttl=0"
    assert len(rig.pms.calls) == 1


async def test_a_stale_copy_is_asked_anew(rig: Rig) -> None:
    """Past 30 s the PMS is asked, and its answer replaces the copy."""
    await rig.search()
    rig.clock.advance(30.001)

    got = await rig.search()

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=stale; stored"
    assert not got.is_marked
    assert (await rig.search()).headers["Age"] == "0"
    assert len(rig.pms.calls) == 2
