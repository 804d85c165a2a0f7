"""
Pure. Reading what `POST /api/hotel_ari` asks, or saying what is wrong with it.

XML only; the messages are the recordings'. Called by `availability`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from demo.answers import Refusal, refuse
from demo.php import to_int

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FLAGS = {
    "get_available_rooms": "available",
    "get_booked_rooms": "booked",
    "get_partial_available_rooms": "partial_available",
    "get_unavailable_rooms": "unavailable",
}
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: \d{2}:\d{2}:\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A readable search; `shown` names the lists of rooms that were asked for."""

    hotel: str
    date_from: date
    date_to: date
    room_type: int | None
    rooms: int
    shown: frozenset[str]
    is_broken_down: bool


def read_search(body: bytes) -> Search | Refusal:
    """Read a search, or say what is wrong with it; XML only, `xml=` tolerated."""
    text = body.removeprefix(b"xml=")
    if not text:
        return _invalid("ARI search parameters are missing.")
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError):
        return _invalid("Invalid ARI search parameters found.")
    ari = root.find("hotel_ari")
    return _read(root.makeelement("hotel_ari", {}) if ari is None else ari)


def read_date(text: str) -> date | None:
    """Read `YYYY-MM-DD`, with a time of day that is ignored."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _read(ari: Element) -> Search | Refusal:
    values = {child.tag: child.text or "" for child in ari}
    for name in ("id_hotel", "date_from", "date_to"):
        if not values.get(name):
            return refuse(400, 41, f'parameter "{name}" required', signed=True)
    for name in ("id_hotel", "id_room_type", *FLAGS, "date_wise_breakdown"):
        if not re.fullmatch(r"\d*", values.get(name, "")):
            return _invalid(f'"The {name} field is invalid."')
    dates = {name: read_date(values[name]) for name in ("date_from", "date_to")}
    for name, found in dates.items():
        if found is None:
            return _invalid(f'"The {name} field is invalid."')
    start, end = dates["date_from"], dates["date_to"]
    if start is None or end is None or start >= end:
        return _invalid('"Date to" must be after "date from"')
    occupancies = ari.findall("associations/room_occupancies/room_occupancy")
    for place, occupancy in enumerate(occupancies, 1):
        if to_int(occupancy.findtext("adults", "")) < 1:
            return _invalid(
                f"Invalid value for number of adults for Room-{place} occupancy"
                "(value must be greater than 0)."
            )
    asked = {FLAGS[name]: values[name] == "1" for name in FLAGS if name in values}
    shown = {name for name, is_asked in asked.items() if is_asked}
    return Search(
        hotel=values["id_hotel"],
        date_from=start,
        date_to=end,
        room_type=to_int(values.get("id_room_type", "")) or None,
        rooms=len(occupancies) or 1,
        shown=frozenset(shown if asked else {"available"}),
        is_broken_down=values.get("date_wise_breakdown") == "1",
    )


def _invalid(what: str) -> Refusal:
    return refuse(400, 85, f"Validation error: {what}", signed=True)
