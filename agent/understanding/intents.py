"""
Pure. Says what a guest wants, by the words and by what else the text says.

The order decides: who cancels or asks for a person wants that whatever else is said,
and only a text that asks for nothing can be a greeting, an answer or small talk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.messages import Intent
from agent.understanding import cues
from agent.understanding.answers import answer
from agent.understanding.languages import is_common
from agent.understanding.words import ALL_WORDS

_ANSWERS = {
    "yes": Intent.CONFIRM_YES,
    "no": Intent.CONFIRM_NO,
    "greeting": Intent.GREETING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What else the text says; `only_near`: of days a weekday, or one near today."""

    days: bool
    guests: bool
    room: bool
    nights: bool
    only_near: bool

    @property
    def a_stay(self) -> bool:
        """Whether the text says anything of a stay."""
        return self.days or self.guests or self.room


def find_intent(words: list[str], said: Said) -> Intent:
    """Say what is wanted; `words` are mended, with the marks between them."""
    text = " ".join(words)
    if cues.CANCEL.search(text):
        is_policy = cues.CANCEL_POLICY.search(text) is not None
        return Intent.OUT_OF_SCOPE if is_policy else Intent.CANCEL
    if cues.HUMAN.search(text) or cues.HUMAN_ALONE.fullmatch(text):
        return Intent.HUMAN
    if cues.CHANGE.search(text):
        return Intent.HUMAN
    said_words = [word for word in words if word.isalnum()]
    if only := answer(said_words, asks="?" in words):
        return _ANSWERS[only]
    return _wish(text, said)


def _wish(text: str, said: Said) -> Intent:
    is_about_the_house = bool(cues.FAQ.search(text) or cues.OF_A_ROOM.search(text))
    asks_for_room = cues.ASKS_FOR_ROOM.search(text) is not None
    is_new = not cues.OLD_BOOKING.search(text) or bool(cues.NOT_MINE.search(text))
    if cues.HELP.search(text) and not said.days and not asks_for_room:
        return Intent.HELP
    if _is_price(text, said, is_about_the_house=is_about_the_house):
        return Intent.PRICE
    if is_new and cues.BOOKING.search(text):
        return Intent.BOOKING
    if _is_of_room_types(text, said) and not is_about_the_house:
        return Intent.ROOM_TYPES
    if not is_new or (is_about_the_house and not asks_for_room and _is_faq(text, said)):
        return Intent.OUT_OF_SCOPE
    if _is_small_talk(text, said) and not asks_for_room:
        return Intent.OUT_OF_SCOPE
    if said.a_stay or asks_for_room or cues.AVAILABILITY.search(text):
        return Intent.AVAILABILITY
    return Intent.HELP if cues.HELP_WEAK.search(text) else Intent.OUT_OF_SCOPE


def _is_of_room_types(text: str, said: Said) -> bool:
    is_of_free_ones = said.days or said.guests or cues.WHICH_ARE_FREE.search(text)
    return bool(cues.ROOM_TYPES.search(text)) and not is_of_free_ones


def _is_faq(text: str, said: Said) -> bool:
    """Say whether "qué tiempo hace mañana" is all: a day is named, but for no room."""
    is_stay = said.guests or (said.days and not said.only_near)
    return not is_stay and not (said.days and cues.AVAILABILITY.search(text))


def _is_small_talk(text: str, said: Said) -> bool:
    """Say whether a day is named beside words of other things: "mañana hay eclipse"."""
    if not said.only_near or said.guests or said.room or said.nights:
        return False
    if cues.AVAILABILITY.search(text) or cues.COMES.search(text):
        return False
    others = re.findall(r"[a-z]{3,}", text)
    return any(not is_common(word) and word not in ALL_WORDS for word in others)


def _is_price(text: str, said: Said, *, is_about_the_house: bool) -> bool:
    if not cues.PRICE.search(text):
        return False
    if not is_about_the_house:
        return True
    # "Cuánto sale la cochera" and "el desayuno está incluido en la tarifa" ask of it.
    is_of_stay = said.a_stay or cues.PER_NIGHT.search(text)
    return bool(is_of_stay) and not (cues.INCLUDED.search(text) and not said.days)


def slots_matter(intent: Intent) -> bool:
    """Whether what a text says of a stay is meant, where this is what it wants."""
    return intent in {
        Intent.AVAILABILITY,
        Intent.BOOKING,
        Intent.PRICE,
        Intent.ROOM_TYPES,
        Intent.HUMAN,
    }
