"""A stand-in's shop whose nights a calendar keeps, and what it would say itself."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from defusedxml.ElementTree import fromstring

from demo.houses import HotelPlan, TypePlan, build
from demo.keys import usual_keys
from demo.stays import Booking
from demo.stays import Stay as Sold
from demo.webservice import Shop
from fakes.shop import DOMAIN, KEY, NOW, ask
from proxy.calendar.calendar import HotelCalendar
from proxy.messages import Stay
from proxy.qloapps.nights import (
    breakdown_request,
    compose,
    read_nights,
    read_search,
    search_request,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from demo.hotel import House
    from demo.rooms import Room, RoomType
    from proxy.messages import Request

TODAY = NOW.date()
PIECE = 30
USABLE_S = 300.0
# Every room is free on a day so far away.
FAR = TODAY + timedelta(days=400)
PRICES = {"base_price", "base_price_with_tax", "total_price", "total_price_with_tax"}


def shop_of(house: House) -> Shop:
    """Open a shop with a house."""
    return Shop(house=house, keys=usual_keys(KEY), domain=DOMAIN)


def asked(shop: Shop, request: Request) -> bytes:
    """Return the body of the shop's answer."""
    found = ask(shop, request.target, method=request.method, body=request.body, now=NOW)
    assert found.status == 200
    return found.body


def question(stay: Stay, *, as_json: bool = True) -> Request:
    """Write a guest's search for a stay."""
    typed = f"<id_room_type>{stay.room_type}</id_room_type>" if stay.room_type else ""
    party = "<room_occupancy><adults>2</adults></room_occupancy>" * stay.rooms
    more = (
        f"{typed}<associations><room_occupancies>{party}</room_occupancies>"
        "</associations></hotel_ari>"
    )
    plain = search_request(stay, as_json=as_json)
    body = plain.body.replace(b"</hotel_ari>", more.encode())
    return replace(plain, body=body)


def sells(house: House, room: Room, first: date, nights: int) -> Booking:
    """Book a room."""
    sold = Sold(
        id=house.next_stay,
        order=house.next_order,
        customer=1,
        room=room,
        date_from=first,
        date_to=first + timedelta(days=nights),
    )
    booking = Booking(
        id=house.next_order,
        hotel=room.hotel,
        currency=house.currency,
        customer=1,
        booked_at=NOW,
        stays=(sold,),
    )
    house.adds(booking)
    return booking


def cancels(house: House, booking: Booking) -> None:
    """Give a booking's rooms back."""
    stays = tuple(replace(stay, is_refunded=True) for stay in booking.stays)
    house.changes(replace(booking, stays=stays))


def house_of(*types: TypePlan, tax_rate: float = 0.04) -> House:
    """Build a house of one hotel."""
    return build([HotelPlan("Kept", types)], tax_rate=tax_rate)


class Kept:
    """
    One hotel of a shop, and its calendar, which is told what a proxy would be told.

    `at` are monotonic seconds, which the caller turns on. What the shop would have said
    when its nights were read last is kept in `as_read`.
    """

    def __init__(self, house: House, hotel: str = "1", *, nights: int = 60) -> None:
        self.shop = shop_of(house)
        self.as_read = self.shop
        self.hotel = hotel
        self.nights = nights
        self.calendar = HotelCalendar()
        self.at = 0.0

    @property
    def house(self) -> House:
        """Return the house behind the shop, to be changed."""
        return self.shop.house

    def kinds(self) -> tuple[RoomType, ...]:
        """List the hotel's room types as they are now."""
        hotel = self.house.hotel(int(self.hotel))
        assert hotel is not None
        return hotel.room_types

    def passes(self, seconds: float) -> None:
        """Turn the clock on."""
        self.at += seconds

    def reads(self, pieces: Sequence[int] | None = None) -> None:
        """Read nights, thirty a call; all pieces where none are named."""
        every = range(0, self.nights, PIECE)
        for number in range(len(every)) if pieces is None else pieces:
            first = TODAY + timedelta(days=every[number])
            nights = min(PIECE, self.nights - every[number])
            body = asked(self.shop, breakdown_request(self.hotel, first, nights))
            told = read_nights(body)
            assert told is not None
            self.calendar.put(told, self.at)
        self.as_read = shop_of(copy.deepcopy(self.house))

    def learns(self, stay: Stay, *, as_json: bool = True) -> None:
        """Let a guest search, and the calendar see the answer."""
        told = read_search(asked(self.shop, question(stay, as_json=as_json)))
        if told is not None:
            self.calendar.learn(stay, told, self.at)

    def learns_words(self) -> None:
        """Search a far-away day for names, links and entries of rooms."""
        for nights in (1, 3, 7):
            for as_json in (True, False):
                stay = Stay(hotel=self.hotel, checkin=FAR, nights=nights)
                self.learns(stay, as_json=as_json)

    def tries(self, most: int, *, every_s: float = 0.0) -> list[tuple[int, int]]:
        """Try what would teach something, so often at most; day and length of each."""
        tried: list[tuple[int, int]] = []
        first = TODAY.toordinal()
        while len(tried) < most:
            found = self.calendar.next_try(first, first + self.nights, self.at)
            if found is None:
                break
            tried.append(found)
            day, length = found
            self.learns(
                Stay(hotel=self.hotel, checkin=date.fromordinal(day), nights=length)
            )
            self.passes(every_s)
        return tried

    def composes(self, stay: Stay, *, as_json: bool) -> Composed | None:
        """Answer a stay out of nights."""
        offer = self.calendar.offer(stay, self.at, usable_s=USABLE_S)
        if offer is None or not offer.types:
            return None
        body = compose(stay, offer, self.calendar, as_json=as_json)
        return None if body is None else Composed(body, offer.withheld)


