"""What is not a good request gets one clear 4xx, and nobody else notices (§3)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring

from fakes.raw_client import RawReply, a_raw_client, once

if TYPE_CHECKING:
    from fakes.rig import Rig

HOST = b"Host: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
BODY_LIMIT = 1024 * 1024
OURS = re.compile(r"python|aiohttp|traceback|exception|\.py\b", re.IGNORECASE)


def _get(
    target: bytes = b"/api/hotels",
    fields: bytes = b"",
    *,
    method: bytes = b"GET",
    version: bytes = b"HTTP/1.1",
) -> bytes:
    line = b" ".join((method, target, version))
    return line + b"\r\n" + HOST + fields + b"\r\n"


def _post(fields: bytes, body: bytes = b"", version: bytes = b"HTTP/1.1") -> bytes:
    return _get(b"/api/hotel_ari", fields, method=b"POST", version=version) + body


def _sentence(got: RawReply) -> str:
    """Return the one sentence of a refusal; fail where it is not one."""
    if got.headers["Content-Type"] == "application/problem+json":
        document = json.loads(got.body)
        detail = str(document["detail"])
        assert document["type"].endswith("/bad-request")
        assert document["status"] == got.status
        assert document["errors"] == [{"code": got.status, "message": detail}]
    else:
        assert got.headers["Content-Type"] == "text/xml;charset=utf-8"
        root = fromstring(got.body)
        detail = root.findtext("./errors/error/message") or ""
        assert root.findtext("./errors/error/code") == str(got.status)
        assert (root.findtext("./errors/error/type") or "").endswith("/bad-request")
    assert re.fullmatch(r"[A-Z].*[^.]\.", detail)
    head = "".join(f"{name}:{value}" for name, value in got.headers.items())
    assert not OURS.search(got.text + head)
    assert got.headers["Proxy-Status"] == "pms-proxy; error=http_request_error"
    assert got.headers["X-PMS-Circuit-Breaker"] == "closed"
    assert got.headers["X-Request-ID"]
    assert got.headers["Via"] == "1.1 pms-proxy"
    assert got.headers["Cache-Control"] == "no-store"
    return detail


# What is a request, and yet not one for here: the connection goes on.
REFUSED = [
    pytest.param(_get(b"/nope"), 404, id="unknown path"),
    pytest.param(_get(b"/"), 404, id="root"),
    pytest.param(_get(b"/apixyz"), 404, id="like api"),
    pytest.param(_get(b"//api/hotels"), 404, id="double slash in front"),
    pytest.param(_get(b"/%61pi/hotels"), 404, id="api encoded"),
    pytest.param(_get(b"http://x/api/hotels"), 400, id="absolute-form"),
    pytest.param(_get(b"*", method=b"OPTIONS"), 400, id="asterisk-form"),
    pytest.param(_get(method=b"TRACE"), 405, id="TRACE"),
    pytest.param(_get(method=b"PURGE"), 405, id="PURGE"),
    pytest.param(_get(method=b"PROPFIND"), 405, id="PROPFIND"),
    pytest.param(_get(b"/status.json", method=b"DELETE"), 405, id="own path, DELETE"),
    pytest.param(_get(b"/metrics", method=b"OPTIONS"), 405, id="own path, OPTIONS"),
    pytest.param(_get(b"/api/../status.json"), 400, id="dot segments"),
    pytest.param(_get(b"/api/./hotels"), 400, id="one dot"),
    pytest.param(_get(b"/api/%2e%2E/x"), 400, id="dot segments, encoded"),
    pytest.param(_get(b"/api/hotels%2f1"), 400, id="encoded slash"),
    pytest.param(_get(b"/api/hotels%5c1"), 400, id="encoded backslash"),
    pytest.param(_get(b"/api/hotels\\1"), 400, id="backslash"),
    pytest.param(_get(b"/api/%252e%252e/x"), 400, id="encoded twice"),
    pytest.param(_get(b"/api/hotels%00"), 400, id="encoded NUL"),
    pytest.param(_get(b"/api/hotels%0A"), 400, id="encoded line feed"),
    pytest.param(_get(b"/api/hotels#x"), 400, id="fragment"),
    pytest.param(_get(fields=b"A: x\xf6y\r\n"), 400, id="header not UTF-8"),
    pytest.param(
        _post(b"Content-Type: \xff\r\nContent-Length: 0\r\n"), 400, id="type not UTF-8"
    ),
]


@pytest.mark.parametrize(("request_", "status"), REFUSED)
async def test_a_request_for_nothing_here_is_refused_in_one_sentence(
    rig: Rig, request_: bytes, status: int
) -> None:
    """The refusal is one sentence, the connection goes on, the PMS sees nothing."""
    async with a_raw_client(rig.url) as client:
        client.send(request_)
        got = await client.reply()

        assert got.status == status
        assert _sentence(got)
        assert await client.is_open()
    assert rig.pms.calls == []
    assert (await rig.get("/api/hotels")).status == 200


# What is no HTTP, or too much of it: nothing after it can be trusted.
UNREADABLE = [
    pytest.param(_get(b"/api/" + b"a" * 9000), 414, id="long line"),
    pytest.param(_get(b"/api/hotels?" + b"a" * 9000), 414, id="long query"),
    pytest.param(_get(fields=b"A: " + b"a" * 9000 + b"\r\n"), 431, id="long field"),
    pytest.param(_get(fields=b"a" * 9000 + b": b\r\n"), 431, id="long field name"),
    pytest.param(_get(fields=b"A: b\r\n" * 200), 431, id="200 fields"),
    pytest.param(_get(b"/api/ho\0tels"), 400, id="NUL in the line"),
    pytest.param(_get("/api/höt".encode()), 400, id="target not ASCII"),
    pytest.param(_get(b"http://x:999999/api"), 400, id="impossible port"),
    pytest.param(_get(fields=b"A: x\0y\r\n"), 400, id="NUL in a field"),
    pytest.param(_get(fields=b"A: x\x01y\r\n"), 400, id="control character"),
    pytest.param(_get(fields=b"A: x\ry\r\n"), 400, id="bare CR"),
    pytest.param(_get(fields=b"A: x\r\n y\r\n"), 400, id="obs-fold"),
    pytest.param(_get(fields=b"A : x\r\n"), 400, id="space before the colon"),
    pytest.param(_get(fields=b"A\r\n"), 400, id="no colon"),
    pytest.param(_get(fields=b": x\r\n"), 400, id="no name"),
    pytest.param(_get(fields=b"Host: y\r\n"), 400, id="two Hosts"),
    pytest.param(b"GET /api/hotels HTTP/1.1\r\n\r\n", 400, id="no Host"),
    pytest.param(_get(b"x:443", method=b"CONNECT"), 400, id="authority-form"),
    pytest.param(b"GET /api/hotels HTTP/1.1\nHost: x\n\n", 400, id="LF alone"),
    pytest.param(_get(method=b"get"), 400, id="lower-case method"),
    pytest.param(_get(method=b"FOO"), 400, id="unknown method"),
    pytest.param(_get(version=b"HTTP/1.2"), 400, id="HTTP/1.2"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, id="HTTP/2 preface"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, id="TLS"),
    pytest.param(
        _post(b"Content-Length: 3\r\n" + CHUNKED, b"0\r\n\r\n"),
        400,
        id="length and chunked",
    ),
    pytest.param(
        _post(b"Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd"),
        400,
        id="two lengths",
    ),
    pytest.param(_post(b"Content-Length: -3\r\n"), 400, id="negative length"),
    pytest.param(_post(b"Content-Length: +3\r\n", b"abc"), 400, id="length with a +"),
    pytest.param(_post(b"Content-Length: " + b"9" * 30 + b"\r\n"), 400, id="length 9…"),
    pytest.param(_post(b"Transfer-Encoding: gzip\r\n"), 400, id="coding without end"),
    pytest.param(_post(CHUNKED, b"zz\r\nabc\r\n"), 400, id="chunk size no number"),
    pytest.param(_post(CHUNKED, b"3\r\nabcdef\r\n"), 400, id="chunk too long"),
    pytest.param(
        _post(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
        400,
        id="another transfer coding",
    ),
    pytest.param(
        _post(CHUNKED, b"0\r\n\r\n", b"HTTP/1.0"), 400, id="chunked in HTTP/1.0"
    ),
]


@pytest.mark.parametrize(("request_", "status"), UNREADABLE)
async def test_what_is_no_request_is_refused_and_its_connection_closed(
    rig: Rig, request_: bytes, status: int
) -> None:
    """The refusal is one sentence and one only, and the PMS sees nothing."""
    async with a_raw_client(rig.url) as client:
        client.send(request_)
        got = await client.reply()

        assert got.status == status
        assert _sentence(got)
        assert await client.is_closed()
    assert rig.pms.calls == []
    assert (await rig.get("/api/hotels")).status == 200


@pytest.mark.parametrize(
    ("target", "method", "allow"),
    [
        (b"/status.json", b"POST", "GET, HEAD"),
        (b"/api/hotels", b"TRACE", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ],
)
async def test_a_405_names_what_is_allowed(
    rig: Rig, target: bytes, method: bytes, allow: str
) -> None:
    """`Allow` stands on every 405 of the proxy's own (RFC 9110 §15.5.6)."""
    got = await once(rig.url, _get(target, method=method))

    assert (got.status, got.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(_post(b"Content-Length: %d\r\n" % (BODY_LIMIT + 1)), id="told"),
        pytest.param(
            _post(
                CHUNKED,
                b"%x\r\n" % (BODY_LIMIT + 1) + b"x" * (BODY_LIMIT + 1) + b"\r\n",
            ),
            id="chunked",
        ),
    ],
)
async def test_a_body_over_the_limit_is_413(rig: Rig, request_: bytes) -> None:
    """More than 1 MiB is refused before its end, and forwarded not at all."""
    got = await once(rig.url, request_)

    assert got.status == 413
    assert _sentence(got) == f"The body is larger than {BODY_LIMIT} bytes."
    assert rig.pms.calls == []


