from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import aiohttp
import pytest

from agent.messages import NothingToShow, RoomsFound, Search
from agent.pms.client import PmsClient
from agent.pms.proxy import ANSWER_LIMIT_BYTES, Proxy
from config.tracing import OFF

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.clock import FakeClock
    from fakes.proxy import FakeProxy

SEARCH = Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2)
TOKEN = "agent"  # noqa: S105


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Keep a client session open."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def pms(
    session: aiohttp.ClientSession, proxy_url: str, clock: FakeClock
) -> PmsClient:
    """Ask the fake proxy."""
    return client(session, proxy_url, clock)


def client(session: aiohttp.ClientSession, url: str, clock: FakeClock) -> PmsClient:
    """Make a client of the proxy at `url`."""
    proxy = Proxy(session, session, url=url, token=TOKEN, tracer=OFF, clock=clock)
    return PmsClient(proxy, hotel_id=1, room_types={"Delux  ROOMS": "double"})


async def test_search(pms: PmsClient, proxy: FakeProxy) -> None:
    """A search is one POST of XML that asks for JSON, with the agent's token."""
    found = await pms.search(SEARCH)
    assert isinstance(found, RoomsFound)
    assert [room.available for room in found.rooms] == [5, 3, 0]
    assert (found.is_stale, found.age_s) == (False, None)
    assert len(proxy.searches) == 1
    headers = proxy.search_headers[0]
    assert headers["X-Proxy-Token"] == TOKEN
    assert "Cache-Control" not in headers
    assert headers["Content-Type"] == "text/xml"


async def test_search_for_a_booking(pms: PmsClient, proxy: FakeProxy) -> None:
    """What is about to be booked is asked of the PMS itself."""
    await pms.search(SEARCH, is_for_booking=True)
    assert proxy.search_headers[0]["Cache-Control"] == "no-cache"


async def test_room_types(pms: PmsClient) -> None:
    """The hotel's own name for a type is what the settings say, written anyhow."""
    found = await pms.search(SEARCH)
    assert isinstance(found, RoomsFound)
    assert [room.room_type for room in found.rooms] == [None, "double", None]


async def test_incomplete(pms: PmsClient, proxy: FakeProxy) -> None:
    """A list to which types may be missing says so."""
    proxy.headers = {"X-Availability": "incomplete"}
    found = await pms.search(SEARCH)
    assert isinstance(found, RoomsFound)
    assert found.is_incomplete


async def test_too_long(pms: PmsClient, proxy: FakeProxy) -> None:
    """An endless answer is not read to its end."""
    proxy.body = " " * (ANSWER_LIMIT_BYTES + 1)
    found = await pms.search(SEARCH)
    assert found == NothingToShow(why="The answer is over 2097152 bytes.")


async def test_stale(pms: PmsClient, proxy: FakeProxy) -> None:
    """A marked copy comes with its mark and its age."""
    proxy.goes_stale(age_s=120)
    found = await pms.search(SEARCH)
    assert isinstance(found, RoomsFound)
    assert (found.is_stale, found.age_s) == (True, 120)


async def test_age_without_the_mark(pms: PmsClient, proxy: FakeProxy) -> None:
    """A fresh copy has an age too, and is not stale."""
    proxy.headers = {"Age": "12"}
    found = await pms.search(SEARCH)
    assert isinstance(found, RoomsFound)
    assert (found.is_stale, found.age_s) == (False, None)


async def test_nothing(pms: PmsClient, proxy: FakeProxy) -> None:
    """A 503 is nothing to show, with the breaker and the wait; it is asked once."""
    proxy.has_nothing(retry_after_s=17)
    assert await pms.search(SEARCH) == NothingToShow(
        why="The PMS cannot be asked now, and there is no copy to show.",
        breaker="open",
        retry_after_s=17,
    )
    assert len(proxy.searches) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 429, 500, 502, 504])
async def test_any_other_status(pms: PmsClient, proxy: FakeProxy, status: int) -> None:
    """Whatever is no 200 is nothing to show, in one sentence."""
    proxy.status = status
    proxy.headers = {"Location": "/status.json", "Retry-After": "soon"}
    found = await pms.search(SEARCH)
    assert isinstance(found, NothingToShow)
    assert found.why.endswith(".")
    assert found.retry_after_s is None
    assert len(proxy.searches) == 1


async def test_unreachable(
    session: aiohttp.ClientSession, clock: FakeClock, unused_tcp_port: int
) -> None:
    """Without a proxy there is nothing to show and the breaker is unknown."""
    pms = client(session, f"http://127.0.0.1:{unused_tcp_port}", clock)
    assert await pms.search(SEARCH) == NothingToShow(why="The proxy cannot be reached.")
    assert await pms.breaker() == "unknown"
    assert not await pms.is_ready()


async def test_search_gives_up(
    pms: PmsClient, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A search is given up after 27 s, longer than the proxy's worst."""
    proxy.hangs = True
    search = asyncio.create_task(pms.search(SEARCH))
    await proxy.arrived.wait()
    clock.advance(26.9)
    await asyncio.sleep(0)
    assert not search.done()
    clock.advance(0.2)
    assert isinstance(await search, NothingToShow)
    proxy.let_go.set()


async def test_breaker_is_kept_a_second(
    pms: PmsClient, proxy: FakeProxy, clock: FakeClock
) -> None:
    """The breaker's state is read at most once a second, and is never older."""
    assert await pms.breaker() == "closed"
    proxy.breaker = "half_open"
    clock.advance(0.9)
    assert await pms.breaker() == "closed"
    clock.advance(0.1)
    assert await pms.breaker() == "half_open"
    assert proxy.status_reads == 2


async def test_breaker_comes_with_answers(pms: PmsClient, proxy: FakeProxy) -> None:
    """The state that comes with an answer is as good as one that was read."""
    proxy.goes_stale()
    await pms.search(SEARCH)
    assert await pms.breaker() == "open"
    assert proxy.status_reads == 0


@pytest.mark.parametrize("word", ["ajar", "", "unknown", "CLOSED"])
async def test_strange_breaker(pms: PmsClient, proxy: FakeProxy, word: str) -> None:
    """A word that is no state is unknown."""
    proxy.breaker = word
    assert await pms.breaker() == "unknown"


async def test_status_gives_up(
    pms: PmsClient, proxy: FakeProxy, clock: FakeClock
) -> None:
    """A proxy that does not tell its state within half a second is unknown."""
    proxy.status_hangs = True
    asking = asyncio.create_task(pms.breaker())
    await proxy.arrived.wait()
    clock.advance(0.5)
    assert await asking == "unknown"
    proxy.let_go.set()


async def test_ready(pms: PmsClient, proxy: FakeProxy) -> None:
    """The agent is as ready as the proxy says it is."""
    assert await pms.is_ready()
    proxy.ready = 503
    assert not await pms.is_ready()


async def test_unreadable(pms: PmsClient, proxy: FakeProxy) -> None:
    """A 200 that is no availability is nothing to show."""
    bodies: tuple[object, ...] = ("<html>", {"hotel_ari": {}}, {"hotel_ari": []})
    for body in bodies:
        proxy.body = body
        assert isinstance(await pms.search(SEARCH), NothingToShow)
