"""Header fields carry nothing over to the PMS, or back, that they should not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from fakes.front import ANSWER, BODY, a_front, request
from fakes.raw_pms import RawRequest, a_raw_pms

if TYPE_CHECKING:
    import asyncio

    from fakes.front import Front
    from fakes.raw_client import RawReply

BAD_FIELDS = {
    "bare CR": b"A: x\ry\r\n",
    "bare LF": b"A: x\ny\r\n",
    "CR LF LF": b"A: x\r\n\ny\r\n",
    "NUL": b"A: x\0y\r\n",
    "escape": b"A: \x1b[2J\r\n",
    "DEL": b"A: \x7f\r\n",
    "folded": b"A: x\r\n y\r\n",
    "folded by a tab": b"A: x\r\n\ty\r\n",
    "space before the colon": b"A : x\r\n",
    "space in the name": b"A B: x\r\n",
    "CR in the name": b"A\rB: x\r\n",
    "NUL in the name": b"A\0B: x\r\n",
    "UTF-8 name": b"\xc3\xb6: x\r\n",
    "no name": b": x\r\n",
    "no colon": b"A\r\n",
    "parenthesis": b"A(: x\r\n",
    "two Hosts": b"Host: y\r\n",
    "two types": b"Content-Type: a\r\nContent-Type: b\r\n",
}


@pytest.mark.parametrize("fields", BAD_FIELDS.values(), ids=BAD_FIELDS)
async def test_a_malformed_field_is_refused(front: Front, fields: bytes) -> None:
    """Before anything is looked at, let alone sent."""
    await front.refuses(request(fields=fields))


@pytest.mark.parametrize(
    "host",
    [b"u@evil", b"u:p@evil:80", b"a b", b"a/b", b"a, b", b"[::1", b"x:999999", b"\xff"],
)
async def test_a_host_that_is_none_is_refused(front: Front, host: bytes) -> None:
    """Though it would go nowhere."""
    await front.refuses(b"GET /api/customers HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")


@pytest.mark.parametrize("host", [b"", b"evil.example", b"[::1]:8081", b"127.0.0.1:1"])
async def test_the_pms_sees_its_own_host(front: Front, host: bytes) -> None:
    """Whatever the client's is, empty included."""
    head = b"GET /api/customers HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"

    assert (await front.once(head)).status == 200
    assert front.pms.url.endswith(front.pms.requests[0].headers["Host"])


async def test_a_request_without_a_host_is_refused(front: Front) -> None:
    """In HTTP/1.1 (RFC 9112 §3.2)."""
    await front.refuses(b"GET /api/customers HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    "name",
    [
        *(b"Host", b"Authorization", b"X-Proxy-Token", b"idempotency-KEY"),
        *(b"Content-Length", b"Content-Type", b"x-admin-token"),
    ],
)
async def test_connection_may_not_take_away_what_is_meant_for_the_pms(
    front: Front, name: bytes
) -> None:
    """A booking must not lose its key, nor a request who asks, on the way."""
    got = await front.once(
        request(fields=b"Idempotency-Key: k\r\nConnection: X, " + name + b"\r\n")
    )

    assert got.status == 400
    assert f"must not name {name.decode().lower()}" in got.text
    assert front.seen == []


async def test_what_connection_may_name_stops_here(front: Front) -> None:
    """Also a field that nobody knows."""
    fields = b"Connection: keep-alive, X-Mine, TE\r\nX-Mine: 1\r\nTE: trailers\r\n"

    assert (await front.once(request(fields=fields))).status == 200
    arrived = front.pms.requests[0].headers
    assert not {"X-Mine", "TE", "Connection", "Keep-Alive"} & set(arrived)


async def test_nothing_that_would_be_another_request_is_forwarded(
    front: Front,
) -> None:
    """Neither another address, method or URL, nor a name that CGI takes for one."""
    fields = (
        b"X-Forwarded-Host: evil\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: host=evil"
        b"\r\nX_Forwarded_Host: evil\r\nX.Forwarded.Host: evil\r\nProxy: http://evil\r\n"
        b"X-HTTP-Method-Override: DELETE\r\nX-Original-URL: /api/customers\r\n"
        b"X-Rewrite-URL: /api/customers\r\nContent_Type: x\r\nOutput_Format: JSON\r\n"
        b"Cookie: a=b\r\nX-Mine: 1\r\n"
    )

    assert (await front.once(request(fields=fields))).status == 200
    assert set(front.pms.requests[0].headers) == {
        *("Host", "Accept-Encoding", "Authorization", "X-Mine", "Via", "X-Request-ID")
    }