async def test_a_body_at_the_limit_is_forwarded(rig: Rig) -> None:
    """Exactly 1 MiB arrives at the PMS as it is."""
    body = b"x" * BODY_LIMIT

    await once(rig.url, _post(b"Content-Length: %d\r\n" % len(body), body))

    assert rig.pms.calls[-1].body == body


@pytest.mark.parametrize("rest", [b"zz\r\nabc\r\n", b"3\r\nabcdef\r\n"])
async def test_a_chunk_that_breaks_off_later_is_refused_at_once(
    rig: Rig, rest: bytes
) -> None:
    """Bad framing behind a good head is one 400, not a wait and then two answers."""
    async with a_raw_client(rig.url) as client:
        client.send(_post(CHUNKED, b"3\r\nabc\r\n"))
        await rig.settles()
        client.send(rest)
        got = await client.reply()

        assert got.status == 400
        assert _sentence(got) == "The body is broken off or badly framed."
        assert await client.is_closed()
    assert rig.pms.calls == []


async def test_a_bad_second_request_leaves_the_first_its_answer(rig: Rig) -> None:
    """Of two pipelined requests only the bad one is refused."""
    async with a_raw_client(rig.url) as client:
        client.send(_get())
        await rig.settles()
        client.send(_get(method=b"FOO"))

        assert (await client.reply()).status == 200
        assert (await client.reply()).status == 400
        assert await client.is_closed()


