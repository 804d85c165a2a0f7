"""Pure. Names the types of room for programs: `general-rooms`, unique in the house."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from agent.words import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agent.messages import Room


def slugs(rooms: Iterable[Room]) -> dict[int, str]:
    """Name each room by its words, its id where no letter is left or two are alike."""
    plain = {room.id: _slug(room) for room in rooms}
    counts = Counter(plain.values())
    return {
        number: slug if counts[slug] == 1 else f"{slug}-{number}"
        for number, slug in plain.items()
    }


def _slug(room: Room) -> str:
    words = re.findall(r"[a-z0-9]+", fold(room.name))
    return "-".join(words) or str(room.id)
