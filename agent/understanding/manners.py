"""Pure. Set phrases with words of days in them that name none: manners, streets."""

from __future__ import annotations

import re

from agent.understanding.words import MONTH

_GREETED_DAYS = (
    r"(?:navidad|natal|christmas|ano|new years?|fiestas|weekend|finde|fin|fim)"
)

_A_DAY = r"(?:(?:el|la|o|a|dia) ){0,2}[\w/.]+(?: -? ?feira)?"

# "Hasta el viernes", where it answers nothing.
FAREWELL = re.compile(
    r"[^\w]*(?:(?:bueno|ok|dale|listo)[ ,.!]*)?"
    rf"(?:hasta|ate) {_A_DAY}(?:[ .!]*| ?!.*)"
)

MANNERS = (
    # Manners, which name no day.
    (
        (
            r"\b(?:buen[oa]s?|bom|boa|good) (?:dias?|tardes?|noches?|noites?|nights?"
            r"|mornings?|afternoon|evening|day|finde)\b"
        ),
        ",",
    ),
    (
        (
            rf"\b(?:feliz|felices|merry|happy|boas?|lindo|bom) {_GREETED_DAYS}\b"
            r"(?: (?:nuevo|novo|de semana)\b)?"
            r"(?: (?:y|e|and|a) (?:un |an? |um )?(?:prospero|happy|feliz|buen|bom)"
            r" (?:ano|new year)(?: (?:nuevo|novo))?\b)?"
        ),
        ",",
    ),
    (
        (
            r"\b(?:gracias|thanks|obrigad[oa]|chau|tchau|bye)[ ,.!]*(?:hasta|ate)"
            rf" {_A_DAY}[ .!]*$|^[\W]*(?:hasta|ate) (?:manana|amanha)[ .!]*$"
        ),
        ",",
    ),
    (r"\bnos vemos (?:manana|el \w+)|\bsee you (?:tomorrow|on \w+)", ","),
    (
        (
            r"\b(?:buena|boa|buen|bon|good|nice|great|lovely|hermos[oa]|excelente"
            r"|otim[oa])"
            r" (?:finde|weekend|week|semana|fin de semana|fim de semana)\b"
        ),
        ",",
    ),
    # "Mi mamá cumple 60" brings nobody.
    (
        (
            r"\b(?:mi|my|minha|meu) \w+ (?:cumple|turns|faz|completa)"
            r"(?: \d+)?(?: (?:anos?|years?)\b)?"
        ),
        ",",
    ),
    (r"\bpass(?:ing)? through\b", "passing"),
    # "La calle 9 de Julio", "25 de Mayo 450".
    (
        (
            r"\b(?:(?:calle|avenida|av|avda|plaza|rua|praca|esquina|sobre)"
            rf" (?:es |la |el )?|en (?:la )?)\d{{1,2}} de {MONTH}\b(?: \d{{2,4}}\b)?"
        ),
        ",",
    ),
    (r"\b(?:hoy|today|hoje) (?=(?:queria|quisiera|te|les|me)\b)", ""),
)
