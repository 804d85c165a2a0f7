"""Pure. What the body of an availability search means (`POST /api/hotel_ari`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from proxy.messages import Stay

if TYPE_CHECKING:
    from collections.abc import Iterable

SEARCH_ELEMENT = "hotel_ari"
AVAILABLE_FLAG = "get_available_rooms"
MAX_DEPTH = 16
# What a search may hold that nights alone can answer.
STAY_FIELDS = frozenset(
    {
        *("id_hotel", "date_from", "date_to", "id_room_type", "associations"),
        AVAILABLE_FLAG,
    }
)
PARTY_FIELDS = frozenset({"adults", "children"})
_FALSE = frozenset({"", "0"})
# The PMS takes a time too, and does not look at it (API.md).
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})( [0-9]{2}:[0-9]{2}:[0-9]{2})?")
_ID = re.compile(r"[0-9]{1,18}")
_PLAIN_ID = re.compile(r"[1-9][0-9]{0,9}")
_COUNT = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """
    One understood search.

    `meaning` is equal for bodies that differ in white space, attribute or element
    order alone. `nights` is None where its dates are not plain. `available_only` is
    false where it asks for rooms of another kind, whose answer names customers. `stay`
    is None where it asks for more than rooms, or QloApps would find a fault with it.
    """

    meaning: str
    hotel: str | None
    nights: int | None
    available_only: bool
    stay: Stay | None


def read_search(body: bytes) -> Search | None:
    """
    Read a search, `xml=` in front or not; None where it is not surely understood.

    Anything that PHP and we might read differently is not understood: a DTD, a
    namespace, a second search, a field given twice, nesting without end.
    """
    try:
        root = fromstring(body.strip().removeprefix(b"xml=").lstrip(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    searches = list(root)
    if len(searches) != 1 or searches[0].tag != SEARCH_ELEMENT:
        return None
    search = searches[0]
    if any(_is_odd(element) for element in root.iter()) or _depth(root) > MAX_DEPTH:
        return None
    single = [element.tag for element in search]
    if len(single) != len(set(single)):
        return None
    hotel = (search.findtext("id_hotel") or "").strip()
    available_only = _available_only(search)
    return Search(
        meaning=_meaning(search),
        hotel=hotel if _ID.fullmatch(hotel) else None,
        nights=_nights(search),
        available_only=available_only,
        stay=_stay(search) if available_only else None,
    )


def _nights(search: Element) -> int | None:
    checkin, checkout = _day(search, "date_from"), _day(search, "date_to")
    if checkin is None or checkout is None:
        return None
    return (checkout - checkin).days


def _stay(search: Element) -> Stay | None:
    """Return the stay that a search for available rooms asks for, and no more."""
    fields = {element.tag for element in search}
    hotel, rooms = _plain(search, "id_hotel"), _rooms(search)
    checkin, nights = _day(search, "date_from"), _nights(search)
    room_type = _plain(search, "id_room_type") if "id_room_type" in fields else None
    is_known = fields <= STAY_FIELDS and not any(e.attrib for e in search.iter())
    is_typed = room_type is not None or "id_room_type" not in fields
    if hotel is None or checkin is None or rooms is None or not (is_known and is_typed):
        return None
    if nights is None or nights < 1:
        return None
    return Stay(
        hotel=hotel, checkin=checkin, nights=nights, rooms=rooms, room_type=room_type
    )


def _plain(search: Element, name: str) -> str | None:
    text = (search.findtext(name) or "").strip()
    return text if _PLAIN_ID.fullmatch(text) else None


def _rooms(search: Element) -> int | None:
    """Count the parties; None where QloApps would not take one of them."""
    found = search.find("associations")
    if found is None:
        return 1
    lists = list(found)
    if [one.tag for one in lists] != ["room_occupancies"] or len(lists[0]) == 0:
        return None
    parties = [
        {element.tag: element.text or "" for element in party} for party in lists[0]
    ]
    are_valid = all(
        party.tag == "room_occupancy"
        and len(party) == len(given) == len(PARTY_FIELDS & given.keys())
        and all(_COUNT.fullmatch(text) for text in given.values())
        and int(given["adults"]) > 0
        for party, given in zip(lists[0], parties, strict=True)
    )
    return len(parties) if are_valid else None


def _day(search: Element, name: str) -> date | None:
    found = _DAY.fullmatch((search.findtext(name) or "").strip())
    try:
        return None if found is None else date.fromisoformat(found.group(1))
    except ValueError:
        return None


def _is_odd(element: Element) -> bool:
    # A namespace, or text beside elements: PHP's reading may differ.
    if "{" in element.tag:
        return True
    tails = any((child.tail or "").strip() for child in element)
    return tails or (len(element) > 0 and bool((element.text or "").strip()))


def _depth(element: Element) -> int:
    depth, level = 0, [element]
    while level:
        depth += 1
        level = [child for parent in level for child in parent]
    return depth


def _available_only(search: Element) -> bool:
    asked = {
        element.tag
        for element in search.iter()
        if element.tag.startswith("get_") and _is_set(element)
    }
    flagged = any(element.tag.startswith("get_") for element in search)
    return asked == {AVAILABLE_FLAG} or not (asked or flagged)


def _is_set(flag: Element) -> bool:
    # An element with attributes or children is true to PHP, whatever its text.
    has_more = len(flag) > 0 or bool(flag.attrib)
    return has_more or (flag.text or "").strip() not in _FALSE


def _meaning(element: Element) -> str:
    """Write an element so that only what the PMS reads is left, in a fixed order."""
    attributes = " ".join(f"{k}={v!r}" for k, v in sorted(element.attrib.items()))
    if len(element) == 0:
        inside = repr((element.text or "").strip())
    else:
        inside = ",".join(_ordered(element))
    return f"{element.tag}[{attributes}]({inside})"


def _ordered(parent: Element) -> Iterable[str]:
    # Elements of one name keep their order: of two dates the PMS takes one. The
    # rooms of a party are a set.
    children = [(child.tag, _meaning(child)) for child in parent]
    if {tag for tag, _ in children} == {"room_occupancy"}:
        return sorted(meaning for _, meaning in children)
    return [meaning for _, meaning in sorted(children, key=lambda child: child[0])]
