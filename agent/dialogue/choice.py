"""Pure. Which room of a list a guest takes by its place, price or part of a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.languages import is_common
from agent.understanding.words import ALL_WORDS
from agent.words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.messages import Room

_BEFORE = (
    r"(?:(?:y|e|and|si|sim|yes|ok|dale|bueno|entonces|then)\s+)?"
    r"(?:(?:quiero|quisiera|dame|tomo|elijo|prefiero|reserv\w+|anota\w*|me quedo con"
    r"|vamos con|quero|prefiro|escolho|fico com|pode ser|i want|i ll take|i d like"
    r"|give me|book)\s+)?"
    r"(?:(?:la|el|a|o|the)\s+)?(?:(?:opcion|opcao|option|numero|number|nro)\s+)?"
)
_AFTER = (
    r"(?:\s+(?:opcion|opcao|option|one|de la lista|da lista|por favor|porfa|please|pls"
    r"|gracias|thanks|obrigad[oa]))*"
)
_PLACES = {
    1: r"1|1st|primer[ao]?|primeir[ao]|first",
    2: r"2|2nd|segund[ao]|second",
    3: r"3|3rd|tercer[ao]?|terceir[ao]|third",
    4: r"4|4th|cuart[ao]|quarta|fourth",
    5: r"5|5th|quint[ao]|fifth",
    6: r"6|6th|sext[ao]|sixth",
    -1: r"ultim[ao]|last",
}
_BY_PLACE = {
    place: re.compile(f"{_BEFORE}(?:{words}){_AFTER}")
    for place, words in _PLACES.items()
}
_ASKS_WHICH = (
    r"(?:(?:y |e |and )?(?:cual|qual|which|what)"
    r"(?: one| s| es| e| is| seria| sai| sale| fica)* )"
)
_CHEAPEST = re.compile(
    rf"(?:{_ASKS_WHICH}|{_BEFORE}|\w+ )(?:(?:la|lo|el|a|o|the) )?"
    r"(?:mas barat[ao]|mas economic[ao]|menos car[ao]|mais barat[ao]|mais em conta"
    r"|cheapest)(?:\s+\w+){0,3}"
)
# A part of a name that tells a room from the others has so many letters.
_SHORTEST_PART = 4
_MOST_WORDS = 8


def chosen(text: str, offered: Sequence[Room]) -> int | None:
    """
    Return the id of the room that a text takes from the list before it.

    A number by itself is not looked at: it may answer another question.
    """
    words = words_of(text)
    if not offered or not words or words.isdigit():
        return None
    for place, pattern in _BY_PLACE.items():
        if place <= len(offered) and pattern.fullmatch(words):
            return offered[place - 1 if place > 0 else place].id
    if _CHEAPEST.fullmatch(words):
        free = [room for room in offered if room.available]
        return min(free or offered, key=lambda room: room.price).id
    return None


def named_in_part(text: str, offered: Sequence[Room]) -> int | None:
    """Return the only room of which a short text holds a word: "la delux"."""
    said = words_of(text).split()
    if len(said) > _MOST_WORDS:
        return None
    parts = {room.id: _parts(room) for room in offered}
    found = [
        id_
        for id_, own in parts.items()
        if any(
            _is_same(word, part)
            for word in said
            for part in own
            if sum(part in others for others in parts.values()) == 1
        )
    ]
    return found[0] if len(found) == 1 else None


def uncommon(text: str) -> str:
    """Return the words of a text that no grammar knows: a room's own name is there."""
    words = (word for word in words_of(text).split() if not word.isdigit())
    return " ".join(w for w in words if not is_common(w) and w not in ALL_WORDS)


def holds(room: Room, word: str) -> bool:
    """Tell whether a room's name holds a word, or nearly: "deluxe", "Delux Rooms"."""
    return any(_is_same(word, part) for part in _parts(room))


def _parts(room: Room) -> frozenset[str]:
    words = words_of(room.name).split()
    return frozenset(word for word in words if len(word) >= _SHORTEST_PART)


def _is_same(word: str, part: str) -> bool:
    # "deluxe" for "Delux", "general" for "Generals".
    shorter, longer = sorted((word, part), key=len)
    is_begun = longer.startswith(shorter) and len(longer) - len(shorter) <= 1
    return len(shorter) >= _SHORTEST_PART and is_begun
