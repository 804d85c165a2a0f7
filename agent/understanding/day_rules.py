"""
Pure. Writes each day of a gist as one word: "5 de m12" as "d5.12", "w6 5" as "d5".

What the words of a gist are is said in `gist`.
"""

from __future__ import annotations

import re

from agent.understanding.words import NOUN

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


_RULES = tuple(
    (re.compile(find), put)
    for find, put in (
        (r"\bDIA DIA\b", "DIA"),
        # "Hoy martes" is one day.
        (rf"\b(n\d) (?:el )?{_WEEKDAY}\b", r"\1"),
        # "Vamos al casamiento" goes there, and leaves no day.
        (
            r"\bUNTIL (?=(?!est[ea]\b|this\b|the\b|proximo|las?\b|los?\b)[a-z]{3,})",
            "TO ",
        ),
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


def write_days(meant: str) -> str:
    """Put the words of each day together."""
    for find, put in _RULES:
        meant = find.sub(put, meant)
    return meant
