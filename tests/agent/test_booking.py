from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.messages import (
    Booked,
    BookingRefused,
    BookingUnknown,
    Guest,
    Quote,
    Room,
    RoomsFound,
    Search,
)
from agent.pms.booking import (
    BookingPolicy,
    booking_body,
    changed,
    orders_target,
    read_booking,
    read_orders,
)
from agent.pms.names import email_of

SEARCH = Search(
    checkin=date(2027, 1, 10), checkout=date(2027, 1, 12), adults=2, children=1
)
ROOM = Room(
    id=4,
    room_type="double",
    name="Doble",
    available=1,
    price=Decimal("2600.50"),
    currency="USD",
)
QUOTE = Quote(search=SEARCH, room=ROOM)
GUEST = Guest(address="5491100000001", is_phone=True, name="Ana Lopez")
POLICY = BookingPolicy(hotel_id=7, email_domain="x.example", email_secret=b"secret")
UNKNOWN, DOWN = BookingUnknown(), BookingRefused(reason="pms_down")
FULL = b'{"errors":[{"code":404,"message":"Requested room(s) not available."}]}'
NOT_SENT = b'{"status":503,"outcome":"not_sent","pms_circuit_breaker":"open"}'


def test_body() -> None:
    """A booking is the PMS's JSON with the quoted total and a source of its own."""
    booking = json.loads(booking_body(QUOTE, GUEST, "k-1", POLICY))["booking"]
    links = booking.pop("associations")
    assert booking == {
        "id_property": 7,
        "currency": "USD",
        "booking_status": 1,
        "payment_status": 3,
        "source": "WhatsApp:k-1",
        "remark": "WhatsApp. Adults: 2, children: 1",
    }
    assert links["price_details"] == {
        "total_paid": 0,
        "total_price_with_tax": "2600.50",
    }
    assert links["room_types"] == [
        {
            "id_room_type": 4,
            "checkin_date": "2027-01-10",
            "checkout_date": "2027-01-12",
            "number_of_rooms": 1,
        }
    ]
    assert links["customer_detail"] == {
        "firstname": "Ana",
        "lastname": "Lopez",
        "email": email_of(GUEST.address, "x.example", b"secret"),
        "phone": "+5491100000001",
    }


@pytest.mark.parametrize(
    ("address", "is_phone"),
    [("BR.119", False), ("119", False), ("+54 9 11", True), ("5" * 40, True)],
)
def test_no_phone(address: str, is_phone: bool) -> None:
    """Where there is no number that the PMS takes, it gets one that is nobody's."""
    guest = Guest(address=address, is_phone=is_phone)
    booking = json.loads(booking_body(QUOTE, guest, "k-1", POLICY))["booking"]
    customer = booking["associations"]["customer_detail"]
    assert (customer["phone"], customer["firstname"]) == ("0000000000", "Guest")


def test_the_same_bytes() -> None:
    """Equal quotes and guests make the same bytes, in any process at any time."""
    again = Quote(search=replace(SEARCH), room=replace(ROOM, price=Decimal("2600.50")))
    first = booking_body(QUOTE, GUEST, "k-1", POLICY)
    assert booking_body(again, replace(GUEST), "k-1", POLICY) == first
    assert booking_body(QUOTE, GUEST, "k-2", POLICY) != first


@pytest.mark.parametrize("key", ["", "wamid.HBg=", "a b", "a|b", "a,b", "ñ", "k" * 201])
def test_bad_key(key: str) -> None:
    """A key by which the proxy could not find the booking again is no key."""
    with pytest.raises(ValueError, match="key"):
        booking_body(QUOTE, GUEST, key, POLICY)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (ROOM, None),
        (replace(ROOM, available=5, name="Doble nueva"), None),
        (replace(ROOM, available=0), "gone"),
        (replace(ROOM, id=5), "gone"),
        (replace(ROOM, price=Decimal("2600.49")), "price"),
        (replace(ROOM, currency="ARS"), "price"),
        (replace(ROOM, available=0, price=Decimal(1)), "gone"),
    ],
)
def test_changed(now: Room, reason: str | None) -> None:
    """A quote holds while its type has a room at the very same price."""
    found = RoomsFound(rooms=(replace(ROOM, id=9), now))
    refused = changed(QUOTE, found)
    assert (refused and refused.reason) == reason
    assert refused is None or refused.found is found


