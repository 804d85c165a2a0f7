"""Pure. Finds the type of room in the gist of a text; other words for rooms as said."""

from __future__ import annotations

import re

_TYPES = tuple(
    (room_type, re.compile(find))
    for room_type, find in (
        (
            "twin",
            (
                r"\bTWIN\b|\b2 (?:SINGLE )?BED\b(?! DOUBLE)"
                r"|\b2 (?:BED )?(?:de )?(?:solteiro|SINGLE)\b|\b2 separate BED\b"
                r"|\bBED (?:separadas|individuales|gemelas)\b|\bseparate BED\b"
            ),
        ),
        ("suite", r"\bSUITE\b"),
        (
            "family",
            (
                r"\bFAMILY\b|\bHOUSEHOLD (?:ROOM|SUITE|1|size)\b"
                r"|\b(?:ROOM|quarto) (?:de |FOR |da |tipo )?(?:UN )?HOUSEHOLD\b"
                r"|\bthe HOUSEHOLD 1\b"
            ),
        ),
        ("quadruple", r"\bQUADRUPLE\b|\bROOM (?:FOR|de) 4\b(?= BED)|\b4 BED\b"),
        ("triple", r"\bTRIPLE\b|\b3 BED\b"),
        (
            "double",
            (
                r"\bDOUBLE\b|\b(?:ROOM|BED) (?:de |tipo )?COUPLE\b"
                r"|\b(?:UN|la|o|el) de COUPLE\b"
            ),
        ),
        (
            "single",
            (
                r"\bSINGLE\b(?! (?:traveler|traveller|PERSON|ADULT|COMPANION|PARENTS?"
                r"|parent|guest|mom|dad))"
                r"|(?<!sou )(?<!soy )\bsolteiro\b"
            ),
        ),
    )
)
_OTHERS = re.compile(
    r"\b(cabanas?|cabins?|bungalows?|departamentos?|deptos?|dptos?|apartamentos?"
    r"|aparts?|apartments?|lofts?|penthouses?|dormis?|dorms?|villas?|chalets?|chales?"
    r"|glamping|estudios?|studios?|monoambientes?|presidencial|deluxe|superior"
    r"|hostel|domos?|carpas?|tents?|casas?|duplex|cottages?|flats?|quintuples?"
    r"|connecting|comunicadas?|king size|luxo|premium|executive|ejecutiva)\b"
)


_ANSWER = re.compile(
    r"\W*(?:(?:UN|la|el|the|o|a|as|in|de|FOR|TO|ROOM|quiero|quero|mejor|melhor|prefiero"
    r"|prefiro|si|sim|yes|ok|1)\W+){0,4}(?P<who>HOUSEHOLD|COUPLE)"
    r"(?:\W+(?:FOR favor|por favor|please|gracias|thanks|obrigad[oa]|1|ROOM)){0,3}\W*"
)


def read_answer(gist: str) -> str | None:
    """Return the type of room that "familia" means where the room was asked."""
    found = _ANSWER.fullmatch(gist)
    if found is None:
        return None
    return "family" if found["who"] == "HOUSEHOLD" else "double"


def read_room(gist: str) -> tuple[str | None, str | None]:
    """Return the type of room, or else a word for a room that is no known type."""
    for room_type, pattern in _TYPES:
        if pattern.search(gist):
            return room_type, None
    other = _OTHERS.search(gist)
    return None, other[1] if other else None
