"""Scenarios 28-30: copies while the PMS is not asked or fails (CONTRACT §3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring

from demo import faults

if TYPE_CHECKING:
    from demo.fault import Fault
    from fakes.rig import Got, Rig

XLINK = b"xlink:href"


def _is_a_breaker_copy(got: Got, age: int, ttl: int) -> bool:
    return (
        got.status == 200
        and got.is_marked
        and got.headers["Age"] == str(age)
        and got.headers["Cache-Status"]
        == f"pms-proxy; hit; ttl={ttl}; detail=breaker-open"
        and got.headers["Cache-Control"] == "no-store"
        and got.headers["X-PMS-Circuit-Breaker"] == "open"
    )


async def test_a_fresh_copy_is_marked_while_open(rig: Rig) -> None:
    """Scenario 28: still fresh, and yet marked; nobody is asked."""
    first = await rig.search()
    rig.clock.advance(10)
    await rig.fails(5)
    seen = len(rig.pms.calls)

    got = await rig.search()

    assert _is_a_breaker_copy(got, age=10, ttl=20)
    assert got.body == first.body
    assert len(rig.pms.calls) == seen


async def test_an_outage_asks_the_pms_nothing(rig: Rig) -> None:
    """Scenario 29: 300 requests on a stale copy are 0 calls before the probe."""
    await rig.search()
    rig.clock.advance(40)
    await rig.fails(5)
    seen = len(rig.pms.calls)
    for _ in range(3):
        answers = await asyncio.gather(*(rig.search() for _ in range(100)))
        assert all(got.is_marked for got in answers)
        rig.clock.advance(1)

    assert len(rig.pms.calls) == seen
    served = await rig.metric("pms_cache_stale_served_total", reason="breaker-open")
    assert served == 300


async def test_half_open_still_serves_marked_copies(rig: Rig) -> None:
    """The copy is marked as long as the breaker is not closed, and then no more."""
    await rig.search()
    await rig.fails(5)
    gate = faults.holds()
    rig.pms.always(gate)
    rig.clock.advance(30)
    await gate.arrived.wait()

    got = await rig.search()
    assert got.is_marked
    assert got.headers["X-PMS-Circuit-Breaker"] == "half_open"

    rig.pms.heals()
    await rig.until_state("closed")
    assert not (await rig.search()).is_marked


@pytest.mark.parametrize(
    ("passed_s", "served"),
    [(299.999, True), (300, True), (300.001, False)],
)
async def test_a_copy_ends_at_three_hundred_seconds(
    rig: Rig, passed_s: float, *, served: bool
) -> None:
    """Scenario 30: at 300 s the copy is served, at 300.001 s it is not there."""
    await rig.search()
    rig.clock.advance(passed_s - 1)
    await rig.fails(5)
    rig.clock.advance(1)

    got = await rig.search(Output_Format="XML")

    assert got.status == (200 if served else 503)
    if served:
        assert _is_a_breaker_copy(got, age=int(passed_s), ttl=int(30 - passed_s - 0.5))
    else:
        assert got.headers["Retry-After"] == "29"
        assert not got.is_marked


async def test_without_a_copy_an_open_breaker_is_503_in_json(rig: Rig) -> None:
    """The problem says state, cause and seconds to the next probe, rounded up."""
    await rig.fails(5)
    rig.clock.advance(12.3)

    got = await rig.search(Accept="application/json")

    assert got.status == 503
    assert got.headers["Content-Type"] == "application/problem+json"
    assert got.headers["Retry-After"] == "18"
    assert got.headers["Proxy-Status"] == "pms-proxy; error=destination_unavailable"
    assert got.headers["X-PMS-Circuit-Breaker"] == "open"
    problem = got.json()
    detail = problem.pop("detail")
    assert problem.pop("errors") == [{"code": 503, "message": detail}]
    assert problem.pop("type").endswith("/breaker-open")
    assert problem == {
        "title": "Breaker open",
        "status": 503,
        "pms_circuit_breaker": "open",
        "cause": "down",
        "retry_after_s": 18,
    }


async def test_without_a_copy_an_open_breaker_is_503_in_xml(rig: Rig) -> None:
    """The same facts in the PMS's own error list."""
    await rig.fails(5)

    got = await rig.search()

    assert got.status == 503
    assert got.headers["Content-Type"] == "text/xml;charset=utf-8"
    error = fromstring(got.body).find("./errors/error")
    assert error is not None
    facts = {fact.tag: fact.text for fact in error}
    assert (facts.pop("type") or "").endswith("/breaker-open")
    assert facts.pop("message") == facts.pop("detail")
    assert facts == {
        "code": "503",
        "title": "Breaker open",
        "status": "503",
        "pms_circuit_breaker": "open",
        "cause": "down",
        "retry_after_s": "30",
    }


