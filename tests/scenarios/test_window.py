"""Scenarios 1-8 and 47: what opens the breaker, and when (CONTRACT §2)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import Sequence


async def _fail_at(rig: Rig, moments: Sequence[float]) -> None:
    """Let the PMS fail at the given seconds from now."""
    passed = 0.0
    for moment in moments:
        rig.clock.advance(moment - passed)
        passed = moment
        await rig.fails(1)


@pytest.mark.parametrize(
    ("moments", "state"),
    [
        pytest.param([0, 1, 2, 3], "closed", id="four"),
        pytest.param([0, 1, 2, 3, 4], "open", id="five"),
        pytest.param([0, 7.75, 15.5, 23.25, 31], "closed", id="3-spread-too-wide"),
        pytest.param([0, 7, 14, 21, 29.9], "open", id="4-just-within"),
        pytest.param([0, 1, 2, 3, 30.0], "closed", id="5-the-first-is-30-s-old"),
        pytest.param([0, 1, 2, 3, 29.999], "open", id="5-a-millisecond-younger"),
    ],
)
async def test_five_failures_in_thirty_seconds_open(
    rig: Rig, moments: list[float], state: str
) -> None:
    """The fifth failure opens, if the first is less than 30 s old."""
    await _fail_at(rig, moments)

    assert await rig.state() == state


async def test_a_success_clears_no_count(rig: Rig) -> None:
    """Scenarios 1 and 2: four failures and a success leave four in the window."""
    await _fail_at(rig, [0, 1, 2, 3])
    rig.clock.advance(1)

    assert (await rig.get("/api/hotels")).status == 200
    assert (await rig.breaker())["failures_in_window"] == 4
    assert await rig.state() == "closed"

    rig.clock.advance(1)
    await rig.fails(1)

    assert await rig.state() == "open"


async def test_it_half_opens_at_thirty_seconds_without_traffic(rig: Rig) -> None:
    """Scenario 6: status and gauge follow the clock, not the next request."""
    await rig.fails(5)
    rig.pms.always(faults.holds())
    rig.clock.advance(29.999)

    assert await rig.state() == "open"
    assert await rig.metric("pms_circuit_breaker_state") == 1

    rig.clock.advance(0.001)

    assert await rig.metric("pms_circuit_breaker_state") == 2
    assert await rig.state() == "half_open"


async def test_only_one_probe_reaches_a_half_open_pms(rig: Rig) -> None:
    """Scenario 7: of 1,000 requests none is the probe, and the PMS sees just one."""
    await rig.search(1)
    await rig.fails(5)
    probe = faults.holds()
    rig.pms.always(probe)
    seen = len(rig.pms.calls)
    rig.clock.advance(30)
    await rig.until_calls(seen + 1)

    answers = await asyncio.gather(
        *(rig.get(f"/api/hotels/{number}") for number in range(1000))
    )

    assert {got.status for got in answers} == {503}
    assert all(int(got.headers["Retry-After"]) >= 1 for got in answers)
    assert len(rig.pms.calls) == seen + 1
    assert rig.pms.calls[-1].target == "/api/hotel_ari"

    rig.pms.heals()
    await rig.until_state("closed")

    assert (await rig.get("/api/hotels/1")).status == 200


async def test_a_failed_probe_waits_another_thirty_seconds(rig: Rig) -> None:
    """Scenario 8: the probe that fails at 31.2 makes the next one due at 61.2."""
    await rig.fails(5)
    probe = faults.holds()
    rig.pms.always(probe)
    seen = len(rig.pms.calls)
    rig.clock.advance(30)
    await rig.until_calls(seen + 1)
    rig.clock.advance(1.2)
    rig.pms.always(faults.error_page())
    await rig.pms.refuses()
    await rig.until_state("open")

    assert (await rig.breaker())["retry_after_s"] == 30
    assert (await rig.breaker())["cause"] == "network"

    rig.clock.advance(29.999)
    assert await rig.state() == "open"
    opened = await rig.metric(
        "pms_circuit_breaker_transitions_total", to="open", cause="network"
    )
    assert opened == 1


async def test_a_threshold_of_one_opens_on_the_first_failure() -> None:
    """Scenario 47: one failure, no exception."""
    async with a_rig({"PROXY_BREAKER_FAILURES": "1"}) as rig:
        await rig.fails(1)

        assert await rig.state() == "open"
