"""Pure. Counts the guests in a text; who is not mentioned stays None."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.dates import MONTHS
from agent.words import NUMBER, number

_ADULTS = re.compile(rf"({NUMBER}) (?:adult[oa]?s?|grandes|mayores)\b")
_CHILDREN = re.compile(
    rf"(?P<joined>\b(?:y|e|and|con|with|com|mas)\s|\+\s?)?(?P<count>{NUMBER}) "
    r"(?:nin[oa]s?|nen[ea]s?|chic[oa]s?|hij[oa]s?|menor(?:es)?|peques?|criaturas?"
    r"|bebes?|kids?|child(?:ren)?|toddlers?|bab(?:y|ies)|criancas?|filh[oa]s?)\b"
)
_NO_CHILDREN = re.compile(
    r"\b(?:sin|no|sem|without) (?:nin[oa]s|chic[oa]s|kids|children|criancas|filhos)\b"
)
_PEOPLE = re.compile(
    rf"({NUMBER}) (?:personas?|pax|huesped(?:es)?|guests?|people|persons?"
    r"|pessoas?|hospedes?)\b"
)
_WE_ARE = re.compile(rf"\b(?:somos|seriamos|seremos|we are|we're|there are) ({NUMBER})")
_NOT_GUESTS = (
    r"(?! ?(?:noche|night|noite|dia|day|semana|week|hab|room|quarto|cuarto|cama|bed"
    rf"|al?\b|hs\b|am\b|pm\b|(?:de )?(?:{'|'.join(MONTHS)})\b"
    r"|doble|double|duplo|single|triple|triplo|twin|suite))"
)
_FOR = re.compile(rf"\b(?:para|pa|for|pra) ({NUMBER}){_NOT_GUESTS}")
_SPOUSE = (
    r"\b(?:mi|my|minha|meu) (?:mujer|marido|senora|novi[oa]|espos[oa]|wife|husband"
    r"|girlfriend|boyfriend|mulher|namorad[oa])\b"
)
_COUPLE = re.compile(
    r"(?<!de )\b(?:pareja|matrimonio|novios|couple|casal)\b"
    rf"|\b(?:con|with|com) {_SPOUSE}|{_SPOUSE} (?:y yo|and (?:me|i)|e eu)\b"
)
_ALONE = re.compile(r"\b(?:(?:voy|viajo|yo) sol[oa]|solo yo|(?:just|only) me|so eu)\b")
# "2", "dos, por favor": an answer, if a question is open.
_BARE = re.compile(
    rf"\W*({NUMBER})(?:\W+(?:por favor|porfa|please|nomas|gracias|thanks))*\W*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """How many come."""

    adults: int | None = None
    children: int | None = None


def read_party(folded: str) -> Party:
    """Count the guests in a folded text."""
    kids = _CHILDREN.search(folded)
    children = number(kids["count"]) if kids else None
    if children is None and _NO_CHILDREN.search(folded):
        children = 0
    adults = _count(_ADULTS, folded)
    if adults is None and (people := _count(_PEOPLE, folded)) is not None:
        # "4 personas, 2 menores" counts the children in, "3 y un bebé" does not.
        counted_in = children if kids and not kids["joined"] else None
        adults = people - (counted_in or 0)
    if adults is None:
        adults = _count(_WE_ARE, folded) or _count(_FOR, folded)
    if adults is None and _COUPLE.search(folded):
        adults = 2
    if adults is None and _ALONE.search(folded):
        adults = 1
    return Party(adults=adults if adults and adults > 0 else None, children=children)


def bare_number(folded: str) -> int | None:
    """Read a text that says a number and, beside it, at most manners and children."""
    bare = _BARE.fullmatch(_CHILDREN.sub("", folded))
    return number(bare[1]) if bare else None


def _count(pattern: re.Pattern[str], folded: str) -> int | None:
    match = pattern.search(folded)
    return number(match[1]) if match else None
