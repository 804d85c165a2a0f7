"""What the shop does beyond the recordings: other houses, state, its own address."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo.houses import HotelPlan, TypePlan, build
from demo.keys import usual_keys
from demo.pms import StandIn
from demo.webservice import Shop
from fakes.shop import DOMAIN, KEY, ask, booking, free, search

if TYPE_CHECKING:
    from demo.conftest import Send

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def shop() -> Shop:
    """Give the recorded house's shop."""
    return Shop(house=build(), keys=usual_keys(KEY), domain=DOMAIN)


def test_another_house_is_data() -> None:
    """Hotels, types, rooms, currency and tax are what the house was built with."""
    plans = (
        HotelPlan("North", [TypePlan("Attic", 100, ["N1"])]),
        HotelPlan("South", [TypePlan("Suite", 90.5, ["S1", "S2"])], city="Salta"),
    )
    house = build(plans, currency="EUR", tax_rate=0.1)
    shop = Shop(house=house, keys=usual_keys(KEY), domain=DOMAIN)
    body = search(2).replace(b"<id_hotel>1", b"<id_hotel>2")
    answer = ask(shop, "/api/hotel_ari?output_format=JSON", method="POST", body=body)
    assert b'"currency":"EUR","total_rooms":2' in answer.body
    assert b'"base_price":340.5,"base_price_with_tax":374.55' in answer.body
    assert (
        b'"3":{"id_room":3,"id_product":2,"id_hotel":2,"room_num":"S2"' in answer.body
    )
    hotels = ask(shop, "/api/hotels?display=[id,city]&output_format=JSON")
    assert b'{"id":2,"city":"Salta"}' in hotels.body
    assert b"/api/hotel_rooms/3" in ask(shop, "/api/room_types/2").body


def test_a_stay_that_ends_when_another_begins_does_not_touch_it(shop: Shop) -> None:
    """The night of departure is free."""
    ask(shop, "/api/bookings", method="POST", body=booking(rooms="5"))
    assert free(shop) == b"0"
    assert free(shop, "2027-01-12", "2027-01-14") == b"5"
    assert free(shop, "2027-01-08", "2027-01-10") == b"5"
    assert free(shop, "2027-01-11", "2027-01-13") == b"0"


def test_a_refused_booking_takes_no_room(shop: Shop) -> None:
    """After each refusal and crash everything is still free."""
    bodies = (booking(rooms="6"), booking(name="A1"), booking(email="no"), b"", b"{")
    answers = [ask(shop, "/api/bookings", method="POST", body=b) for b in bodies]
    assert [answer.status for answer in answers] == [400, 500, 200, 500, 500]
    assert [answer.content_sha1 for answer in answers] == [None] * 5
    assert free(shop) == b"5"


@pytest.mark.parametrize(
    ("changes", "status", "body"),
    [
        ({"name": "Ana2"}, 500, b""),
        ({"name": "Ana 🌞"}, 500, b""),
        ({"name": "Ana!"}, 500, b""),
        ({"email": "not-an-address"}, 200, b"Fatal error"),
        ({"email": "ana🌞@example.com"}, 200, b"Fatal error"),
        ({"email": "ana@example.com", "name": "Añá-Lía O'Neill"}, 200, None),
    ],
    ids=str,
)
def test_a_clients_mistake_looks_like_a_crash(
    shop: Shop, changes: dict[str, str], status: int, body: bytes | None
) -> None:
    """A digit or an emoji in a name is an empty 500, in an address `Fatal error`."""
    answer = ask(shop, "/api/bookings", method="POST", body=booking(**changes))
    assert answer.status == status
    if body is None:
        assert list(shop.house.bookings) == [1]
    else:
        assert (answer.body, answer.speaker) == (body, "php")
        assert shop.house.bookings == {}


def test_a_known_address_renames_its_customer_everywhere(shop: Shop) -> None:
    """The name that was posted last is on every booking of that e-mail address."""
    ask(shop, "/api/bookings", method="POST", body=booking())
    ask(shop, "/api/bookings", method="POST", body=booking(name="Anita"))
    first = ask(shop, "/api/bookings/1?output_format=JSON").body
    assert b'"id_customer":2,"firstname":"Anita"' in first


