"""Pure. Takes ages out of the gist of a text: an age is no count of guests."""

from __future__ import annotations

import re

_MORE = r"(?: ?(?:,|AND|OR|TO|/) ?\d{1,2}){0,6}"
_AGES = tuple(
    re.compile(find)
    for find in (
        (
            rf"\b(?:de |of |con |WITH |aged? |- )?\d{{1,2}}{_MORE} (?:- )?(?:anos?"
            rf"|anitos"
            r"|years?|yrs?|yo|yr|meses|months?|ano)(?: (?:- )?(?:olds?|de edad))?\b"
        ),
        rf"(?<=KID )(?:(?:de|of|aged?|ages?|WITH|tiene|tem) )\d{{1,2}}{_MORE}\b",
        rf"(?<=KIDS )(?:(?:de|of|aged?|ages?|WITH|tienen|tem) )\d{{1,2}}{_MORE}\b",
        rf"(?<=KIDS )[(] ?\d{{1,2}}{_MORE} ?\)?",
        rf"(?<=KID )[(] ?\d{{1,2}}{_MORE} ?\)?",
        rf"\b(?:aged?|ages) \d{{1,2}}{_MORE}\b",
    )
)
# "Mi hijo de 20 años" is an adult.
_OF_AGE = r"(?:1[89]|[2-9]\d)"
_GROWN = re.compile(
    rf"\bKID(?P<more>S?) (?:(?:(?:ya|que|tienen?|tem|is|are|who|de|of|aged?) ){{1,3}}"
    rf"{_OF_AGE}\b(?: (?:AND|,) {_OF_AGE}\b)*(?: (?:anos|years?(?: old)?|yo)\b)?"
    rf"|[,(] ?{_OF_AGE} (?:anos|years?(?: old)?|yo)\b)"
)
# "Dos adultos y uno de 12 años".
_ONE_OF_AN_AGE = re.compile(
    r"\b(?:AND|,|WITH) (?:1|UN|otro|otra|one) (?:de|of|aged?|FROM)"
    r" (?:1[0-7]|\d) (anos|years?|yo)\b"
)
# "Our 3 yr old" is a child that only its age names.
_OF_AN_AGE = re.compile(
    r"\b(MY|UN) (?:1[0-7]|[1-9]) (?:- )?(?:yo|(?:years?|yrs?|months?) (?:- )?old)\b"
    r"(?! (?:- )?(?:KIDS?|olds?|\w+ KIDS?)\b)"
)


def without_ages(gist: str) -> str:
    """Return the gist without ages; who is named by an age alone is a child of it."""
    gist = _OF_AN_AGE.sub(r"\1 KID", gist)
    gist = _GROWN.sub(lambda kid: "COMPANIONS" if kid["more"] else "COMPANION", gist)
    gist = _ONE_OF_AN_AGE.sub("AND UN KID", gist)
    for pattern in _AGES:
        gist = pattern.sub("_", gist)
    return gist
