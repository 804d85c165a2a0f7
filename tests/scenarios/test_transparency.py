"""The proxy is transparent: same bytes there, same bytes back (CONTRACT §1, §3)."""

from __future__ import annotations

import base64
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.raw_client import once
from fakes.raw_pms import RawPms, RawRequest, a_raw_pms
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

OWN_KEY = "A" * 32
BASIC = base64.b64encode(f"{OWN_KEY}:".encode()).decode()


@asynccontextmanager
async def _raw(
    answer: bytes, environ: dict[str, str] | None = None, *, own_key: bool = True
) -> AsyncIterator[tuple[Rig, RawPms]]:
    """Stand the proxy before a PMS that always says the same bytes."""

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request
        writer.write(answer)
        return True

    async with a_raw_pms(play) as upstream:
        settings = {"PROXY_UPSTREAM_URL": upstream.url, **(environ or {})}
        async with a_rig(settings, own_key=own_key) as rig:
            yield rig, upstream


TARGETS = [
    "/api/orders?filter[id]=[1|2]",
    "/api/orders?filter%5Bid%5D=%5B1%7C2%5D",
    "/api/orders?filter[id]=[1,10]&sort=[id_DESC]&display=[id,reference]",
    "/api/orders?a=%C3%B6+%20~-._!$'()*,;:@/?b=c&&d=&=e",
    "/api/orders?date=2026-11-25T03:00:00%2B00:00",
    '/api/orders/%31?x={y}|"<>^`',
    "/api//orders//",
    "/api/orders/",
    "/api",
    "/api/",
    "/api/orders?ws_key2=1&output_format=XML",
    "/api/hotels?b=2&a=1",
]


