"""Bytes that two readers would frame in two ways end here, in one answer (RFC 9112)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.front import CHUNKED, post
from fakes.raw_client import a_raw_client

if TYPE_CHECKING:
    from fakes.front import Front

CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"
SMUGGLED = b"GET /api/employees HTTP/1.1\r\nHost: x\r\n\r\n"
LENGTH = b"Content-Length: 13\r\n"

# The published spellings of Transfer-Encoding that one of two servers overlooks.
HIDDEN = {
    "space before the colon": b"Transfer-Encoding : chunked",
    "tab before the colon": b"Transfer-Encoding\t: chunked",
    "another word": b"Transfer-Encoding: xchunked",
    "half the word": b"Transfer-Encoding: chunk",
    "VT in front": b"Transfer-Encoding: \x0bchunked",
    "VT behind": b"Transfer-Encoding: chunked\x0b",
    "form feed": b"Transfer-Encoding: \x0cchunked",
    "NUL behind": b"Transfer-Encoding: chunked\0",
    "NUL in the name": b"Transfer-Encoding\0: chunked",
    "0xff in front": b"Transfer-Encoding: \xffchunked",
    "no-break space": b"Transfer-Encoding: chunked\xa0",
    "Kelvin sign": "Transfer-Encoding: chun\u212aed".encode(),
    "two equal": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "two unequal": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "two, the last chunked": b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    "the first empty": b"Transfer-Encoding:\r\nTransfer-Encoding: chunked",
    "chunked, identity": b"Transfer-Encoding: chunked, identity",
    "identity, chunked": b"Transfer-Encoding: identity, chunked",
    "identity": b"Transfer-Encoding: identity",
    "gzip, chunked": b"Transfer-Encoding: gzip, chunked",
    "chunked twice": b"Transfer-Encoding: chunked, chunked",
    "comma behind": b"Transfer-Encoding: chunked,",
    "comma in front": b"Transfer-Encoding: ,chunked",
    "quoted": b'Transfer-Encoding: "chunked"',
    "with a parameter": b"Transfer-Encoding: chunked;q=1",
    "empty": b"Transfer-Encoding:",
    "space in front of the name": b" Transfer-Encoding: chunked",
    "tab in front of the name": b"\tTransfer-Encoding: chunked",
    "folded": b"Transfer-Encoding:\r\n chunked",
    "folded list": b"Transfer-Encoding: chunked\r\n , identity",
    "behind a bare LF": b"X: y\nTransfer-Encoding: chunked",
    "behind a bare CR": b"X: y\rTransfer-Encoding: chunked",
    "CR before the colon": b"Transfer-Encoding\r: chunked",
}


@pytest.mark.parametrize("field", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("length", [b"", LENGTH], ids=["alone", "with a length"])
async def test_a_hidden_transfer_encoding_is_refused(
    front: Front, field: bytes, length: bytes
) -> None:
    """TE.TE: whichever of two servers would see it, neither gets to guess."""
    await front.refuses(post(length + field + b"\r\n", CHUNKS + SMUGGLED))


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        b"Content-Length: 0\r\nTransfer-Encoding: ChUnKeD\r\n",
        b"Transfer-Encoding:\tchunked\r\nContent-Length: 13\r\n",
    ],
    ids=["CL.TE", "TE.CL", "CL.0", "tab"],
)
@pytest.mark.parametrize(
    "body", [b"0\r\n\r\nG", b"5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n"]
)
async def test_a_length_beside_chunks_is_refused(
    front: Front, fields: bytes, body: bytes
) -> None:
    """CL.TE and TE.CL end before the first byte of the body is believed."""
    await front.refuses(post(fields, body))


LENGTHS = {
    "two equal": b"3\r\nContent-Length: 3",
    "two unequal": b"3\r\nContent-Length: 4",
    "none and some": b"0\r\nContent-Length: 3",
    "plus": b"+3",
    "minus": b"-3",
    "hexadecimal": b"0x3",
    "empty": b"",
    "list": b"3, 3",
    "unequal list": b"3,4",
    "two numbers": b"3 3",
    "decimal": b"3.0",
    "exponent": b"3e0",
    "underscore": b"0_3",
    "Arabic digit": "٣".encode(),
    "folded": b"\r\n 3",
    "beyond 64 bits": b"18446744073709551619",
    "quoted": b'"3"',
    "semicolon": b"3;",
    "VT in front": b"\x0b3",
}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
async def test_a_length_that_is_no_number_is_refused(
    front: Front, length: bytes
) -> None:
    """Only one row of digits is a length."""
    await front.refuses(post(b"Content-Length: " + length + b"\r\n", b"abc" + SMUGGLED))


@pytest.mark.parametrize(
    ("fields", "body"),
    [(b"Content-Length: 003\r\n", b"abc"), (b"Content-Length: 3  \r\n", b"abc")],
    ids=["leading zeros", "spaces behind"],
)
async def test_an_odd_length_goes_on_as_a_plain_one(
    front: Front, fields: bytes, body: bytes
) -> None:
    """What is unambiguous is taken, and framed anew."""
    await front.once(post(fields, body))

    assert front.pms.requests[0].headers["Content-Length"] == "3"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/hotels\r\n\r\n",
        b"GET /api/hotels HTTP/0.9\r\nHost: x\r\n\r\n",
        b"GET /api/hotels HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /api/hotels HTTP/1.2\r\nHost: x\r\n\r\n",
        b"GET /api/hotels HTTP/1.1.1\r\nHost: x\r\n\r\n",
        b"GET /api/hotels HTTP/1,1\r\nHost: x\r\n\r\n",
        b"GET /api/hotels http/1.1\r\nHost: x\r\n\r\n",
        b"GET\t/api/hotels HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/hotels HTTP/1.1 \r\nHost: x\r\n\r\n",
        b" GET /api/hotels HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /api/hotels HTTP/1.1\r\n Host: x\r\n\r\n",
        b"POST /api/carts HTTP/1.0\r\n" + CHUNKED + b"\r\n" + CHUNKS,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=str,
)
async def test_what_is_not_http_1_is_refused_in_http_1(
    front: Front, head: bytes
) -> None:
    """Nobody is taken for a speaker of another version."""
    await front.refuses(head)
    async with a_raw_client(front.rig.url) as client:
        client.send(head)
        assert await client.line() == b"HTTP/1.0 400 Bad Request\r\n"
