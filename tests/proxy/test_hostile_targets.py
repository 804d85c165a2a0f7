"""The class of a target is the one that Apache and PHP would take it for (§1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.front import BODY, request

if TYPE_CHECKING:
    from fakes.front import Front

# Each would be another resource, or another method, to one of the servers on the way.
AMBIGUOUS = [
    *(b"/api/../admin", b"/api/%2e%2e/x", b"/api/.%2e/x", b"/api/./customers"),
    *(b"/api/hotels/../customers", b"/api/hotels/.", b"/api/hotels/%2E%2E"),
    *(b"/api/..;/x", b"/api/hotels/..;a=b/customers"),
    *(b"/api/%252e%252e/x", b"/api/hotels%252fx", b"/api/%25%32%65/x"),
    *(b"/api/hotels%2f..%2fcustomers", b"/api/hotels%2F1"),
    *(b"/api/hotels%5c1", b"/api/hotels\\..\\customers", b"/api\\..\\x"),
    *(b"/api/hotels%00", b"/api/hotels%00.xml", b"/api/.%00./x", b"/api/hotels%0a"),
    *(b"/api/hotels#", b"/api/hotels?a=b#c"),
    *(b"/api/%c0%ae%c0%ae/customers", b"/api/hotels/%c0%af..", b"/api/hotels/%ff"),
    *(b"/api/%", b"/api/%zz", b"/api/%2%65%2e/x", b"/api/%u002e%u002e/x"),
    # The shop's rewriting: url=$1, decoded, before the client's own query.
    *(b"/api/hotels&url=customers", b"/api/hotels/&url=customers"),
    *(b"/api/hotels%26url=customers", b"/api/customers/5&ps_method=DELETE"),
    *(b"/api/customers/5%26ps_method=DELETE", b"/api/hotels/%26ps%5fmethod=DELETE"),
    *(b"/api/customers/5%3Fps_method=DELETE", b"/api/hotels%23"),
    *(b"http://evil/api/hotels", b"http://x/api/hotels", b"https://u@x/api/hotels"),
]


@pytest.mark.parametrize("target", AMBIGUOUS)
async def test_an_ambiguous_target_is_refused(front: Front, target: bytes) -> None:
    """It does not reach the PMS, and nothing of it is stored."""
    got = await front.once(request(target))

    assert got.status == 400
    assert front.seen == []
    await front.still_serves()


@pytest.mark.parametrize(
    "target",
    [
        b"evil:80",
        b"*",
        b"?a",
        b"\\api\\hotels",
        b"/api/\xc3\xb6",
        b"/api/a\tb",
        b"\x00",
    ],
)
async def test_what_is_no_target_at_all_ends_the_connection(
    front: Front, target: bytes
) -> None:
    """Neither a path nor anything else."""
    await front.refuses(request(target))


@pytest.mark.parametrize(
    "target",
    [
        *(b"/API/hotels", b"//evil/api/hotels", b"///api/hotels", b"/Api/hotels"),
        *(b"/%61pi/hotels", b"/api;x/hotels", b"/apis/hotels", b"/", b"/admin"),
    ],
)
async def test_what_is_not_under_api_never_reaches_the_pms(
    front: Front, target: bytes
) -> None:
    """Whatever the PMS' server would make of it."""
    got = await front.once(request(target))

    assert got.status in {403, 404, 405}
    assert front.seen == []


@pytest.mark.parametrize(
    "target",
    [
        *("/api/Hotels", "/api/HOTELS/1", "/api/hotels%20", "/api/hotels+", "/api"),
        *("/api/hotels;x", "/api/hotels;a=b/1", "/api/%20hotels", "/api/hotels."),
        *("/api/customers", "/api//customers", "/api/%63ustomers", "/api/hotelsx"),
        *("/api/hotels?url=customers", "/api/hotels?u%72l=customers&x"),
        *("/api/hotels?url[]=customers", "/api/hotels?a&%20url=customers"),
    ],
)
async def test_what_is_not_surely_catalogue_is_asked_anew(
    front: Front, target: str
) -> None:
    """Nothing private is stored, under whatever name it comes."""
    for _ in range(2):
        got = await front.once(request(target.encode()))
        assert got.headers["Cache-Status"] == "pms-proxy; fwd=bypass"

    assert front.seen == [("GET", target, b"")] * 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/api/hotels", "/api//%68otels/"),
        ("/api/hotels/1", "/api/hotels/%31"),
        ("/api/hotels?display=full", "/api/hotels?displa%79=full"),
    ],
)
async def test_what_is_surely_one_resource_is_one_copy(
    front: Front, first: str, second: str
) -> None:
    """The spelling that came first went on as it stood."""
    assert (await front.once(request(first.encode()))).body == BODY
    got = await front.once(request(second.encode()))

    assert got.headers["Cache-Status"].startswith("pms-proxy; hit")
    assert front.seen == [("GET", first, b"")]


# CONTRACT §1: as PHP reads names.
PS_METHOD = [
    *(b"ps_method", b"ps%5fmethod", b"%70s_method", b"ps.method", b"ps%2Emethod"),
    *(b"ps%20method", b"ps+method", b"ps[method", b"ps%5Bmethod", b"%20ps_method"),
    *(b"++ps_method", b"ps_method%00x", b"ps_method[]", b"ps_method[a][b]"),
    *(b"ps_method%5b%5d", b"a=b&ps_method", b"&&ps_method"),
]


@pytest.mark.parametrize("name", PS_METHOD)
@pytest.mark.parametrize("place", ["query", "form", "untyped"])
async def test_no_spelling_of_ps_method_passes_as_a_read(
    front: Front, name: bytes, place: str
) -> None:
    """Each is a write: sent each time, on a connection of its own."""
    said = name + b"=DELETE"
    for _ in range(2):
        if place == "query":
            sent = request(b"/api/hotels?" + said)
        else:
            kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
            fields = b"Content-Length: %d\r\n" % len(said)
            fields += kind if place == "form" else b""
            sent = request(b"/api/hotel_ari", fields, said, method=b"POST")
        assert (await front.once(sent)).status == 200

    assert len(front.seen) == front.pms.connections == 2
    assert await front.rig.metric("pms_writes_total", outcome="ok") == 2


@pytest.mark.parametrize("method", [b"PURGE", b"PROPFIND", b"QUERY", b"TRACE", b"LOCK"])
async def test_a_method_of_other_protocols_is_not_forwarded(
    front: Front, method: bytes
) -> None:
    """Caches and WebDAV before the PMS would obey it."""
    got = await front.once(request(method=method))

    assert (got.status, front.seen) == (405, [])
    assert got.headers["Allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
