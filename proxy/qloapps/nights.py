"""
Pure. Availability in and out of QloApps' own words (API.md §3, CONTRACT §8).

Nights come as JSON, which is shorter. What a guest gets is written as QloApps writes
it, XML or JSON, with what was learned from its own answers: the names with their
languages, the links, the entries of rooms.
"""

from __future__ import annotations

import json
import math
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from proxy.calendar.values import ToldNight, ToldSearch, ToldType
from proxy.messages import Request
from proxy.qloapps import answers, php

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.calendar.calendar import HotelCalendar
    from proxy.calendar.values import Offer, TypeOffer
    from proxy.messages import Stay

JSON_QUERY = "output_format=JSON"
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SEARCH = (
    "<qloapps><hotel_ari><id_hotel>{hotel}</id_hotel>"
    "<date_from>{first}</date_from><date_to>{end}</date_to>{more}</hotel_ari></qloapps>"
)
_BREAKDOWN = "<date_wise_breakdown>1</date_wise_breakdown>"
_LABEL = re.compile(
    r'<room_type id="(\d+)"[^>]*>.*?<name>(.*?)</name>', re.DOTALL | re.ASCII
)
_ID = re.compile(r"[0-9]{1,18}")
_ROOT = re.compile(r'<id_hotel xlink:href="([^"]*/)hotels/')
_UNREADABLE = (
    *answers.UNREADABLE,
    DefusedXmlException,
    ParseError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
)


def breakdown_request(hotel: str, first: date, nights: int) -> Request:
    """Ask for a hotel night by night."""
    return _request(hotel, first, nights, _BREAKDOWN, JSON_QUERY)


def search_request(stay: Stay, *, as_json: bool) -> Request:
    """Ask for one room for a stay, as a guest would."""
    return _request(stay.hotel, stay.checkin, stay.nights, "", JSON_QUERY * as_json)


def _request(hotel: str, first: date, nights: int, more: str, query: str) -> Request:
    end = first + timedelta(days=nights)
    body = _SEARCH.format(hotel=hotel, first=first, end=end, more=more)
    return Request(
        method="POST",
        path="/api/hotel_ari",
        query=query,
        headers=(("Content-Type", "text/xml"),),
        body=body.encode(),
    )


def read_nights(body: bytes) -> list[ToldNight] | None:
    """Read a breakdown into nights; None where it is none in every detail."""
    try:
        return [_night(told) for told in json.loads(body)["hotel_aris"]]
    except _UNREADABLE:
        return None


def _night(told: Any) -> ToldNight:
    return ToldNight(
        day=date.fromisoformat(told["date_from"]).toordinal(),
        currency=_text(told["currency"]),
        # An unknown hotel has neither.
        total_rooms=int(_id(told.get("total_rooms", 0))),
        types={
            _id(one["id_room_type"]): ToldType(
                price=_price(one["base_price"]),
                price_with_tax=_price(one["base_price_with_tax"]),
                free={
                    _id(room["id_room"]): _text(room["room_num"])
                    for room in _values(one["rooms"]["available"])
                },
            )
            for one in told.get("room_types", [])
        },
    )


def _id(given: Any) -> str:
    """Return a whole number as text."""
    text = str(given)
    if not _ID.fullmatch(text):
        raise ValueError("it is no id")
    return text


def _price(given: Any) -> float:
    price = float(given)
    if not math.isfinite(price):
        raise ValueError("it is no price")
    return price


def _text(given: Any) -> str:
    """Return a text that can be written again: JSON may escape half a letter."""
    text = str(given)
    _ = text.encode()
    return text


def read_search(body: bytes) -> ToldSearch | None:
    """Read a guest's answer; None where it is none, or of an unknown hotel."""
    try:
        is_json = body.lstrip()[:1] == b"{"
        return _json_search(body) if is_json else _xml_search(body)
    except _UNREADABLE:
        return None


def _json_search(body: bytes) -> ToldSearch:
    types = json.loads(body)["hotel_ari"]["room_types"]
    rooms = {
        str(one["id_room_type"]): _values(one["rooms"]["available"]) for one in types
    }
    return ToldSearch(
        free={
            id_: frozenset(str(room["id_room"]) for room in found)
            for id_, found in rooms.items()
        },
        names={
            str(one["id_room_type"]): _text(_json_text(one["name"])) for one in types
        },
        details={
            str(room["id_room"]): _text(_json_text(room))
            for found in rooms.values()
            for room in found
        },
    )


def _xml_search(body: bytes) -> ToldSearch:
    types = fromstring(body, forbid_dtd=True).findall(
        "./hotel_ari/room_types/room_type"
    )
    if not types:
        raise LookupError("it lists no types")
    text = body.decode()
    root = _ROOT.search(text)
    return ToldSearch(
        free={
            one.attrib["id"]: frozenset(
                room.attrib["id"] for room in one.findall("./rooms/available/room")
            )
            for one in types
        },
        labels=dict(_LABEL.findall(text)),
        root="" if root is None else root[1],
    )


