"""
Pure. Puts a text into the few words that the grammar reads, whatever its language.

"tenés del cinco al 8 de dic p/ dos personas?" becomes
"tenes FROM 5 UNTIL d8.12 FOR 2 PERSON ?". A day is `d8`, `d8.12` or `d8.12.2026`,
`e8` is one of next month, a weekday `w1` (Monday) to `w7`, of next week `v1` to `v7`,
`n1` is tomorrow, `m12` a month without a day; feasts have their names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.day_rules import write_days
from agent.understanding.phrases import read_phrases
from agent.understanding.words import (
    MEANINGS,
    MONTH_WORDS,
    NUMBERS,
    ORDINALS,
    PORTUGUESE_WEEKDAYS,
    SHORT_MONTHS,
    WEEKDAY_WORDS,
)

if TYPE_CHECKING:
    from agent.messages import Lang

_TOKEN = re.compile(r"[dn]\d+(?:\.\d+)*\b|[a-zA-Z_]+|\d+th|\d+|\S")
_MEANINGS = {
    **ORDINALS,
    **NUMBERS,
    **WEEKDAY_WORDS,
    **MONTH_WORDS,
    **MEANINGS,
    "a": "TO",
    "-": "TO",
    "&": "AND",
    "+": "AND",
}
# Words that mean something else in one language.
_OWN: dict[Lang | None, dict[str, str]] = {
    "en": {"a": "UN"},
    "es": {"son": "son", "men": "KIDS"},
    "pt": {"son": "son", "do": "FROM", "da": "de", "das": "de", "o": "el"},
}
_TENS = {
    **dict.fromkeys(("veinte", "veinti", "twenty", "vinte"), "20"),
    **dict.fromkeys(("treinta", "thirty", "trinta"), "30"),
}
# "1th" of "thirty-first" as well as "1" of "treinta y un".
_UNITS = {
    word: number
    for word, number in {**NUMBERS, **ORDINALS, "un": "1", "um": "1"}.items()
    if number[:2].rstrip("th") in set("123456789")
}


def gist(words: list[str], lang: Lang | None, *, is_asked: bool = False) -> str:
    """
    Return what `words` mean; they are clean, mended, and in the language `lang`.

    `is_asked`: they may answer a question.
    """
    parts = _TOKEN.findall(read_phrases(" ".join(words), is_asked=is_asked))
    meant = " ".join(_meanings(_with_numbers(parts), lang))
    if re.search(r"\b(?:NEXT WEEK|WEEK NEXT)\b", meant):
        meant = re.sub(r"\bw(\d)\b", r"v\1", meant)
    return " ".join(write_days(meant).split())


def _meanings(words: list[str], lang: Lang | None) -> list[str]:
    meant: list[str] = []
    for place, word in enumerate(words):
        before = meant[-1] if meant else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        meant.append(_month(word, before, after, lang) or _meaning(word, after, lang))
    return meant


def _month(word: str, before: str, after: str, lang: Lang | None) -> str | None:
    """Read "mar" or "may" as a month, which they are beside a number alone."""
    if word not in SHORT_MONTHS:
        return None
    is_counted = before[-1:].isdigit() or before in {"de", "of", "/", "TO"}
    if word == "out":
        # "Check - out 13" names no October.
        is_counted = before in {"de", "/"} or (lang == "pt" and before[-1:].isdigit())
    is_before = word == "may" and (after[:1].isdigit() or before == "in")
    return f"m{SHORT_MONTHS[word]}" if is_counted or is_before else None


def _meaning(word: str, after: str, lang: Lang | None) -> str:
    own = _OWN.get(lang, {}).get(word)
    if own is not None:
        return own
    if lang != "es" and word in PORTUGUESE_WEEKDAYS:
        return f"w{PORTUGUESE_WEEKDAYS[word]}"
    if lang == "pt" and word == "dos" and after == "dias":
        return "FROM"
    return _MEANINGS.get(word, word)


def _with_numbers(words: list[str]) -> list[str]:
    """Put the words of one number together: "treinta y uno", "twenty-fifth"."""
    joined: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if word in _TENS:
            is_joined = words[place : place + 1] in (["y"], ["e"], ["-"])
            unit = words[place + is_joined : place + is_joined + 1]
            if unit and unit[0] in _UNITS:
                word = f"{_TENS[word][0]}{_UNITS[unit[0]]}"
                place += is_joined + 1
        joined.append(word)
    return joined
