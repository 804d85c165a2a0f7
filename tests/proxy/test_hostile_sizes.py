"""Too much of anything is one answer; what is packed stays packed."""

from __future__ import annotations

import asyncio
import gzip
import resource
import zlib
from typing import TYPE_CHECKING

import pytest

from fakes.front import CHUNKED, post, request
from fakes.raw_client import a_raw_client

if TYPE_CHECKING:
    from fakes.front import Front

XML = b"<qloapps><hotel_ari><id_hotel>1</id_hotel></hotel_ari></qloapps>"
LIMIT = 1024 * 1024
# A stall of the proxy that others would notice, in seconds.
STALL_S = 0.5


def _coded(coding: bytes, body: bytes) -> bytes:
    fields = b"Content-Encoding: %s\r\nContent-Length: %d\r\n" % (coding, len(body))
    return post(fields + b"Content-Type: text/xml\r\n", body)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", gzip.compress(XML)),
        (b"deflate", zlib.compress(XML)),
        (b"br", b"\x0b\x02\x80hello\x03"),
        (b"zstd", b"\x28\xb5\x2f\xfd\x04\x00"),
        (b"gzip", b"not packed at all"),
        (b"gzip, gzip", gzip.compress(gzip.compress(XML))),
    ],
    ids=["gzip", "deflate", "br", "zstd", "broken", "twice"],
)
async def test_a_packed_body_goes_on_as_it_is(
    front: Front, coding: bytes, body: bytes
) -> None:
    """Byte by byte, with its coding, as a write: nobody here knows what is in it."""
    for _ in range(2):
        assert (await front.once(_coded(coding, body))).status == 200

    assert front.seen == [("POST", "/api/hotel_ari", body)] * 2
    assert front.pms.requests[0].headers["Content-Encoding"] == coding.decode()
    assert await front.rig.metric("pms_writes_total", outcome="ok") == 2


async def test_a_bomb_is_not_set_off(front: Front) -> None:
    """200 MB of zeros packed into 200 kB take no more memory than 200 kB."""
    bomb = gzip.compress(bytes(200_000_000), compresslevel=6)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert (await front.once(_coded(b"gzip", bomb))).status == 200

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 50_000
    assert front.seen == [("POST", "/api/hotel_ari", bomb)]


TOO_MUCH = {
    "long path": (request(b"/api/" + b"a" * 8200), 414),
    "long query": (request(b"/api/hotels?" + b"a" * 8200), 414),
    "path of 1 MB": (request(b"/api/" + b"a" * 1_000_000), 414),
    "long value": (request(fields=b"A: " + b"a" * 8200 + b"\r\n"), 431),
    "long name": (request(fields=b"a" * 8200 + b": x\r\n"), 431),
    "value of 1 MB": (request(fields=b"A: " + b"a" * 1_000_000 + b"\r\n"), 431),
    "129 fields": (request(fields=b"A: b\r\n" * 129), 431),
    "100,000 fields": (request(fields=b"A: b\r\n" * 100_000), 431),
    "17 kB of fields": (request(fields=(b"A: " + b"a" * 170 + b"\r\n") * 100), 431),
    "129 trailers": (
        post(CHUNKED, b"3\r\nabc\r\n0\r\n" + b"A: b\r\n" * 129 + b"\r\n"),
        431,
    ),
}


@pytest.mark.parametrize(("sent", "status"), TOO_MUCH.values(), ids=TOO_MUCH)
async def test_too_large_a_head_is_refused(
    front: Front, sent: bytes, status: int
) -> None:
    """By the proxy, before the PMS would close amid it and seem to fail."""
    async with a_raw_client(front.rig.url) as client:
        client.send(sent)
        got = await client.reply()
        assert got.status == status
        assert got.headers["Proxy-Status"] == "pms-proxy; error=http_request_error"
    assert front.seen == []
    await front.still_serves()


@pytest.mark.parametrize(
    "sent",
    [
        request(b"/api/customers?" + b"a" * 8100),
        request(fields=b"A: " + b"a" * 8100 + b"\r\n"),
        request(fields=b"A: b\r\n" * 127),
    ],
    ids=["query", "value", "127 fields"],
)
async def test_a_head_just_within_the_limits_is_served(
    front: Front, sent: bytes
) -> None:
    """The PMS gets all of it."""
    assert (await front.once(sent)).status == 200
    assert front.pms.requests[0].head.count("a") >= sent.count(b"a") > 0


@pytest.mark.parametrize(
    "sent",
    [
        post(b"Content-Length: %d\r\n" % (LIMIT + 1)),
        post(b"Content-Length: 18446744073709551615\r\n"),
        post(CHUNKED, b"%x\r\n" % (LIMIT + 1) + b"a" * (LIMIT + 1)),
        post(CHUNKED, (b"10000\r\n" + b"a" * 65536 + b"\r\n") * 17),
        _coded(b"gzip", gzip.compress(b"a", compresslevel=0) + b"a" * LIMIT),
    ],
    ids=["told", "told, 2⁶⁴ - 1", "one chunk", "17 chunks", "packed"],
)
async def test_too_large_a_body_is_refused(front: Front, sent: bytes) -> None:
    """As soon as it is known, and nothing of it is sent."""
    got = await front.once(sent)

    assert got.status == 413
    assert "larger than 1048576 bytes" in got.text
    assert front.seen == []
    await front.still_serves()


@pytest.mark.parametrize(
    "extension", [b"", b";a=" + b"b" * 50], ids=["bare", "with extensions"]
)
async def test_a_flood_of_tiny_chunks_holds_nobody_up(
    front: Front, extension: bytes
) -> None:
    """A hundred thousand chunks of one byte arrive as one body."""
    count = 100_000
    loop = asyncio.get_running_loop()
    longest_s, over = 0.0, asyncio.Event()

    async def feel_the_pulse() -> None:
        nonlocal longest_s
        felt_at = loop.time()
        while not over.is_set():
            await asyncio.sleep(0.001)
            longest_s = max(longest_s, loop.time() - felt_at)
            felt_at = loop.time()

    async with a_raw_client(front.rig.url) as client, asyncio.TaskGroup() as tasks:
        tasks.create_task(feel_the_pulse())
        client.send(post(CHUNKED, (b"1" + extension + b"\r\na\r\n") * count))
        client.send(b"0\r\n\r\n")
        assert (await client.reply()).status == 200
        over.set()

    assert front.seen == [("POST", "/api/hotel_ari", b"a" * count)]
    assert longest_s < STALL_S


async def test_a_flood_of_requests_ahead_is_not_kept(front: Front) -> None:
    """Of a client that only sends, the proxy takes no more than it answers."""
    async with a_raw_client(front.rig.url) as client:
        sent = request(b"/status.json") * 300_000
        client.send(sent)
        await front.rig.settles()
        await front.still_serves()
        assert client.unsent > len(sent) / 4
