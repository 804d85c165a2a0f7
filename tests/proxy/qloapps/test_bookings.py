"""What a booking's body books, and what a look for one finds (API.md §4)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import recorded
from proxy.messages import Answer
from proxy.qloapps.bookings import (
    Booking,
    booking_request,
    is_booking,
    look_request,
    read_booking,
    read_look,
)

UNIQUE = "WhatsApp:7f3c9a2e-5b1d-4c53"
PLAIN = (
    "<qloapps><booking><id_property>1</id_property><source>a:b</source></booking>"
    "</qloapps>"
)
XML = (
    ("Content-Type", "text/xml;charset=utf-8"),
    ("PSWS-Version", "1.6.1.23"),
)


def _xml(inside: str) -> bytes:
    return f"<qloapps><booking>{inside}</booking></qloapps>".encode()


def _answer(body: str | bytes, *, kind: str = "text/xml") -> Answer:
    data = body.encode() if isinstance(body, str) else body
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    headers = (("Content-Type", kind), XML[1], ("Content-Sha1", digest))
    return Answer(status=200, headers=headers, body=data)


def _orders(*orders: tuple[str, str]) -> Answer:
    listed = "".join(
        f"<order><id>{id_}</id><source>{source}</source></order>"
        for id_, source in orders
    )
    return _answer(f"<qloapps><orders>{listed}</orders></qloapps>")


@pytest.mark.parametrize(
    ("name", "hotel", "source"),
    [
        ("101-", "1", "WhatsApp"),
        ("103-", "1", "WhatsApp"),
        ("114-", "1", "WhatsApp"),
        ("124b-", "1", "WhatsApp"),
        ("178-", "1", UNIQUE),
        ("120-", None, None),
        ("121-", None, None),
    ],
)
def test_recorded_bookings_are_understood(
    name: str, hotel: str | None, source: str | None
) -> None:
    """XML and JSON; of what is cut short, nothing."""
    booking = read_booking(recorded.request(name).body)
    assert (booking.hotel, booking.source) == (hotel, source)


@pytest.mark.parametrize(
    ("inside", "booking"),
    [
        ("<id_property>1</id_property>", Booking("1")),
        ("<id_property> 01\n</id_property>", Booking("1")),
        ("<id_property><![CDATA[1]]></id_property>", Booking("1")),
        ("<id_property a='2'>1</id_property>", Booking("1")),
        ("<id_property>1<!-- 2 --></id_property>", Booking("1")),
        ("<source>a:b</source>", Booking(None, "a:b")),
        ("<source><![CDATA[a:b]]></source>", Booking(None, "a:b")),
        ("<source>a<![CDATA[:b]]></source>", Booking(None, "a:b")),
        ("<source>a:b </source>", Booking()),
        ("<source> a:b</source>", Booking()),
        ("<source>a:b\n</source>", Booking()),
        ("<source>a|b</source>", Booking()),
        ("<source>a,b</source>", Booking()),
        ("<source>a]b</source>", Booking()),
        ("<source>%</source>", Booking()),
        ("<source>a&amp;b</source>", Booking()),
        ("<source>é</source>", Booking()),
        ("<source></source>", Booking()),
        ("<source>a<b/></source>", Booking()),
        ("<source>a</source><source>b</source>", Booking()),
        ("<source>a</source><source>a</source>", Booking()),
        ("<x:source xmlns:x='u'>a</x:source>", Booking()),
        ("<associations><source>a</source></associations>", Booking()),
        (f"<source>{'a' * 255}</source>", Booking(None, "a" * 255)),
        (f"<source>{'a' * 256}</source>", Booking()),
    ],
)
def test_one_plain_text_is_understood(inside: str, booking: Booking) -> None:
    """Nothing that PHP could read otherwise is looked for."""
    assert read_booking(_xml(inside)) == booking


@pytest.mark.parametrize(
    "body",
    [
        _xml("<id_property>2</id_property><id_property>3</id_property>"),
        _xml("<x:id_property xmlns:x='u'>2</x:id_property>"),
        _xml("<id_property><b/>2</id_property><id_property/>"),
        b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + _xml("<id_property>2</id_property>"),
        b"<qloapps><booking><id_property>2</id_property>",
        b"<id_property>2</id_property>",
        b"xml=%3Cbooking%3E%3Cid_property%3E2%3C%2Fid_property%3E",
        b'{"booking": {"id_property": 2, "id_property": 3}}',
        b'{"booking": {"id_property": 2.0}}',
        b'{"booking": {"id_property": [2]}}',
        b'{"booking": [{"id_property": "2"}]}',
        b'[{"booking": {"id_property": "2"}}]',
        b'{"booking": {"id_property": 2}} junk',
    ],
)
def test_where_only_php_can_read_it_the_hotel_is_guessed(body: bytes) -> None:
    """The first that is named: without one it would go beside the hotel's lane."""
    assert read_booking(body) == Booking("2")


@pytest.mark.parametrize(
    "body",
    [
        b'{"booking": {"id_property": 1, "source": "a:b"}}',
        b'\n {"booking": {"source": "a:b", "id_property": "01"}}',
        b"xml=" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
    ],
    ids=["json", "json-texts", "xml=", "utf-16"],
)
def test_each_form_that_the_pms_takes_is_read(body: bytes) -> None:
    """The hotel and the source, whatever carries them."""
    assert read_booking(body) == Booking("1", "a:b")