class Composed(NamedTuple):
    """An answer, and which types it leaves out."""

    body: bytes
    withheld: tuple[str, ...]


def differs(composed: Composed, told: bytes, stay: Stay, house: House) -> bool:
    """
    Say whether prices differ from what the shop told, by up to a cent a night and room.

    What is withheld is left out of what it told. All else that differs fails: a field,
    its place, its value.
    """
    left_out = set(composed.withheld)
    kept = {
        str(kind.id): len(kind.rooms)
        for hotel in house.hotels
        for kind in hotel.room_types
        if str(kind.id) not in left_out
    }
    ours = _fields(composed.body)
    theirs = _fields(told, left_out, kept)
    assert [path for path, _ in ours] == [path for path, _ in theirs]
    by_cents = False
    for (path, mine), (_, its) in zip(ours, theirs, strict=True):
        name = path.rpartition("/")[2]
        if mine == its or name not in PRICES:
            assert mine == its, path
            continue
        of = 1 if name.startswith("base") else stay.nights * stay.rooms
        assert abs(float(mine) - float(its)) <= 0.01 * of + 1e-6, path
        by_cents = True
    return by_cents


def _fields(
    body: bytes, left_out: set[str] | None = None, kept: dict[str, int] | None = None
) -> list[tuple[str, Any]]:
    """List what an answer holds, in order; without types, totals put right."""
    if body.lstrip().startswith(b"{"):
        told = json.loads(body)
        found = told["hotel_ari"]
        if left_out and kept:
            types = [
                one
                for one in found["room_types"]
                if str(one["id_room_type"]) not in left_out
            ]
            found["room_types"] = types
            found["total_rooms"] = sum(kept[str(one["id_room_type"])] for one in types)
            found["total_available_rooms"] = sum(
                len(one["rooms"]["available"]) for one in types
            )
        return _flat_json(told, "")
    root = fromstring(body)
    if left_out and kept:
        _leave_out(root, left_out, kept)
    return _flat_xml(root, "")


def _leave_out(root: Element, left_out: set[str], kept: dict[str, int]) -> None:
    types = root.find("./hotel_ari/room_types")
    total, free = (
        root.find(f"./hotel_ari/{name}")
        for name in ("total_rooms", "total_available_rooms")
    )
    assert types is not None
    assert total is not None
    assert free is not None
    for one in list(types):
        if one.attrib["id"] in left_out:
            types.remove(one)
    total.text = str(sum(kept[one.attrib["id"]] for one in types))
    free.text = str(sum(len(one.findall("./rooms/available/room")) for one in types))


def _flat_json(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        parts = value.items()
    elif isinstance(value, list) and value:
        parts = dict(enumerate(value)).items()
    else:
        return [(path, value)]
    return [at for key, one in parts for at in _flat_json(one, f"{path}/{key}")]


def _flat_xml(element: Element, path: str) -> list[tuple[str, Any]]:
    here = f"{path}/{element.tag}"
    found: list[tuple[str, Any]] = [
        (here, (element.text or "").strip()),
        (f"{here}@", element.attrib),
    ]
    return found + [at for child in element for at in _flat_xml(child, here)]
