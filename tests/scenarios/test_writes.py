"""Scenarios 34-36 and 38: writes, sent once and told honestly (CONTRACT §3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml.ElementTree import fromstring

from demo import faults

if TYPE_CHECKING:
    from demo.fault import Fault
    from fakes.rig import Got, Rig

WRITES = [
    pytest.param("POST", "/api/bookings", id="POST"),
    pytest.param("PUT", "/api/customers/1", id="PUT"),
    pytest.param("PATCH", "/api/customers/1", id="PATCH"),
    pytest.param("DELETE", "/api/customers/1", id="DELETE"),
    pytest.param("GET", "/api/customers/1?ps_method=DELETE", id="GET-ps_method"),
]
AS_JSON = {"Accept": "application/json", "Content-Type": "text/xml"}


async def _write(rig: Rig, method: str, target: str) -> Got:
    body = None if method == "GET" else "<qloapps/>"
    return await rig.ask(method, target, body, AS_JSON)


async def _outcomes(rig: Rig) -> dict[str, float]:
    names = ("ok", "refused", "not_sent", "unknown")
    counted = {
        name: await rig.metric("pms_writes_total", outcome=name) for name in names
    }
    return {name: count for name, count in counted.items() if count}


def _problem(got: Got, kind: str, outcome: str) -> dict[str, Any]:
    assert got.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = got.json()
    assert problem["type"].endswith(f"/{kind}")
    assert problem["status"] == got.status
    assert problem["outcome"] == outcome
    assert problem["errors"] == [{"code": got.status, "message": problem["detail"]}]
    assert got.headers["Proxy-Status"].startswith("pms-proxy; error=")
    return problem


@pytest.mark.parametrize(("method", "target"), WRITES)
async def test_a_write_that_finds_nobody_is_not_sent(
    rig: Rig, method: str, target: str
) -> None:
    """Scenario 34: connection refused is 503 `not_sent`, and one failure."""
    await rig.pms.refuses()

    got = await _write(rig, method, target)

    assert got.status == 503
    problem = _problem(got, "write-not-sent", "not_sent")
    assert problem["pms_circuit_breaker"] == "closed"
    assert int(got.headers["Retry-After"]) == problem["retry_after_s"] >= 1
    assert (await rig.breaker())["failures_in_window"] == 1
    assert (await rig.breaker())["last_failures"][0]["cause"] == "network"
    assert await _outcomes(rig) == {"not_sent": 1}


@pytest.mark.parametrize(("method", "target"), WRITES)
@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (faults.reset(), "network"),
        (faults.closes_after_reading(), "network"),
        (faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<a"), "network"),
        (faults.raw(b"nonsense\r\n\r\n"), "down"),
    ],
    ids=["reset", "closed", "half-an-answer", "not-http"],
)
async def test_a_write_without_a_whole_answer_is_unknown(
    rig: Rig, method: str, target: str, fault: Fault, cause: str
) -> None:
    """Scenarios 35 and 56: 504 `unknown`, sent once, one failure."""
    await rig.get("/api/hotels")  # A connection is open, and must not be used.
    rig.pms.plays(fault)

    got = await _write(rig, method, target)
    await rig.settles()

    assert got.status == 504
    problem = _problem(got, "write-outcome-unknown", "unknown")
    assert problem["cause"] == cause
    assert len(rig.pms.calls) == 2
    assert rig.pms.calls[-1].method == method
    assert (await rig.breaker())["failures_in_window"] == 1
    assert await _outcomes(rig) == {"unknown": 1}


async def test_a_write_that_times_out_is_unknown(rig: Rig) -> None:
    """Scenario 35: at 15 s 504 `unknown`; its place stays held."""
    gate = faults.holds()
    rig.pms.plays(gate)
    asking = asyncio.create_task(rig.book(Accept="application/json"))
    await gate.arrived.wait()
    rig.clock.advance(14.999)
    await rig.settles()
    assert not asking.done()
    rig.clock.advance(0.001)

    got = await asking

    assert got.status == 504
    assert _problem(got, "write-outcome-unknown", "unknown")["cause"] == "timeout"
    assert got.headers["Proxy-Status"] == "pms-proxy; error=http_response_timeout"
    assert (await rig.status())["upstream"]["abandoned"] == 1
    assert len(rig.pms.calls) == 1


async def test_an_unknown_write_is_told_in_the_pms_words(rig: Rig) -> None:
    """A client that reads XML finds the same facts there."""
    rig.pms.plays(faults.reset())

    got = await rig.book()

    error = fromstring(got.body).find("./errors/error")
    assert error is not None
    assert error.findtext("code") == "504"
    assert error.findtext("outcome") == "unknown"
    assert error.findtext("cause") == "network"


@pytest.mark.parametrize(("method", "target"), WRITES)
async def test_a_write_while_open_is_not_sent(
    rig: Rig, method: str, target: str
) -> None:
    """Scenario 36: 503 with Retry-After, no call, and it is never the probe."""
    await rig.fails(5)
    seen = len(rig.pms.calls)
    rig.clock.advance(0.4)

    got = await _write(rig, method, target)

    assert got.status == 503
    problem = _problem(got, "write-not-sent", "not_sent")
    assert problem["pms_circuit_breaker"] == "open"
    assert problem["cause"] == "down"
    assert problem["retry_after_s"] == 30
    assert got.headers["Retry-After"] == "30"
    assert len(rig.pms.calls) == seen

    gate = faults.holds()
    rig.pms.always(gate)
    rig.clock.advance(29.6)
    await gate.arrived.wait()
    got = await _write(rig, method, target)
    assert got.status == 503
    assert got.json()["pms_circuit_breaker"] == "half_open"
    assert int(got.headers["Retry-After"]) >= 1
    assert len(rig.pms.calls) == seen + 1
    assert await _outcomes(rig) == {"not_sent": 2}


def _told(status: int, body: bytes = b"", *pairs: tuple[str, str]) -> Fault:
    return faults.answers(status, [("Content-Type", "text/xml"), *pairs], body)


def _codes(status: int, code: int) -> Fault:
    body = f"<q><errors><error><code>{code}</code></error></errors></q>"
    return _told(status, body.encode(), ("PSWS-Version", "1"))


ANSWERED = [
    pytest.param(_told(200, b"<ok/>"), None, "ok", 0, id="200"),
    pytest.param(_told(201, b"<ok/>"), None, "ok", 0, id="201"),
    pytest.param(faults.answers(204, {}, framing="none"), None, "ok", 0, id="204"),
    pytest.param(_told(400, b"<no/>"), None, "refused", 0, id="400"),
    pytest.param(_told(404), None, "refused", 0, id="404"),
    pytest.param(_told(405, b"<no/>"), None, "refused", 0, id="405"),
    pytest.param(_codes(401, 26), None, "refused", 0, id="401-permission"),
    pytest.param(_told(429, b"<no/>"), "refused", "refused", 1, id="429"),
    pytest.param(_codes(503, 22), "refused", "refused", 1, id="503-switched-off"),
    pytest.param(_codes(401, 20), "refused", "refused", 1, id="401-key"),
    pytest.param(_codes(403, 132), "refused", "refused", 1, id="403-shop"),
    pytest.param(_told(302, b""), "refused", "refused", 1, id="302"),
    pytest.param(_told(503, b"<no/>"), "unknown", "unknown", 1, id="503"),
    pytest.param(_told(502, b"<no/>"), "unknown", "unknown", 1, id="502"),
    pytest.param(_told(504, b"<no/>"), "unknown", "unknown", 1, id="504"),
    pytest.param(_told(500, b"<no/>"), "unknown", "unknown", 1, id="500-page"),
    pytest.param(_told(200, b"<no"), "unknown", "unknown", 1, id="200-broken"),
    pytest.param(
        faults.answers(200, {"Content-Type": "text/html"}, b"<html></html>"),
        "unknown",
        "unknown",
        1,
        id="200-html",
    ),
    pytest.param(faults.crash(), "unknown", "unknown", 0, id="500-empty"),
    pytest.param(
        faults.answers(200, {"Content-Type": "text/html"}, b"Fatal error"),
        "unknown",
        "unknown",
        0,
        id="200-fatal",
    ),
]


@pytest.mark.parametrize(("fault", "told", "outcome", "failures"), ANSWERED)
async def test_a_whole_answer_to_a_write_is_passed_on(
    rig: Rig, fault: Fault, told: str | None, outcome: str, failures: int
) -> None:
    """Status and body are the PMS's; X-Write-Outcome says what is known of it."""
    rig.pms.plays(fault)

    got = await rig.book()
    await rig.settles()

    assert got.headers.get("X-Write-Outcome") == told
    assert got.headers["Cache-Status"] == "pms-proxy; fwd=method"
    assert "Proxy-Status" not in got.headers
    assert await _outcomes(rig) == {outcome: 1}
    # A crash in doubt has been settled by a probe, which was healthy.
    assert (await rig.breaker())["failures_in_window"] == failures
    bookings = [call for call in rig.pms.calls if call.resource == "bookings"]
    assert len(bookings) == 1


