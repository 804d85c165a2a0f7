from __future__ import annotations

from decimal import Decimal

from agent.messages import Room
from agent.pms.slugs import slugs


def a_room(number: int, name: str) -> Room:
    """Make a room of this name."""
    return Room(
        id=number,
        room_type=None,
        name=name,
        available=1,
        price=Decimal(1),
        currency="USD",
    )


def test_names_for_programs() -> None:
    """Types of one name are told apart by id; a name without letters is its id."""
    names = ((1, "Suite"), (2, "SUITE"), (3, "家"), (4, "General Rooms"))
    assert slugs(a_room(*name) for name in names) == {
        1: "suite-1",
        2: "suite-2",
        3: "3",
        4: "general-rooms",
    }
