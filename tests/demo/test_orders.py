"""Orders, their rooms and their changes, beyond what the recordings show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from demo.houses import build
from demo.keys import usual_keys
from demo.webservice import Shop
from fakes.shop import DOMAIN, KEY, ask, booking, free

if TYPE_CHECKING:
    from demo.answers import Answer

ROOM = "<rooms><room><id_room>{}</id_room></room></rooms>"


@pytest.fixture
def shop() -> Shop:
    """Give the recorded house's shop."""
    return Shop(house=build(), keys=usual_keys(KEY), domain=DOMAIN)


def book(shop: Shop, **changes: str) -> Answer:
    """Post a booking."""
    return ask(shop, "/api/bookings", method="POST", body=booking(**changes))


def put(shop: Shop, **changes: str) -> Answer:
    """Change the first booking."""
    body = booking(**({"id": "1"} | changes))
    return ask(shop, "/api/bookings/1", method="PUT", body=body)


def listed(shop: Shop, resource: str, query: str) -> list[dict[str, Any]]:
    """Read a list in JSON, whose empty form is another."""
    answer = ask(shop, f"/api/{resource}?output_format=JSON&{query}")
    found = json.loads(answer.body)
    if not found:
        return []
    rows: list[dict[str, Any]] = next(iter(found.values()))
    return rows


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("[wa:1]", ["wa:1"]),
        ("[WA:1]", ["wa:1"]),
        ("[wa:1 ]", ["wa:1"]),
        ("[wa:3]", []),
        ("[wa:1|wa:2]", ["wa:1", "wa:2"]),
        ("[|wa:1]", []),
        ("[1,3]", ["2"]),
        ("[1,x]", []),
        ("[wa]%", ["wa:1", "wa:2"]),
        ("%[:_]%", ["wa:1", "wa:2"]),
        ("![wa:1|wa:2]", ["2"]),
        ("wa:1", ["wa:1"]),
        ("[a[wa:1]", ["wa:1", "wa:2", "2"]),
    ],
    ids=str,
)
def test_a_filter_by_source_is_no_equality(
    shop: Shop, wanted: str, found: list[str]
) -> None:
    """`|`, `,` and odd brackets widen it; case and trailing blanks are ignored."""
    for source in ("wa:1", "wa:2", "2"):
        book(shop, source=source)
    query = f"display=[source]&filter[source]={quote(wanted)}"
    assert [row["source"] for row in listed(shop, "orders", query)] == found


@pytest.mark.parametrize(
    ("wanted", "found"), [("[2,10]", [2, 10]), ("[10,2]", [2, 10]), (">[9]", [10])]
)
def test_a_number_is_compared_as_a_number(
    shop: Shop, wanted: str, found: list[int]
) -> None:
    """Order 10 comes after order 2, whatever their first digits are."""
    shop.house.next_order = 10
    book(shop)
    shop.house.next_order = 2
    book(shop)
    query = f"filter[id]={wanted}&sort=[id_ASC]"
    assert [row["id"] for row in listed(shop, "orders", query)] == found


def test_a_cancelled_order_frees_its_rooms_and_stays_listed(shop: Shop) -> None:
    """Its state is 4, its room rows are cancelled and refunded."""
    book(shop, rooms="5")
    assert free(shop) == b"0"
    assert put(shop, rooms="5", status="3").status == 200
    assert free(shop) == b"5"
    orders = listed(shop, "orders", "display=[current_state]")
    assert orders == [{"current_state": 4}]
    rows = listed(shop, "room_bookings", "display=[is_cancelled,is_refunded]")
    assert rows == [{"is_refunded": 1, "is_cancelled": 1}] * 5


def test_a_refunded_order_is_not_cancelled(shop: Shop) -> None:
    """Status 4 is state 5, and frees the rooms too."""
    book(shop)
    put(shop, status="4")
    rows = listed(shop, "room_bookings", "display=[is_cancelled,is_refunded]")
    assert rows == [{"is_refunded": 1, "is_cancelled": 0}]
    assert listed(shop, "orders", "display=[current_state]") == [{"current_state": 5}]
    assert free(shop) == b"5"


def test_a_change_moves_a_booking_to_other_nights(shop: Shop) -> None:
    """Rooms that are not listed are removed, listed new ones are added."""
    book(shop)
    put(shop, start="2027-02-01", end="2027-02-03")
    assert free(shop) == b"5"
    assert free(shop, "2027-02-01", "2027-02-03") == b"4"
    assert [row["id"] for row in listed(shop, "room_bookings", "")] == [2]


def test_a_change_keeps_the_rooms_that_it_lists(shop: Shop) -> None:
    """A second room is added beside the first, which may be named."""
    book(shop)
    put(shop, rooms="2", named=ROOM.format(1))
    rooms = listed(shop, "room_bookings", "display=[id,id_room]")
    assert rows_of(rooms) == [(1, 1), (2, 2)]
    put(shop, named=ROOM.format(2))
    rooms = listed(shop, "room_bookings", "display=[id,id_room]")
    assert rows_of(rooms) == [(2, 2)]


def rows_of(rooms: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Give the ids of rows and rooms."""
    return [(row["id"], row["id_room"]) for row in rooms]


def test_a_change_for_which_no_room_is_free_changes_nothing(shop: Shop) -> None:
    """The refusal is that of a booking, and the booking is as it was."""
    book(shop, rooms="5")
    book(shop, start="2027-02-01", end="2027-02-03")
    before = ask(shop, "/api/bookings/2").body
    refused = put(shop, id="2", remark="later")
    assert refused.status == 400
    assert b"Requested room(s) not available." in refused.body
    assert ask(shop, "/api/bookings/2").body == before


def test_a_deleted_order_keeps_its_rooms_for_good(shop: Shop) -> None:
    """The order is gone, its room rows are not."""
    book(shop, rooms="5")
    assert ask(shop, "/api/orders/1", method="DELETE").status == 200
    assert ask(shop, "/api/orders/1", method="DELETE").status == 404
    assert listed(shop, "orders", "") == []
    assert len(listed(shop, "room_bookings", "")) == 5
    assert free(shop) == b"0"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"<q", 500, b"String could not be parsed as XML"),
        (b"<q/>", 400, b'parameter "id_order_state" required'),
        (
            b"<q><order_history><id_order_state>4</id_order_state></order_history></q>",
            400,
            b'parameter "id_order" required',
        ),
    ],
    ids=["not XML", "nothing", "no order"],
)
def test_a_history_needs_an_order_and_a_state(
    shop: Shop, body: bytes, status: int, said: bytes
) -> None:
    """What is missing is named, and no state is entered."""
    book(shop)
    answer = ask(shop, "/api/order_histories", method="POST", body=body)
    assert answer.status == status
    assert said in answer.body
    assert len(listed(shop, "order_histories", "")) == 1