async def test_a_crash_in_doubt_is_not_waited_for(rig: Rig) -> None:
    """The answer goes out while the probe that settles the doubt still runs."""
    gate = faults.holds()
    rig.pms.plays(faults.crash(), gate)

    got = await rig.book("Ana7")

    assert (got.status, got.body) == (500, b"")
    assert got.headers["X-Write-Outcome"] == "unknown"
    await gate.arrived.wait()
    gate.release()


async def test_a_search_is_stale_before_a_write_is_answered(rig: Rig) -> None:
    """Scenario 38: what was asked before the write is asked anew."""
    await rig.search()
    rig.clock.advance(1)
    await rig.book()

    got = await rig.search()

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=stale; stored"
    assert len(rig.pms.calls) == 3


async def test_an_older_copy_serves_an_outage_after_a_write(rig: Rig) -> None:
    """Scenario 38: marked, its age unchanged, and no time left of its freshness."""
    first = await rig.search()
    rig.clock.advance(1)
    await rig.book()
    rig.clock.advance(1)
    await rig.fails(5)

    got = await rig.search()

    assert (got.body, got.is_marked, got.headers["Age"]) == (first.body, True, "2")
    ttl = int(got.headers["Cache-Status"].partition("ttl=")[2].partition(";")[0])
    assert ttl < 0


