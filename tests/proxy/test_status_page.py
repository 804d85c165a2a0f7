"""The status page as it is sent: true without JavaScript, guarded, and its events."""

from __future__ import annotations

import asyncio
import html
import re
from contextlib import asynccontextmanager
from itertools import product
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from demo import faults
from fakes.clock import FakeClock
from fakes.rig import Rig, a_rig
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.values import BreakerPolicy
from proxy.front.outgoing import CLIENT_STALL_S, Outgoing
from proxy.front.status_events import MAX_LISTENERS, NEWS_EVERY_S, StatusEvents
from proxy.front.status_page import StatusPage
from proxy.front.status_words import LANGUAGES
from proxy.messages import BreakerState, Cause, Operation
from proxy.metrics import PROBE
from proxy.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

TOKEN = "an-operators-token"  # noqa: S105


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy that knows an operator."""
    async with a_rig({"PROXY_ADMIN_TOKEN": TOKEN}) as started:
        yield started


async def _page(rig: Rig, language: str = "en") -> str:
    got = await rig.get(f"/status?lang={language}")
    assert got.status == 200
    return got.body.decode()


def _text(page: str) -> str:
    """Return what people read of a page."""
    inline = re.sub(r"</?(strong|q)\b[^>]*>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inline)).split())


async def _order(rig: Rig, order: str, why: str = "PMS+upgrade") -> None:
    headers = {"X-Admin-Token": TOKEN}
    got = await rig.ask("POST", f"/admin/{order}?why={why}", headers=headers)
    assert got.status == 200


async def test_it_says_that_guests_are_served(rig: Rig) -> None:
    """While the PMS is well there is nothing to do."""
    text = _text(await _page(rig))

    assert "Guests are served from the PMS." in text
    assert "Circuit breaker: closed." in text
    assert "there is nobody to call" in text
    assert (await rig.status())["guests"] == "served"


async def test_it_says_why_they_are_not(rig: Rig) -> None:
    """In an outage it has the cause, whom to call, the probe and what there is."""
    await rig.search()
    rig.clock.advance(2)
    await rig.fails(5)
    text = _text(await _page(rig))

    assert "Guests see copies up to 5 min old; no bookings." in text
    assert "Circuit breaker: open." in text
    assert "Next probe in 30 s" in text
    assert "PMS down: it answers with errors." in text
    assert "Call the PMS team" in text
    assert "Outage since 2026-11-25 03:00:02 UTC" in text
    assert text.count("PMS down private data") == 5
    assert "Youngest availability copy 2 s old" in text


async def test_without_copies_guests_cannot_be_served(rig: Rig) -> None:
    """It does not promise copies that nobody has, nor such as are too old."""
    await rig.fails(5)
    assert "Guests cannot be served" in _text(await _page(rig))

    await _order(rig, "breaker/reset")
    await rig.search()
    await _order(rig, "breaker/open")
    assert "Guests see copies" in _text(await _page(rig))
    rig.clock.advance(300.001)

    text = _text(await _page(rig))
    assert "Guests cannot be served" in text
    assert "5 min 1 s old: too old to be shown" in text


@pytest.mark.parametrize(
    ("lasted_s", "level"),
    [(1800, None), (1801, "l2"), (7200, "l2"), (7201, "critical")],
)
async def test_it_escalates_as_the_runbook_does(
    rig: Rig, lasted_s: float, level: str | None
) -> None:
    """Past 30 minutes it is the L2 PMS team's, past 2 hours critical."""
    rig.pms.always(faults.crash())
    await rig.fails(5)
    rig.clock.advance(lasted_s)
    page = await _page(rig)

    assert (await rig.status())["escalation"]["level"] == level
    assert page.count('aria-current="step"') == (level is not None)
    text = _text(page)
    assert ("L2 PMS team (now)" in text) == (level == "l2")
    assert ("critical, C-level (now)" in text) == (level == "critical")


async def test_what_an_operator_holds_is_not_escalated(rig: Rig) -> None:
    """However long it lasts, it says who holds it and why, and calls nobody else."""
    await _order(rig, "breaker/open")
    rig.clock.advance(7201)
    page = await _page(rig)

    assert (await rig.status())["escalation"] is None
    assert "L2 PMS team" not in page
    assert "Call the operator who gave the reason Reason PMS upgrade" in _text(page)


async def test_calls_given_up_take_places_too(rig: Rig) -> None:
    """Where the PMS hangs, the places that nobody can have are counted as taken."""
    told = await rig.status()
    told["upstream"].update(places=4, inflight=0, abandoned=4, waiting=0)
    text = _text(StatusPage(lambda: told).parts("es"))

    assert "4 de 4 ocupados, 4 por pedidos abandonados; 0 en espera" in text


