"""Scenarios 16, 17, 19, 20, 49, 51: what counts as a failure, and what does not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes import recorded
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from demo.fault import Fault
    from fakes.rig import Got

JSON = {"Accept": "application/json"}


def _recording(name: str) -> Fault:
    """Play a recorded answer as it is."""
    answer = recorded.answer(name)
    return faults.answers(answer.status, answer.headers, answer.body, framing="chunked")


async def _leaves(asking: Coroutine[None, None, Got], rig: Rig, calls: int) -> None:
    """Ask, and hang up once the PMS has the request."""
    task = asyncio.create_task(asking)
    await rig.until_calls(calls)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _failures(rig: Rig) -> dict[str, float]:
    causes = ("timeout", "network", "down", "credentials", "configuration")
    name = "pms_circuit_breaker_failures_total"
    counted = {cause: await rig.metric(name, cause=cause) for cause in causes}
    return {cause: count for cause, count in counted.items() if count}


async def test_clients_that_hang_up_are_no_failures() -> None:
    """Scenario 16: five disconnects within a second: window 0, closed."""
    async with a_rig({"PROXY_MAX_INFLIGHT": "8"}) as rig:
        gate = faults.holds()
        rig.pms.always(gate)
        for number in range(5):
            await _leaves(rig.get(f"/api/customers/{number}"), rig, number + 1)
        await rig.settles()

        assert await rig.state() == "closed"
        gate.release()
        await rig.settles()

        assert (await rig.breaker())["failures_in_window"] == 0
        assert await _failures(rig) == {}


async def test_a_shared_fetch_survives_the_one_who_began_it(rig: Rig) -> None:
    """Scenario 16: who began a shared search hangs up; the other gets the answer."""
    gate = faults.holds()
    rig.pms.always(gate)
    began = asyncio.create_task(rig.search(10))
    await gate.arrived.wait()
    follows = asyncio.create_task(rig.search(10))
    await rig.settles()

    began.cancel()
    with suppress(asyncio.CancelledError):
        await began
    await rig.settles()
    gate.release()

    assert (await follows).status == 200
    assert len(rig.pms.calls) == 1
    assert (await rig.breaker())["failures_in_window"] == 0


@pytest.mark.parametrize("status", [400, 404, 409, 422])
async def test_refusals_of_the_request_are_no_failures(rig: Rig, status: int) -> None:
    """Scenario 17: a hundred 4xx pass through and count as nothing."""
    body = b'{"errors":[{"code":32,"message":"no"}]}'
    rig.pms.always(faults.answers(status, {"Content-Type": "application/json"}, body))

    for number in range(100):
        got = await rig.get(f"/api/hotels/{number}")
        assert (got.status, got.body) == (status, body)

    assert await rig.state() == "closed"
    assert (await rig.breaker())["failures_in_window"] == 0


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait_s"),
    [
        pytest.param("120", 120, id="seconds"),
        pytest.param("45", 45, id="fewer-seconds"),
        pytest.param("10", 30, id="fewer-than-30"),
        pytest.param("3600", 120, id="more-than-the-cap"),
        pytest.param("date:90", 90, id="http-date"),
        pytest.param("date:-90", 30, id="past-http-date"),
        pytest.param("-120", 30, id="negative"),
        pytest.param("soon", 30, id="garbage"),
    ],
)
async def test_retry_after_lengthens_the_wait(
    rig: Rig, status: int, value: str, wait_s: int
) -> None:
    """Scenario 19: the next interval is max(30, min(asked, 120)), in both forms."""
    if value.startswith("date:"):
        at = rig.clock.wall() + timedelta(seconds=int(value.removeprefix("date:")))
        value = format_datetime(at, usegmt=True)
    await rig.fails(4)
    rig.pms.plays(faults.answers(status, {"Retry-After": value}))

    got = await rig.get("/api/orders/9")

    assert got.status == 502
    breaker = await rig.breaker()
    assert (breaker["state"], breaker["cause"]) == ("open", "down")
    assert breaker["retry_after_s"] == wait_s
    refused = await rig.get("/api/orders/9")
    assert refused.headers["Retry-After"] == str(wait_s)
    rig.clock.advance(wait_s - 0.001)
    assert await rig.state() == "open"


async def test_our_own_refusals_are_no_failures(rig: Rig) -> None:
    """Scenario 20: refused while open, nothing more is counted."""
    await rig.fails(5)
    before = await _failures(rig)

    for number in range(50):
        assert (await rig.get(f"/api/hotels/{number}")).status == 503
        assert (await rig.book()).status == 503

    assert await _failures(rig) == before == {"down": 5}
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_our_own_full_queue_is_no_failure() -> None:
    """Scenario 20: too many waiting are refused, and the window stays 0."""
    async with a_rig({"PROXY_MAX_INFLIGHT": "1", "PROXY_MAX_WAITING": "0"}) as rig:
        gate = faults.holds()
        rig.pms.always(gate)
        inside = asyncio.create_task(rig.get("/api/customers/1"))
        await gate.arrived.wait()

        for number in range(10):
            assert (await rig.get(f"/api/orders/2{number}")).status == 503
        gate.release()

        assert (await inside).status != 503
        assert await _failures(rig) == {}
        assert await rig.state() == "closed"


BROKEN = [
    pytest.param("172-", id="notices-before-the-xml"),
    pytest.param("173-", id="notices-before-a-search"),
    pytest.param("174-", id="notices-alone"),
    pytest.param("122h-", id="fatal-error"),
    pytest.param("167-", id="html-page"),
]


@pytest.mark.parametrize("name", BROKEN)
async def test_a_200_that_is_none_is_a_failure(rig: Rig, name: str) -> None:
    """Scenario 49: 502, one failure, and nothing is stored."""
    rig.pms.always(_recording(name))

    got = await rig.ask("GET", "/api/hotels", headers=JSON)

    assert got.status == 502
    assert got.json()["cause"] == "down"
    assert b"Deprecated" not in got.body
    assert await _failures(rig) == {"down": 1}
    assert (await rig.status())["cache"]["entries"] == 0


@pytest.mark.parametrize("name", BROKEN)
async def test_a_200_that_is_none_never_replaces_a_copy(rig: Rig, name: str) -> None:
    """Scenario 49: with a copy, the copy, marked."""
    whole = await rig.search(10)
    rig.clock.advance(31)
    rig.pms.always(_recording(name))

    got = await rig.search(10)

    assert (got.status, got.body) == (200, whole.body)
    assert got.is_marked
    assert "fwd=stale; ttl=-1; detail=down" in got.headers["Cache-Status"]
    assert await _failures(rig) == {"down": 1}


async def test_a_bad_booking_is_no_failure_of_a_healthy_pms(rig: Rig) -> None:
    """Scenario 51: a digit in the name, five times in 10 s: passed through, closed."""
    for _ in range(5):
        got = await rig.book("A1!2")
        assert (got.status, got.body) == (500, b"")
        assert got.headers["X-Write-Outcome"] == "unknown"
        rig.clock.advance(2)
    await rig.until_calls(10)
    await rig.settles()

    assert await rig.state() == "closed"
    assert (await rig.breaker())["failures_in_window"] == 0
    assert await _failures(rig) == {}
    probes = [call for call in rig.pms.calls if call.resource != "bookings"]
    assert [call.target for call in probes] == ["/api/hotels?limit=1"] * 5


async def test_a_crash_of_a_sick_pms_counts_once(rig: Rig) -> None:
    """Scenario 51, the other way: the probe finds the PMS ill: one failure."""
    rig.pms.plays(faults.crash(), faults.error_page())

    got = await rig.book()
    await rig.until_calls(2)
    await rig.settles()

    assert got.status == 500
    assert await _failures(rig) == {"down": 1}
    assert (await rig.breaker())["failures_in_window"] == 1


async def test_a_booking_with_a_bad_email_is_no_failure(rig: Rig) -> None:
    """Scenario 51: `200 Fatal error` to a booking is settled by a probe, too."""
    rig.pms.plays(_recording("122h-"))

    got = await rig.book()
    await rig.until_calls(2)
    await rig.settles()

    assert (got.status, got.body) == (200, b"Fatal error")
    assert got.headers["X-Write-Outcome"] == "unknown"
    assert await _failures(rig) == {}


async def test_the_clients_broken_xml_is_no_failure(rig: Rig) -> None:
    """A 500 that blames the client's XML passes through, however often."""
    rig.pms.always(_recording("148-"))

    for _ in range(6):
        got = await rig.ask("POST", "/api/customers", "<qloapps><customer>")
        assert got.status == 500
        assert "X-Write-Outcome" not in got.headers

    assert await rig.state() == "closed"
    assert await _failures(rig) == {}
