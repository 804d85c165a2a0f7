"""Bodies over 1 MiB pass through as they come, and are never kept (CONTRACT §1)."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest

from fakes.raw_client import a_raw_client
from fakes.raw_pms import RawPms, RawRequest, a_raw_pms
from fakes.rig import SEARCH, Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIMIT = 1024 * 1024
# More than the sockets' buffers hold.
HUGE = b"<qloapps>" + b"x" * (24 * LIMIT) + b"</qloapps>"
TARGET = "/api/hotels?display=full"


class LargePms:
    """A PMS with one large answer, sent up to `gate_at` bytes before `go` is set."""

    def __init__(self, body: bytes = HUGE) -> None:
        self.body = body
        self.told = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        self.head = "PSWS-Version: 1.6.1.23\r\nContent-Type: text/xml;charset=utf-8\r\n"
        self.gate_at = len(body)
        self.go = asyncio.Event()
        self.then_dies = False
        self.chunked = False
        self.has_sent = asyncio.Event()
        self.left = asyncio.Event()
        self.status = 200

    async def play(self, request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        """Answer; the probe and small questions get a small one."""
        del request
        framing = f"Content-Length: {len(self.body)}"
        if self.chunked:
            framing = "Transfer-Encoding: chunked"
        writer.write(
            f"HTTP/1.1 {self.status} OK\r\n{self.head}Content-Sha1: {self.told}\r\n"
            f"Set-Cookie: a=b\r\n{framing}\r\n\r\n".encode()
        )
        try:
            await self._send(writer, self.body[: self.gate_at])
            self.has_sent.set()
            if self.gate_at < len(self.body):
                await self.go.wait()
                if self.then_dies:
                    return False
                await self._send(writer, self.body[self.gate_at :])
            if self.chunked:
                writer.write(b"0\r\n\r\n")
        except ConnectionError:
            self.left.set()
            raise
        return True

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        for at in range(0, len(data), 65536):
            part = data[at : at + 65536]
            if self.chunked:
                part = b"%x\r\n%b\r\n" % (len(part), part)
            writer.write(part)
            await writer.drain()


@asynccontextmanager
async def _large(pms: LargePms) -> AsyncIterator[tuple[Rig, RawPms]]:
    async with (
        a_raw_pms(pms.play) as upstream,
        a_rig({"PROXY_UPSTREAM_URL": upstream.url}) as rig,
    ):
        yield rig, upstream


async def _is_idle(rig: Rig) -> bool:
    """Say whether no call holds a place any more."""
    async with asyncio.timeout(5):
        while (await rig.status())["upstream"]["inflight"]:
            await asyncio.sleep(0.001)
    return bool((await rig.status())["upstream"]["abandoned"] == 0)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
async def test_a_large_answer_passes_through_unchanged(*, chunked: bool) -> None:
    """The bytes are equal; it is not kept, and its place is free again."""
    pms = LargePms()
    pms.chunked = chunked
    async with _large(pms) as (rig, upstream):
        for _ in range(2):
            got = await rig.get(TARGET)

            assert (got.status, got.body == HUGE) == (200, True)
            assert got.headers["Cache-Status"] == "pms-proxy; fwd=miss"
            assert got.headers["Content-Sha1"] == pms.told
            assert got.headers["Via"] == "1.1 pms-proxy"
            assert got.headers["X-PMS-Circuit-Breaker"] == "closed"
            assert "Set-Cookie" not in got.headers
        assert len(upstream.requests) == 2
        assert (await rig.status())["cache"]["entries"] == 0
        assert await _is_idle(rig)
        assert (await rig.breaker())["failures_in_window"] == 0


@pytest.mark.parametrize(
    ("size", "entries"), [(LIMIT, 1), (LIMIT + 1, 0)], ids=["1 MiB", "a byte more"]
)
async def test_the_limit_is_one_mebibyte(size: int, entries: int) -> None:
    """Exactly 1 MiB is held, checked and kept; a byte more is streamed."""
    body = b"<a>" + b"x" * (size - 7) + b"</a>"
    async with _large(LargePms(body)) as (rig, _):
        got = await rig.get(TARGET)

        assert got.body == body
        assert (await rig.status())["cache"]["entries"] == entries


async def test_a_large_body_that_is_another_breaks_off() -> None:
    """A wrong SHA-1 is known at the end only: the transfer breaks, one failure."""
    pms = LargePms()
    pms.told = "0" * 40
    async with _large(pms) as (rig, _):
        with pytest.raises(aiohttp.ClientError):
            await rig.get(TARGET)

        assert await _is_idle(rig)
        breaker = await rig.breaker()
        assert breaker["failures_in_window"] == 1
        assert breaker["last_failures"][0]["cause"] == "down"


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
async def test_a_pms_that_dies_midway_breaks_the_transfer(*, chunked: bool) -> None:
    """The client sees that the body is not whole, and it is one failure."""
    pms = LargePms()
    pms.chunked, pms.then_dies, pms.gate_at = chunked, True, 4 * LIMIT
    pms.go.set()
    async with _large(pms) as (rig, _):
        with pytest.raises(aiohttp.ClientError):
            await rig.get(TARGET)

        assert await _is_idle(rig)
        breaker = await rig.breaker()
        assert breaker["failures_in_window"] == 1
        assert breaker["last_failures"][0]["cause"] == "network"


async def test_a_pms_that_stalls_midway_is_given_up() -> None:
    """At 15 s the transfer breaks: a timeout, and the worker still holds its place."""
    pms = LargePms()
    pms.gate_at = 4 * LIMIT
    async with _large(pms) as (rig, _):
        asking = asyncio.create_task(rig.get(TARGET))
        await pms.has_sent.wait()
        await rig.settles()
        rig.clock.advance(15)
        with pytest.raises(aiohttp.ClientError):
            await asking

        assert (await rig.status())["upstream"]["abandoned"] == 1
        breaker = await rig.breaker()
        assert breaker["failures_in_window"] == 1
        assert breaker["last_failures"][0]["cause"] == "timeout"
        pms.go.set()


async def test_a_client_may_leave_midway() -> None:
    """The PMS is let go too, the place is free, and nobody counts it a failure."""
    pms = LargePms()
    async with _large(pms) as (rig, _), a_raw_client(rig.url, 1024) as client:
        client.send(f"GET {TARGET} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await client.line()).startswith(b"HTTP/1.1 200")
        assert (await rig.status())["upstream"]["inflight"] == 1

        client.leave()

        assert await _is_idle(rig)
        await pms.left.wait()
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_client_may_leave_before_the_head() -> None:
    """Who leaves before a large answer begins leaves no place taken."""
    pms = LargePms()
    pms.gate_at = 0
    async with _large(pms) as (rig, upstream), a_raw_client(rig.url) as client:
        client.send(f"GET {TARGET} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await rig.until(lambda: len(upstream.requests) == 1)
        client.leave()
        await rig.settles()
        pms.go.set()
        async with asyncio.timeout(5):
            while not pms.left.is_set():
                rig.clock.advance(1)
                await asyncio.sleep(0.01)

        assert await _is_idle(rig)
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_slow_client_costs_the_pms_no_deadline() -> None:
    """Scenario 33: only waits for the PMS count, however slowly the client reads."""
    async with (
        _large(LargePms()) as (rig, _),
        a_raw_client(rig.url, 1024) as client,
    ):
        client.send(
            f"GET {TARGET} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        assert (await client.line()).startswith(b"HTTP/1.1 200")
        rig.clock.advance(29)
        await rig.settles()
        read = 0
        while chunk := await client.some():
            read += len(chunk)

        assert read > len(HUGE)
        assert await _is_idle(rig)
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_client_that_stopped_reading_gives_its_place_away() -> None:
    """After 30 s its connection is reset; the PMS has not failed."""
    async with (
        _large(LargePms()) as (rig, _),
        a_raw_client(rig.url, 1024) as client,
    ):
        client.send(
            f"GET {TARGET} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        assert (await client.line()).startswith(b"HTTP/1.1 200")
        await rig.settles()
        rig.clock.advance(30)
        async with asyncio.timeout(5):
            while not await _is_idle(rig):
                await asyncio.sleep(0.001)

        assert (await rig.breaker())["failures_in_window"] == 0


async def test_two_large_searches_at_once_both_get_it() -> None:
    """A large answer cannot be shared: the second one asks alone."""
    pms = LargePms()
    body = SEARCH.format(hotel=1, checkin="2026-12-10", checkout="2026-12-11")
    async with _large(pms) as (rig, upstream):
        answers = await asyncio.gather(
            *(rig.ask("POST", "/api/hotel_ari", body) for _ in range(2))
        )

        assert [got.status for got in answers] == [200, 200]
        assert all(got.body == HUGE for got in answers)
        assert len(upstream.requests) == 2
        assert await _is_idle(rig)


async def test_a_large_error_page_is_a_failure() -> None:
    """An HTML page over 1 MiB is not passed on to a reader: 502, one failure."""
    pms = LargePms()
    pms.head = "Content-Type: text/html\r\n"
    async with _large(pms) as (rig, _):
        got = await rig.get(TARGET)

        assert got.status == 502
        assert await _is_idle(rig)
        assert (await rig.breaker())["failures_in_window"] == 1


async def test_a_large_private_answer_keeps_its_cookie() -> None:
    """What is one client's own is passed on whole."""
    async with _large(LargePms()) as (rig, _):
        got = await rig.get("/api/orders?display=full")

        assert got.body == HUGE
        assert got.headers["Set-Cookie"] == "a=b"
        assert got.headers["Cache-Status"] == "pms-proxy; fwd=bypass"


