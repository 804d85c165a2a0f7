"""
QloApps' availability resource: the body of a search, the reading of an answer.

The PMS does not look at the party's size: 12 adults find a room for two. Here a room is
free only where the party fits into it. What its JSON does oddly: `rooms.available` is
an object keyed by room, but an empty list when there are none; a hotel that the PMS
does not know is answered 200 without `total_rooms`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationError

from agent.messages import NothingToShow, Room, RoomsFound
from agent.pms.rooms import known_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agent.messages import BreakerState, Search

SEARCH_TARGET = "/api/hotel_ari?output_format=JSON"
_CENT = Decimal("0.01")
# Larger than any stay's price in any currency, and small enough to be written out.
_Price = Annotated[Decimal, Field(ge=0, lt=Decimal("1e12"), allow_inf_nan=False)]


class _Door(BaseModel):
    """One room, and how many it takes; nothing of it where the PMS does not say."""

    max_adult: int | None = None
    max_children: int | None = None
    max_occupancy: int | None = None

    def fits(self, search: Search) -> bool:
        party = search.adults + search.children
        return (
            (self.max_adult is None or search.adults <= self.max_adult)
            and (self.max_children is None or search.children <= self.max_children)
            and (self.max_occupancy is None or party <= self.max_occupancy)
        )


class _Rooms(BaseModel):
    available: dict[str, _Door] | list[_Door]

    @property
    def doors(self) -> list[_Door]:
        found = self.available
        return found if isinstance(found, list) else list(found.values())


class _RoomType(BaseModel):
    id_room_type: Annotated[int, Field(gt=0, lt=10**18)]
    name: str
    total_price_with_tax: _Price
    rooms: _Rooms


class _HotelAri(BaseModel):
    currency: str = ""
    total_rooms: int | None = None
    room_types: list[_RoomType] = []


class _Answer(BaseModel):
    hotel_ari: _HotelAri


def search_body(hotel_id: int, search: Search) -> bytes:
    """Write the search for one room that takes the whole party."""
    return (
        "<qloapps><hotel_ari>"
        f"<id_hotel>{hotel_id}</id_hotel>"
        f"<date_from>{search.checkin}</date_from>"
        f"<date_to>{search.checkout}</date_to>"
        "<associations><room_occupancies><room_occupancy>"
        f"<adults>{search.adults}</adults><children>{search.children}</children>"
        "</room_occupancy></room_occupancies></associations>"
        "</hotel_ari></qloapps>"
    ).encode()


def read_answer(
    body: bytes,
    search: Search,
    room_types: Mapping[str, str],
    *,
    breaker: BreakerState,
    is_stale: bool,
    age_s: int | None,
    is_incomplete: bool,
) -> RoomsFound | NothingToShow:
    """
    Read a 200's body; what cannot be read is nothing to show, not an empty house.

    `room_types` are the known words for the hotel's own names, folded.
    """
    try:
        ari = _Answer.model_validate_json(body).hotel_ari
    except ValidationError:
        return NothingToShow(why="The PMS's answer cannot be read.", breaker=breaker)
    if ari.total_rooms is None:
        return NothingToShow(
            why="The PMS does not know this hotel (AGENT_HOTEL_ID).", breaker=breaker
        )
    return RoomsFound(
        rooms=tuple(
            _room(kind, ari.currency, search, room_types) for kind in ari.room_types
        ),
        is_stale=is_stale,
        age_s=age_s,
        is_incomplete=is_incomplete,
    )


def _room(
    kind: _RoomType, currency: str, search: Search, room_types: Mapping[str, str]
) -> Room:
    doors = kind.rooms.doors
    return Room(
        id=kind.id_room_type,
        room_type=known_type(kind.name, room_types),
        name=kind.name,
        available=sum(door.fits(search) for door in doors),
        price=kind.total_price_with_tax.quantize(_CENT),
        currency=currency,
        max_adults=_most(door.max_adult for door in doors),
        max_occupancy=_most(door.max_occupancy for door in doors),
    )


def _most(numbers: Iterable[int | None]) -> int | None:
    return max((number for number in numbers if number is not None), default=None)