async def test_an_operators_hand_is_told(rig: Rig) -> None:
    """Who reads it sees that no probe will come, and why."""
    await _order(rig, "breaker/open")
    text = _text(await _page(rig))
    assert "none until an operator resets the breaker" in text
    assert "Reason PMS upgrade" in text

    await _order(rig, "breaker/close", "test")
    assert "The breaker is held closed" in _text(await _page(rig))


async def test_what_others_wrote_is_text(rig: Rig) -> None:
    """A reason or a path that holds HTML is shown as its letters."""
    await _order(rig, "breaker/open", "%3Cscript%3Ealert(1)%3C/script%3E")
    page = await _page(rig)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page


async def test_it_speaks_spanish(rig: Rig) -> None:
    """Without a wish the page is in Spanish; the switch leads to English."""
    page = (await rig.get("/status")).body.decode()

    assert '<html lang="es">' in page
    assert "Los huéspedes reciben datos del PMS." in _text(page)
    assert 'href="?lang=en"' in page
    english = await rig.get("/status", Accept_Language="en-GB,en;q=0.8")
    assert '<html lang="en">' in english.body.decode()


@pytest.mark.parametrize("path", ["", "/page.css", "/page.js", "/icon.svg"])
async def test_it_is_guarded(rig: Rig, path: str) -> None:
    """Nothing from elsewhere, nothing inline, no frame, no copy, no referrer."""
    got = await rig.get(f"/status{path}")
    policy = got.headers["Content-Security-Policy"]

    assert got.status == 200
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'; base-uri 'none'; form-action 'self'" in policy
    assert "unsafe" not in policy
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["Referrer-Policy"] == "no-referrer"
    assert (await rig.ask("HEAD", f"/status{path}")).body == b""
    assert (await rig.ask("POST", f"/status{path}")).status == 405


async def test_it_tells_no_secret() -> None:
    """Neither key nor tokens are on it; who has no admin token is offered nothing."""
    tokens = {"PROXY_CLIENT_TOKENS": "agent:a-secret-of-the-agent"}
    async with a_rig({"PROXY_ADMIN_TOKEN": TOKEN, **tokens}) as rig:
        page = await _page(rig)
        assert rig.pms.key not in page
        assert TOKEN not in page
        assert "a-secret-of-the-agent" not in page
    async with a_rig() as rig:
        page = await _page(rig)
        assert "<form" not in page
        assert "PROXY_ADMIN_TOKEN is not set" in page


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_that_may_be_is_without_words(rig: Rig, language: str) -> None:
    """Whatever states, causes, hands and writes come together, the page is written."""
    await rig.fails(5)
    told = await rig.status()
    page = StatusPage(lambda: told)
    at = told["at"]
    write = {"since": at, "resource": "<b>", "hotel": "1", "caller": "agent"}
    told["calendar"].update(nights=180, hotels=1, wanted=180, usable=7, oldest_s=61)
    told["writes"].update(unknown=1, presumed_not_applied=1, late_applied=1)
    told["writes"]["open"] = [
        {**write, "standing": "unknown"},
        {**write, "standing": "presumed_not_applied", "hotel": None, "caller": ""},
    ]
    breaker = told["breaker"]
    breaker["last_failures"] = [
        {"at": at, "cause": cause, "operation": operation}
        for cause, operation in product(Cause, (*Operation, PROBE))
    ]
    hands = [None, *({"state": s, "why": "x", "since": at} for s in ("open", "closed"))]
    for state, forced, cause, guests, redis in product(
        BreakerState,
        hands,
        (None, *Cause),
        ("served", "copies", "not_served"),
        ("none", "up", "down"),
    ):
        breaker.update(observed=state.value, forced=forced, cause=cause)
        told.update(guests=guests, redis=redis)
        assert "&lt;b&gt;" in page.parts(language)


async def test_an_unknown_write_is_on_it(rig: Rig) -> None:
    """Whoever is on call sees that there is something to look for, and no guest."""
    rig.pms.plays(faults.reset())
    await rig.book(name="Zenobia", source="WhatsApp:k1", Idempotency_Key="k1")
    page = await _page(rig)

    assert "Unknown 1 Presumed not applied 0" in _text(page)
    assert "bookings , hotel 1, unknown" in _text(page)
    assert "Zenobia" not in page
    assert "k1" not in page


async def test_observe_only_is_told() -> None:
    """Guests are served; the page says what a breaker would do."""
    async with a_rig({"PROXY_BREAKER_OBSERVE_ONLY": "1"}) as rig:
        await rig.fails(5)
        text = _text(await _page(rig))

    assert "Guests are served from the PMS." in text
    assert "Observe-only: nobody is refused; the breaker would be open." in text


