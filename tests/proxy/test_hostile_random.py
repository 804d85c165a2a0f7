"""Whatever bytes come: no crash, nothing ambiguous sent on, and the next is served."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.front import BODY, Front, a_front, hold_well_formed, request
from fakes.raw_client import a_raw_client

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    Play = Callable[[Front], Coroutine[object, object, None]]

# Longer than a head and a body may take.
PATIENCE_S = 16
LAST = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3}) ", re.MULTILINE)
KNOWN = {200, 400, 404, 405, 408, 413, 414, 431}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BOUNDED = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Pieces of requests, good and bad ones: thrown together they get further than noise.
PIECES = [
    *(b"GET ", b"POST ", b"/api/customers", b"/api/hotels", b" HTTP/1.1", b" HTTP/1.0"),
    *(b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"Host: x\r\n", b"\0", b" ", b"\t", b":"),
    *(
        b"Content-Length: 3\r\n",
        b"Content-Length: 0\r\n",
        b"Transfer-Encoding: chunked",
    ),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"abc",
        b"3\r\nabc\r\n",
        b"0\r\n\r\n",
        b"0\r\n",
    ),
    *(b"%2e", b"%00", b"..", b"/", b"?ps_method=DELETE", b"&", b"#", b"%", b"\xff"),
    *(b"Connection: ", b"close\r\n", b"Upgrade: h2c\r\n", b"Upgrade\r\n", b"A: b\r\n"),
    *(b"Expect: 100-continue\r\n", b"POST /api/hotel_ari HTTP/1.1\r\nHost: x\r\n"),
    *(b"GET /api/customers HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\n"),
]
noise = st.binary(max_size=200) | st.lists(
    st.sampled_from(PIECES) | st.binary(max_size=3), max_size=20
).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Change a good request somewhere."""
    good = bytearray(draw(st.sampled_from([GOOD, GOOD + GOOD])))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(good)))
        width = draw(st.integers(0, 4))
        good[at : at + width] = draw(st.binary(max_size=4) | st.sampled_from(PIECES))
    return bytes(good)


GOOD = (
    b"POST /api/hotel_ari?a=b HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
    b"3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"
)


@pytest.fixture
def attack() -> Iterator[Callable[[Play], None]]:
    """Run one attack after the other on one proxy, on the loop that serves."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        stack = AsyncExitStack()
        front = runner.run(stack.enter_async_context(a_front()))
        yield lambda play: runner.run(play(front))
        runner.run(stack.aclose())


@BOUNDED
@given(first=noise | damaged(), second=st.just(b"") | noise)
def test_any_bytes_are_answered_or_closed(
    attack: Callable[[Play], None], first: bytes, second: bytes
) -> None:
    """With statuses of the proxy's own table, and only whole requests sent on."""

    async def play(front: Front) -> None:
        async with a_raw_client(front.rig.url) as client:
            for segment in (first, second, LAST):
                client.send(segment)
                await _settle()
            got = asyncio.create_task(client.rest())
            while not got.done():
                # What was sent on before this is answered by now: no call times out.
                await front.once(request(b"/api/carts"))
                front.rig.clock.advance(PATIENCE_S)
                await _settle()
            statuses = {int(status) for status in STATUS.findall(_said(got))}
        assert statuses <= KNOWN
        await _hold_harmless(front)

    attack(play)


@st.composite
def valid(
    draw: st.DrawFn,
) -> tuple[str, str, list[tuple[str, str]], bytes, list[bytes]]:
    """Make a request: method, target, fields, body, and its bytes in two segments."""
    method = draw(st.sampled_from(METHODS))
    segment = st.text("abcxyz019-_~!$'()*+,:@=", max_size=8)
    path = "/".join(["/api/x", *draw(st.lists(segment, max_size=4))])
    query = draw(st.text([chr(code) for code in range(0x21, 0x7F) if code != 0x23]))
    target = f"{path}?{query}" if query else path
    names = st.text("abcXYZ019-", min_size=1, max_size=8).map("X-a{}".format)
    values = st.text([*map(chr, range(0x20, 0x7F)), "\t", "ö", "€"]).map(str.strip)
    fields = draw(st.lists(st.tuples(names, values), max_size=5))
    body = draw(st.binary(max_size=500))
    framing, framed = draw(_framed(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    sent = request(target.encode(), head + framing, framed, method=method.encode())
    cut = draw(st.integers(0, len(sent)))
    return method, target, fields, body, [sent[:cut], sent[cut:]]


@st.composite
def _framed(draw: st.DrawFn, body: bytes) -> tuple[bytes, bytes]:
    if draw(st.booleans()):
        return b"Content-Length: %d\r\n" % len(body), body
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=5)))
    edges = [0, *cuts, len(body)]
    parts = [body[a:b] for a, b in pairwise(edges) if a < b]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return b"Transfer-Encoding: chunked\r\n", chunks + b"0\r\n\r\n"


@BOUNDED
@given(valid())
def test_any_valid_request_arrives_as_it_was_sent(
    attack: Callable[[Play], None],
    made: tuple[str, str, list[tuple[str, str]], bytes, list[bytes]],
) -> None:
    """Once, with its method, path, query, fields and body, framed by its length."""
    method, target, fields, body, segments = made

    async def play(front: Front) -> None:
        async with a_raw_client(front.rig.url) as client:
            for segment in segments:
                client.send(segment)
                await _settle()
            assert (await client.reply(method)).status == 200
        assert front.seen == [(method, target, body)]
        (arrived,) = front.pms.requests
        got = [
            (name, value.encode("latin-1").decode())
            for name, value in arrived.headers.items()
            if name.startswith("X-a")
        ]
        assert got == fields
        await _hold_harmless(front)

    attack(play)


async def _hold_harmless(front: Front) -> None:
    for one in front.pms.requests:
        hold_well_formed(one)
    front.pms.requests.clear()
    got = await front.once(request(b"/api/carts"))
    assert (got.status, got.body) == (200, BODY)
    front.pms.requests.clear()


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0.0002)


def _said(got: asyncio.Task[bytes]) -> bytes:
    # A connection that is cut off has said what it has.
    return b"" if got.exception() else got.result()
