"""
The PMS's availability search as it travels: the XML asked, the JSON answered.

Sold-out types stay listed, with an empty list where rooms would be an object. A hotel
that the PMS does not know is answered 200 without `total_rooms`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationError

from agent.messages import NothingToShow, Room, RoomsFound

if TYPE_CHECKING:
    from agent.messages import BreakerState, Search

_CENT = Decimal("0.01")
# Larger than any stay's price in any currency, and small enough to be written out.
_Price = Annotated[Decimal, Field(ge=0, lt=Decimal("1e12"), allow_inf_nan=False)]


class _Rooms(BaseModel):
    available: dict[str, object] | list[object]


class _RoomType(BaseModel):
    id_room_type: int
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
    body: bytes, *, breaker: BreakerState, is_stale: bool, age_s: int | None
) -> RoomsFound | NothingToShow:
    """Read a 200's body; what cannot be read is nothing to show, not an empty house."""
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
            Room(
                id=kind.id_room_type,
                room_type=None,
                name=kind.name,
                available=len(kind.rooms.available),
                price=kind.total_price_with_tax.quantize(_CENT),
                currency=ari.currency,
            )
            for kind in ari.room_types
        ),
        is_stale=is_stale,
        age_s=age_s,
    )