async def test_a_large_answer_to_a_write_passes_through() -> None:
    """A write's large answer is streamed, and the write counts as done."""
    async with _large(LargePms()) as (rig, upstream):
        got = await rig.book()

        assert got.body == HUGE
        assert got.headers["Cache-Status"] == "pms-proxy; fwd=method"
        assert len(upstream.requests) == 1
        assert await rig.metric("pms_writes_total", outcome="ok") == 1
        assert await _is_idle(rig)


OLD = f"GET {TARGET} HTTP/1.0\r\n\r\n".encode()


async def test_http_1_0_gets_a_large_answer_to_its_end() -> None:
    """Without chunks the close is the end."""
    async with _large(LargePms()) as (rig, _), a_raw_client(rig.url) as client:
        client.send(OLD)
        got = await client.reply()

        assert got.body == HUGE
        assert await _is_idle(rig)


async def test_http_1_0_sees_that_a_large_answer_broke_off() -> None:
    """Where the close is the end, only a reset says that it is not whole."""
    pms = LargePms()
    pms.then_dies, pms.gate_at = True, 2 * LIMIT
    async with _large(pms) as (rig, _), a_raw_client(rig.url, 2**24) as client:
        client.send(OLD)
        assert b" 200 " in await client.line()
        read = 0
        while read < LIMIT:
            read += len(await client.some())
        pms.go.set()
        with pytest.raises(ConnectionResetError):
            await client.rest()
        assert (await rig.breaker())["failures_in_window"] == 1
