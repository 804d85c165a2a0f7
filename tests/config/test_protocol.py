"""Connections on real sockets: none holds its place for nothing."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import uvloop
from aiohttp import web

from config.crowd import HEAD_S, TAKE_S
from config.serving import Runner
from fakes.clock import FakeClock
from fakes.raw_client import RawClient, a_raw_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOM = 3
# More than the sockets' buffers hold.
LARGE = b"x" * 2**24
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HALF = b"GET / HTTP/1.1\r\nHost"


class House:
    """A server with room for three."""

    def __init__(self, url: str, clock: FakeClock) -> None:
        self.url = url
        self.clock = clock
        self.left = asyncio.Event()
        self._open = AsyncExitStack()

    async def guest(self) -> RawClient:
        """Connect, and stay to the end."""
        guest = await self._open.enter_async_context(a_raw_client(self.url))
        await _settle()
        return guest

    async def close(self) -> None:
        """Send everybody home."""
        await self._open.aclose()

    async def turns(self, seconds: float) -> None:
        """Turn the clock, second by second as the server looks."""
        for _ in range(round(seconds)):
            self.clock.advance(1)
            await asyncio.sleep(0)
        await _settle()


async def _settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0.001)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Start it."""
    async with _a_house() as started:
        yield started


@asynccontextmanager
async def _a_house() -> AsyncIterator[House]:
    house = House("", FakeClock())

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/never":
            try:
                await asyncio.Event().wait()
            finally:
                house.left.set()
        body = LARGE if request.path == "/large" else b"small"
        return web.Response(body=body)

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = Runner(
        app,
        refuse_unreadable=lambda status, text: web.Response(status=status, text=text),
        clock=house.clock,
        connections=ROOM,
        shutdown_timeout=0.1,
    )
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield house
    finally:
        await house.close()
        await runner.cleanup()


async def test_a_silent_connection_is_closed_without_a_word(house: House) -> None:
    """Ten seconds after it came, and not before."""
    guest = await house.guest()
    await house.turns(HEAD_S - 1)
    assert (await _ask(guest)) == 200

    silent = await house.guest()
    await house.turns(HEAD_S)

    assert await silent.rest() == b""
    assert (await _ask(guest)) == 200


async def test_a_head_that_trickles_is_a_408(house: House) -> None:
    """Each byte is not a new beginning."""
    guest = await house.guest()
    for byte in HALF[:10]:
        guest.send(bytes([byte]))
        await house.turns(1)

    got = await guest.reply()

    assert got.status == 408
    assert got.text == "The head of the request did not arrive in time."
    assert await guest.is_closed()


def test_a_head_that_comes_at_once_and_stops_is_a_408() -> None:
    """On uvloop, which serves, bytes are there before aiohttp waits for them."""

    async def come_and_stop() -> bytes:
        async with _a_house() as house:
            parts = urlsplit(house.url)
            # Blocking, so that the bytes are there before the connection is taken.
            with socket.create_connection((parts.hostname, parts.port)) as guest:
                guest.sendall(HALF)
                await _settle()
                await house.turns(HEAD_S)
                return guest.recv(1000)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(come_and_stop()).startswith(b"HTTP/1.0 408 ")


async def test_a_second_head_that_trickles_is_a_408(house: House) -> None:
    """It counts from its own first byte; between two requests nothing does."""
    guest = await house.guest()
    assert (await _ask(guest)) == 200
    await house.turns(600)
    guest.send(HALF)
    await _settle()
    await house.turns(HEAD_S - 1)
    guest.send(b": ")
    await house.turns(1)

    assert (await guest.reply()).status == 408
    assert await guest.is_closed()


async def test_blank_lines_are_no_way_to_stay(house: House) -> None:
    """What may stand before a request is its beginning."""
    guest = await house.guest()
    assert (await _ask(guest)) == 200
    for _ in range(round(HEAD_S) + 1):
        guest.send(b"\r\n")
        await _settle()
        await house.turns(1)

    assert (await guest.reply()).status == 408


async def test_a_head_in_two_parts_is_served(house: House) -> None:
    """Slow is not late."""
    guest = await house.guest()
    guest.send(GET[:20])
    await house.turns(HEAD_S - 1)
    guest.send(GET[20:])

    assert (await guest.reply()).status == 200
    await house.turns(600)
    assert (await _ask(guest)) == 200


async def test_a_long_answer_is_not_a_late_head(house: House) -> None:
    """Who waits for the server is not sent away."""
    guest = await house.guest()
    guest.send(GET.replace(b"/ ", b"/never "))
    await _settle()
    await house.turns(600)

    assert not house.left.is_set()


async def test_who_takes_nothing_of_an_answer_is_cut_off(house: House) -> None:
    """A minute after the last byte fitted in; who takes it in time gets it all."""
    taker, staller = await house.guest(), await house.guest()
    for guest in (taker, staller):
        guest.send(GET.replace(b"/ ", b"/large "))
    await _settle()
    await house.turns(TAKE_S - 2)
    assert len((await taker.reply()).body) == len(LARGE)
    await house.turns(3)

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await staller.reply()
    assert (await _ask(taker)) == 200


async def test_the_silent_make_room_for_who_comes(house: House) -> None:
    """The one that has been silent longest first."""
    first, second, third = [await house.guest() for _ in range(ROOM)]

    fourth = await house.guest()

    assert await first.rest() == b""
    for guest in (second, third, fourth):
        assert (await _ask(guest)) == 200


async def test_who_rests_makes_room_and_who_is_served_stays(house: House) -> None:
    """With everybody served, the new one is turned away."""
    resting = await house.guest()
    assert (await _ask(resting)) == 200
    for _ in range(ROOM):
        (await house.guest()).send(GET.replace(b"/ ", b"/never "))
        await _settle()

    assert await resting.is_closed()
    assert await (await house.guest()).is_closed()
    assert not house.left.is_set()


async def _ask(guest: RawClient) -> int:
    guest.send(GET)
    return (await guest.reply()).status