async def test_an_older_read_under_way_does_not_become_fresh(rig: Rig) -> None:
    """Scenario 38: it was asked before the write, so its answer is stale at once."""
    gate = faults.holds(resource="hotel_ari")
    rig.pms.plays(gate)
    reading = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    rig.clock.advance(0.1)
    await rig.book()
    gate.release()
    assert (await reading).status == 200

    got = await rig.search()

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=stale; stored"
    assert len(rig.pms.calls) == 3


async def test_nobody_joins_a_read_from_before_a_write(rig: Rig) -> None:
    """Who asks after the write gets an answer from after it."""
    gate = faults.holds(resource="hotel_ari")
    rig.pms.plays(gate)
    reading = asyncio.create_task(rig.search())
    await gate.arrived.wait()
    await rig.book()

    got = await rig.search()

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=miss; stored"
    gate.release()
    await reading
    # Nor does the older answer replace the younger.
    rig.clock.advance(0)
    assert len(rig.pms.calls) == 3


async def test_a_read_from_amid_a_write_is_stale(rig: Rig) -> None:
    """A search answered while the write was under way may not know of it."""
    gate = faults.holds(resource="bookings")
    rig.pms.plays(gate)
    booking = asyncio.create_task(rig.book())
    await gate.arrived.wait()
    await rig.search()
    rig.clock.advance(0.1)
    gate.release()
    await booking

    assert "fwd=stale" in (await rig.search()).headers["Cache-Status"]


@pytest.mark.parametrize(
    ("fault", "is_fresh"),
    [
        pytest.param(faults.reset(), False, id="unknown"),
        pytest.param(faults.crash(), False, id="500"),
        pytest.param(_told(400, b"<no/>"), True, id="refused"),
    ],
)
async def test_an_unknown_write_ends_freshness_too(
    rig: Rig, fault: Fault, *, is_fresh: bool
) -> None:
    """Only a write that was surely not done leaves the copies fresh."""
    await rig.search()
    rig.clock.advance(1)
    rig.pms.plays(fault)
    await rig.book()
    await rig.settles()

    got = await rig.search()

    assert ("hit" in got.headers["Cache-Status"]) is is_fresh


async def test_a_write_goes_on_when_its_client_leaves(rig: Rig) -> None:
    """Once sent it is not cancelled; its outcome is counted and ends freshness."""
    await rig.search()
    gate = faults.holds(resource="bookings")
    rig.pms.plays(gate)
    booking = asyncio.create_task(rig.book())
    await gate.arrived.wait()
    booking.cancel()
    await rig.settles()
    rig.clock.advance(0.1)
    gate.release()
    await rig.settles()

    assert await _outcomes(rig) == {"ok": 1}
    assert "fwd=stale" in (await rig.search()).headers["Cache-Status"]
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_equal_writes_are_all_sent(rig: Rig) -> None:
    """Five equal PUTs at once are five calls: writes are never shared."""
    await asyncio.gather(*(_write(rig, "PUT", "/api/customers/1") for _ in range(5)))

    assert len(rig.pms.calls) == 5