@pytest.mark.parametrize(
    ("status", "outcome", "body", "means"),
    [
        (200, "", b'{"booking":{"id":31,"currency":"USD"}}', Booked(reference="31")),
        (200, "", b'{"booking":{"id":"31"}}', Booked(reference="31")),
        (200, "unknown", b'{"booking":{"id":31}}', UNKNOWN),
        (200, "unknown", b"Fatal error", UNKNOWN),
        (200, "", b"Fatal error", UNKNOWN),
        (200, "", b'{"booking":{}}', UNKNOWN),
        (200, "", b'{"booking":{"id":0}}', UNKNOWN),
        (200, "", b"", UNKNOWN),
        (201, "", b'{"booking":{"id":31}}', UNKNOWN),
        (500, "unknown", b"", UNKNOWN),
        (500, "", b"", UNKNOWN),
        (502, "", b"<html>", UNKNOWN),
        (503, "", b"<html>", UNKNOWN),
        (504, "", b'{"outcome":"unknown"}', UNKNOWN),
        (409, "", b"{}", UNKNOWN),
        (422, "", b"{}", UNKNOWN),
        (503, "", NOT_SENT, DOWN),
        (429, "refused", b"", DOWN),
        (503, "refused", b'{"errors":[{"code":22}]}', DOWN),
        (302, "refused", b"", DOWN),
        (401, "", b"{}", DOWN),
        (403, "", b"{}", DOWN),
        (429, "", b"{}", DOWN),
        (400, "", FULL, BookingRefused(reason="gone")),
        (400, "", b'{"errors":[]}', BookingRefused(reason="invalid")),
        (400, "", b"[" * 100_000, BookingRefused(reason="invalid")),
        (404, "", b"", BookingRefused(reason="invalid")),
        (413, "", b"{}", BookingRefused(reason="invalid")),
    ],
)
def test_answers(
    status: int, outcome: str, body: bytes, means: Booked | BookingRefused
) -> None:
    """Booked is what has an id; what is not sure is unknown."""
    headers = {"X-Write-Outcome": outcome} if outcome else {}
    assert read_booking(status, headers, body) == means


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        (b'{"orders":[{"id":31,"source":"WhatsApp:k-1"}]}', "31"),
        (b'{"orders":[{"id":"31","source":"WhatsApp:k-1"}]}', "31"),
        (b'{"orders":[{"id":31,"source":"whatsapp:k-1"}]}', None),
        (b'{"orders":[{"id":31,"source":"WhatsApp:k-12"}]}', None),
        (b'{"orders":[{"id":31}]}', None),
        (b"[]", None),
        (b"", None),
        (b"<html>", None),
    ],
)
def test_orders(body: bytes, reference: str | None) -> None:
    """A booking is found by its source, letter by letter."""
    assert read_orders(body, "k-1") == reference


def test_look() -> None:
    """The look asks for the orders of one source."""
    assert "filter[source]=[WhatsApp:k-1]" in orders_target("k-1")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(("booking", "id", "orders", "source", "errors", "message")),
            inner,
        )
    ),
)


@settings(max_examples=50)
@given(st.integers(100, 599), st.binary() | JSON.map(json.dumps).map(str.encode))
@example(200, b'{"booking":{"id":1%s}}' % (b"0" * 5000))
@example(200, b'{"orders":[{"id":1%s,"source":"WhatsApp:k"}]}' % (b"0" * 5000))
def test_any_answer(status: int, body: bytes) -> None:
    """Whatever comes back, it is read as one of the outcomes."""
    assert isinstance(
        read_booking(status, {}, body), Booked | BookingRefused | BookingUnknown
    )
    read_orders(body, "k")
