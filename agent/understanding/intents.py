"""
Pure. Says what a guest wants, by the words and by what else the text says.

The order decides: who cancels or asks for a person wants that whatever else is said,
and only a text that asks for nothing can be a greeting, an answer or small talk.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.messages import Intent
from agent.understanding.answers import answer, opening
from agent.understanding.cues import bookings, people, stays, topics
from agent.understanding.small_talk import (
    asks_for_other_things,
    has_a_day_of_other_things,
    is_of_other_things,
)

_ANSWERS = {
    "yes": Intent.CONFIRM_YES,
    "no": Intent.CONFIRM_NO,
    "greeting": Intent.GREETING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    What else the text says.

    `only_near`: of days a weekday, or one near today; `numbered`: a day of a month;
    `both_ends`: arrival and leaving;
    `is_asked`: the text may answer a question.
    """

    days: bool
    adults: bool
    guests: bool
    room: bool
    nights: bool
    only_near: bool
    numbered: bool
    both_ends: bool
    is_asked: bool

    @property
    def a_stay(self) -> bool:
        """Whether the text says anything of a stay."""
        return self.days or self.guests or self.room


def find_intent(words: list[str], said: Said) -> Intent:
    """Say what is wanted; `words` are mended, with the marks between them."""
    text = " ".join(words)
    # "d5.12" is a word, too.
    said_words = [word for word in words if word[-1].isalnum()]
    only = answer(said_words, asks="?" in words)
    if only == "greeting":
        return Intent.GREETING  # "Hola, hay alguien?"
    text, denials = bookings.NOT_CANCEL.subn(" ", text)
    if bookings.CANCEL.search(text):
        is_policy = bookings.CANCEL_POLICY.search(text) is not None
        return Intent.OUT_OF_SCOPE if is_policy else Intent.CANCEL
    if people.HUMAN.search(text) or people.HUMAN_ALONE.fullmatch(text):
        return Intent.HUMAN
    is_bare_change = not said.is_asked and bookings.BARE_CHANGE.search(text)
    if is_bare_change or bookings.CHANGE.search(text):
        return Intent.HUMAN
    if only:
        return _ANSWERS[only]
    wish = _wish(text, said)
    is_plain = "?" not in words and not topics.is_named(text) and not said.a_stay
    is_plain &= not denials
    if wish is Intent.OUT_OF_SCOPE and is_plain and (begun := opening(said_words)):
        # Where a yes would book, it must be all that is said.
        return wish if begun == "yes" and said.is_asked else _ANSWERS[begun]
    return wish


def _wish(text: str, said: Said) -> Intent:
    is_about_the_house = topics.is_of_the_house(text)
    is_of_others = topics.is_named(text)
    asks_for_room = stays.ASKS_FOR_ROOM.search(text) is not None
    is_mine = bookings.NOT_MINE.search(text) is not None
    is_new = is_mine or not bookings.OLD_BOOKING.search(text)
    if people.HELP.search(text) and not said.days and not asks_for_room:
        return Intent.HELP
    is_no_stay = not said.room and topics.OTHER_BOOKING.search(text) is not None
    if not is_no_stay and _is_price(text, said, is_about_the_house=is_about_the_house):
        return Intent.PRICE
    if is_new and not is_no_stay and stays.BOOKING.search(text):
        return Intent.BOOKING
    if _is_of_room_types(text, said) and not is_about_the_house:
        return Intent.ROOM_TYPES
    is_no_stay |= is_of_others and not asks_for_room and not _is_stay(text, said)
    if is_no_stay or not is_new:
        return Intent.OUT_OF_SCOPE
    if _is_small_talk(text, said) and not asks_for_room:
        return Intent.OUT_OF_SCOPE
    if said.a_stay or asks_for_room or stays.AVAILABILITY.search(text):
        return Intent.AVAILABILITY
    return Intent.HELP if people.HELP_WEAK.search(text) else Intent.OUT_OF_SCOPE


def _is_of_room_types(text: str, said: Said) -> bool:
    # "What types are available" asks for the types, "which rooms are" for rooms.
    is_of_which = stays.WHICH_ARE_FREE.search(text) and not stays.TYPES.search(text)
    is_of_free_ones = said.days or said.guests or is_of_which
    return bool(stays.ROOM_TYPES.search(text)) and not is_of_free_ones


def _is_stay(text: str, said: Said) -> bool:
    """Say whether more than a day is named: "abren en Navidad?" is of no room."""
    is_over = topics.OTHER.search(text) is not None
    if said.adults or said.both_ends or (said.nights and not is_over):
        return True
    if not said.days:
        return False
    if stays.AVAILABILITY.search(text):
        return True
    # "Mi vuelo llega el 5": who comes then, and whether here, is not said.
    own = topics.TRAVELS.sub("", text)
    comes = not said.only_near and stays.COMES.search(own)
    others = topics.AS_WISHED.sub("", own)
    is_wish = topics.FAQ.search(own) and not topics.FAQ.search(others)
    return bool(comes or (is_wish and not topics.OTHER.search(text)))


def _is_small_talk(text: str, said: Said) -> bool:
    """Say whether a day is named beside words of other things, and nothing more."""
    is_more = said.guests or said.room or said.nights or said.both_ends
    if not said.days or is_more:
        return False
    if said.numbered:
        is_answer = said.is_asked or not has_a_day_of_other_things(text)
        return asks_for_other_things(text) or not is_answer
    return is_of_other_things(text)


def _is_price(text: str, said: Said, *, is_about_the_house: bool) -> bool:
    if not stays.PRICE.search(text):
        return False
    if not is_about_the_house:
        return True
    # "Cuánto sale la cochera" and "el desayuno está incluido en la tarifa" ask of it.
    is_of_stay = said.room or stays.PER_NIGHT.search(text) or _is_stay(text, said)
    return bool(is_of_stay) and not (stays.INCLUDED.search(text) and not said.days)


def slots_matter(intent: Intent) -> bool:
    """Whether what a text says of a stay is meant, where this is what it wants."""
    return intent in {
        Intent.AVAILABILITY,
        Intent.BOOKING,
        Intent.PRICE,
        Intent.ROOM_TYPES,
        Intent.HUMAN,
    }
