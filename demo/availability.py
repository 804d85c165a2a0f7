"""
Pure. The answer to `POST /api/hotel_ari`, in XML and JSON.

The oddities are the recordings': XML and JSON name the room number differently, JSON
rooms are an object or `[]`, and a breakdown's JSON has its totals last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.answers import Answer, Refusal, json_document, xml_document
from demo.php import number, plain, to_int
from demo.searches import Search, read_search

if TYPE_CHECKING:
    from datetime import date

    from demo.answers import Format
    from demo.hotel import House, Offer, Room, Stay

# In this order they are answered; the search asks in another.
TOTALS = ("available", "unavailable", "partial_available", "booked")
ROOMS = ("unavailable", "booked", "available", "partial_available")
JSON_ROOMS = {"partial_available": "partially_available"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The answer for one period: the whole stay, or a night of a breakdown."""

    date_from: date
    date_to: date
    offers: list[Offer]


def answer_search(
    house: House, body: bytes, kind: Format, api: str
) -> Answer | Refusal:
    """Answer `POST /api/hotel_ari`; `api` is the base of all hrefs."""
    search = read_search(body)
    if isinstance(search, Refusal):
        return search
    periods = [
        Period(
            date_from=start,
            date_to=end,
            offers=house.search(
                to_int(search.hotel),
                start,
                end,
                room_type=search.room_type,
                rooms=search.rooms,
            ),
        )
        for start, end in _spans(search)
    ]
    if kind == "json":
        found = [_json_period(search, period, house.currency) for period in periods]
        return json_document(
            {"hotel_aris": found} if search.is_broken_down else {"hotel_ari": found[0]}
        )
    xml = "".join(_xml_period(search, p, house.currency, api) for p in periods)
    if search.is_broken_down:
        xml = f"<hotel_aris>\n{xml}</hotel_aris>\n"
    return xml_document(xml)


def _spans(search: Search) -> list[tuple[date, date]]:
    if not search.is_broken_down:
        return [(search.date_from, search.date_to)]
    night = timedelta(days=1)
    nights = (search.date_to - search.date_from).days
    starts = [search.date_from + night * n for n in range(nights)]
    return [(start, start + night) for start in starts]


def _totals(search: Search, offers: list[Offer]) -> dict[str, int]:
    counts = {
        "available": sum(len(offer.free) for offer in offers),
        "booked": sum(len(offer.booked) for offer in offers),
    }
    return {
        f"total_{name}_rooms": counts.get(name, 0)
        for name in TOTALS
        if name in search.shown
    }


def _total_rooms(offers: list[Offer]) -> int:
    return sum(len(offer.room_type.rooms) for offer in offers)


def _xml_period(search: Search, period: Period, currency: str, api: str) -> str:
    hotel = search.hotel
    head = (
        "<hotel_ari>\n"
        f'<id_hotel xlink:href="{api}/hotels/{hotel}"><![CDATA[{hotel}]]></id_hotel>\n'
        f"<date_from><![CDATA[{period.date_from}]]></date_from>\n"
        f"<date_to><![CDATA[{period.date_to}]]></date_to>\n"
        f"<currency><![CDATA[{currency}]]></currency>\n"
    )
    if not period.offers:
        return head + "</hotel_ari>\n"
    totals = {"total_rooms": _total_rooms(period.offers)}
    totals |= _totals(search, period.offers)
    listed = "".join(
        f"<{name}><![CDATA[{count}]]></{name}>\n" for name, count in totals.items()
    )
    types = "".join(_xml_offer(search, offer, api) for offer in period.offers)
    return f"{head}{listed}<room_types>\n{types}</room_types>\n</hotel_ari>\n"


