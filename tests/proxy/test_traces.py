"""Traces of the proxy: what becomes a span, whose child it is, and what it tells."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from config.tracing import start_traces
from demo import faults
from fakes.collector import Collector, a_collector
from fakes.rig import a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.rig import Rig

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
FACTS = {
    "http.request.method",
    "http.response.status_code",
    "pms.cache",
    "pms.caller",
    "pms.cause",
    "pms.circuit_breaker",
    "pms.operation",
    "pms.outcome",
    "pms.stale_reason",
}


@pytest.fixture
async def collector(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Collector]:
    """Run a collector, and point OpenTelemetry at it."""
    async with a_collector(monkeypatch) as collector:
        yield collector


@asynccontextmanager
async def traced(
    collector: Collector, environ: dict[str, str] | None = None
) -> AsyncIterator[Rig]:
    """Run a proxy with traces; at the end all spans are at the collector."""
    tracer = start_traces(collector.environ(), service="pms-proxy")
    async with a_rig(environ, tracer=tracer) as rig:
        yield rig
    await asyncio.to_thread(tracer.end, 5)


async def test_a_call_is_in_the_trace_of_who_asked(collector: Collector) -> None:
    """The client's span, the request, its flight and the call: each in the last."""
    async with traced(collector) as rig:
        await rig.search(traceparent=TRACEPARENT, tracestate="a=1,b=2")
        sent = rig.pms.calls[0].headers

    (request,) = collector.named("request availability")
    (flight,) = collector.named("flight")
    (call,) = collector.named("call availability")
    assert (request.parent, flight.parent) == (PARENT, request.id)
    assert call.parent == flight.id
    assert {span.trace for span in collector.spans} == {TRACE}
    assert sent.getall("traceparent") == [f"00-{TRACE}-{call.id}-01"]
    assert sent.getall("tracestate") == ["a=1,b=2"]
    assert request.facts == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "pms.operation": "availability",
        "pms.cache": "miss",
        "pms.outcome": "served",
        "pms.circuit_breaker": "closed",
    }
    assert request.service == "pms-proxy"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"traceparent": "00-00000000000000000000000000000000-b7ad6b7169203331-01"},
        {"traceparent": f"ff-{TRACE}-{PARENT}-01"},
        {"traceparent": "x" * 600, "tracestate": "a=1"},
        {"tracestate": "a=1"},
    ],
    ids=["none", "zeroes", "version", "long", "state-alone"],
)
async def test_what_is_no_parent_begins_a_trace(
    collector: Collector, given: dict[str, str]
) -> None:
    """A broken traceparent goes no further; the PMS sees the proxy's own."""
    async with traced(collector) as rig:
        await rig.get("/api/customers", **given)
        sent = rig.pms.calls[0].headers

    (request,) = collector.named("request private")
    (call,) = collector.named("call private")
    assert (request.parent, call.parent) == ("", request.id)
    (told,) = sent.getall("traceparent")
    assert told.startswith(f"00-{request.trace}-{call.id}-")
    assert "tracestate" not in sent


async def test_what_its_caller_does_not_record_is_not_recorded(
    collector: Collector,
) -> None:
    """A caller's choice of samples is kept, and told on to the PMS."""
    async with traced(collector) as rig:
        await rig.search(traceparent=f"00-{TRACE}-{PARENT}-00")
        sent = rig.pms.calls[0].headers["traceparent"]

    assert collector.spans == []
    assert sent.startswith(f"00-{TRACE}-")
    assert sent.endswith("-00")
    assert PARENT not in sent


async def test_who_shares_a_call_links_to_it(collector: Collector) -> None:
    """Five who ask the same: one call, and four links to the flight that made it."""
    async with traced(collector) as rig:
        gate = faults.holds()
        rig.pms.plays(gate)
        asking = [asyncio.create_task(rig.search()) for _ in range(5)]
        async with asyncio.timeout(5):
            while await rig.metric("pms_coalesced_requests_total") < 4:
                await asyncio.sleep(0.01)
        gate.release()
        await asyncio.gather(*asking)

    (flight,) = collector.named("flight")
    (call,) = collector.named("call availability")
    requests = collector.named("request availability")
    leaders = [span for span in requests if span.facts["pms.cache"] == "miss"]
    others = [span for span in requests if span.facts["pms.cache"] == "collapsed"]
    assert call.parent == flight.id
    assert [span.id for span in leaders] == [flight.parent]
    assert [span.links for span in others] == [(flight.id,)] * 4
    assert len({span.trace for span in requests}) == 5


