"""Slow calls as failures, several good probes, and observe-only, in use."""

from __future__ import annotations

import asyncio

from demo import faults
from fakes.rig import a_rig


async def test_a_slow_call_is_a_failure_before_it_ends() -> None:
    """Five calls that hang for 3 s open the breaker at 3 s, not at 15 s."""
    async with a_rig({"PROXY_BREAKER_SLOW_S": "3", "PROXY_MAX_INFLIGHT": "5"}) as rig:
        rig.pms.always(faults.hang())
        waiting = [
            asyncio.create_task(rig.get(f"/api/customers/{number}"))
            for number in range(5)
        ]
        await rig.until_calls(5)
        rig.clock.advance(3)
        await rig.until_state("open")
        failures = await rig.metric(
            "pms_circuit_breaker_failures_total", cause="timeout"
        )
        rig.pms.heals()
        answers = await asyncio.gather(*waiting)

        assert failures == 5
        assert {got.status for got in answers} <= {200, 404}
        late = await rig.metric("pms_circuit_breaker_late_results_total")
        assert late == 0


async def test_a_slow_call_that_fails_counts_once() -> None:
    """Slow first and broken then is one failure."""
    async with a_rig({"PROXY_BREAKER_SLOW_S": "3"}) as rig:
        gate = faults.holds()
        rig.pms.always(gate)
        waiting = asyncio.create_task(rig.get("/api/orders/1"))
        await gate.arrived.wait()
        rig.clock.advance(3)
        await rig.settles()
        rig.clock.advance(12)

        assert (await waiting).status == 504
        assert (await rig.breaker())["failures_in_window"] == 1


async def test_a_quick_call_is_none() -> None:
    """What ends before its time is counted as it ended, also after that time."""
    async with a_rig({"PROXY_BREAKER_SLOW_S": "3"}) as rig:
        assert (await rig.get("/api/hotels")).status == 200
        rig.clock.advance(4)
        await rig.settles()

        assert (await rig.breaker())["failures_in_window"] == 0


async def test_the_prober_asks_until_enough_probes_were_good() -> None:
    """With three, the PMS sees three probes in a row, and then guests again."""
    async with a_rig({"PROXY_BREAKER_SUCCESSES": "3"}) as rig:
        await rig.fails(5)
        seen = len(rig.pms.calls)
        rig.clock.advance(30)
        await rig.until_state("closed")

        assert len(rig.pms.calls) == seen + 3


async def test_observe_only_refuses_nobody() -> None:
    """The gauge and the observed state say open; guests and tools notice nothing."""
    async with a_rig({"PROXY_BREAKER_OBSERVE_ONLY": "true"}) as rig:
        await rig.fails(5)

        assert await rig.metric("pms_circuit_breaker_state") == 1
        breaker = await rig.breaker()
        assert (breaker["state"], breaker["observed"]) == ("closed", "open")
        got = await rig.get("/api/hotels")
        assert (got.status, got.headers["X-PMS-Circuit-Breaker"]) == (200, "closed")
        assert (await rig.book()).status == 200
        await rig.fails(1)
        assert (await rig.get("/health/ready")).status == 200
        rejected = await rig.metric(
            "pms_circuit_breaker_rejected_total", operation="write"
        )
        late = await rig.metric("pms_circuit_breaker_late_results_total")
        assert (rejected, late) == (0, 0)
