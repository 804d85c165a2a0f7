"""Facts of one call over aiohttp: sent once, errors in our words."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from fakes.clock import FakeClock
from fakes.raw_pms import RawRequest, a_raw_pms
from proxy.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from proxy.messages import Answer, Cause, Request
from proxy.upstream import HttpUpstream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Play = Callable[[RawRequest, asyncio.StreamWriter], Awaitable[bool]]

ASK = Request(method="GET", path="/api/x", headers=(("Host", "shop"),))


def _says(data: bytes, *, keeps: bool = False) -> Play:
    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request
        writer.write(data)
        return keeps

    return play


async def _fetch(url: str, *, fresh: bool = False) -> Answer | UpstreamError:
    async with HttpUpstream(url, FakeClock()) as upstream:
        try:
            got = await upstream.fetch(ASK, deadline_s=15, fresh_connection=fresh)
        except UpstreamError as exc:
            return exc
        assert isinstance(got, Answer)
        return got


@pytest.mark.parametrize(
    ("data", "kind", "cause"),
    [
        (b"", UpstreamUnreachable, Cause.NETWORK),
        (b"HTTP/1.1 200 OK\r\nA: ", UpstreamUnreachable, Cause.NETWORK),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            UpstreamUnreachable,
            Cause.NETWORK,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            UpstreamUnreachable,
            Cause.NETWORK,
        ),
        (b"hello\r\n\r\n", UpstreamBroken, Cause.DOWN),
        (
            b"HTTP/1.1 200 OK\r\nA: " + b"a" * 70000 + b"\r\n\r\n",
            UpstreamBroken,
            Cause.DOWN,
        ),
    ],
    ids=["nothing", "half head", "short", "no last chunk", "no http", "long field"],
)
@pytest.mark.parametrize("fresh", [False, True], ids=["kept", "fresh"])
async def test_what_breaks_off_is_said_in_our_words(
    data: bytes, kind: type[UpstreamError], cause: Cause, *, fresh: bool
) -> None:
    """The request was received, so a write may have been done."""
    async with a_raw_pms(_says(data)) as pms:
        got = await _fetch(pms.url, fresh=fresh)

    assert isinstance(got, kind)
    assert got.cause is cause
    assert not got.surely_not_received
    assert len(pms.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "no.such.host.invalid"])
async def test_who_cannot_be_reached_has_surely_received_nothing(host: str) -> None:
    """Refused, or without an address."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    got = await _fetch(f"http://{host}:{port}")

    assert isinstance(got, UpstreamUnreachable)
    assert got.surely_not_received
    assert got.cause is Cause.NETWORK


async def test_a_call_ends_at_its_deadline() -> None:
    """Received, and without an answer in time."""
    clock = FakeClock()
    go = asyncio.Event()
    came = asyncio.Event()

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request, writer
        came.set()
        await go.wait()
        return False

    async with a_raw_pms(play) as pms, HttpUpstream(pms.url, clock) as upstream:
        asking = asyncio.create_task(
            upstream.fetch(ASK, deadline_s=15, fresh_connection=False)
        )
        await came.wait()
        clock.advance(15)
        with pytest.raises(UpstreamTimeout) as caught:
            await asking
        go.set()

    assert not caught.value.surely_not_received
    assert caught.value.cause is Cause.TIMEOUT


async def test_cookies_are_not_kept() -> None:
    """What the PMS sets for one caller is not sent for another."""
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    async with a_raw_pms(_says(answer, keeps=True)) as pms:
        upstream = HttpUpstream(pms.url, FakeClock())
        async with upstream:
            for _ in range(2):
                await upstream.fetch(ASK, deadline_s=15, fresh_connection=False)

    assert "Cookie" not in pms.requests[1].headers


async def test_a_base_path_is_kept() -> None:
    """A shop in a folder has its API in that folder."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    async with a_raw_pms(_says(answer)) as pms:
        await _fetch(f"{pms.url}/shop")

    assert pms.requests[0].target == "/shop/api/x"
    assert pms.requests[0].headers.getall("Host") == ["shop"]
