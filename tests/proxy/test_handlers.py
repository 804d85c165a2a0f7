"""Facts of the shell: the proxy's own paths, and the last line of defence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, cast

import aiohttp
import pytest
from aiohttp import web

from config.tracing import OFF
from fakes.clock import FakeClock
from fakes.rig import a_rig
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.values import BreakerPolicy
from proxy.front.callers import Callers
from proxy.front.drain import Drain
from proxy.front.handlers import Handlers
from proxy.front.outgoing import Outgoing
from proxy.front.own_paths import OwnPaths
from proxy.front.rates import Rates
from proxy.front.status_events import StatusEvents
from proxy.front.status_page import StatusPage
from proxy.qloapps.adapter import QloApps
from proxy.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.rig import Rig
    from proxy.front.admin import Order
    from proxy.service import Service


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy with its own key."""
    async with a_rig() as started:
        yield started


@pytest.mark.parametrize(
    "path", ["/health/live", "/health/ready", "/metrics", "/status.json"]
)
async def test_the_proxys_own_paths_answer_get_and_head(rig: Rig, path: str) -> None:
    """With the same head, and nothing asked of the PMS."""
    got = await rig.get(path)
    head = await rig.ask("HEAD", path)

    assert (got.status, head.status, head.body) == (200, 200, b"")
    assert got.headers["Content-Type"] == head.headers["Content-Type"]
    assert got.headers["Server"] == "pms-proxy"
    assert rig.pms.calls == []


async def test_it_is_ready_while_guests_can_be_served(rig: Rig) -> None:
    """Closed, or with a copy that may be served; not in an outage without any."""
    assert (await rig.get("/health/ready")).status == 200
    await rig.search()
    rig.clock.advance(280)
    await rig.fails(5)

    assert (await rig.get("/health/ready")).status == 200
    rig.clock.advance(20)
    assert (await rig.get("/health/ready")).status == 200
    rig.clock.advance(0.001)
    got = await rig.get("/health/ready")
    assert (got.status, (await rig.get("/health/live")).status) == (503, 200)
    assert got.json() == {"status": "nothing to serve"}


async def _obeys_nobody(order: Order, why: str) -> None:
    del order, why


class _Broken:
    """A service with a fault of our own."""

    async def answer(self, *_: object) -> NoReturn:
        """Crash."""
        raise RuntimeError("a secret of the inside")


@pytest.mark.parametrize(
    ("target", "media_type"),
    [
        ("/api/hotels", "text/xml;charset=utf-8"),
        ("/api/hotels?output_format=JSON", "application/problem+json"),
    ],
)
async def test_a_fault_of_our_own_is_told_without_its_inside(
    target: str, media_type: str
) -> None:
    """A 500 with our fields and one sentence; the trace is in the log alone."""
    clock = FakeClock()
    telemetry = Telemetry(clock, "1")
    drain = Drain(clock, 10, on_cut=lambda: None)
    service = cast("Service", _Broken())
    page = StatusPage(dict)
    guard = Guard(Breaker(BreakerPolicy(), 0), clock, telemetry)
    outgoing = Outgoing(guard, clock)
    handlers = Handlers(
        service=service,
        pms=QloApps(host="x", key=None),
        callers=Callers({}),
        rates=Rates({}),
        own_paths=OwnPaths(
            service=service,
            telemetry=telemetry,
            status=dict,
            page=page,
            events=StatusEvents(parts=page.parts, outgoing=outgoing, clock=clock),
            drain=drain,
        ),
        outgoing=outgoing,
        drain=drain,
        telemetry=telemetry,
        tracer=OFF,
        clock=clock,
        orders=_obeys_nobody,
        admin_token=None,
        body_timeout_s=15,
    )
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", handlers.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{target}") as got,
    ):
        text = await got.text()
    await runner.cleanup()

    assert got.status == 500
    assert got.headers["Content-Type"] == media_type
    assert got.headers["X-PMS-Circuit-Breaker"] == "closed"
    assert got.headers["Proxy-Status"] == "pms-proxy; error=proxy_internal_error"
    assert "The proxy failed on this request; its log says why." in text
    assert "secret" not in text
    assert "Traceback" not in text
