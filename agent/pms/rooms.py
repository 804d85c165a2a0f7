"""
Pure. Which of the known words for a room a house means by its own name for one.

The hotel says it (`AGENT_ROOM_TYPES`), else its name does, in Spanish, English or
Portuguese. A name that says nothing stays a name: nothing is guessed of "Luxury Rooms".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from agent.words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order that decides where a name holds several: a family suite is for a family,
# a twin room of single beds is a twin, a double for single use is a single.
_WORDS: dict[str, tuple[str, ...]] = {
    "family": ("family", "familiar", "familia", "families"),
    "suite": ("suite",),
    "quadruple": ("quadruple", "cuadruple", "quadruplo", "quadrupla", "quad"),
    "triple": ("triple", "triplo", "tripla"),
    "twin": ("twin", "gemelas", "gemeas"),
    "single": (
        *("single", "individual", "sencilla", "simple", "simples"),
        *("solteiro", "unipersonal"),
    ),
    "double": (
        *("double", "doble", "duplo", "dupla", "casal", "matrimonial", "matrimonio"),
        *("queen", "king"),
    ),
}
_TWO_BEDS = re.compile(r"\b(?:2|two|dos|duas) (?:\w+ )?(?:camas|beds)\b")
# Two letters of ten, one of five; "noble" is no "doble".
_ALIKE = 85


def known_type(name: str, configured: Mapping[str, str]) -> str | None:
    """
    Return the known word for a house's name of a type, None where there is none.

    `configured` has the house's names folded.
    """
    folded = fold(name)
    if folded in configured:
        return configured[folded]
    words = re.findall(r"[a-z0-9]+", folded)
    found = {
        known
        for known, spellings in _WORDS.items()
        if any(_is_alike(word, one) for word in words for one in spellings)
    }
    if _TWO_BEDS.search(" ".join(words)):
        found.add("twin")
    return next((known for known in _WORDS if known in found), None)


def _is_alike(word: str, spelling: str) -> bool:
    return fuzz.ratio(word, spelling) >= _ALIKE
