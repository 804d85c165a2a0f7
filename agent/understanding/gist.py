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

# What is counted: a number before it is no day.
NOUN = (
    r"(?:ADULT|PERSON|KIDS?|NIGHT|WEEK|DAYS|ROOM|BED|SINGLE|DOUBLE|TWIN|TRIPLE"
    r"|QUADRUPLE|FAMILY|SUITE|COUPLES?|COMPANIONS?|HOUSEHOLD|meses|months?|estrellas"
    r"|of (?:us|ME|nosotros)|stars|anos?|years?|mil|perros?|gatos?|dogs?|cats?)\b"
)
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
    "pt": {"do": "FROM", "da": "de", "das": "de", "o": "el"},
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
_WEEKDAY = r"[wv]\d"
_ONE_DAY = r"[dewvn]?\d[\d.]*"
_ARTICLES = r"(?:(?:el|the|la|o|DIA|UNTIL|TO|FOR) ){0,3}"
# "For 2 from Dec 5" and "for 2 Dec 5 to 8" count guests: the month is the next one's.
_NOT_OF_THE_NEXT = (
    rf"(?!(?:FROM|FOR) m\d+ \d{{1,2}}(?:th)?\b(?! ?{NOUN}))"
    r"(?!(?<=FOR \d )m\d+ \d{1,2}(?:th)? (?:TO|UNTIL)\b)"
)


def _numbered(found: re.Match[str]) -> str:
    number: str | None = found[1]
    return f"d{number.removesuffix('th')}" if number else ""


def _moved(found: re.Match[str]) -> str:
    leaving, number = found.groups(default="")
    return f"{leaving} d{number}" if number else f"{leaving} "


_DAYS_RULES = tuple(
    (re.compile(find), put)
    for find, put in (
        (r"\bDIA DIA\b", "DIA"),
        # "Del 2 del 12 al 5 del 12".
        (
            (
                r"(?:(?<=\bel )|(?<=\bFROM )|(?<=\bUNTIL )|(?<=\bDIA ))"
                rf"(\d{{1,2}}) FROM (0?[1-9]|1[0-2])\b(?! ?{NOUN})"
            ),
            r"d\1.\2",
        ),
        (
            (
                rf"\b(\d{{1,2}})(?:th)? {_NOT_OF_THE_NEXT}"
                r"(?:(?:de|of|/|-|FROM|da|\.|FOR) )?m(\d+)"
                r"(?: (?:(?:de|FROM|,|/|-|of) ){0,3}(20\d\d))?\b"
            ),
            r"d\1.\2.\3",
        ),
        (
            (
                rf"\bm(\d+) (?:(?:the|DIA|el) )?(\d{{1,2}})(?:th)?\b(?! ?{NOUN})"
                r"(?: (?:, )?(20\d\d))?\b"
            ),
            r"d\2.\1.\3",
        ),
        # "La noche del 31", "vou embora 15".
        (
            (
                r"\b(?:la|the|a|na|da|TO) NIGHT (?:FROM|of|de) (?:(?:the|DIA) )?"
                rf"(\d{{1,2}})(?:th)?\b(?! ?{NOUN})"
            ),
            r"d\1",
        ),
        (
            (
                r"\b(embora|salgo|salimos|saio|saimos|leav\w+|salida|saida|checkout"
                r"|depart\w*) (\d{1,2})\b(?=\W*$)"
            ),
            r"\1 d\2",
        ),
        (r"\b(d\d+\.\d+) (?:de|FROM) (20\d\d)\b", r"\1.\2"),
        (r"\b(\d{1,2})(?:th)? (?:de|FROM|of) THIS_MONTH\b", r"d\1"),
        (r"\b(\d{1,2})(?:th)? (?:de|FROM|of) (?:el )?NEXT_MONTH\b", r"e\1"),
        (r"\b(d\d+\.\d+)\.(?!\d)", r"\1"),
        # "sábado 5", "5/12 (sábado)": the number says which day.
        (
            (
                rf"\b{_WEEKDAY} (?:NEXT )?(?:[,(] )?(?:(?:el|the|DIA|o|OR) )?"
                rf"(?=d\d|e\d|\d{{1,2}}(?:th)?\b(?! ?(?:{NOUN}|de NIGHT|m\d|[-+x] )))"
                r"(\d{1,2}(?:th)?\b)?"
            ),
            _numbered,
        ),
        (rf"\b(d[\d.]+) (?:[,(] )?{_WEEKDAY}\b(?: \))?", r"\1"),
        (
            rf"\b(?:el|the|DIA|(?<!\d )DAYS) (\d{{1,2}})(?:th)?\b(?! ?{NOUN})",
            r"d\1",
        ),
        (r"\b(\d{1,2})th\b(?! (?:WEEK|half|time|floor|ROOM))", r"d\1"),
        # "20, 21 y 22 de marzo".
        (r"\b(\d{1,2}) (?:, \d{1,2} )+(?=AND d)", r"\1 "),
        # "La semana del 14" has no days yet.
        (
            (
                r"(?<!UN )(?<!\d )\bWEEK (?:FROM|de|of) (?:(?:the|DIA) )?[de]\d[\d.]*"
                r"(?! (?:UNTIL|TO)\b)"
            ),
            "THIS_WEEK",
        ),
        # "El viernes que viene" is the next Friday, as any is.
        (rf"\bNEXT ({_WEEKDAY})\b", r"\1"),
        (rf"\b({_WEEKDAY}) NEXT\b(?! WEEK)", r"\1"),
        # "Cambiá la fecha al 3": what is after "to" is the new day.
        (
            (
                rf"\bMOVED (llegada|salida)(?: (?:de|FROM) {_ARTICLES}{_ONE_DAY})? "
                rf"(?:UNTIL|TO|FOR) {_ARTICLES}(?=[dewvn]?\d)"
                rf"(?:(\d{{1,2}})\b(?! ?{NOUN}))?"
            ),
            _moved,
        ),
    )
)


def gist(words: list[str], lang: Lang | None) -> str:
    """Return what `words` mean; they are clean, mended, and in the language `lang`."""
    parts = _TOKEN.findall(read_phrases(" ".join(words)))
    meant = " ".join(_meanings(_with_numbers(parts), lang))
    if re.search(r"\b(?:NEXT WEEK|WEEK NEXT)\b", meant):
        meant = re.sub(r"\bw(\d)\b", r"v\1", meant)
    for find, put in _DAYS_RULES:
        meant = find.sub(put, meant)
    return " ".join(meant.split())


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