async def test_a_body_that_trickles_is_given_up(rig: Rig) -> None:
    """A body not there after the deadline is a 408, and the PMS sees nothing."""
    async with a_raw_client(rig.url) as client:
        client.send(_post(b"Content-Length: 10\r\n", b"abc"))
        await rig.settles()
        rig.clock.advance(14.9)
        await rig.settles()
        assert (await rig.get("/api/hotels")).status == 200
        rig.clock.advance(0.1)
        got = await client.reply()

    assert got.status == 408
    assert _sentence(got) == "The body did not arrive in time."
    assert [call.method for call in rig.pms.calls] == ["GET"]


async def test_a_client_that_leaves_amid_its_body_leaves_no_call(rig: Rig) -> None:
    """Half a write is no write, and no failure."""
    async with a_raw_client(rig.url) as client:
        client.send(_get(b"/api/bookings", b"Content-Length: 10\r\n", method=b"POST"))
        client.send(b"abc")
        await rig.settles()
        client.leave()
    await rig.settles()

    assert rig.pms.calls == []
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_pipelined_requests_are_answered_in_order(rig: Rig) -> None:
    """Three requests in one segment get three answers, in their order."""
    async with a_raw_client(rig.url) as client:
        client.send(_get() + _get(b"/nope") + _get(method=b"HEAD") + _get(b"/no"))

        assert (await client.reply()).status == 200
        assert (await client.reply()).status == 404
        assert (await client.reply("HEAD")).status == 200
        assert (await client.reply()).status == 404


