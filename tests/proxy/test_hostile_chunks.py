"""Chunks are one body or a refusal, and nothing in them goes on (RFC 9112 §7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.front import CHUNKED, post
from fakes.raw_client import a_raw_client

if TYPE_CHECKING:
    from fakes.front import Front

BAD_CHUNKS = {
    "overlong size": b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    "negative": b"-3\r\nabc\r\n0\r\n\r\n",
    "plus": b"+3\r\nabc\r\n0\r\n\r\n",
    "0x": b"0x3\r\nabc\r\n0\r\n\r\n",
    "underscore": b"0_3\r\nabc\r\n0\r\n\r\n",
    "empty size": b"\r\nabc\r\n0\r\n\r\n",
    "space behind": b"3 \r\nabc\r\n0\r\n\r\n",
    "space in front": b" 3\r\nabc\r\n0\r\n\r\n",
    "bare LF": b"3\nabc\n0\n\n",
    "LF behind the size": b"3\r\nabc\r\n0\n\r\n",
    "LF behind the data": b"3\r\nabc\n0\r\n\r\n",
    "LF at the end": b"3\r\nabc\r\n0\r\n\n",
    "bare CR": b"3\rabc\r\n0\r\n\r\n",
    "LF in an extension": b"3;\nabc\r\n0\r\n\r\n",
    "CR in an extension": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    "NUL in an extension": b"3;a\0b\r\nabc\r\n0\r\n\r\n",
    "open quote in an extension": b'3;a="b\r\nabc\r\n0\r\n\r\n',
    "too short": b"5\r\nabc\r\n0\r\n\r\n",
    "too long": b"2\r\nabc\r\n0\r\n\r\n",
    "length as a trailer": b"3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n",
    "coding as a trailer": b"3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "space in a trailer's name": b"3\r\nabc\r\n0\r\nX : y\r\n\r\n",
    "folded trailer": b"3\r\nabc\r\n0\r\nX: y\r\n z\r\n\r\n",
}


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
async def test_a_bad_chunk_is_refused(front: Front, chunks: bytes) -> None:
    """At once with its head, and also where it comes later."""
    await front.refuses(post(CHUNKED, chunks))
    await front.refuses(post(CHUNKED), chunks)


GOOD_CHUNKS = {
    "extension": b"3;a=b\r\nabc\r\n0\r\n\r\n",
    "leading zeros": b"0000000000000003\r\nabc\r\n000\r\n\r\n",
    "trailer": b"3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "Host as a trailer": b"3\r\nabc\r\n0\r\nHost: evil\r\n\r\n",
    "credentials as a trailer": (
        b"3\r\nabc\r\n0\r\nAuthorization: x\r\nX-Proxy-Token: y\r\n\r\n"
    ),
}


@pytest.mark.parametrize("chunks", GOOD_CHUNKS.values(), ids=GOOD_CHUNKS)
async def test_chunks_arrive_as_one_body_with_its_length(
    front: Front, chunks: bytes
) -> None:
    """Extensions and trailers stop here, whatever fields they carry."""
    assert (await front.once(post(CHUNKED, chunks))).status == 200

    assert front.seen == [("POST", "/api/hotel_ari", b"abc")]
    (arrived,) = front.pms.requests
    assert arrived.headers["Content-Length"] == "3"
    assert not {"X", "X-Proxy-Token", "Trailer"} & set(arrived.headers)
    assert arrived.headers["Host"] != "evil"


@pytest.mark.parametrize("target", [b"/nope", b"/api/../x", b"/status.json"])
async def test_a_bad_chunk_after_the_answer_only_ends_the_connection(
    front: Front, target: bytes
) -> None:
    """There is no second answer to a request, and no traceback."""
    async with a_raw_client(front.rig.url) as client:
        client.send(post(CHUNKED, b"3\r\nabc\r\n", target))
        assert (await client.reply()).status in {400, 404, 405}
        client.send(b"zz\r\n")
        assert await client.is_closed()
    await front.still_serves()
