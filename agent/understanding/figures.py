"""
Pure. Reads what a guest writes in figures: days, and what is no day at all.

Day before month in every language; `yyyy-mm-dd` is the one exception. Hours, prices,
percentages and telephone numbers are taken out, since they count nobody and nothing.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:ene|feb|fev|mar|abr|apr|may|mai|jun|jul|ago|aug|sep|set|oct"
    r"|out(?! ?\d)|nov|dic|dez|dec|jan)[a-z]*\b"
)
_RULES = (
    (r"\bp/", " para "),
    (r"\bc/", " con "),
    (r"\bs/", " sin "),
    # "Marca-me", "fim-de-semana", "pequeno-almoço".
    (r"\b([a-z]{3,})-(me|nos|se|lhe)\b", r" \1 \2 "),
    (r"(?<=[a-z])-d([aeo])-(?=[a-z])", r" d\1 "),
    (r"\bpequeno[- ]almoco\b", " cafe da manha "),
    (r"\b(tem|um|o|do|no|de|com|algum) qtos?\b", r" \1 quarto "),
    # "6a-feira", as Brazilians write a Friday.
    (r"\b([2-6])a[ -]?feira\b", r" weekday\1 "),
    (r"(\d)(?:st|nd|rd|th|er|ro|ra|do|o|to|vo|mo)(?![a-z0-9])", r"\1th "),
    (r"(?<![\d/.-])(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)", r" d\3.\2.\1 "),
    (r"(?<![\d/])(\d{1,2}) ?/ ?(\d{1,2}) ?/ ?(\d{4}|\d{2})(?![\d/])", r" d\1.\2.\3 "),
    (r"(?<![\d.d-])(\d{1,2})([.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", r" d\1.\3.\4 "),
    # "9-11/12" and "5/8 de diciembre" are two days each.
    (r"(?<![\d/.-])(\d{1,2}) ?- ?(\d{1,2}/\d{1,2})(?![\d/-])", r" \1 - \2 "),
    (
        rf"(?<![\d/.-])(\d{{1,2}}) ?[/-] ?(\d{{1,2}})(?= ?(?:de |of )?{_MONTH})",
        r" \1 - \2 ",
    ),
    (rf"\b({_MONTH}) (\d{{1,2}}) ?- ?(\d{{1,2}})(?![\d/-])", r" \1 \2 - \3 "),
    (r"(?<![\d/.$])(\d{1,2})/(\d{1,2})(?![\d/])", r" d\1.\2 "),
    (
        (
            r"(?<![\d/.$d-])(0?[1-9]|[12]\d|3[01])[-.](0?[1-9]|1[0-2])(?![\d/%]|[-.:]\d"
            r"| ?(?:adult|pers|pax|guest|noch|noit|night|hs|km|usd|mil))"
        ),
        r" d\1.\2 ",
    ),
    (r"(?<![\d.d])\d(?:[ .-]?\d){6,}", " "),
    (r"\d+ ?%", " "),
    (r"(?:\$|\busd?|\bars|\br ?\$|\beur?) ?\d[\d.,]*(?: ?(?:mil|k)\b)?", " "),
    (
        (
            r"\b\d[\d.,]* ?(?:mil |k )?(?:de )?(?:\$|usd|dolar|peso|reais|euro|dollar"
            r"|buck)"
            r"[a-z]*"
        ),
        " ",
    ),
    (r"\b\d{1,2}[:h]\d\d ?(?:hs?|am|pm|horas)?\b", " "),
    (r"\b\d{1,2} ?(?:hs|hrs|horas|h|am|pm|[ap]\.m\.?|oclock)(?![a-z])", " "),
    # "Desde las 8", "das 7 às 10" are hours; days have "el" and "dia".
    (r"\b(?:a|tipo|sobre|desde|hasta|de|antes de) las \d{1,2}\b(?! ?/)", " "),
    (r"\bdas \d{1,2} (?:ate )?as \d{1,2}\b(?! ?/)", " "),
    (r"\b\d ?x ?\d\b", " "),
    (
        (
            r"\b(?:habitacion|room|quarto|cuarto|piso|floor|andar) (?:n |nro |#)?"
            r"(?:\d{3,4}\b|\d\d\b(?=\W*$|[,.?!]))"
        ),
        " ",
    ),
)
_COMPILED = tuple((re.compile(find, re.ASCII), put) for find, put in _RULES)


def read_figures(cleaned: str) -> str:
    """Write days as the grammar reads them; take out hours and prices."""
    for find, put in _COMPILED:
        cleaned = find.sub(put, cleaned)
    return cleaned
