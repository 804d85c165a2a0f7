"""Scenario 43 in use: the operator's hand over /admin (CONTRACT §2, §10)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo import faults
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TOKEN = "an-operators-token"  # noqa: S105


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy that knows an operator."""
    async with a_rig({"PROXY_ADMIN_TOKEN": TOKEN}) as started:
        yield started


async def _order(rig: Rig, order: str, why: str = "PMS upgrade") -> None:
    got = await rig.ask(
        "POST",
        f"/admin/{order}",
        f'{{"why": "{why}"}}',
        {"X-Admin-Token": TOKEN},
    )
    assert got.status == 200


async def test_forced_open_does_not_time_out(rig: Rig) -> None:
    """Scenario 43: after an hour it is open still, says why, and asks nobody."""
    await rig.search()
    await _order(rig, "breaker/open")
    seen = len(rig.pms.calls)
    rig.clock.advance(200)

    got = await rig.search()
    assert (got.status, got.is_marked) == (200, True)
    rig.clock.advance(3400)

    breaker = await rig.breaker()
    assert breaker["state"] == "open"
    assert breaker["forced"]["why"] == "PMS upgrade"
    assert breaker["forced"]["since"] == "2026-11-25T03:00:00Z"
    assert len(rig.pms.calls) == seen
    opened = await rig.metric(
        "pms_circuit_breaker_transitions_total", to="open", cause="operator"
    )
    assert opened == 1


async def test_forced_closed_stays_closed(rig: Rig) -> None:
    """However often the PMS fails, it is asked until the operator lets go."""
    await _order(rig, "breaker/close")
    await rig.fails(20)

    assert await rig.state() == "closed"

    await _order(rig, "breaker/reset")
    assert (await rig.breaker())["failures_in_window"] == 0
    await rig.fails(5)
    assert await rig.state() == "open"


async def test_a_reset_ends_an_outage_and_keeps_the_copies(rig: Rig) -> None:
    """The next request is asked at once; the copy from before is still there."""
    await rig.search()
    await rig.fails(5)
    await _order(rig, "breaker/reset")

    assert await rig.state() == "closed"
    assert (await rig.search()).headers["Cache-Status"].startswith("pms-proxy; hit")


async def test_a_reset_of_a_closed_breaker_is_no_transition(rig: Rig) -> None:
    """It is logged as an order, and not as an outage of 0 s that ended."""
    with capture_logs() as logs:
        await _order(rig, "breaker/reset", "just in case")

    closed = await rig.metric(
        "pms_circuit_breaker_transitions_total", to="closed", cause="operator"
    )
    events = [line["event"] for line in logs]
    assert closed == 0
    assert "operator.ordered" in events
    assert "breaker.closed" not in events


async def test_the_cache_is_cleared(rig: Rig) -> None:
    """After it the same question is asked anew."""
    await rig.search()
    await _order(rig, "cache/clear")

    assert (await rig.status())["cache"]["entries"] == 0
    assert "fwd=miss" in (await rig.search()).headers["Cache-Status"]


async def test_what_was_asked_before_the_clearing_is_not_kept(rig: Rig) -> None:
    """An answer under way at the order is passed on, and the next one asks anew."""
    gate = faults.holds()
    rig.pms.plays(gate)
    waiting = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    rig.clock.advance(0.5)
    await _order(rig, "cache/clear")
    gate.release()

    assert (await waiting).status == 200
    rig.clock.advance(0.5)
    assert "fwd=miss" in (await rig.search()).headers["Cache-Status"]


async def test_without_a_token_nobody_orders() -> None:
    """The admin paths answer 403, whatever is asked."""
    async with a_rig() as rig:
        rig.pms.always(faults.error_page())
        for method, path in (("POST", "breaker/open"), ("GET", "x"), ("PUT", "")):
            got = await rig.ask(
                method, f"/admin/{path}", headers={"X-Admin-Token": TOKEN}
            )
            assert got.status == 403
            assert got.headers["Content-Type"] == "application/problem+json"
        assert await rig.state() == "closed"
