"""
Pure. Set phrases of several words, in three languages, and what they mean.

Read in this order, before single words are.
"""

from __future__ import annotations

import re

from agent.understanding.cues.stays import ARRIVAL, LEAVING, MOVES
from agent.understanding.feast_phrases import FEASTS
from agent.understanding.manners import FAREWELL, MANNERS
from agent.understanding.words import MONTH

_PEOPLE = (
    r"(?:personas?|pessoas?|people|guests?|huespedes|hospedes|pax|adult\w*|invitados"
    r"|convidados)\b"
)
_UN = r"\b(?:(?:a|one) )?"
_FOR_OR_WE = "para|pra|for|somos|seremos|seriamos|we are|were|vamos"
_RULES = (
    *MANNERS,
    # Days near today.
    (
        (
            r"\b(?:the )?day after tomorrow\b|\bpasado (?:a )?manana\b"
            r"|\bdepois d[ea] amanha\b"
        ),
        "n2",
    ),
    (
        (
            r"\b(?:hoy|hoje|today) (?:a|por|de|para|pela) (?:la )?"
            r"(?:noche|noite|tarde|manana)\b"
        ),
        "n0",
    ),
    (
        (
            r"\b(?:est[ea]|essa|nesta) (?:mism[oa] )?(?:noche|noite|tarde)\b"
            r"|\btonights?\b|\bthis (?:evening|afternoon)\b|\bpara (?:ahora|ya|agora)\b"
            r"|\bright now\b|\b(?:hoy|today|hoje)\b(?: (?:mismo|mesmo)\b)?"
        ),
        "n0",
    ),
    (r"\b(algo|lugar|habitacion|cuarto|vaga|quarto) (?:ahora|agora)\b", r"\1 n0"),
    # "A double for yesterday"; "ayer" alone is of other things.
    (
        (
            r"\b(para|pra|for|from|desde)"
            r" (?:ayer|anteayer|antes de ayer|anoche|yesterday|last night|ontem"
            r"|anteontem|ontem a noite)\b"
        ),
        r"\1 PAST_DAY",
    ),
    # Times of day. "A la mañana" is one, "mañana" alone is tomorrow.
    (
        (
            r"\b(?:(?:a|por|en|de|para|toda) la|est[ea]|essa|pela|(?:in|during) the"
            r"|la|early|first thing) (?:manana|manha|tarde|tardecita|mananita|morning"
            r"|afternoon|evening)\b(?: temprano)?"
        ),
        "",
    ),
    (
        (
            r"\b(?:a|por|en) la (?:noche|madrugada)\b(?! d)|\b(?:a|de|pela) (?:noite"
            r"|madrugada|tarde|manha)\b(?! d)|\bat night\b|\bal? (?:mediodia"
            r"|meio dia)\b"
            r"|\bmedia ?noche\b|\btempranito?\b"
        ),
        "",
    ),
    (
        (
            r"\b(?:manana|amanha|tomorrow)\b(?: (?:mismo|mesmo|night|morning|evening"
            r"|afternoon|noche|noite)\b)?"
        ),
        "n1",
    ),
    # Weekdays of two words.
    (r"\b(segunda|terca|quarta|quinta|sexta)[ -]*feiras?\b", r"\1feira"),
    (r"\bseg[ .-]*feira\b", "segundafeira"),
    (r"\bter[ .-]*feira\b", "tercafeira"),
    (r"\bqua[ .-]*feira\b", "quartafeira"),
    (r"\bqui[ .-]*feira\b", "quintafeira"),
    (r"\bsex[ .-]*feira\b", "sextafeira"),
    *FEASTS,
    # Weekends and weeks.
    (
        (
            r"\b(?:fin|fim|final|fines|find) de (?:la )?(?:semana|sem)s?\b"
            r"|\bweek ends?\b"
            r"|\bfinde semana\b"
        ),
        "WEEKEND",
    ),
    (
        r"\b(?:que|q) (?:viene|vienen|vem|entra)\b|\bcoming up\b|\bda otra\b",
        "NEXT",
    ),
    (r"\b(?:pro(?:xim|x|sim)[oa]s?|siguientes?|seguintes?|entrante)\b", "NEXT"),
    (r"\b(?:la otra|a outra) semana\b", "NEXT WEEK"),
    (
        r"\b(?:(?:d?esta|this|[nd]?essa|nesta) (?:misma )?(?:semana|week))\b",
        "THIS_WEEK",
    ),
    (r"\b(?:entre semana|durante la semana|per week|por semana|weekdays?)\b", ""),
    # Lengths.
    (r"\b(?:una|la) quincena\b", "15 noches"),
    (r"\b(?:a )?fortnight\b", "14 noches"),
    (r"\b(?:este mes|mes actual|corriente|this month|deste mes)\b", "THIS_MONTH"),
    (
        r"\bmes +(?:NEXT|que viene|que vem)\b|\b(?:NEXT|next|otro) (?:mes|month)\b",
        "NEXT_MONTH",
    ),
    # Ordinals that are days only beside a month, or after "from the".
    (
        (
            r"\b(?:first|primero|primeiro)"
            rf"(?= (?:de |of )?{MONTH}\b)|(?<=from the )first\b"
        ),
        "1th",
    ),
    (rf"\bsecond(?= (?:of )?{MONTH}\b)|(?<=the )second(?= until| to)", "2th"),
    (rf"\bthird(?= (?:of )?{MONTH}\b)|(?<=the )third(?= until| to)", "3th"),
    (rf"\b({MONTH}) first\b", r"\1 1th"),
    (rf"\b({MONTH}) second\b", r"\1 2th"),
    (rf"\b({MONTH}) third\b", r"\1 3th"),
    # "La más chica" is a room.
    (r"\b(?:la|el|lo|a|o) (?:mas|mais) (?:chic[oa]|pequen[oa]|grande)s?\b", ""),
    # Crowds: "mil personas", "somos cien", and not "mil gracias".
    (rf"\b(\d{{1,2}}) (?:mil|thousand)(?= {_PEOPLE})", r"\g<1>000"),
    (rf"{_UN}(?:mil|thousand)(?= {_PEOPLE})", "1000"),
    (rf"{_UN}(?:cien|cem|hundred)(?= {_PEOPLE})", "100"),
    (rf"\b({_FOR_OR_WE}) {_UN}(?:mil|thousand)(?=\W*$)", r"\1 1000"),
    (rf"\b({_FOR_OR_WE}) {_UN}(?:cien|cem|hundred)(?=\W*$)", r"\1 100"),
    # Ways to count.
    (
        (
            r"\b(?:somos|seriamos|seremos|seran|serian|vamos a ser|vamos|iriamos|iremos"
            r"|viajamos|viajariamos|venimos|estamos|queremos ir|we are|were|well be"
            r"|we will be"
            r"|there are|theres|there will be|there would be|sao|sera|serao|seriam"
            r"|seria"
            r"|vao"
            r"|party of|group of|grupo de|total de|en total|em total)"
            r"(?: (?:solo|solamente|unos|unas|como|about|like|only|just|apenas|em"
            r"|un total"
            r" de|en total|los|las|nos|ser|a ser)){0,5}(?= (?:\w+))"
        ),
        "WE_ARE",
    ),
    (r"\bfamil(?:ia|y) (?:de|of|com)(?= \w)", "HOUSEHOLD WE_ARE"),
    (r"\bgrown ?-? ?ups?\b", "adults"),
    (r"\b(\d{1,2}) ?ads?\b", r"\1 adultos"),
    (r"\b(\d{1,2}) ?ch[ds]?\b", r"\1 ninos"),
    (r"\b(?:c/|con la|con el)(?= )", "con"),
    # "Cambiá la fecha al 3" moves the arrival, "mové la salida al 8" the leaving.
    (rf"{MOVES}(?:{ARRIVAL})\b", "MOVED llegada"),
    (rf"{MOVES}(?:{LEAVING})\b", "MOVED salida"),
    (
        (
            r"\b(?:incluyendo|including|incluidos|incluindo|de (?:los|las) cual?es"
            r"|de ellos"
            r"|sendo|siendo|dos quais|of (?:whom|which|them)|entre ellos)\b"
        ),
        "OF_THEM",
    ),
)
_COMPILED = tuple((re.compile(find), f" {put} ") for find, put in _RULES)


def read_phrases(words: str, *, is_asked: bool) -> str:
    """Put set phrases into the grammar's words; `is_asked`: they may be an answer."""
    if not is_asked and FAREWELL.fullmatch(words):
        return ","
    for find, put in _COMPILED:
        words = find.sub(put, words)
    return words
