"""
Pure. A found period in JSON, which is not the XML's twin.

The room number has another name, rooms are an object or `[]`, and the totals of a
breakdown come last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.periods import ROOMS
from demo.php import plain

if TYPE_CHECKING:
    from demo.periods import Period
    from demo.rooms import Offer, Room
    from demo.searches import Search
    from demo.stays import Stay

JSON_ROOMS = {"partial_available": "partially_available"}


def json_period(search: Search, period: Period, currency: str) -> dict[str, object]:
    """Give one `hotel_ari`."""
    found: dict[str, object] = {
        "id_hotel": search.hotel,
        "date_from": period.date_from.isoformat(),
        "date_to": period.date_to.isoformat(),
        "currency": currency,
    }
    if not period.offers:
        return found
    totals = period.totals(search)
    types = {"room_types": [_offer(search, offer) for offer in period.offers]}
    found["total_rooms"] = period.total_rooms
    return found | (types | totals if search.is_broken_down else totals | types)


def _offer(search: Search, offer: Offer) -> dict[str, object]:
    found: dict[str, object] = {
        "id_room_type": offer.room_type.id,
        "base_price": plain(offer.base_price),
        "base_price_with_tax": plain(offer.base_price_with_tax),
        "total_price": plain(offer.total_price),
        "total_price_with_tax": plain(offer.total_price_with_tax),
        "name": offer.room_type.name,
    }
    lists = {
        JSON_ROOMS.get(name, name): _rooms(search, offer, name)
        for name in ROOMS
        if name in search.shown
    }
    return found | ({"rooms": lists} if lists else {})


def _rooms(search: Search, offer: Offer, name: str) -> object:
    found: dict[str, object] = {}
    if name == "available":
        for room in offer.free:
            found[str(room.id)] = _room(search, offer, room)
    elif name == "unavailable":
        for room in offer.closed:
            found[str(room.id)] = _room(search, offer, room)
    elif name == "booked":
        for room, stays in offer.booked:
            found[str(room.id)] = _booked(room, stays)
    return found or []


def _room(search: Search, offer: Offer, room: Room) -> dict[str, object]:
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


def _booked(room: Room, stays: tuple[Stay, ...]) -> dict[str, object]:
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