async def test_http_1_0_is_answered_and_closed(rig: Rig) -> None:
    """A client of HTTP/1.0 gets its answer with a length, and the end."""
    async with a_raw_client(rig.url) as client:
        client.send(b"GET /api/hotels HTTP/1.0\r\n\r\n")
        got = await client.reply()

        assert got.status == 200
        assert int(got.headers["Content-Length"]) == len(got.body)
        assert await client.is_closed()


async def test_expect_100_continue_is_told_to_go_on(rig: Rig) -> None:
    """The body is asked for, and the field stays here."""
    async with a_raw_client(rig.url) as client:
        client.send(_post(b"Expect: 100-continue\r\nContent-Length: 4\r\n"))
        assert await client.line() == b"HTTP/1.1 100 Continue\r\n"
        assert await client.line() == b"\r\n"
        client.send(b"<a/>")
        await client.reply()

    assert rig.pms.calls[-1].body == b"<a/>"
    assert "Expect" not in rig.pms.calls[-1].headers


async def test_another_expectation_is_ignored(rig: Rig) -> None:
    """What is expected otherwise is not known here (RFC 9110 §10.1.1)."""
    got = await once(rig.url, _get(fields=b"Expect: 200-ok\r\n"))

    assert got.status == 200


async def test_an_upgrade_is_not_taken_up(rig: Rig) -> None:
    """A client that offers h2c is answered in HTTP/1.1, again and again."""
    offer = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n"
    )
    async with a_raw_client(rig.url) as client:
        client.send(_get(fields=offer))

        assert (await client.reply()).status == 200
        assert await client.is_open()
    assert not {"Upgrade", "Http2-Settings"} & rig.pms.calls[-1].headers.keys()


async def test_a_bad_request_id_is_replaced(rig: Rig) -> None:
    """What could write into the log is no id."""
    got = await once(rig.url, _get(fields=b"X-Request-ID: a\xffb\r\n"))

    assert re.fullmatch("[0-9a-f]{32}", got.headers["X-Request-ID"])


async def test_a_kept_request_id_goes_both_ways(rig: Rig) -> None:
    """A good X-Request-ID comes back and goes to the PMS."""
    got = await rig.get("/api/hotels", X_Request_ID="req.7:a-b_c")

    assert got.headers["X-Request-ID"] == "req.7:a-b_c"
    assert rig.pms.calls[-1].headers["X-Request-ID"] == "req.7:a-b_c"


@pytest.mark.parametrize(
    ("target", "fields", "media_type"),
    [
        (b"/api/./x", b"", "text/xml;charset=utf-8"),
        (b"/api/./x?output_format=JSON", b"", "application/problem+json"),
        (b"/api/./x", b"Output-Format: JSON\r\n", "application/problem+json"),
        (b"/api/./x", b"Accept: application/json\r\n", "application/problem+json"),
        (b"/x/./x", b"", "application/problem+json"),
    ],
)
async def test_a_refusal_speaks_the_format_of_the_request(
    rig: Rig, target: bytes, fields: bytes, media_type: str
) -> None:
    """XML under /api/ unless JSON is asked for, problem+json elsewhere."""
    got = await once(rig.url, _get(target, fields))

    assert got.headers["Content-Type"] == media_type
