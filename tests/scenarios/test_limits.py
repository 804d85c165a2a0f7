"""A hotel tool's own limits: what it may ask, and what nobody else feels of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo import faults
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AGENT, DESK, NEW = "s3cret-of-the-agent", "s3cret-of-the-desk", "s3cret-to-come"
TOKENS = {"PROXY_CLIENT_TOKENS": f"agent:{AGENT},desk:{DESK},desk:{NEW}"}
JSON = "application/json"


@pytest.fixture
async def limited() -> AsyncIterator[Rig]:
    """Give a rig whose desk may ask twice a minute."""
    async with a_rig({**TOKENS, "PROXY_CLIENT_LIMITS": "desk:2:"}) as rig:
        yield rig


async def test_over_its_rate_a_tool_is_told_whose_limit_it_is(limited: Rig) -> None:
    """429 with its name, its limit and when to come back; the PMS is not asked."""
    for number in range(2):
        got = await limited.get(f"/api/hotels?limit={number + 1}", X_Proxy_Token=DESK)
        assert got.status == 200
    limited.clock.advance(20)

    got = await limited.get("/api/hotels?limit=9", X_Proxy_Token=DESK, Accept=JSON)

    told = got.json()
    assert got.status == 429
    assert told["type"].endswith("/overloaded")
    assert (told["caller"], told["per_minute"]) == ("desk", 2)
    assert "The caller desk is over its limit of 2 requests a minute" in told["detail"]
    assert (got.headers["Retry-After"], told["retry_after_s"]) == ("40", 40)
    assert got.headers["Proxy-Status"] == "pms-proxy; error=http_request_denied"
    assert "X-Write-Outcome" not in got.headers
    assert len(limited.pms.calls) == 2
    limited.clock.advance(40)
    assert (await limited.get("/api/hotels?limit=9", X_Proxy_Token=DESK)).status == 200


async def test_both_tokens_of_a_name_share_its_limit(limited: Rig) -> None:
    """A rotation doubles no limit."""
    for token in (DESK, NEW):
        assert (await limited.get("/api/hotels", X_Proxy_Token=token)).status == 200

    for token in (DESK, NEW):
        assert (await limited.get("/api/hotels", X_Proxy_Token=token)).status == 429


async def test_another_tool_feels_nothing_of_it(limited: Rig) -> None:
    """The agent is served while the desk is refused, and the breaker counts nothing."""
    for number in range(10):
        await limited.get(f"/api/hotels?limit={number + 1}", X_Proxy_Token=DESK)
        got = await limited.get(f"/api/hotels?limit={number + 1}", X_Proxy_Token=AGENT)
        assert got.status == 200

    assert (await limited.breaker())["failures_in_window"] == 0


async def test_a_write_over_the_rate_was_surely_not_sent(limited: Rig) -> None:
    """It says so in the words of every write that was not sent, and is counted so."""
    for _ in range(2):
        await limited.get("/api/hotels", X_Proxy_Token=DESK)
    calls = len(limited.pms.calls)

    got = await limited.book(X_Proxy_Token=DESK, Accept=JSON)
    hidden = await limited.get(
        "/api/customers/5?ps_method=DELETE", X_Proxy_Token=DESK, Accept=JSON
    )
    in_xml = await limited.book(X_Proxy_Token=DESK)

    for each in (got, hidden):
        assert each.status == 429
        assert each.json()["type"].endswith("/write-not-sent")
        assert each.json()["outcome"] == "not_sent"
    assert b"<outcome>not_sent</outcome>" in in_xml.body.replace(
        b"<![CDATA[", b""
    ).replace(b"]]>", b"")
    assert len(limited.pms.calls) == calls
    assert await limited.metric("pms_writes_total", outcome="not_sent") == 3


async def test_metrics_and_log_name_the_caller(limited: Rig) -> None:
    """By name and outcome; the same in the log; a stranger is anonymous."""
    name = "pms_caller_requests_total"
    assert await limited.metric(name, caller="agent", outcome="served") == 0
    with capture_logs() as lines:
        for number in range(3):
            await limited.get(f"/api/hotels?limit={number + 1}", X_Proxy_Token=DESK)
        await limited.get("/api/hotels", X_Proxy_Token="wrong")  # noqa: S106
        await limited.ask("TRACE", "/api/hotels", headers={"X-Proxy-Token": AGENT})
        await limited.get("/api/hotels?limit=8", X_Proxy_Token=AGENT)
        limited.pms.plays(faults.error_page())
        await limited.get("/api/orders/1", X_Proxy_Token=AGENT)

    assert [
        (line.get("caller"), line["outcome"])
        for line in lines
        if line["event"] == "request.answered"
    ] == [
        ("desk", "served"),
        ("desk", "served"),
        ("desk", "limited"),
        (None, "refused"),
        ("agent", "refused"),
        ("agent", "served"),
        ("agent", "failed"),
    ]
    for caller, outcome, count in (
        ("desk", "served", 2),
        ("desk", "limited", 1),
        ("anonymous", "refused", 1),
        ("agent", "refused", 1),
        ("agent", "failed", 1),
    ):
        got = await limited.metric(name, caller=caller, outcome=outcome)
        assert got == count, (caller, outcome)


async def test_the_status_lists_callers_and_limits_never_tokens(limited: Rig) -> None:
    """Names, requests a minute and places."""
    assert (await limited.status())["callers"] == [
        {"name": "agent", "per_minute": None, "places": None},
        {"name": "desk", "per_minute": 2, "places": None},
    ]
    text = (await limited.get("/status.json")).body + (
        await limited.get("/metrics")
    ).body
    for token in (AGENT, DESK, NEW):
        assert token.encode() not in text