def test_a_posted_total_is_shared_between_rooms(shop: Shop) -> None:
    """The total with tax is split evenly, and adds up again."""
    total = "<total_price_with_tax>5200</total_price_with_tax>"
    body = booking(rooms="2", prices=f"<price_details>{total}</price_details>")
    answer = ask(
        shop, "/api/bookings?output_format=JSON", method="POST", body=body
    ).body
    assert b'"total_price_without_tax":5000,"total_tax":200}' in answer
    assert answer.count(b'"unit_price_without_tax":2500,"total_tax":100') == 2


@pytest.mark.parametrize("name", ["ps_method", "ps.method", "+ps%20method"])
def test_a_get_can_delete(shop: Shop, name: str) -> None:
    """`ps_method` in any of PHP's spellings really deletes."""
    answer = ask(shop, f"/api/customers/1?{name}=DELETE")
    assert (answer.status, answer.body, answer.content_type) == (200, b"", None)
    assert shop.house.customers == {}


def test_a_form_body_overrides_the_query(shop: Shop) -> None:
    """With two `ps_method`s the form's wins, and only a POST has a form."""
    target = "/api/hotels?ps_method=OPTIONS"
    statuses = [
        ask(shop, target, method=one, body=b"ps_method=GET", content_type=FORM).status
        for one in ("POST", "PUT")
    ]
    assert statuses == [200, 405]


@pytest.mark.parametrize(
    "target",
    ["/api/carts", "/api/carts/1", "/api/hotels?schema=blank"],
)
def test_what_is_not_played_says_so(shop: Shop, target: str) -> None:
    """501 without the webservice's headers, rather than something plausible."""
    answer = ask(shop, target)
    assert (answer.status, answer.speaker) == (501, "nginx")


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("filter[room_num]=[GR]%&filter[id]=>[3]", ["GR-104", "GR-105"]),
        ("filter[room_num]=%[R-10]%&filter[id]=[2,3]", ["GR-102", "GR-103"]),
        ("filter[id]=![1]&limit=1", ["GR-102"]),
        ("filter[id]=<[2]", ["GR-101"]),
        ("sort=[id_hotel_ASC,room_num_DESC]&limit=2", ["LR-105", "LR-104"]),
        ("limit=1,1", ["GR-102"]),
    ],
)
def test_lists_are_filtered_sorted_and_cut(
    shop: Shop, target: str, names: list[str]
) -> None:
    """The operators of QloApps' filters, and `sort` by several fields."""
    answer = ask(
        shop, f"/api/hotel_rooms?display=[room_num]&{target}&io_format=JSON"
    ).body
    shown = ",".join(f'{{"room_num":"{name}"}}' for name in names)
    assert answer == f'{{"rooms":[{shown}]}}'.encode()


async def test_hrefs_and_host_are_its_own_address(send: Send) -> None:
    """Without a shop domain the stand-in insists on 127.0.0.1 and its port."""
    async with StandIn(KEY) as pms:
        target = f"GET /api/hotels?ws_key={KEY} HTTP/1.1\r\nHost: "
        good = await send(pms, f"{target}127.0.0.1:{pms.port}\r\n\r\n".encode())
        bad = await send(pms, f"{target}localhost:{pms.port}\r\n\r\n".encode())
    assert pms.url == f"http://{pms.host}"
    assert f'xlink:href="{pms.url}/api/hotels/1"'.encode() in good.body
    assert (bad.status, bad.body) == (302, b"")
    assert bad.headers["Location"] == f"{pms.url}/index.php?url=hotels"
    assert [call.method for call in pms.calls] == ["GET", "GET"]
    assert pms.calls[0].headers["host"] == pms.host


async def test_every_cookie_is_another(send: Send) -> None:
    """Two equal requests get two different cookies."""
    async with StandIn(KEY) as pms:
        request = f"GET /api/hotels?ws_key={KEY} HTTP/1.1\r\nHost: {pms.host}\r\n\r\n"
        first, second = [await send(pms, request.encode()) for _ in range(2)]
    assert first.body == second.body
    assert first.headers["Set-Cookie"] != second.headers["Set-Cookie"]


async def test_a_client_that_expects_100_gets_it() -> None:
    """The body of a large POST is invited before PHP sees it."""
    body = booking()
    async with StandIn(KEY) as pms:
        reader, writer = await asyncio.open_connection("127.0.0.1", pms.port)
        head = (
            f"POST /api/bookings?ws_key={KEY} HTTP/1.1\r\nHost: {pms.host}\r\n"
            f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode())
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        writer.close()