@pytest.mark.parametrize(
    "given",
    [b"a\tb", b"a b", b"\xc3\xb6", b"a" * 129, b"a" * 7000, b"a;b", b'"a"', b""],
    ids=lambda given: str(given[:12]),
)
async def test_a_request_id_that_could_write_into_a_log_is_replaced(
    front: Front, given: bytes
) -> None:
    """One of our own goes both ways."""
    got = await front.once(request(fields=b"X-Request-ID: " + given + b"\r\n"))

    assert re.fullmatch("[0-9a-f]{32}", got.headers["X-Request-ID"])
    arrived = front.pms.requests[0].headers
    assert arrived.getall("X-Request-ID") == [got.headers["X-Request-ID"]]


async def test_a_request_id_of_10_kb_is_too_large(front: Front) -> None:
    """As any field of that size."""
    field = b"X-Request-ID: " + b"a" * 10_000 + b"\r\n"

    await front.refuses(request(fields=field), status=431)


# What a PMS, or who speaks for it, may send back: status line and one more field.
BROKEN = {
    "bare CR": (b"", b"X: a\rSet-Cookie: b"),
    "NUL": (b"", b"X: a\0b"),
    "control in the name": (b"", b"X\x01: b"),
    "space in the name": (b"", b"X y: b"),
    "space before the colon": (b"", b"X : b"),
    "byte in the name": (b"", b"\xff: b"),
    "no colon": (b"", b"nocolon"),
    "two lengths": (b"", b"Content-Length: 3"),
    "chunked too": (b"", b"Transfer-Encoding: chunked"),
    "64 KiB": (b"", b"X: " + b"a" * 70_000),
    "CR in the reason": (b"HTTP/1.1 200 a\rb", b"X: y"),
    "status 99": (b"HTTP/1.1 099 x", b"X: y"),
    "status 20": (b"HTTP/1.1 20 OK", b"X: y"),
    "status 600": (b"HTTP/1.1 600 x", b"X: y"),
    "status 999": (b"HTTP/1.1 999 x", b"X: y"),
    "switching": (b"HTTP/1.1 101 x", b"Upgrade: x\r\nConnection: upgrade"),
    "another protocol": (b"ICY 200 OK", b"X: y"),
}


@pytest.mark.parametrize(("line", "field"), BROKEN.values(), ids=BROKEN)
async def test_a_malformed_answer_is_a_502(line: bytes, field: bytes) -> None:
    """It is the PMS's failure, and nothing of it reaches the client."""
    got = await _answered(line, field)

    assert got.status == 502
    assert not {"X", "Set-Cookie"} & set(got.headers)


UNSENDABLE = {
    "not UTF-8": b"X: \xff",
    "DEL": b"X: \x7f",
    "ours": b"X-Request-ID: evil\r\nX-Potentially-Stale: true",
    "state": b"X-PMS-Circuit-Breaker: open",
    "hop-by-hop": b"Connection: X\r\nX: y\r\nKeep-Alive: z\r\nUpgrade: h2c",
}


@pytest.mark.parametrize("field", UNSENDABLE.values(), ids=UNSENDABLE)
async def test_a_field_that_may_not_go_on_is_dropped_alone(field: bytes) -> None:
    """The answer is good, and says of itself only what the proxy says."""
    got = await _answered(b"", field)

    assert (got.status, got.body) == (200, BODY)
    assert not {"X", "Keep-Alive", "Upgrade", "X-Potentially-Stale"} & set(got.headers)
    assert got.headers.getall("X-PMS-Circuit-Breaker") == ["closed"]
    assert re.fullmatch("[0-9a-f]{32}", got.headers["X-Request-ID"])


async def _answered(line: bytes, field: bytes) -> RawReply:
    async def play(one: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del one
        head = ANSWER.replace(b"HTTP/1.1 200 OK", line or b"HTTP/1.1 200 OK")
        writer.write(head.removesuffix(b"\r\n") + field + b"\r\n\r\n" + BODY)
        return False

    async with (
        a_raw_pms(play) as pms,
        a_front({"PROXY_UPSTREAM_URL": pms.url}) as front,
    ):
        return await front.once(request())
