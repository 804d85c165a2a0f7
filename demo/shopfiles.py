"""The recorded texts that the shop serves as they are, read from `demo/shop/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

SHOP = files("demo") / "shop"


@dataclass(frozen=True, slots=True)
class Resource:
    """A name in the API's list; a few have no schema."""

    name: str
    description: str
    has_schema: bool


@lru_cache
def resources() -> tuple[Resource, ...]:
    """Give every resource that the real API lists, in its order."""
    rows = [line.split("\t") for line in _text("resources.txt").splitlines()]
    return tuple(Resource(name, text, not no) for name, text, *no in rows)


@lru_cache
def house_texts() -> dict[str, Any]:
    """
    Give the recorded fields of the demo house.

    Shape: `hotel` and `room_type` map field names to values; `room_types` lists what
    differs by type; `hotel_features`, `order_states` and `services` are lists.
    """
    texts: dict[str, Any] = json.loads(_text("house.json"))
    return texts


@lru_cache
def schema(resource: str, name: str) -> str | None:
    """Give the XML of `?schema=`, None where it was not recorded."""
    path = SHOP / f"{resource}-{name}.xml"
    return path.read_text(encoding="utf-8") if path.is_file() else None


@lru_cache
def error_page() -> bytes:
    """Give the page that the shop shows when its database is away."""
    return (SHOP / "error-page.html").read_bytes()


@lru_cache
def maintenance_page() -> bytes:
    """Give the page that the shop shows while it is under maintenance."""
    return (SHOP / "maintenance.html").read_bytes()


@lru_cache
def uncaught_error() -> bytes:
    """Give what PHP shows of a crash in debug mode, after its notices."""
    return (SHOP / "fatal-error.txt").read_bytes()


def _text(name: str) -> str:
    return (SHOP / name).read_text(encoding="utf-8")
