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


def mend(words: list[str]) -> tuple[list[str], int]:
    """Return the words, mended, and how many slips there were."""
    mended: list[str] = []
    slips = tried = 0
    for word in words:
        better = SHORT_FORMS.get(word) or _grown(word) or word
        if better is word and _may_be_a_slip(word) and tried < _MENDED_AT_MOST:
            tried += 1
            better = _nearest(word) or word
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


def _may_be_a_slip(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha() and word not in _KNOWN


def _nearest(word: str) -> str | None:
    if word[-1] == word[-2] and word[:-1] in _KNOWN:
        return word[:-1]
    bound = 2 if len(word) >= _LONG else 1
    found = process.extract(
        word, _CHOICES, scorer=OSA.distance, score_cutoff=bound, limit=4
    )
    return next((choice for choice, _, _ in found if _sounds_alike(word, choice)), None)


def _sounds_alike(word: str, choice: str) -> bool:
    """Say whether both begin alike, or as they do in Spanish to the ear."""
    return (
        word[0] == choice[0]
        or {word[0], choice[0]} in _ALIKE
        or (choice[0] == "h" and word[0] == choice[1])
    )