# Each failing answer, its cause, and the status where there is no copy.
FAILURES: list[tuple[Fault, str, int, str]] = [
    (faults.error_page(), "down", 502, "http_protocol_error"),
    (faults.crash(), "down", 502, "http_protocol_error"),
    (faults.bad_gateway(), "down", 502, "http_protocol_error"),
    (faults.gateway_timeout(), "down", 502, "http_protocol_error"),
    (faults.answers(429), "down", 502, "http_protocol_error"),
    (faults.webservice_off(), "down", 502, "http_protocol_error"),
    (faults.reset(), "network", 502, "destination_unavailable"),
    (faults.closes_after_reading(), "network", 502, "destination_unavailable"),
    (faults.truncated(), "network", 502, "destination_unavailable"),
    (faults.expired_key(), "credentials", 502, "http_request_denied"),
    (
        faults.answers(302, {"Location": "http://x/"}),
        "configuration",
        502,
        "proxy_configuration_error",
    ),
]


@pytest.mark.parametrize(
    ("fault", "cause", "status", "error"),
    FAILURES,
    ids=[f"{fault.name}-{cause}" for fault, cause, _, _ in FAILURES],
)
async def test_a_failed_fetch_serves_the_copy_or_says_why(
    rig: Rig, fault: Fault, cause: str, status: int, error: str
) -> None:
    """With a copy it is the copy, marked with the cause; without, 502 with it."""
    first = await rig.search(1)
    rig.clock.advance(45)
    rig.pms.plays(fault, fault)

    got = await rig.search(1)
    bare = await rig.search(2, Output_Format="JSON")

    assert (got.status, got.body, got.is_marked) == (200, first.body, True)
    assert got.headers["Age"] == "45"
    assert got.headers["Cache-Status"] == (
        f"pms-proxy; fwd=stale; ttl=-15; detail={cause}"
    )
    assert got.headers["Cache-Control"] == "no-store"
    assert bare.status == status
    assert bare.json()["type"].endswith("/upstream-failed")
    assert bare.json()["cause"] == cause
    assert bare.headers["Proxy-Status"] == f"pms-proxy; error={error}"
    assert "Retry-After" not in bare.headers
    breaker = await rig.breaker()
    assert breaker["failures_in_window"] == 2
    assert {failure["cause"] for failure in breaker["last_failures"]} == {cause}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 422])
async def test_a_refusal_that_is_no_failure_is_passed_on(rig: Rig, status: int) -> None:
    """A 4xx is the PMS's own word and is never masked by a copy."""
    await rig.search()
    rig.clock.advance(45)
    rig.pms.plays(faults.answers(status, {"Content-Type": "text/xml"}, b"<no/>"))

    got = await rig.search()

    assert (got.status, got.body, got.is_marked) == (status, b"<no/>", False)
    assert got.headers["Cache-Status"] == "pms-proxy; fwd=stale"
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_the_copy_has_a_validator_on_get(rig: Rig) -> None:
    """ETag is the quoted SHA-1, and If-None-Match gets a 304, marked or not."""
    first = await rig.get("/api/hotels")
    etag = f'"{first.headers["Content-Sha1"]}"'
    assert first.headers["ETag"] == etag

    same = await rig.get("/api/hotels", If_None_Match=f'"x", W/{etag}')
    assert (same.status, same.body) == (304, b"")
    assert same.headers["ETag"] == etag
    assert same.headers["Cache-Status"] == "pms-proxy; hit; ttl=60"
    assert (await rig.get("/api/hotels", If_None_Match="*")).status == 304
    assert (await rig.get("/api/hotels", If_None_Match='"x"')).status == 200

    await rig.fails(5)
    marked = await rig.get("/api/hotels", If_None_Match=etag)
    assert (marked.status, marked.is_marked) == (304, True)
    assert len(rig.pms.calls) == 6


