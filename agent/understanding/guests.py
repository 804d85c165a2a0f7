"""
Pure. Counts the guests in the gist of a text; who is not mentioned stays None.

Days and nights are out of the gist already. An age is no count, and a room's word
says nothing of guests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.understanding.ages import without_ages
from agent.understanding.words import NOUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """How many come."""

    adults: int | None = None
    children: int | None = None


_COUNT = r"(\d{1,4}|UN)"
# "Família de 4, dois são crianças".
_ARE_KIDS = re.compile(
    rf"\b{_COUNT} (?:(?:sao|son|are|is|es|sera|seran|WE_ARE|OF_THEM|deles|de ellos"
    r"|of them|of us) ){1,2}(?=KIDS?\b)"
)
_NOT_COUNTED = tuple(
    re.compile(find)
    for find in (
        r"\b\d{1,2} (?:OR|TO|-) \d{1,2} (?=PERSON|ADULT|COMPANION)",
        (
            rf"\b{_COUNT} (?:ROOM|BED|SINGLE|DOUBLE|TWIN|TRIPLE|QUADRUPLE|FAMILY|SUITE"
            r"|estrellas|stars|perros?|gatos?|dogs?|cats?|cachorros?|mascotas?|pets?"
            r"|auto|autos|cars?|carros?|banos?|bathrooms?|minutos|cuadras"
            r"|km)\b(?! PERSON)"
            r"(?: (?:de|FOR) COUPLE\b)?"
        ),
        r"\b(?:(?:ROOM|BED) (?:de |tipo )?|(?:UN|la|o|el) de )COUPLE\b",
    )
)
_ADULTS = re.compile(rf"\b{_COUNT} (?:[a-z]+ )?ADULT\b")
_ADULTS_AFTER = re.compile(r"\bADULT ?[:=]? ?(\d{1,2})\b")
_KIDS = re.compile(
    r"(?P<joined>(?:AND|WITH|tambien|mais) )?\b(?P<count>\d{1,2}|UN|otro|otra)"
    r" (?:(?:[a-z_]+ )?KIDS?)\b"
)
_KIDS_AFTER = re.compile(r"\bKIDS ?[:=] ?(\d{1,2})\b|\bADULT \d ?,? KIDS (\d)\b")
_ONE_KID = re.compile(r"\b(?:MY|WITH|el|la|nosso|AND|the|o|a) (?:\w+ )?KID\b")
_NO_KIDS = re.compile(
    r"\b(?:WITHOUT|no|zero|0|ningun|nenhum\w*|nao tem|no hay|no llevamos|sem) "
    r"(?:\w+ )?KIDS?\b|\b(?:solo|only|so|just) ADULT\b|\bADULT only\b"
)
_PEOPLE = re.compile(rf"\b{_COUNT} (?:[a-z]+ )?PERSON\b")
_FRIENDS = re.compile(
    r"(?P<other>(?:WITH|AND) (?:(?:mais|otr[oa]s|other|MY) )?)?"
    r"\b(?P<count>\d{1,2}) COMPANIONS\b(?P<me> AND ME\b)?"
)
_WE_ARE = re.compile(rf"\bWE_ARE (\d{{1,4}}|uno)\b(?! ?(?:{NOUN}|TO \d))")
_OF_US = re.compile(r"\b(\d{1,2}) (?:of us|de nosotros|em total|en total|total)\b")
_THEIRS = re.compile(
    r"\bMY PARENTS (?:quieren|querian|querem|want|would|van|vao|viajan|viajam|llegan"
    r"|vienen|chegam|are)\b|\b(?:FOR|TO) MY PARENTS\b(?! (?:AND|,) (?:ME|UN|MY)\b)"
)
_ALL_OF_US = re.compile(
    r"\b(?:nosotr[oa]s|nos|los|las|the|we|us|noi"
    r"|nois) (\d)\b(?: of us)?(?! ?[:,]? ?\w*\d)"
)
_FOR = re.compile(
    rf"\bFOR (?:(?:los|las|nosotros|nos|us|the"
    rf"|unos) ){{0,4}}(\d{{1,3}}|1000)\b(?! ?(?:{NOUN}"
    rf"|TO \d"
    r"|UNTIL|h\b|x\b|/))"
)
_COUPLES = re.compile(r"\b(\d) (?:COUPLES?)\b")
_COUPLE = re.compile(
    r"\bCOUPLE\b|\brecien casados\b|\bhoneymoon\b|\bluna de miel\b"
    r"|\blua de mel\b|\bjust married\b|\bthe two of us\b"
)
_MINE = re.compile(
    r"\b(?:MY|WITH (?:UN|the|el|la)|AND UN|ME AND) (COMPANION|PARENTS|COUPLE)\b"
)
# "Mí", which without its accent is "mi" of "mi mujer".
_MYSELF = r"MY\b(?! (?:[A-Z]*(?:COMP|KID|HOUSE|COUPLE|PARENT)|(?!el\b|en\b|la\b)[a-z]))"
_ALONE = re.compile(
    r"\b(?:voy|viajo|viajando|viajaria|iria|estoy|estaria|ME|voy a ir|vou|WE_ARE|am|im"
    r"|traveling|travelling|travel|ir|va|solo) (?:a ir |TO ir |ir "
    r"|viajar )?(?:sol[oa]|sozinh[oa]"
    r"|alone|solo|sola)\b"
    r"|\b(?:solo|sola|soy|just|only|so|somente|apenas|solamente|unicamente) "
    rf"(?:FOR )?(?:ME\b|mim\b|{_MYSELF})|\bFOR MY (?:sol[oa]|nomas)\b|\bsozinh[oa]\b"
    r"|\bby myself\b"
    r"|\bFOR myself\b|\bmyself\b|\b(?:SINGLE|solo|lone) (?:traveler|traveller|PERSON"
    r"|COMPANION|parent)\b"
    r"|(?<!_ )(?<!NIGHT )\b(?:solo|sola|sozinh[oa])\W*$"
    r"|\bFOR (?:ME|mim) sol[oa]\b|\balone\b|\bsoy sol[oa]\b|\bsol[oa] ME\b"
    r"|\bjust (?:the )?1 of (?:us|ME)\b|\bviajero solo\b"
)
_ME_AND_KID = re.compile(
    # "Voy con mi nena", "una mamá con dos hijos".
    r"\b(?:voy|viajo|vou|viajando|travel\w+|ME|UN COMPANION|SINGLE COMPANION)"
    r" (?:ir )?(?:AND|WITH|,) (?:(?:MY|the|los|las|os|as|el|la) )?(?:\d |UN )?KIDS?\b"
    r"|\b(?:MY|UN|\d) (?:\d )?KIDS?(?: _)? AND ME\b"
)
_JOINED = re.compile(r"\b(\d) (?:AND|WITH|,) (?:\d|UN) KIDS?\b")
# "2", "dos, por favor", "2 y un nene": an answer, if a question is open.
_BARE = re.compile(
    r"[^\w]*(?:(?:el|the|los|las|DIA|solo|just|only|so|seria|serian|pues|para|FOR"
    r"|WE_ARE"
    r"|mejor|creo que|mm+|eh|si) ){0,5}d?(\d{1,3})(?:[ ,.!]+(?:por favor|please|nomas"
    r"|gracias"
    r"|thanks"
    r"|obrigad[oa]|FOR favor|no mas|not more|solamente)){0,5}[^\w]*"
)


def read_party(gist: str) -> Party:
    """Count the guests."""
    gist = _ARE_KIDS.sub(r"OF_THEM \1 ", without_ages(gist))
    for pattern in _NOT_COUNTED:
        gist = pattern.sub("_", gist)
    children, counted_in = _children(gist)
    without_kids = _KIDS.sub("_", gist)
    adults = _adults(gist, without_kids, counted_in)
    return Party(adults=adults if adults and adults > 0 else None, children=children)


def bare_number(gist: str) -> int | None:
    """Read a text that says a number and, beside it, at most manners and children."""
    bare = _BARE.fullmatch(_KIDS.sub("", gist).strip())
    return int(bare[1]) if bare else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else 1


def _children(gist: str) -> tuple[int | None, int]:
    """Return the children, and how many of them a count of persons holds already."""
    if after := _KIDS_AFTER.search(gist):
        children = int(after[1] or after[2])
        return children, children
    if found := list(_KIDS.finditer(gist)):
        children = sum(_number(kids["count"]) for kids in found)
        # "4 personas, 2 menores" counts them in, "3 personas y un bebé" does not.
        is_counted_in = "OF_THEM" in gist or not found[0]["joined"]
        return children, children if is_counted_in else 0
    if _NO_KIDS.search(gist):
        return 0, 0
    children = len(_ONE_KID.findall(gist))
    return children or None, 0


def _adults(gist: str, without_kids: str, counted_in: int) -> int | None:
    """Return what the first production says that finds anything."""
    if found := _ADULTS.findall(gist) or _ADULTS_AFTER.findall(gist):
        return sum(_number(word) for word in found)
    if people := _PEOPLE.search(without_kids) or _OF_US.search(without_kids):
        return _number(people[1]) - counted_in
    if we_are := _WE_ARE.search(without_kids):
        is_of_them = "OF_THEM" in gist or "HOUSEHOLD WE_ARE" in gist
        return _number(we_are[1]) - (counted_in if is_of_them else 0)
    if in_all := _FOR.search(without_kids) or _ALL_OF_US.search(without_kids):
        friends = _FRIENDS.search(gist)
        return int(in_all[1]) if friends is None else _together(gist)
    return _together(gist)


def _together(gist: str) -> int | None:
    """Count couples, friends, spouses and parents, with the guest or without."""
    if couples := _COUPLES.search(gist):
        return 2 * int(couples[1])
    if friends := _FRIENDS.search(gist):
        return int(friends["count"]) + bool(friends["other"] or friends["me"])
    if _THEIRS.search(gist):
        return 2
    if mine := _MINE.findall(gist):
        return 1 + sum(2 if who == "PARENTS" else 1 for who in mine)
    if _COUPLE.search(gist):
        return 2
    if _ALONE.search(gist) or _ME_AND_KID.search(gist):
        return 1
    joined = _JOINED.search(gist)
    return int(joined[1]) if joined else None