def _values(rooms: Any) -> list[dict[str, Any]]:
    # An object by room, or an empty list.
    values: Any = rooms.values() if hasattr(rooms, "values") else rooms
    return list(values)


def compose(
    stay: Stay, offer: Offer, hotel: HotelCalendar, *, as_json: bool
) -> bytes | None:
    """Write an offer as QloApps would; None where a part of it is not known."""
    try:
        if as_json:
            return _write_json(stay, offer, hotel)
        return _write_xml(stay, offer, hotel)
    except KeyError:
        # A name, or a room's entry, that no answer has shown yet.
        return None


def _write_json(stay: Stay, offer: Offer, hotel: HotelCalendar) -> bytes:
    head = {
        "id_hotel": stay.hotel,
        "date_from": str(stay.checkin),
        "date_to": str(stay.checkin + timedelta(days=stay.nights)),
        "currency": offer.currency,
        "total_rooms": offer.total_rooms,
        "total_available_rooms": _available(offer),
    }
    types = ",".join(_json_type(one, stay, hotel) for one in offer.types)
    # Entries of rooms are text already: a search lists many of them.
    document = f'{{"hotel_ari":{_json_text(head)[:-1]},"room_types":[{types}]}}}}'
    return document.encode()


def _json_type(one: TypeOffer, stay: Stay, hotel: HotelCalendar) -> str:
    prices = "".join(
        [f'"{name}":{php.json_number(p)!r},' for name, p in _prices(one, stay).items()]
    )
    rooms = ",".join([f'"{room}":{hotel.details[room]}' for room in one.rooms])
    available = f"{{{rooms}}}" if rooms else "[]"
    return (
        f'{{"id_room_type":{one.id},{prices}"name":{hotel.names[one.id]},'
        f'"rooms":{{"available":{available}}}}}'
    )


def _json_text(value: object) -> str:
    return _JSON.encode(value).replace("/", "\\/")


def _write_xml(stay: Stay, offer: Offer, hotel: HotelCalendar) -> bytes:
    if not hotel.root:
        raise KeyError("root")
    types = "".join(_xml_type(one, stay, hotel) for one in offer.types)
    end = stay.checkin + timedelta(days=stay.nights)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<qloapps xmlns:xlink="http://www.w3.org/1999/xlink">\n<hotel_ari>\n'
        f'<id_hotel xlink:href="{hotel.root}hotels/{stay.hotel}">'
        f"<![CDATA[{stay.hotel}]]></id_hotel>\n"
        f"<date_from><![CDATA[{stay.checkin}]]></date_from>\n"
        f"<date_to><![CDATA[{end}]]></date_to>\n"
        f"<currency><![CDATA[{offer.currency}]]></currency>\n"
        f"<total_rooms><![CDATA[{offer.total_rooms}]]></total_rooms>\n"
        "<total_available_rooms>"
        f"<![CDATA[{_available(offer)}]]></total_available_rooms>\n"
        f"<room_types>\n{types}</room_types>\n</hotel_ari>\n</qloapps>\n"
    ).encode()


def _xml_type(one: TypeOffer, stay: Stay, hotel: HotelCalendar) -> str:
    href = f"{hotel.root}room_types/{one.id}"
    prices = "".join(
        f"<{name}><![CDATA[{php.text_number(price)}]]></{name}>\n"
        for name, price in _prices(one, stay).items()
    )
    rooms = "".join([_xml_room(room, hotel.numbers[room]) for room in one.rooms])
    return (
        f'<room_type id="{one.id}" xlink:href="{href}">\n'
        f'<id_room_type xlink:href="{href}"><![CDATA[{one.id}]]></id_room_type>\n'
        f"{prices}<name>{hotel.labels[one.id]}</name>\n"
        f"<rooms>\n<available>\n{rooms}</available>\n</rooms>\n</room_type>\n"
    )


def _xml_room(room: str, number: str) -> str:
    return (
        f'<room id="{room}">\n<id_room><![CDATA[{room}]]></id_room>\n'
        f"<room_number><![CDATA[{number}]]></room_number>\n</room>\n"
    )


def _prices(one: TypeOffer, stay: Stay) -> Mapping[str, float]:
    # QloApps divides the rounded price of the stay, and rounds no more.
    return {
        "base_price": one.price / stay.nights,
        "base_price_with_tax": one.price_with_tax / stay.nights,
        "total_price": one.price * stay.rooms,
        "total_price_with_tax": one.price_with_tax * stay.rooms,
    }


def _available(offer: Offer) -> int:
    return sum(len(one.rooms) for one in offer.types)
