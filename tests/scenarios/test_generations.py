"""Scenarios 9-14: results that belong to another life of the breaker."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from demo import faults
from demo.fault import Fault, Gate
from fakes.rig import Got, Rig, a_rig

if TYPE_CHECKING:
    from demo.exchange import Exchange

# Shorter than the deadline of a call, so that one outlives the opening.
QUICK = {"PROXY_BREAKER_OPEN_S": "5"}


def _resets_when(told: asyncio.Event) -> Fault:
    async def play(exchange: Exchange) -> None:
        await exchange.until(told.wait())
        exchange.reset()

    return Fault("resets_when", play)


async def _half_opens(rig: Rig, after_s: float) -> Gate:
    """Wait until the probe is out; it stays out."""
    probe = faults.holds()
    rig.pms.always(probe)
    rig.clock.advance(after_s)
    await asyncio.wait_for(probe.arrived.wait(), 5)
    assert await rig.state() == "half_open"
    return probe


async def _until_done(rig: Rig, asking: list[asyncio.Task[Got]], count: int) -> None:
    await rig.until(lambda: sum(task.done() for task in asking) == count)


async def _late_results(rig: Rig) -> float:
    return await rig.metric("pms_circuit_breaker_late_results_total")


async def test_a_client_that_leaves_changes_nothing_in_half_open() -> None:
    """Scenario 9: a client disconnects while the probe is out: 0 failures."""
    async with a_rig(QUICK) as rig:
        gate = faults.holds()
        rig.pms.plays(gate)
        leaving = asyncio.create_task(rig.get("/api/orders/1"))
        await gate.arrived.wait()
        await rig.fails(5)
        probe = await _half_opens(rig, 5)

        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving
        await rig.settles()

        assert await rig.state() == "half_open"
        failures = "pms_circuit_breaker_failures_total"
        assert await rig.metric(failures, cause="down") == 5
        assert await rig.metric(failures, cause="network") == 0
        probe.release()
        await rig.until_state("closed")


async def test_the_proxy_stops_while_a_probe_is_out() -> None:
    """Scenario 9: a shutdown with the probe out ends cleanly and at once."""
    async with a_rig() as rig:
        await rig.fails(5)
        await _half_opens(rig, 30)


async def test_a_probe_that_never_returns_opens_again(rig: Rig) -> None:
    """Scenario 10: at its deadline it is a timeout, never stuck; the next is due."""
    await rig.fails(5)
    await _half_opens(rig, 30)

    rig.clock.advance(14.999)
    await rig.settles()
    assert await rig.state() == "half_open"
    rig.clock.advance(0.001)
    await rig.until_state("open")

    breaker = await rig.breaker()
    assert breaker["cause"] == "timeout"
    assert breaker["retry_after_s"] == 30
    assert breaker["last_failures"][-1]["operation"] == "probe"
    timeouts = await rig.metric("pms_circuit_breaker_failures_total", cause="timeout")
    assert timeouts == 1
    rig.pms.heals()
    rig.clock.advance(30)
    await rig.until_state("closed")


async def test_a_lost_probe_opens_again_and_is_counted(rig: Rig) -> None:
    """Scenario 10: a probe that even its deadline lost is a failure after 16 s."""
    await rig.fails(5)
    await _half_opens(rig, 30)

    rig.clock.advance(16)

    assert await rig.state() == "open"
    assert (await rig.breaker())["cause"] == "timeout"
    await rig.settles()
    timeouts = await rig.metric("pms_circuit_breaker_failures_total", cause="timeout")
    assert timeouts == 1
    assert await _late_results(rig) == 1


async def test_a_late_success_does_not_close() -> None:
    """Scenario 11: let in while closed, answered while half-open: ignored, but used."""
    async with a_rig(QUICK) as rig:
        gate = faults.holds()
        rig.pms.plays(gate)
        asking = asyncio.create_task(rig.search(10))
        await gate.arrived.wait()
        await rig.fails(5)
        probe = await _half_opens(rig, 5)

        gate.release()
        got = await asking

        assert got.status == 200
        assert not got.is_marked
        assert await rig.state() == "half_open"
        assert await _late_results(rig) == 1
        copy = await rig.search(10)
        assert copy.status == 200
        assert copy.is_marked
        probe.release()
        await rig.until_state("closed")


async def test_a_late_failure_does_not_count() -> None:
    """Scenario 12: it fails after the breaker has closed again: the window is 0."""
    async with a_rig(QUICK) as rig:
        gate = faults.holds()
        rig.pms.plays(gate)
        asking = asyncio.create_task(rig.get("/api/orders/1"))
        await gate.arrived.wait()
        await rig.fails(5)
        rig.clock.advance(5)
        await rig.until_state("closed")

        rig.clock.advance(10)

        assert (await asking).status == 504
        assert (await rig.breaker())["failures_in_window"] == 0
        assert await _late_results(rig) == 1
        assert await rig.state() == "closed"


async def test_twenty_calls_in_flight_open_once() -> None:
    """Scenario 13: five fail at 10, fifteen up to 24: open at 10, half-open at 40."""
    environ = {"PROXY_MAX_INFLIGHT": "20", "PROXY_UPSTREAM_TIMEOUT_S": "60"}
    async with a_rig(environ) as rig:
        told = [asyncio.Event() for _ in range(20)]
        rig.pms.plays(*(_resets_when(event) for event in told))
        asking = [
            asyncio.create_task(rig.get(f"/api/orders/{number}"))
            for number in range(20)
        ]
        await rig.until_calls(20)
        rig.clock.advance(10)
        for event in told[:5]:
            event.set()
        await _until_done(rig, asking, 5)
        assert await rig.state() == "open"
        for number, event in enumerate(told[5:], start=6):
            rig.clock.advance(2 if number == 6 else 12 / 14)
            event.set()
            await _until_done(rig, asking, number)

        answers = await asyncio.gather(*asking)

        assert {got.status for got in answers} == {502}
        assert await _late_results(rig) == 15
        rig.pms.always(faults.holds())
        rig.clock.advance(39.999 - 24)
        assert await rig.state() == "open"
        rig.clock.advance(0.001)
        assert await rig.state() == "half_open"
        transitions = "pms_circuit_breaker_transitions_total"
        assert await rig.metric(transitions, to="open", cause="network") == 1
        assert await rig.metric(transitions, to="half_open", cause="network") == 1


async def test_a_slow_failure_opens_when_it_fails(rig: Rig) -> None:
    """Scenario 14: begun at 0 and failed at 15, it opens at 15."""
    gate = faults.holds()
    rig.pms.plays(gate)
    slow = asyncio.create_task(rig.get("/api/orders/1"))
    await gate.arrived.wait()
    await rig.fails(4)

    rig.clock.advance(15)

    assert (await slow).status == 504
    breaker = await rig.breaker()
    assert breaker["state"] == "open"
    assert breaker["since"] == "2026-11-25T03:00:15Z"
    assert breaker["cause"] == "timeout"
    assert breaker["retry_after_s"] == 30
