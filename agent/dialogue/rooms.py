"""Pure. Which of the rooms that the PMS found suit the party and the guest's wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.dialogue.choice import holds
from agent.dialogue.cues import names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent.dialogue.state import State
    from agent.messages import Room, Search

MOST_IN_A_ROOM = 12


def fits(room: Room, search: Search) -> bool:
    """
    Tell whether the party sleeps in one such room; the PMS does not ask itself.

    Only rooms that are free tell how many they take: where they do and none is
    available for this party, they are too small, and not sold out.
    """
    tells = room.max_adults is not None or room.max_occupancy is not None
    adults, party = search.adults, search.adults + search.children
    return (
        (room.available > 0 or not tells)
        and (room.max_adults is None or adults <= room.max_adults)
        and (room.max_occupancy is None or party <= room.max_occupancy)
    )


def is_group(state: State) -> bool:
    """Tell whether the party is larger than a room of any house."""
    slots = state.slots
    return (slots.adults or 0) + (slots.children or 0) > MOST_IN_A_ROOM


def is_wish(state: State) -> bool:
    """Tell whether the guest has named a room."""
    return bool(state.room_id or state.room_word or state.slots.room_type)


def wished(state: State, rooms: Iterable[Room]) -> tuple[Room, ...]:
    """Return the house's rooms that are what the guest named."""
    if state.room_id is not None:
        return tuple(room for room in rooms if room.id == state.room_id)
    if state.room_word is not None:
        word = state.room_word
        return tuple(r for r in rooms if names(word, r.name) or holds(r, word))
    return tuple(room for room in rooms if room.room_type == state.slots.room_type)