async def test_a_refusal_makes_no_call(collector: Collector) -> None:
    """While the breaker is open a request is a span of its own, and says so."""
    async with traced(collector) as rig:
        await rig.fails(5)
        await rig.search()

    (refused,) = collector.named("request availability")
    assert refused.facts["pms.circuit_breaker"] == "open"
    assert refused.facts["http.response.status_code"] == 503
    assert refused.has_failed
    assert collector.named("call availability") == []
    calls = collector.named("call private")
    assert [span.facts["pms.cause"] for span in calls] == ["down"] * 5
    assert all(span.has_failed for span in calls)


async def test_a_probe_is_a_trace_of_its_own(collector: Collector) -> None:
    """The probe of a half-open breaker belongs to nobody's request."""
    async with traced(collector) as rig:
        await rig.fails(5)
        rig.clock.advance(30)
        await rig.until(lambda: len(rig.pms.calls) == 6)

    (probe,) = collector.named("probe")
    assert (probe.parent, probe.links, probe.has_failed) == ("", (), False)
    assert probe.trace not in {span.trace for span in collector.named("call private")}


async def test_the_probe_of_a_doubt_links_to_its_cause(collector: Collector) -> None:
    """A crash in doubt is settled by a probe that names the call."""
    async with traced(collector) as rig:
        rig.pms.plays(faults.answers(500))
        await rig.book()
        await rig.until(lambda: len(rig.pms.calls) == 2)

    (call,) = collector.named("call write")
    (probe,) = collector.named("probe")
    assert (probe.parent, probe.links) == ("", (call.id,))


async def test_a_refresh_is_a_trace_of_its_own(collector: Collector) -> None:
    """What is asked ahead of guests belongs to none of those who made it hot."""
    async with traced(collector) as rig:
        for _ in range(3):
            await rig.search(traceparent=TRACEPARENT)
        for _ in range(27):
            rig.clock.advance(1)
            await rig.settles()
        await rig.until(lambda: len(rig.pms.calls) == 2)
        sent = rig.pms.calls[1].headers["traceparent"]

    asked, refreshed = collector.named("flight")
    assert (asked.trace, refreshed.parent) == (TRACE, "")
    assert refreshed.trace != TRACE
    assert sent.startswith(f"00-{refreshed.trace}-")


async def test_who_hangs_up_has_not_failed(collector: Collector) -> None:
    """A client that leaves ends its request's span, and the call's goes on."""
    async with traced(collector) as rig:
        gate = faults.holds()
        rig.pms.plays(gate)
        leaving = asyncio.create_task(rig.search())
        await gate.arrived.wait()
        leaving.cancel()
        await rig.settles()
        gate.release()
        async with asyncio.timeout(5):
            while await rig.metric("pms_inflight"):
                await asyncio.sleep(0.01)

    (request,) = collector.named("request availability")
    (call,) = collector.named("call availability")
    assert request.facts["pms.outcome"] == "gone"
    assert request.facts["http.response.status_code"] == 499
    assert not request.has_failed
    assert call.facts["http.response.status_code"] == 200


async def test_a_span_tells_nothing_of_a_guest(collector: Collector) -> None:
    """Names, facts and bytes hold no body, path, query, id, token or key."""
    secrets = ("Zoraida", "zz99", "s3cr3t-token", "abc-77", "4711", "PURGE")
    tokens = {"PROXY_CLIENT_TOKENS": "reports:s3cr3t-token"}
    async with traced(collector, tokens) as rig:
        own = {
            "X_Proxy_Token": "s3cr3t-token",
            "X_Request_ID": "abc-77",
            "Idempotency_Key": "abc-77",
        }
        await rig.book("Zoraida", source="WhatsApp:abc-77", **own)
        await rig.get("/api/customers/4711?filter[email]=zz99@example.com", **own)
        await rig.get("/api/zz99/4711", **own)
        odd = {"X-Proxy-Token": "s3cr3t-token"}
        await rig.ask("PURGE", "/api/hotels", headers=odd)
        await rig.get("/api/hotels")
        key = rig.pms.key

    got = b"".join(collector.raw)
    assert [word for word in (*secrets, key) if word.encode() in got] == []
    assert {name for span in collector.spans for name in span.facts} <= FACTS
    (odd_one,) = [
        span
        for span in collector.named("request other")
        if span.facts["http.response.status_code"] == 405
    ]
    assert odd_one.facts["http.request.method"] == "_OTHER"


async def test_off_a_traceparent_passes_through() -> None:
    """Without traces the client's own fields go to the PMS as they came."""
    async with a_rig() as rig:
        await rig.search(traceparent=TRACEPARENT, tracestate="a=1", baggage="k=v")
        sent = rig.pms.calls[0].headers

    assert sent.getall("traceparent") == [TRACEPARENT]
    assert sent.getall("tracestate") == ["a=1"]
    assert sent["baggage"] == "k=v"
