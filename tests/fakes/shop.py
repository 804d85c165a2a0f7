"""What is sent to a stand-in's shop, with and without sockets."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from multidict import CIMultiDict, CIMultiDictProxy

from demo.calls import Call

if TYPE_CHECKING:
    from demo.answers import Answer
    from demo.pms import StandIn
    from demo.webservice import Shop

KEY = "K" * 32
DOMAIN = "pms.example:8080"
NOW = datetime(2026, 11, 24, 15, 25, 56, tzinfo=UTC)


def ask(
    shop: Shop,
    target: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    content_type: str = "text/xml",
    now: datetime = NOW,
) -> Answer:
    """Call the shop with the right Host and key."""
    key = b64encode(f"{KEY}:".encode()).decode()
    headers = CIMultiDict(
        {
            "Host": DOMAIN,
            "Authorization": f"Basic {key}",
            "Content-Type": content_type,
        }
    )
    return shop.answer(Call(method, target, CIMultiDictProxy(headers), body), now)


def search(
    room_type: int = 1, start: str = "2027-01-10", end: str = "2027-01-12"
) -> bytes:
    """Write a search of one room type."""
    return (
        f"<q><hotel_ari><id_hotel>1</id_hotel><date_from>{start}</date_from>"
        f"<date_to>{end}</date_to><id_room_type>{room_type}</id_room_type>"
        "</hotel_ari></q>"
    ).encode()


def booking(**changes: str) -> bytes:
    """Write a booking of two nights in a general room, or a change to one."""
    values = {
        "rooms": "1",
        "email": "ana@example.com",
        "name": "Ana",
        "id": "",
        "status": "1",
        "source": "WhatsApp",
        "remark": "",
        "named": "",
        "start": "2027-01-10",
        "end": "2027-01-12",
        "prices": "",
    } | changes
    return (
        f"<q><booking><id>{values['id']}</id><id_property>1</id_property>"
        "<currency>USD</currency>"
        f"<booking_status>{values['status']}</booking_status>"
        "<payment_status>3</payment_status>"
        f"<source>{values['source']}</source><remark>{values['remark']}</remark>"
        "<associations><customer_detail>"
        f"<firstname>{values['name']}</firstname><lastname>Lopez</lastname>"
        f"<email>{values['email']}</email><phone>5550001111</phone></customer_detail>"
        f"{values['prices']}<room_types><room_type><id_room_type>1</id_room_type>"
        f"<checkin_date>{values['start']}</checkin_date>"
        f"<checkout_date>{values['end']}</checkout_date>"
        f"<number_of_rooms>{values['rooms']}</number_of_rooms>{values['named']}"
        "</room_type></room_types></associations></booking></q>"
    ).encode()


def posting(pms: StandIn, body: bytes) -> bytes:
    """Write the whole request that posts a booking to a stand-in."""
    head = (
        f"POST /api/bookings?ws_key={pms.key} HTTP/1.1\r\nHost: {pms.host}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def free(shop: Shop, *dates: str) -> bytes:
    """Give the count of free general rooms, as the shop writes it."""
    answer = ask(shop, "/api/hotel_ari", method="POST", body=search(1, *dates))
    return answer.body.split(b"<total_available_rooms><![CDATA[")[1].split(b"]")[0]