async def test_it_asks_nobody(rig: Rig) -> None:
    """Reading the page costs the PMS nothing, whatever state it is in."""
    await rig.fails(5)
    seen = len(rig.pms.calls)
    for _ in range(5):
        await _page(rig)

    assert len(rig.pms.calls) == seen


class _Listener:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def news(self) -> str:
        """Return the next event's text; empty at the end."""
        lines: list[str] = []
        async with asyncio.timeout(5):
            while line := (await self.response.content.readline()).decode():
                if line == "\r\n":
                    break
                lines.append(line.removeprefix("data: ").rstrip())
        return _text("\n".join(lines))


@asynccontextmanager
async def _listening(url: str) -> AsyncIterator[_Listener]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/status/events?lang=en") as response,
    ):
        yield _Listener(response)


async def test_a_listener_is_told_at_once_and_each_five_seconds(rig: Rig) -> None:
    """A move of the breaker is told as it happens, all else with the next news."""
    async with _listening(rig.url) as listener:
        assert listener.response.headers["Content-Type"] == "text/event-stream"
        assert listener.response.headers["Cache-Control"] == "no-store"
        assert "Guests are served" in await listener.news()

        await rig.fails(5)
        assert "Guests cannot be served" in await listener.news()

        rig.clock.advance(5)
        assert "Next probe in 25 s" in await listener.news()


async def test_there_are_places_for_so_many_listeners(rig: Rig) -> None:
    """One more is refused, until one has left."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0)
    ) as session:
        url = f"{rig.url}/status/events"
        open_ones = [await session.get(url) for _ in range(MAX_LISTENERS)]
        async with session.get(url) as refused:
            assert refused.status == 503
            assert refused.headers["Retry-After"] == "5"
        assert (await rig.ask("POST", "/status/events")).status == 405
        open_ones.pop().close()
        async with asyncio.timeout(5):
            while (again := await session.get(url)).status != 200:
                again.close()
        for one in (*open_ones, again):
            one.close()


async def test_listeners_do_not_hold_up_the_end() -> None:
    """When the process ends, they are let go at once, by a whole answer."""
    async with a_rig() as rig:
        listening = _listening(rig.url)
        listener = await listening.__aenter__()
        await listener.news()
        began_at = asyncio.get_running_loop().time()
    assert await listener.response.content.read() == b""
    assert asyncio.get_running_loop().time() - began_at < 1
    await listening.__aexit__(None, None, None)


@asynccontextmanager
async def _telling(
    clock: FakeClock, parts: Callable[[str], str]
) -> AsyncIterator[tuple[StatusEvents, str]]:
    """Tell listeners what `parts` writes, at a URL of its own."""
    telemetry = Telemetry(clock, "1")
    guard = Guard(Breaker(BreakerPolicy(), clock.monotonic()), clock, telemetry)
    events = StatusEvents(parts=parts, outgoing=Outgoing(guard, clock), clock=clock)

    async def handle(request: web.Request) -> web.StreamResponse:
        return await events.tell(request, "en", "1")

    app = web.Application()
    app.router.add_get("/status/events", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield events, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_who_is_told_in_one_moment_shares_what_is_written() -> None:
    """A move is written once for all, and each move and each 5 s anew."""
    clock = FakeClock()
    written: list[str] = []

    def parts(language: str) -> str:
        written.append(language)
        return f"news {len(written)}"

    async with (
        _telling(clock, parts) as (events, url),
        _listening(url) as one,
        _listening(url) as another,
    ):
        assert [await one.news(), await another.news()] == ["news 1"] * 2
        events.wake()
        assert [await one.news(), await another.news()] == ["news 2"] * 2
        clock.advance(NEWS_EVERY_S)
        assert [await one.news(), await another.news()] == ["news 3"] * 2
        events.end()


async def test_a_listener_that_does_not_read_goes() -> None:
    """What it does not take is held for 30 s, and then its connection is gone."""
    clock = FakeClock()
    written: list[str] = []

    def much(language: str) -> str:
        written.append(language)
        return "x" * 20_000_000

    async with _telling(clock, much) as (events, url), _listening(url) as listener:
        for _ in range(1000):
            events.wake()
            await asyncio.sleep(0)
        assert len(written) == 1
        clock.advance(CLIENT_STALL_S)
        with pytest.raises(aiohttp.ClientError):
            async with asyncio.timeout(5):
                await listener.response.content.read()


async def test_a_listener_that_does_not_read_does_not_hold_up_the_end() -> None:
    """Its connection is broken off when the process ends, with what is kept for it."""
    async with (
        _telling(FakeClock(), lambda _: "x" * 20_000_000) as (events, url),
        _listening(url) as listener,
    ):
        events.end()
        with pytest.raises(aiohttp.ClientError):
            async with asyncio.timeout(5):
                await listener.response.content.read()