def _xml_offer(search: Search, offer: Offer, api: str) -> str:
    kind = offer.room_type
    href = f"{api}/room_types/{kind.id}"
    taxed, total_taxed = offer.base_price_with_tax, offer.total_price_with_tax
    lists = "".join(
        f"<{name}>\n{''.join(map(_xml_room, _rooms(offer, name)))}</{name}>\n"
        for name in ROOMS
        if name in search.shown
    )
    rooms = f"<rooms>\n{lists}</rooms>\n" if lists else ""
    return (
        f'<room_type id="{kind.id}" xlink:href="{href}">\n'
        f'<id_room_type xlink:href="{href}"><![CDATA[{kind.id}]]></id_room_type>\n'
        f"<base_price><![CDATA[{number(offer.base_price)}]]></base_price>\n"
        f"<base_price_with_tax><![CDATA[{number(taxed)}]]></base_price_with_tax>\n"
        f"<total_price><![CDATA[{number(offer.total_price)}]]></total_price>\n"
        "<total_price_with_tax>"
        f"<![CDATA[{number(total_taxed)}]]></total_price_with_tax>\n"
        f'<name><language id="1" xlink:href="{api}/languages/1">'
        f"<![CDATA[{kind.name}]]></language></name>\n"
        f"{rooms}</room_type>\n"
    )


def _rooms(offer: Offer, name: str) -> tuple[Room, ...]:
    if name == "available":
        return offer.free
    return tuple(room for room, _ in offer.booked) if name == "booked" else ()


def _xml_room(room: Room) -> str:
    return (
        f'<room id="{room.id}">\n<id_room><![CDATA[{room.id}]]></id_room>\n'
        f"<room_number><![CDATA[{room.number}]]></room_number>\n</room>\n"
    )


def _json_period(search: Search, period: Period, currency: str) -> dict[str, object]:
    found: dict[str, object] = {
        "id_hotel": search.hotel,
        "date_from": period.date_from.isoformat(),
        "date_to": period.date_to.isoformat(),
        "currency": currency,
    }
    if not period.offers:
        return found
    totals = _totals(search, period.offers)
    types = {"room_types": [_json_offer(search, offer) for offer in period.offers]}
    found["total_rooms"] = _total_rooms(period.offers)
    return found | (types | totals if search.is_broken_down else totals | types)


def _json_offer(search: Search, offer: Offer) -> dict[str, object]:
    found: dict[str, object] = {
        "id_room_type": offer.room_type.id,
        "base_price": plain(offer.base_price),
        "base_price_with_tax": plain(offer.base_price_with_tax),
        "total_price": plain(offer.total_price),
        "total_price_with_tax": plain(offer.total_price_with_tax),
        "name": offer.room_type.name,
    }
    lists = {
        JSON_ROOMS.get(name, name): _json_rooms(search, offer, name)
        for name in ROOMS
        if name in search.shown
    }
    return found | ({"rooms": lists} if lists else {})


def _json_rooms(search: Search, offer: Offer, name: str) -> object:
    found: dict[str, object] = {}
    if name == "available":
        for room in offer.free:
            found[str(room.id)] = _json_room(search, offer, room)
    elif name == "booked":
        for room, stays in offer.booked:
            found[str(room.id)] = _json_booked(room, stays)
    return found or []


def _json_room(search: Search, offer: Offer, room: Room) -> dict[str, object]:
    if search.is_broken_down:
        return {"id_room": room.id, "room_num": room.number}
    kind = offer.room_type
    return {
        "id_room": room.id,
        "id_product": room.type,
        "id_hotel": room.hotel,
        "room_num": room.number,
        "room_comment": "",
        "max_adult": kind.adults,
        "max_children": kind.children,
        "max_occupancy": kind.adults + kind.children,
    }


def _json_booked(room: Room, stays: tuple[Stay, ...]) -> dict[str, object]:
    return {
        "id_product": room.type,
        "id_room": room.id,
        "id_hotel": room.hotel,
        "room_num": room.number,
        "detail": [
            {
                "id_htl_booking": stay.id,
                "date_from": f"{stay.date_from} 00:00:00",
                "date_to": f"{stay.date_to} 00:00:00",
                "id_customer": stay.customer,
                "booking_type": 1,
                "booking_status": 1,
                "comment": "",
            }
            for stay in stays
        ],
    }
