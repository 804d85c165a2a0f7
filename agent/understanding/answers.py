"""
Pure. Texts that only greet, say yes or say no, word for word.

A text is cut into the longest phrases of these lists; if one word is in none of them,
the text says something else.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from agent.understanding.answer_words import GOOD, GREETING, MANNERS, NO, SEEMS, YES

Answer: TypeAlias = Literal["greeting", "yes", "no"]


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(listed.strip().replace("\n", "|").split("|"))


# What is in two lists is what the later one says.
_KINDS: dict[str, Answer | None] = {
    **dict.fromkeys(_phrases(MANNERS)),
    **{f"{it} {so}": "yes" for it in _phrases(SEEMS) for so in _phrases(GOOD)},
    **dict.fromkeys(_phrases(GREETING), "greeting"),
    **dict.fromkeys(_phrases(YES), "yes"),
    **dict.fromkeys(_phrases(NO), "no"),
}
_WORDS = frozenset(word for phrase in _KINDS for word in phrase.split())
_TWICE = re.compile(r"(.)\1")
_COSTLY = {"caro", "cara", "expensive"}
_LONGEST = 5
_MOST_WORDS = 14
_FEW_WORDS = 7
_PLAIN_YES = re.compile(
    r"(?:si|sim|yes|yeah|yep|dale|ok|vale|claro|sure|venga|listo)\b"
)


# "This does not fit", "a mí no me cierra".
_DOES_NOT_SUIT = re.compile(
    r"(?:(?:no|nao|nah|sorry|perdon|hm|mm|a mi|a nosotros|this|that|it|eso|esto|esa|ese"
    r"|esse|essa|isso|thanks|gracias|obrigad[oa]|but|pero) )*"
    r"(?:(?:does|will|would|do) not|doesnt|wont|wouldnt|cant|no (?:me|nos)"
    r"|nao (?:me|nos)?|isnt|is not) ?"
    r"(?:really )?(?:fit|work|suit|do|sirve|serve|cierra|convence|conviene|agrada|copa"
    r"|gusta|gusto|what (?:i|we) (?:want|need)|for (?:me|us)|right|interested)"
    r"(?: (?:me|us|for me|for us|thanks|thank you|gracias|igual|pra mim|sorry))*"
)


def answer(words: list[str], *, asks: bool) -> Answer | None:
    """Return what a text is that says nothing else; `asks`: with a question mark."""
    if not 0 < len(words) <= _MOST_WORDS:
        return None
    if asks and _COSTLY & set(words):
        return None  # "Está caro?" asks.
    if _DOES_NOT_SUIT.fullmatch(" ".join(words)):
        return "no"
    words = [word if word in _WORDS else _TWICE.sub(r"\1", word) for word in words]
    said: list[Answer | None] = []
    place = 0
    while place < len(words):
        for length in range(_LONGEST, 0, -1):
            phrase = " ".join(words[place : place + length])
            if phrase in _KINDS:
                said.append(_KINDS[phrase])
                place += length
                break
        else:
            return None
    # "E aí, tudo certo?" asks after us; "hola, sí" answers.
    is_question = "greeting" in said and asks
    order: tuple[Answer, ...] = (
        ("greeting", "no") if is_question else ("no", "yes", "greeting")
    )
    return next((kind for kind in order if kind in said), None)


def opening(words: list[str]) -> Answer | None:
    """
    Return what a short text begins as: "no, fíjate que no llego".

    Only for a text that says nothing else that is understood.
    """
    if not 0 < len(words) <= _FEW_WORDS:
        return None
    for length in range(_LONGEST, 0, -1):
        kind = _KINDS.get(" ".join(words[:length]))
        # "Great hotel!" praises.
        if kind and (kind != "yes" or _PLAIN_YES.match(words[0])):
            return kind
    return None
