"""Traces of the agent: from a guest's turn through the proxy to the PMS."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from agent.app import make_app
from config.agent_settings import AgentSettings
from config.tracing import start_traces
from demo.pms import StandIn
from fakes.agents import agents
from fakes.collector import Collector, a_collector
from fakes.deliveries import PATH, body
from fakes.process import a_process

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pytest_aiohttp.plugin import AiohttpClient

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

GUEST = "5491100009911"
QUESTION = "Hola, soy Zoraida: hay lugar del 20 al 22 de diciembre para 2?"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ROOMS = "/api/v1/availability"


async def test_one_trace_from_the_guest_to_the_pms() -> None:
    """The turn, its question, the proxy's request, its flight, the call: a chain."""
    async with (
        a_collector() as collector,
        StandIn() as pms,
        a_process(
            {
                "PROXY_UPSTREAM_URL": pms.url,
                "PROXY_UPSTREAM_KEY": pms.key,
                "PROXY_CALENDAR_NIGHTS": "0",
                **collector.environ(),
            }
        ) as proxy,
    ):
        port = await proxy.port()
        environ = {
            "AGENT_PROXY_URL": f"http://127.0.0.1:{port}",
            **collector.environ(),
        }
        async with agents(1, environ) as (agent,), aiohttp.ClientSession() as session:
            raw = body(QUESTION, phone=GUEST)
            async with session.post(f"{agent.url}{PATH}", data=raw) as answer:
                assert answer.status == 200
            await collector.until("turn", "request availability", "call availability")

    chain = ["turn", "ask the proxy", "request availability", "flight"]
    spans = [*map(collector.named, chain), collector.named("call availability")]
    (turn,), (ask,), (request,), (flight,), (call,) = spans
    assert turn.parent == ""
    assert [ask.parent, request.parent, flight.parent, call.parent] == [
        turn.id,
        ask.id,
        request.id,
        flight.id,
    ]
    assert {span.trace for (span,) in spans} == {turn.trace}
    assert [turn.service, call.service] == ["pms-agent", "pms-proxy"]
    assert call.id in pms.calls[0].headers["traceparent"]
    got = b"".join(collector.raw)
    secrets = (GUEST, "Zoraida", "wamid", "diciembre", pms.key)
    assert [word for word in secrets if word.encode() in got] == []


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """Run a collector, and point OpenTelemetry at it."""
    async with a_collector(monkeypatch) as collector:
        yield collector


@pytest.fixture
async def ask(
    collector: Collector,
    proxy_url: str,
    clock: FakeClock,
    aiohttp_client: AiohttpClient,
) -> Callable[..., Awaitable[int]]:
    """Ask an agent that traces; when it answers all its spans are collected."""
    tracer = start_traces(collector.environ(), service="pms-agent")
    settings = AgentSettings.load({"AGENT_PROXY_URL": proxy_url})
    client = await aiohttp_client(make_app(settings, clock=clock, tracer=tracer))

    async def ask(target: str, **headers: str) -> int:
        async with client.get(target, headers=headers) as answer:
            await answer.read()
        await asyncio.to_thread(tracer.end, 5)
        return answer.status

    return ask


async def test_rooms_are_asked_in_the_trace_of_who_asks(
    collector: Collector, ask: Callable[..., Awaitable[int]], proxy: FakeProxy
) -> None:
    """A tool's trace goes through the agent to the proxy."""
    given = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "a=1"}
    assert await ask(f"{ROOMS}?checkin=2026-12-05", **given) == 200

    (served,) = collector.named(f"GET {ROOMS}")
    (asked,) = collector.named("ask the proxy")
    assert (served.parent, asked.parent) == (PARENT, served.id)
    assert proxy.search_headers[0]["traceparent"] == f"00-{TRACE}-{asked.id}-01"
    assert proxy.search_headers[0]["tracestate"] == "a=1"
    assert served.facts == {
        "http.request.method": "GET",
        "http.route": ROOMS,
        "http.response.status_code": 200,
    }
    assert asked.facts == {
        "http.response.status_code": 200,
        "pms.circuit_breaker": "closed",
    }


async def test_an_outage_is_a_failed_span(
    collector: Collector, ask: Callable[..., Awaitable[int]], proxy: FakeProxy
) -> None:
    """Where there is nothing to show the span says that it failed, and why."""
    proxy.has_nothing()
    assert await ask(f"{ROOMS}?checkin=2026-12-05") == 503

    (served,) = collector.named(f"GET {ROOMS}")
    (asked,) = collector.named("ask the proxy")
    assert served.has_failed
    assert asked.facts["pms.circuit_breaker"] == "open"


@pytest.mark.parametrize("path", ["/health/live", "/metrics", "/nowhere/4711"])
async def test_what_machines_ask_all_day_is_no_span(
    collector: Collector, ask: Callable[..., Awaitable[int]], path: str
) -> None:
    """Health, metrics and paths that are none leave no trace."""
    await ask(path)

    assert collector.spans == []
