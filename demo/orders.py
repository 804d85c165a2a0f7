"""
Pure. Reading what is posted: XML or JSON, into one shape.

Called by `bookings`, `changes` and `customers`. The resource `bookings` has a reader of
its own, which crashes where the generic one refuses.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from demo.answers import Refusal, unparsable

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# Elements whose children are items, whatever the items are called.
LISTS = frozenset({"room_types", "rooms"})


class Node:
    """A part of the body: text values and parts by name, for XML and JSON alike."""

    def __init__(self, value: object) -> None:
        self._value = value if isinstance(value, dict) else {}

    def text(self, name: str) -> str:
        """Give a value as text; "" where it is missing."""
        value = self._value.get(name)
        return "" if value is None or isinstance(value, dict | list) else str(value)

    def has(self, name: str) -> bool:
        """Say whether a value was given and is not empty."""
        return self.text(name) != ""

    def part(self, name: str) -> Node:
        """Give a part; an empty one where it is missing."""
        return Node(self._value.get(name))

    def items(self, name: str) -> list[Node]:
        """Give the items of a list."""
        value = self._value.get(name)
        return [Node(one) for one in value] if isinstance(value, list) else []


def read_booking(body: bytes) -> Node | None:
    """Read a booking, None where the body is not one: the real thing crashes on it."""
    value = _from_json(body) if body.lstrip().startswith(b"{") else _from_xml(body)
    return Node(value) if isinstance(value, dict) else None


def read_element(body: bytes, name: str) -> Node | Refusal:
    """Read a generic resource's XML; an element that is not there has no values."""
    try:
        found = fromstring(body).find(name)
    except (ParseError, DefusedXmlException, ValueError):
        return unparsable("String could not be parsed as XML", body)
    return Node(None if found is None else _plain(found))


def _from_json(body: bytes) -> object:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value.get("booking")


def _from_xml(body: bytes) -> object:
    try:
        booking = fromstring(body.removeprefix(b"xml=")).find("booking")
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return None if booking is None else _plain(booking)


def _plain(element: Element) -> object:
    if element.tag in LISTS:
        return [_plain(child) for child in element]
    if len(element):
        return {child.tag: _plain(child) for child in element}
    return element.text or ""
