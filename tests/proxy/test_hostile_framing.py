"""Bytes that two readers would frame in two ways end here, in one answer (RFC 9112)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.front import BODY, CHUNKED, post, request
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


async def test_of_two_good_requests_in_one_segment_both_are_served(
    front: Front,
) -> None:
    """Pipelining is allowed, and each arrives apart."""
    body = post(CHUNKED, CHUNKS)

    assert await front.statuses(2, body + request(b"/api/carts")) == [200, 200]
    assert front.seen == [
        ("POST", "/api/hotel_ari", b"abc"),
        ("GET", "/api/carts", b""),
    ]


async def test_a_good_request_before_a_bad_one_is_not_half_served(
    front: Front,
) -> None:
    """In one segment both are refused in one answer: neither was sent."""
    await front.refuses(request() + b"BAD\r\n\r\n")


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


UPGRADES = {
    "websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    "tcp": b"Connection: Upgrade\r\nUpgrade: tcp\r\n",
    "h2c": b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n",
}


@pytest.mark.parametrize("offer", UPGRADES.values(), ids=UPGRADES)
async def test_an_offered_upgrade_opens_no_tunnel(front: Front, offer: bytes) -> None:
    """What follows is HTTP/1.1 as before, and judged as such."""
    assert await front.statuses(1, request(fields=offer)) == [200]
    (arrived,) = front.pms.requests
    assert not {"Upgrade", "Connection", "HTTP2-Settings"} & set(arrived.headers)


@pytest.mark.parametrize("offer", UPGRADES.values(), ids=UPGRADES)
@pytest.mark.parametrize(
    "behind",
    [request(b"/api/carts"), b"BAD\r\n\r\n", b"POST /api/carts HTTP/1.1\r\nHos"],
    ids=["good", "bad", "half"],
)
async def test_nothing_behind_an_offered_upgrade_is_read(
    front: Front, offer: bytes, behind: bytes
) -> None:
    """In one segment it is lost to the parser, so the connection ends: no desync."""
    async with a_raw_client(front.rig.url) as client:
        client.send(request(fields=offer) + behind)
        client.send(SMUGGLED)
        got = await client.reply()
        assert (got.status, got.headers["Connection"]) == (200, "close")
        assert await client.is_closed()
    assert front.seen == [("GET", "/api/customers", b"")]


async def test_an_offered_upgrade_with_a_body_is_the_last_request(
    front: Front,
) -> None:
    """What comes with the end of the body is not read in its middle."""
    fields = UPGRADES["h2c"] + b"Content-Length: 3\r\n"
    async with a_raw_client(front.rig.url) as client:
        client.send(post(fields))
        await front.rig.settles()
        client.send(
            b"abcPOST /api/carts HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n"
        )
        client.send(SMUGGLED)
        assert (await client.reply()).status == 200
        assert await client.is_closed()
    assert front.seen == [("POST", "/api/hotel_ari", b"abc")]


async def test_connect_opens_no_tunnel(front: Front) -> None:
    """Whatever follows it is not read."""
    connect = b"CONNECT db:3306 HTTP/1.1\r\nHost: db:3306\r\n\r\n"

    await front.refuses(connect + SMUGGLED)


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
async def test_a_read_with_a_body_has_its_connection_to_the_pms_alone(
    front: Front, method: bytes
) -> None:
    """CL.0: a PMS that overlooks the body could not take it for the next request."""
    fields = b"Content-Length: %d\r\n" % len(SMUGGLED)
    got = await front.once(
        request(b"/api/customers", fields, SMUGGLED, method=method),
        method=method.decode(),
    )

    assert got.status == 200
    assert front.seen == [(method.decode(), "/api/customers", SMUGGLED)]
    assert front.pms.connections == 1
    await front.still_serves()
    assert front.pms.connections == 2


async def test_a_plain_read_shares_its_connection_to_the_pms(front: Front) -> None:
    """The other way round, so that the test above can tell."""
    assert (await front.once(request())).body == BODY
    await front.still_serves()

    assert front.pms.connections == 1