async def test_a_fetch_asks_no_condition_of_one_client(rig: Rig) -> None:
    """The copy that all share is a whole one; the asker still gets his 304."""
    first = await rig.get("/api/hotels")
    etag = first.headers["ETag"]
    rig.clock.advance(61)

    got = await rig.get("/api/hotels", If_None_Match=etag, Range="bytes=0-1")

    assert got.status == 304
    assert not {"If-None-Match", "Range"} & rig.pms.calls[-1].headers.keys()


async def test_a_search_ignores_conditions(rig: Rig) -> None:
    """If-None-Match means nothing on POST, and a search has no ETag."""
    await rig.search()

    got = await rig.search(If_None_Match="*")

    assert got.status == 200
    assert "ETag" not in got.headers


async def test_a_head_is_answered_from_a_stored_get(rig: Rig) -> None:
    """The same head with the same length, without a call; marked while open."""
    first = await rig.get("/api/hotels")

    got = await rig.ask("HEAD", "/api/hotels")

    assert (got.status, got.body) == (200, b"")
    assert got.headers["Content-Length"] == str(len(first.body))
    assert got.headers["ETag"] == first.headers["ETag"]
    assert len(rig.pms.calls) == 1

    await rig.fails(5)
    assert (await rig.ask("HEAD", "/api/hotels")).is_marked


async def test_a_head_is_never_kept(rig: Rig) -> None:
    """A HEAD without a copy is asked as a HEAD, and a GET after it is asked too."""
    got = await rig.ask("HEAD", "/api/hotels")
    assert got.status == 200
    assert "Content-Length" not in got.headers

    assert (await rig.get("/api/hotels")).body
    assert [call.method for call in rig.pms.calls] == ["HEAD", "GET"]


async def test_a_copy_keeps_links_and_drops_cookies(rig: Rig) -> None:
    """`xlink:href` stays as the PMS wrote it; nobody gets another's cookie."""
    rig.clock.advance(1)
    first = await rig.get("/api/hotels")
    copy = await rig.get("/api/hotels")

    assert XLINK in first.body
    assert rig.pms.url.encode() in first.body
    assert copy.body == first.body
    assert "Set-Cookie" not in first.headers
    assert "Set-Cookie" not in copy.headers


async def test_a_private_answer_keeps_its_cookie(rig: Rig) -> None:
    """What only its asker gets is passed on as it is, cookie included."""
    got = await rig.get("/api/customers")

    assert got.status == 200
    assert got.headers["Set-Cookie"].startswith("QloApps-")
    assert got.headers["Cache-Status"] == "pms-proxy; fwd=bypass"
    assert "Age" not in got.headers


async def test_a_private_read_has_no_copy_in_an_outage(rig: Rig) -> None:
    """Guests' data is not kept, so while open it is a 503."""
    assert (await rig.get("/api/customers")).status == 200
    await rig.fails(5)

    assert (await rig.get("/api/customers")).status == 503


@pytest.mark.parametrize("word", ["no-store", "private", "max-age=9, Private"])
async def test_what_the_pms_keeps_private_is_not_kept(rig: Rig, word: str) -> None:
    """`no-store` and `private` of the PMS are obeyed."""
    healthy = await rig.get("/api/hotels")
    fault = faults.answers(
        200,
        {
            "Content-Type": "text/xml",
            "PSWS-Version": "1",
            "Content-Sha1": healthy.headers["Content-Sha1"],
            "Cache-Control": word,
        },
        healthy.body,
    )
    rig.pms.plays(fault, fault)

    for _ in range(2):
        got = await rig.get("/api/hotels?limit=3")
        assert got.headers["Cache-Status"] == "pms-proxy; fwd=miss"
        assert got.headers["Cache-Control"] == word
    assert len(rig.pms.calls) == 3
