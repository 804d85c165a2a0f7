from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from structlog.testing import capture_logs

from agent.telemetry import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from aiohttp.test_utils import TestClient

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

    Client: TypeAlias = TestClient[web.Request, web.Application]


async def metrics(agent: Client) -> dict[str, str]:
    """Read the samples that are exported, by name and labels."""
    answer = await agent.get("/metrics")
    assert answer.status == 200
    assert answer.content_type == "text/plain"
    lines = (await answer.text()).splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


@pytest.mark.parametrize(
    ("word", "number"), [("closed", "0.0"), ("open", "1.0"), ("half_open", "2.0")]
)
async def test_breaker(agent: Client, proxy: FakeProxy, word: str, number: str) -> None:
    """The breaker's state is the proxy's, as a number."""
    proxy.breaker = word
    exported = await metrics(agent)
    assert exported["pms_circuit_breaker_state"] == number
    assert exported["pms_proxy_up"] == "1.0"


async def test_breaker_is_read_at_the_scrape(
    agent: Client, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A scrape a second later shows what changed."""
    await metrics(agent)
    proxy.breaker = "open"
    clock.advance(1)
    assert (await metrics(agent))["pms_circuit_breaker_state"] == "1.0"


async def test_proxy_gone(
    start_agent: Callable[..., Awaitable[Client]], unused_tcp_port: int
) -> None:
    """Without the proxy the state is no number, and the proxy is down."""
    url = f"http://127.0.0.1:{unused_tcp_port}"
    exported = await metrics(await start_agent(AGENT_PROXY_URL=url))
    assert exported["pms_circuit_breaker_state"] == "NaN"
    assert exported["pms_proxy_up"] == "0.0"


async def test_messages_start_at_zero(agent: Client) -> None:
    """Every outcome is there before its first message."""
    exported = await metrics(agent)
    for outcome in OUTCOMES:
        assert exported[f'agent_messages_total{{outcome="{outcome}"}}'] == "0.0"


async def test_requests(agent: Client) -> None:
    """A request is counted and logged by its route, never by its path."""
    with capture_logs() as logs:
        await agent.get("/api/v1/availability", params={"checkin": "secret"})
        await agent.get("/5491100000177")
    assert [line["route"] for line in logs] == ["/api/v1/availability", "other"]
    assert [line["status"] for line in logs] == [400, 404]
    assert "secret" not in str(logs)
    assert "5491100000177" not in str(logs)
    exported = await metrics(agent)
    assert exported['agent_request_seconds_count{route="other"}'] == "1.0"
