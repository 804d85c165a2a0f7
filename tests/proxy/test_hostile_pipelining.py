"""What follows a request on its connection is a request of its own, or not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.front import BODY, CHUNKED, post, request
from fakes.raw_client import a_raw_client

if TYPE_CHECKING:
    from fakes.front import Front

CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"
SMUGGLED = b"GET /api/employees HTTP/1.1\r\nHost: x\r\n\r\n"


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