@pytest.mark.parametrize(
    "body",
    [
        b'{"booking": {"source": "a", "source": "b"}}',
        b'{"booking": {"source": true}}',
        b'{"booking": {"source": null}}',
        b'{"booking": {"source": ["a"]}}',
        b'{"booking": {"source": "a"}, "booking": {"source": "b"}}',
        b'{"booking": "a"}',
        b'{"booking": 5}',
        b"{" * 200_000,
        b'{"booking": {"source": ' + b"9" * 5000 + b"}}",
        b"<r><booking><source>a</source></booking><booking/></r>",
        b"<r>" * 100_000,
        b"<!DOCTYPE r [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]>"
        + _xml("<source>&b;</source>"),
        b"<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>",
        b"\x00\xff",
        b"<?xml version='1.0' encoding='nonsense'?><r/>",
    ],
)
def test_what_is_not_surely_understood_has_no_source(body: bytes) -> None:
    """And it never raises."""
    assert read_booking(body).source is None


@pytest.mark.parametrize(
    "body",
    [
        b"<r><booking>" + b"<a/>" * 250_000 + b"</booking></r>",
        b'{"booking": {' + b'"a":1,' * 160_000 + b'"source": "a"}}',
        b"id_property" * 95_000,
        b"%" * 2**20,
    ],
    ids=["xml", "json", "names", "percents"],
)
@pytest.mark.timeout(5)
def test_a_megabyte_is_read_in_its_time(body: bytes) -> None:
    """Fields by the hundred thousand do not hold up the others."""
    _ = read_booking(body)


@given(st.binary(max_size=200))
def test_any_body_is_read(body: bytes) -> None:
    """Whatever comes, what is understood is plain."""
    for start in (b"", b"{", b"<r><booking>", b"id_property"):
        booking = read_booking(start + body)
        assert booking.hotel is None or booking.hotel.isdecimal()


def test_the_look_is_the_recorded_one() -> None:
    """One exact source; nothing of it has to be escaped."""
    ours = look_request(UNIQUE)
    theirs = recorded.request("179-")
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert ours.query.split("&")[0] == theirs.query.split("&")[0]


def test_recorded_looks_are_read() -> None:
    """One order, none, and two of a source that is not unique."""
    assert read_look(recorded.answer("179-"), UNIQUE) == ["21"]
    assert read_look(recorded.answer("179b-"), "WhatsApp:nope") == []
    assert read_look(recorded.answer("113-"), "WhatsApp") == ["1", "2"]


def test_a_source_is_compared_byte_for_byte() -> None:
    """The database knows neither case nor spaces at the end."""
    listed = _orders(("7", "A:B"), ("8", "a:b "), ("9", "a:b"), ("10", "á:b"))
    assert read_look(listed, "a:b") == ["9"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_orders(("7", "A:B")), id="others-only"),
        pytest.param(_answer("<qloapps><customers></customers></qloapps>"), id="else"),
        pytest.param(_answer("<qloapps></qloapps>"), id="nothing"),
        pytest.param(_answer("<x><orders></orders></x>"), id="root"),
        pytest.param(_answer("<qloapps><orders/><orders/></qloapps>"), id="two-lists"),
        pytest.param(
            _answer("<qloapps><orders><hotel><id>1</id></hotel></orders></qloapps>"),
            id="hotels",
        ),
        pytest.param(
            _answer("<qloapps><orders><order id='1'/></orders></qloapps>"), id="ids"
        ),
        pytest.param(_orders(("x", "a:b")), id="no-id"),
        pytest.param(_orders(("", "a:b")), id="empty-id"),
        pytest.param(_answer("[]", kind="application/json"), id="json"),
        pytest.param(_answer("<qloapps><orders>"), id="cut"),
        pytest.param(
            _answer("<!DOCTYPE a []><qloapps><orders></orders></qloapps>"), id="dtd"
        ),
        pytest.param(replace(_orders(), status=404), id="404"),
        pytest.param(replace(_orders(), headers=XML), id="no-sha1"),
        pytest.param(replace(_orders(), body=b"<qloapps><orders/> "), id="other-body"),
        pytest.param(replace(_orders(), headers=_orders().headers[::2]), id="not-pms"),
        pytest.param(recorded.answer("63-"), id="refused"),
        pytest.param(recorded.answer("11-"), id="no-permission"),
    ],
)
def test_what_is_no_list_of_ours_settles_nothing(answer: Answer) -> None:
    """Neither found nor missing: the filter was not the one that was meant."""
    assert read_look(answer, "a:b") is None


def test_a_recorded_booking_is_one() -> None:
    """As XML and as JSON, made or read."""
    for name in ("101-", "106-", "107-", "114-"):
        assert is_booking(recorded.answer(name))


@pytest.mark.parametrize(
    "answer",
    [
        _answer("<qloapps><booking></booking></qloapps>"),
        _answer("<qloapps><booking><id></id></booking></qloapps>"),
        _answer("<qloapps><order><id>1</id></order></qloapps>"),
        _answer('{"booking": {}}', kind="application/json"),
        _answer('{"booking": {"id": null}}', kind="application/json"),
        _answer("[]", kind="application/json"),
        _answer("5", kind="application/json"),
        _answer('{"booking": []}', kind="application/json"),
        _answer("Fatal error", kind="text/html"),
        _answer(""),
        replace(recorded.answer("106-"), status=500),
        replace(recorded.answer("106-"), body=b"<qloapps/>"),
        recorded.answer("122h-"),
        recorded.answer("73-"),
    ],
)
def test_a_200_alone_is_no_booking(answer: Answer) -> None:
    """It has an id, and its own SHA-1."""
    assert not is_booking(answer)


@pytest.mark.parametrize(("as_json", "name"), [(False, "106-"), (True, "107-")])
def test_a_booking_is_asked_for_as_recorded(as_json: bool, name: str) -> None:
    """By the order's id, in the asker's format."""
    ours, theirs = booking_request("1", as_json=as_json), recorded.request(name)
    assert (ours.path, ours.query) == (theirs.path, theirs.query)
    assert json.loads('{"method": "GET"}')["method"] == ours.method
