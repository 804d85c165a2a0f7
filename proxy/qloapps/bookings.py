"""
Pure. Bookings: what a body books, and how a read finds a booking again (API.md §4).

QloApps keeps a booking's `source` as it was sent and filters by it, so a unique one
finds the booking in one call. Its filter reads `|` as "or" and `,` as a range, and its
database knows neither case nor spaces at the end: what it lists is compared again.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from proxy.messages import Request
from proxy.qloapps import answers

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from proxy.messages import Answer

RESOURCE = "bookings"
# A longer booking says nothing: all nights are asked for anew.
MAX_NIGHTS = 366
BOOKING_ELEMENT = "booking"
LOOKABLE_SOURCE = re.compile(r"[A-Za-z0-9:_.-]{1,255}")
_ID = re.compile(r"[0-9]{1,18}")
_HOTEL = re.compile(rb"id_property[^0-9]{1,20}([0-9]{1,18})")
_UNREADABLE = (*answers.UNREADABLE, DefusedXmlException, ParseError, LookupError)


@dataclass(frozen=True, slots=True)
class Booking:
    """
    What is surely understood of a booking: the hotel's id, its source, its nights.

    Each of `nights` is the first's ordinal and how many; empty where not all are read.
    """

    hotel: str | None = None
    source: str | None = None
    nights: tuple[tuple[int, int], ...] = ()


def read_booking(body: bytes) -> Booking:
    """
    Read a booking's body, XML or JSON, as QloApps takes either (API.md §4).

    A field that is missing, given twice or not plain text is not understood. The hotel
    is guessed where only PHP can read it: no two bookings of it may cross.
    """
    fields = _json_fields(body) if body.lstrip()[:1] == b"{" else _xml_fields(body)
    hotel, source = fields.get("id_property", "").strip(), fields.get("source", "")
    if not _ID.fullmatch(hotel) and (guess := _HOTEL.search(unquote_to_bytes(body))):
        hotel = guess.group(1).decode()
    return Booking(
        # 01 and 1 are one hotel.
        hotel=str(int(hotel)) if _ID.fullmatch(hotel) else None,
        source=source if LOOKABLE_SOURCE.fullmatch(source) else None,
        nights=_nights(body),
    )


def _nights(body: bytes) -> tuple[tuple[int, int], ...]:
    """Return the nights of every room type, be the body XML or JSON."""
    try:
        first, end = _days(body, b"checkin_date"), _days(body, b"checkout_date")
    except ValueError:
        return ()
    spans = list(zip(first, end, strict=False))
    if len(first) != len(end) or any(not 0 < e - f <= MAX_NIGHTS for f, e in spans):
        return ()
    return tuple((f, e - f) for f, e in spans)


def _days(body: bytes, name: bytes) -> list[int]:
    found = re.findall(name + rb"\W{1,15}(\d{4}-\d\d-\d\d)", body)
    return [date.fromisoformat(day.decode()).toordinal() for day in found]


def _xml_fields(body: bytes) -> dict[str, str]:
    try:
        root = fromstring(body.strip().removeprefix(b"xml=").lstrip(), forbid_dtd=True)
    except _UNREADABLE:
        return {}
    if len(root) != 1 or root[0].tag != BOOKING_ELEMENT:
        return {}
    times = Counter(element.tag for element in root[0])
    return {
        element.tag: _text(element)
        for element in root[0]
        if times[element.tag] == 1 and len(element) == 0
    }


def _text(element: Element) -> str:
    # Not stripped: the PMS keeps a source with its spaces, which then is not looked up.
    return element.text or ""


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body, object_pairs_hook=_once)
        booking = document[BOOKING_ELEMENT]
        return {
            name: str(value)
            for name, value in booking.items()
            if isinstance(value, str | int) and not isinstance(value, bool)
        }
    except (*_UNREADABLE, TypeError, AttributeError):
        return {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of what is given once."""
    times = Counter(name for name, _ in pairs)
    return {name: value for name, value in pairs if times[name] == 1}


def look_request(source: str) -> Request:
    """Ask for the orders of a lookable source."""
    return Request(
        method="GET",
        path="/api/orders",
        query=f"filter[source]=[{source}]&display=[id,source]",
    )


def read_look(answer: Answer, source: str) -> list[str] | None:
    """
    Return the ids of the orders whose source is this one, byte for byte.

    None where the answer settles nothing: it is no whole list of orders, or it lists
    others only, so that the filter was not the one that was meant.
    """
    if not answers.is_whole(answer):
        return None
    try:
        root = fromstring(answer.body, forbid_dtd=True)
    except _UNREADABLE:
        return None
    lists = list(root)
    if root.tag != "qloapps" or [found.tag for found in lists] != ["orders"]:
        return None
    orders = [
        (order.tag, order.findtext("id") or "", order.findtext("source"))
        for order in lists[0]
    ]
    if not all(tag == "order" and _ID.fullmatch(id_) for tag, id_, _ in orders):
        return None
    ours = [id_ for _, id_, found in orders if found == source]
    return None if orders and not ours else ours


def is_booking(answer: Answer) -> bool:
    """Say whether an answer is a whole booking: one with an id, not just a 200."""
    if not answers.is_whole(answer):
        return False
    try:
        if answers.media_type(answer.headers) == answers.JSON_TYPE:
            return bool(json.loads(answer.body)[BOOKING_ELEMENT]["id"])
        root = fromstring(answer.body, forbid_dtd=True)
        return bool(root.findtext(f"./{BOOKING_ELEMENT}/id"))
    except (*_UNREADABLE, TypeError):
        return False


def booking_request(order_id: str, *, as_json: bool) -> Request:
    """Ask for the booking of an order, whose id it has."""
    return Request(
        method="GET",
        path=f"/api/bookings/{order_id}",
        query="output_format=JSON" if as_json else "",
    )
