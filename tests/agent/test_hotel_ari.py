from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agent.messages import NothingToShow, RoomsFound, Search
from agent.pms.hotel_ari import read_answer, search_body
from fakes.proxy import hotel_ari

if TYPE_CHECKING:
    from agent.messages import Room


TYPE: dict[str, object] = {
    "id_room_type": 1,
    "name": "Suite",
    "total_price_with_tax": 9,
}


STAY = Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2)


def read(body: object, search: Search = STAY) -> RoomsFound | NothingToShow:
    """Read an answer, given as JSON or as bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_answer(
        raw,
        search,
        {"general rooms": "double"},
        breaker="closed",
        is_stale=False,
        age_s=None,
        is_incomplete=False,
    )


def one_type(*doors: tuple[int, int, int] | None) -> object:
    """Write an answer of one type, per room: most adults, children and guests."""
    names = ("max_adult", "max_children", "max_occupancy")
    available = {
        str(number): dict(zip(names, door or (), strict=False))
        for number, door in enumerate(doors)
    }
    kind = {**TYPE, "rooms": {"available": available or []}}
    ari = {"currency": "USD", "total_rooms": 5, "room_types": [kind]}
    return {"hotel_ari": ari}


def rooms(*types: tuple[int, str, float, int]) -> tuple[Room, ...]:
    """Read an answer of these types."""
    found = read(hotel_ari(types))
    assert isinstance(found, RoomsFound)
    return found.rooms


def test_search_body() -> None:
    """The search is the PMS's XML, one room for the party."""
    search = replace(STAY, children=1)
    body = search_body(7, search)
    assert body.startswith(b"<qloapps><hotel_ari><id_hotel>7</id_hotel>")
    assert b"<date_from>2026-12-05</date_from><date_to>2026-12-08</date_to>" in body
    assert body.count(b"<room_occupancy>") == 1
    assert b"<adults>2</adults><children>1</children>" in body


def test_rooms() -> None:
    """Types are read with free rooms counted, sold out ones with none."""
    free, full = rooms((1, "General Rooms", 1300, 5), (3, "Suite", 2340.5, 0))
    assert (free.id, free.name, free.available) == (1, "General Rooms", 5)
    assert (free.room_type, full.room_type) == ("double", "suite")
    assert (free.price, free.currency) == (Decimal(1300), "USD")
    assert (full.available, full.price) == (0, Decimal("2340.50"))


@pytest.mark.parametrize(
    ("adults", "children", "available"),
    [(1, 0, 3), (2, 0, 3), (2, 1, 2), (2, 2, 1), (3, 0, 2), (3, 1, 1), (4, 0, 1)],
)
def test_capacity(adults: int, children: int, available: int) -> None:
    """Only rooms that the party fits into are free; the PMS lists all."""
    body = one_type((2, 0, 2), (3, 1, 3), None)
    found = read(body, replace(STAY, adults=adults, children=children))
    assert isinstance(found, RoomsFound)
    (room,) = found.rooms
    assert room.available == available
    assert (room.max_adults, room.max_occupancy) == (3, 3)


def test_capacity_is_not_told() -> None:
    """Of a sold out type nobody knows how many it takes."""
    found = read(one_type())
    assert isinstance(found, RoomsFound)
    (room,) = found.rooms
    assert (room.available, room.max_adults, room.max_occupancy) == (0, None, None)


def test_unknown_hotel() -> None:
    """A hotel that the PMS does not know is not an empty house."""
    found = read({"hotel_ari": {"id_hotel": "999", "currency": "USD"}})
    assert isinstance(found, NothingToShow)
    assert "AGENT_HOTEL_ID" in found.why


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        {"hotel_ari": {"total_rooms": 5, "room_types": [TYPE]}},
        {"hotel_ari": {"total_rooms": 5, "room_types": [{**TYPE, "rooms": {}}]}},
        hotel_ari(((10**4000, "Suite", 1, 1),)),
        hotel_ari(((0, "Suite", 1, 1),)),
        hotel_ari(((1, "Suite", float("nan"), 1),)),
        hotel_ari(((1, "Suite", float("inf"), 1),)),
        hotel_ari(((1, "Suite", -1, 1),)),
        hotel_ari(((1, "Suite", 1e300, 1),)),
    ],
)
def test_unreadable(body: object) -> None:
    """What cannot be read is nothing to show; no list of rooms is not "sold out"."""
    assert isinstance(read(body), NothingToShow)
