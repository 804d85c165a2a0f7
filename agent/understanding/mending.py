"""
Pure. Mends words: short forms as people write them, and slips of the finger.

A slip is mended only towards a short closed list, from five letters on, one letter
away (two in long words), and the beginning must sound alike; words that exist and
look alike ("mano", "manzana", "entero") are left alone.
"""

from __future__ import annotations

import re

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agent.understanding.spellings import (
    LEFT_ALONE,
    MENDED_MEANINGS,
    MENDED_TO,
    SHORT_FORMS,
)
from agent.understanding.words import (
    MEANINGS,
    MONTH_WORDS,
    NUMBERS,
    ORDINALS,
    PORTUGUESE_WEEKDAYS,
    WEEKDAY_WORDS,
)

_SHORTEST = 5  # shorter words have too many neighbours
_LONG = 9
_MENDED_AT_MOST = 40
_ALIKE = ({"b", "v"}, {"c", "k"}, {"c", "q"}, {"c", "s"}, {"s", "z"}, {"k", "q"})
# "Cuartito", "lugarcito", "noitinha": the word without its ending.
_SMALL = re.compile(r"([a-z]{3,}?)(?:cit|it|ecit|zinh|inh)([oa]s?)")
_MENDED_MEANINGS = frozenset(MENDED_MEANINGS.split())
_CHOICES = sorted(
    word
    for word in {
        *MENDED_TO.split(),
        *MONTH_WORDS,
        *WEEKDAY_WORDS,
        *(word for word, meaning in MEANINGS.items() if meaning in _MENDED_MEANINGS),
    }
    if len(word) >= _SHORTEST
)
_KNOWN = frozenset(
    {
        *_CHOICES,
        *LEFT_ALONE.split(),
        *SHORT_FORMS,
        *MEANINGS,
        *NUMBERS,
        *ORDINALS,
        *PORTUGUESE_WEEKDAYS,
    }
)
_FONDLY = frozenset({*MEANINGS, *WEEKDAY_WORDS, "lugar", "sola", "solo", "vaga"}) - {
    "senora"
}


# After a number even four letters say enough: "8 de enro", "2 niñs".
_COUNTED = sorted(
    word
    for word, meaning in MEANINGS.items()
    if meaning in {"ADULT", "KIDS", "PERSON", "NIGHT"} and len(word) >= _SHORTEST
)
_MONTHS = sorted(word for word in MONTH_WORDS if len(word) >= _SHORTEST)


def mend(words: list[str]) -> tuple[list[str], int]:
    """Return the words, mended, and how many slips there were."""
    mended: list[str] = []
    slips = tried = 0
    for place, word in enumerate(words):
        better = SHORT_FORMS.get(word) or _grown(word) or word
        if better is word and tried < _MENDED_AT_MOST and word.isalpha():
            choices = _choices(word, words[max(place - 2, 0) : place])
            tried += bool(choices)
            better = _nearest(word, choices) or word
            slips += better is not word
        mended += better.split()
    return mended, slips


def _grown(word: str) -> str | None:
    """Return the known word that `word` is a fond form of."""
    found = None if word in _KNOWN else _SMALL.fullmatch(word)
    if found is None:
        return None
    stem, ending = found.groups()
    forms = (
        stem + ending[1:],
        stem + ending,
        stem + "es" * ending.endswith("s"),
        stem + "e",
        stem + "a",
    )
    return next((form for form in forms if form in _FONDLY), None)


def _choices(word: str, before: list[str]) -> list[str]:
    """Return what a word may be a slip of; nothing where it is known or too short."""
    if word in _KNOWN:
        return []
    if len(word) >= _SHORTEST:
        return _CHOICES
    if len(word) == _SHORTEST - 1 and before:
        if before[-1].isdigit():
            return _COUNTED
        if before[-1] in {"de", "of"} and before[0].isdigit():
            return _MONTHS
    return []


def _nearest(word: str, choices: list[str]) -> str | None:
    if not choices:
        return None
    if word[-1] == word[-2] and word[:-1] in _KNOWN:
        return word[:-1]
    bound = 2 if len(word) >= _LONG else 1
    found = process.extract(
        word, choices, scorer=OSA.distance, score_cutoff=bound, limit=4
    )
    return next((choice for choice, _, _ in found if _sounds_alike(word, choice)), None)


def _sounds_alike(word: str, choice: str) -> bool:
    """Say whether both begin alike, or as they do in Spanish to the ear."""
    return (
        word[0] == choice[0]
        or {word[0], choice[0]} in _ALIKE
        or (choice[0] == "h" and word[0] == choice[1])
    )