@pytest.mark.parametrize("target", TARGETS)
async def test_path_and_query_arrive_byte_for_byte(target: str) -> None:
    """Nothing is decoded, encoded, sorted or tidied on the way."""
    async with _raw(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") as (rig, upstream):
        request = f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        assert (await once(rig.url, request)).status == 404

        assert upstream.requests[0].target == target


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", b""),
        ("POST", b"<a>\r\n \xc3\xb6 </a>\n"),
        ("POST", bytes(range(256))),
        ("PUT", b"<a/>"),
        ("PATCH", b"<a/>"),
        ("DELETE", b""),
        ("DELETE", b"<a/>"),
        ("GET", b"<a/>"),
        ("OPTIONS", b""),
    ],
)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
async def test_method_and_body_arrive_as_they_are(
    method: str, body: bytes, *, chunked: bool
) -> None:
    """The body is the same bytes, with a length, however it was framed."""
    framing, sent = f"Content-Length: {len(body)}", body
    if chunked:
        framing = "Transfer-Encoding: chunked"
        sent = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = f"{method} /api/orders HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n"
    async with _raw(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") as (rig, upstream):
        await once(rig.url, head.encode() + sent)

        seen = upstream.requests[0]
        assert (seen.method, seen.body) == (method, body)
        assert "Transfer-Encoding" not in seen.headers
        if method == "POST":
            assert seen.headers["Content-Length"] == str(len(body))


async def test_end_to_end_fields_arrive(rig: Rig) -> None:
    """Also twice the same, and in their order."""
    await once(
        rig.url,
        b"GET /api/orders HTTP/1.1\r\nHost: proxy.internal\r\n"
        b"Accept: text/xml\r\nAccept-Language: es\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
        b"User-Agent: tool/1\r\nOutput-Format: XML\r\nIdempotency-Key: k\r\n"
        b"Via: 1.0 edge\r\nX-Empty:\r\n\r\n",
    )

    seen = rig.pms.calls[-1].headers
    assert seen["Host"] == rig.pms.host
    assert seen.getall("X-Twice") == ["1", "2"]
    assert seen["Accept"] == "text/xml"
    assert seen["Accept-Language"] == "es"
    assert seen["User-Agent"] == "tool/1"
    assert seen["Output-Format"] == "XML"
    assert seen["X-Empty"] == ""
    assert seen.getall("Via") == ["1.0 edge", "1.1 pms-proxy"]
    assert seen["Accept-Encoding"] == "identity"


async def test_nothing_is_added_that_nobody_said(rig: Rig) -> None:
    """No User-Agent, Accept or Content-Type of the proxy's own invention."""
    await once(
        rig.url,
        b"POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n<a/>",
    )

    seen = rig.pms.calls[-1].headers
    assert not {"User-Agent", "Accept", "Content-Type", "Cookie"} & set(seen)


async def test_what_is_not_for_the_pms_stays_here(rig: Rig) -> None:
    """Hop-by-hop fields, what Connection names, cookies and forwarding fields stop."""
    await once(
        rig.url,
        b"GET /api/orders HTTP/1.1\r\nHost: x\r\n"
        b"Connection: keep-alive, X-Mine , x-other\r\nConnection: X-Third\r\n"
        b"X-Mine: 1\r\nX-Other: 1\r\nX-Third: 1\r\nKeep-Alive: timeout=9\r\n"
        b"Proxy-Authorization: Basic x\r\nProxy-Connection: close\r\nTE: trailers\r\n"
        b"Trailer: X-A\r\nCookie: a=b\r\nCookie: c=d\r\nForwarded: for=1.2.3.4\r\n"
        b"X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil\r\n"
        b"X-Forwarded-Proto: https\r\nX-Forwarded-Anything: 1\r\n"
        b"X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\n"
        b"X-Proxy-Token: t\r\nX-Admin-Token: t\r\nExpect: nothing\r\n\r\n",
    )

    names = {name.lower() for name in rig.pms.calls[-1].headers}
    assert names - {"connection"} == {
        "host",
        "accept-encoding",
        "authorization",
        "via",
        "x-request-id",
    }
    assert rig.pms.calls[-1].headers.get("Connection", "") in {"", "keep-alive"}


async def test_the_proxys_own_key_replaces_the_clients(rig: Rig) -> None:
    """Neither Authorization nor ws_key of a client reaches the PMS."""
    for name in ("ws_key", "ws%5Fkey", "ws.key"):
        await rig.get(f"/api/orders?a=1&{name}=X&b=[2]", Authorization="Basic eDo=")

        seen = rig.pms.calls[-1]
        assert seen.target == "/api/orders?a=1&b=[2]"
        assert seen.headers.getall("Authorization") == [f"Basic {BASIC}"]


async def test_without_an_own_key_credentials_pass() -> None:
    """The client's own go through, and copies are not shared between two clients."""
    async with a_rig(own_key=False) as rig:
        first = await rig.get("/api/hotels", Authorization=f"Basic {BASIC}")
        other = await rig.get("/api/hotels", Authorization="Basic eDo=")
        named = await rig.get(f"/api/hotels?ws_key={OWN_KEY}")
        again = await rig.get("/api/hotels", Authorization=f"Basic {BASIC}")

        assert (first.status, other.status, named.status) == (200, 401, 200)
        assert "hit" in again.headers["Cache-Status"]
        assert rig.pms.calls[2].target.endswith(f"?ws_key={OWN_KEY}")
        assert rig.pms.calls[0].headers["Authorization"] == f"Basic {BASIC}"
        # A client's own wrong key is no failure of the PMS.
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_the_host_is_the_shops_own() -> None:
    """PROXY_UPSTREAM_HOST is what the PMS sees, port included."""
    environ = {"PROXY_UPSTREAM_HOST": "shop.example:8443"}
    answer = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
    async with _raw(answer, environ) as (rig, upstream):
        await rig.get("/api/orders", Host="proxy.internal")

        assert upstream.requests[0].headers.getall("Host") == ["shop.example:8443"]


async def test_fields_of_an_answer_come_back() -> None:
    """Also twice the same; hop-by-hop ones and those only we may say do not."""
    answer = (
        b"HTTP/1.1 404 Gone Fishing\r\nServer: nginx\r\nDate: now\r\nX-A: 1\r\n"
        b"X-A: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nPSWS-Version: 1\r\n"
        b"Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\n"
        b"Proxy-Authenticate: Basic\r\nTrailer: X-B\r\nUpgrade: h2c\r\n"
        b"X-Potentially-Stale: true\r\nX-PMS-Circuit-Breaker: open\r\n"
        b"X-Write-Outcome: ok\r\nX-Request-ID: theirs\r\nProxy-Status: x\r\n"
        b"Via: 1.1 varnish\r\nX-Latin: \xf6\r\nContent-Type: text/plain\r\n"
        b"Content-Length: 2\r\n\r\nno"
    )
    async with _raw(answer) as (rig, _):
        got = await once(
            rig.url,
            b"GET /api/orders HTTP/1.1\r\nHost: x\r\nX-Request-ID: mine\r\n\r\n",
        )

        assert (got.status, got.body) == (404, b"no")
        assert got.headers.getall("Server") == ["nginx"]
        assert got.headers.getall("Date") == ["now"]
        assert got.headers.getall("X-A") == ["1", "2"]
        assert got.headers.getall("Set-Cookie") == ["a=1", "b=2"]
        assert got.headers.getall("Via") == ["1.1 varnish", "1.1 pms-proxy"]
        assert got.headers.getall("X-PMS-Circuit-Breaker") == ["closed"]
        assert got.headers.getall("X-Request-ID") == ["mine"]
        assert got.headers["Content-Type"] == "text/plain"
        gone = {
            *("X-Hop", "Keep-Alive", "Proxy-Authenticate", "Trailer", "Upgrade"),
            *("X-Potentially-Stale", "X-Write-Outcome", "Proxy-Status", "Connection"),
        }
        assert not gone & set(got.headers)


@pytest.mark.parametrize("byte", [*range(9), *range(14, 32), 0x7F, 0xF6, 0xFF])
async def test_a_field_that_cannot_be_sent_on_is_dropped(byte: int) -> None:
    """One odd field of the PMS does not cost its answer, nor the connection."""
    answer = (
        b"HTTP/1.1 404 No\r\nX-Odd: a%cb\r\nX-Good: 1\r\nContent-Length: 0\r\n\r\n"
        % byte
    )
    async with _raw(answer) as (rig, _):
        got = await rig.get("/api/orders")

        # NUL is no HTTP at all.
        assert got.status == (404 if byte else 502)
        assert "X-Odd" not in got.headers
        assert got.headers.get("X-Good", "1") == "1"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"\x89PNG\r\n", "image/png"),
        (201, b"<a/>", "text/xml"),
        (400, b"<a/>", "text/xml"),
        (404, b"", None),
        (404, b"plain", None),
        (405, b'{"errors":[]}', "application/json"),
        (409, b"<a/>", "text/xml"),
        (418, b"", None),
        (499, b"", None),
    ],
)
async def test_status_and_body_come_back(
    status: int, body: bytes, kind: str | None
) -> None:
    """Whatever the PMS says of a request, in its own words, and no word more."""
    told = f"Content-Type: {kind}\r\n" if kind else ""
    head = f"HTTP/1.1 {status} X\r\n{told}Content-Length: {len(body)}\r\n\r\n"
    async with _raw(head.encode() + body) as (rig, _):
        got = await rig.get("/api/images/1")

        assert (got.status, got.body) == (status, body)
        assert got.headers.get("Content-Type") == kind
        assert "Server" in got.headers
        assert "aiohttp" not in str(got.headers)
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_head_keeps_its_length() -> None:
    """What the PMS says of a body that it does not send is passed on, or nothing."""
    answer = b"HTTP/1.1 200 OK\r\nPSWS-Version: 1\r\nContent-Type: text/xml\r\n\r\n"
    async with _raw(answer) as (rig, upstream):
        got = await rig.ask("HEAD", "/api/orders")

        assert (got.status, got.body) == (200, b"")
        assert "Content-Length" not in got.headers
        assert upstream.requests[0].method == "HEAD"


async def test_a_redirect_is_never_followed(rig: Rig) -> None:
    """Scenario 48: a read gets 502 with its cause; the other address is not asked."""
    rig.pms.plays(faults.answers(302, {"Location": f"{rig.pms.url}/api/hotels"}))

    got = await rig.get("/api/hotels", Accept="application/json")

    assert (got.status, got.json()["cause"]) == (502, "configuration")
    assert len(rig.pms.calls) == 1


async def test_every_answer_says_who_and_how(rig: Rig) -> None:
    """State, id and Via stand on each answer, whoever made it."""
    answers = [
        await rig.get("/api/hotels"),
        await rig.get("/api/hotels"),
        await rig.get("/api/customers"),
        await rig.book(),
        await rig.get("/nope"),
        await rig.get("/status.json"),
        await rig.get("/metrics"),
        await rig.get("/health/live"),
        await rig.get("/api/./x"),
    ]
    for got in answers:
        assert got.headers.getall("X-PMS-Circuit-Breaker") == ["closed"]
        assert got.headers["X-Request-ID"]
        assert "1.1 pms-proxy" in got.headers.getall("Via")
    assert len({got.headers["X-Request-ID"] for got in answers}) == len(answers)
