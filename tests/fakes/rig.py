"""A proxy on a real socket before a real stand-in, with a clock turned by hand."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from yarl import URL

from config.proxy_settings import ProxySettings
from config.serving import BACKLOG, Runner
from config.tracing import OFF
from demo.pms import StandIn
from fakes.clock import FakeClock
from proxy.app import HANDLERS, make_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from multidict import CIMultiDictProxy

    from demo.hotel import House
    from proxy.tracing import Tracer

SEARCH = (
    "<qloapps><hotel_ari><id_hotel>{hotel}</id_hotel><date_from>{checkin}</date_from>"
    "<date_to>{checkout}</date_to></hotel_ari></qloapps>"
)
BOOKING = (
    "<qloapps><booking><id_property>1</id_property><currency>USD</currency>"
    "<booking_status>1</booking_status><payment_status>3</payment_status>"
    "<source>{source}</source><associations><customer_detail><firstname>{name}"
    "</firstname><lastname>Lopez</lastname><email>ana@example.com</email>"
    "<phone>5550001111</phone></customer_detail><room_types><room_type>"
    "<id_room_type>1</id_room_type><checkin_date>2027-01-10</checkin_date>"
    "<checkout_date>2027-01-12</checkout_date><number_of_rooms>1</number_of_rooms>"
    "</room_type></room_types></associations></booking></qloapps>"
)
# How long a test waits for what must happen, in real seconds.
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Got:
    """What the proxy answered."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)

    @property
    def is_marked(self) -> bool:
        """Whether it says that it may be old."""
        return self.headers.get("X-Potentially-Stale") == "true"


class Rig:
    """The proxy under test, the PMS behind it and the clock that both stand on."""

    def __init__(
        self, url: str, pms: StandIn, clock: FakeClock, session: aiohttp.ClientSession
    ) -> None:
        self.url = url
        self.pms = pms
        self.clock = clock
        self._session = session

    async def ask(
        self,
        method: str,
        target: str,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got:
        """Send one request to the proxy; `target` goes out as it stands."""
        async with self._session.request(
            method,
            URL(f"{self.url}{target}", encoded=True),
            data=body,
            headers=headers,
            allow_redirects=False,
        ) as response:
            return Got(response.status, response.headers, await response.read())

    async def get(self, target: str, **headers: str) -> Got:
        """GET a target."""
        return await self.ask("GET", target, headers=_named(headers))

    async def search(self, day: int = 10, *, hotel: int = 1, **headers: str) -> Got:
        """Search one night from the given day of December 2026."""
        body = SEARCH.format(
            hotel=hotel, checkin=f"2026-12-{day:02}", checkout=f"2026-12-{day + 1:02}"
        )
        named = {"Content-Type": "text/xml", **_named(headers)}
        return await self.ask("POST", "/api/hotel_ari", body, named)

    async def book(
        self, name: str = "Ana", *, source: str = "WhatsApp", **headers: str
    ) -> Got:
        """Post a booking."""
        named = {"Content-Type": "text/xml", **_named(headers)}
        body = BOOKING.format(name=name, source=source)
        return await self.ask("POST", "/api/bookings", body, named)

    async def fails(self, times: int) -> None:
        """Make calls that the PMS answers with an error page."""
        from demo import faults  # noqa: PLC0415

        for number in range(times):
            self.pms.plays(faults.error_page())
            got = await self.get(f"/api/orders/{number}")
            assert got.status == 502

    async def state(self) -> str:
        """Return the breaker's state as the status tells it."""
        return str((await self.breaker())["state"])

    async def breaker(self) -> dict[str, Any]:
        """Return the status' part on the breaker."""
        got = await self.get("/status.json")
        found: dict[str, Any] = got.json()["breaker"]
        return found

    async def status(self) -> dict[str, Any]:
        """Return the whole status."""
        found: dict[str, Any] = (await self.get("/status.json")).json()
        return found

    async def metric(self, name: str, **labels: str) -> float:
        """Return a sample of /metrics."""
        text = (await self.get("/metrics")).body.decode()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        raise AssertionError(f"{name} {labels} is not exported")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what must happen has happened."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.001)

    async def until_state(self, state: str) -> None:
        """Wait until the breaker is in a state."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.state() != state:
                await asyncio.sleep(0.001)

    async def until_calls(self, count: int) -> None:
        """Wait until the PMS has seen so many calls in all."""
        await self.until(lambda: len(self.pms.calls) >= count)

    async def settles(self) -> None:
        """Give what might wrongly happen the time to happen."""
        for _ in range(20):
            await asyncio.sleep(0.001)


@asynccontextmanager
async def a_rig(
    environ: Mapping[str, str] | None = None,
    *,
    own_key: bool = True,
    house: House | None = None,
    tracer: Tracer = OFF,
) -> AsyncIterator[Rig]:
    """Start a rig; `environ` holds settings beside the usual ones."""
    clock = FakeClock()
    async with (
        StandIn(hotel=house, clock=clock) as pms,
        a_run(pms, clock, environ, own_key=own_key, tracer=tracer) as rig,
    ):
        try:
            yield rig
        finally:
            pms.heals()
            clock.advance(3600)


@asynccontextmanager
async def a_run(
    pms: StandIn,
    clock: FakeClock,
    environ: Mapping[str, str] | None = None,
    *,
    own_key: bool = True,
    tracer: Tracer = OFF,
) -> AsyncIterator[Rig]:
    """Run a proxy before a PMS that outlives it, and stop it as SIGTERM does."""
    # No test is told of questions that nobody in it asks.
    usual = {"PROXY_UPSTREAM_URL": pms.url, "PROXY_CALENDAR_NIGHTS": "0"}
    if own_key:
        usual["PROXY_UPSTREAM_KEY"] = pms.key
    settings = ProxySettings.load({**usual, **(environ or {})})
    app = make_app(settings, clock=clock, tracer=tracer)
    runner = Runner(
        app,
        refuse_unreadable=app[HANDLERS].refuse_unreadable,
        clock=clock,
        shutdown_timeout=0.1,
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=BACKLOG)
    await site.start()
    port = runner.addresses[0][1]
    # One connection a request: no test is told of another's keep-alive.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        try:
            yield Rig(f"http://127.0.0.1:{port}", pms, clock, session)
        finally:
            await runner.cleanup()


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
