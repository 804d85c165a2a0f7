"""
Pure. The understander that is built in: a grammar, no model and no service.

A text is made plain (`folding`), its words are mended (`mending`) and put into the
few that mean something (`figures`, `phrases`, `gist`); productions read the stay, the
guests and the room out of that, and the wish out of the words (`intents`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from agent.messages import NO_DAYS, NOTHING_SAID, Days, Intent, Slots, Understood
from agent.understanding.cues import bookings
from agent.understanding.days import Day, resolve
from agent.understanding.feasts import Habits
from agent.understanding.figures import read_figures
from agent.understanding.folding import clean
from agent.understanding.gist import gist
from agent.understanding.guests import bare_number, read_party
from agent.understanding.intents import Said, find_intent, slots_matter
from agent.understanding.languages import language
from agent.understanding.mending import mend
from agent.understanding.ranges import FEAST
from agent.understanding.rooms import read_answer, read_room
from agent.understanding.stays import read_period, read_stay, since, still_ahead

if TYPE_CHECKING:
    from datetime import datetime

    from agent.messages import Question

_WORD = re.compile(r"d\d+(?:\.\d+)+|\d+th\b|\d+|[a-z]+|[^\sa-z0-9]")
_NEAR = re.compile(r"\b[nwv]\d+\b")
_FAR = re.compile(r"\b(?:[dem]\d+|WEEKEND|[A-Z_]+(?:EVE|YEAR|MAS)|EASTER)\b")
_NAMED = re.compile(rf"\b(?:WEEKEND|BRIDGE|{FEAST})")
_NUMBERED = re.compile(r"\b[de]\d")
_ENDS = re.compile(r"\b(?:[dewvn]\d|UNTIL\b)")
_LONE_DAY = re.compile(r"\W*(?:(?:el|the|la|o|DIA|FOR) ){0,3}[dewvn]\d[\d.]*\W*")
_SURE, _MENDED, _UNSURE = 1.0, 0.8, 0.4


class Grammar:
    """The `Understander` that is built in."""

    def __init__(self, habits: Habits | None = None) -> None:
        self._habits = habits or Habits()

    def understand(
        self,
        text: str,
        now: datetime,
        expects: Question | None,
        known: Days = NO_DAYS,
    ) -> Understood:
        """Understand `text`, as `Understander` says."""
        today = now.date()
        known = still_ahead(known, today)
        spelled = _WORD.findall(read_figures(clean(text)))
        words, slips = mend(spelled)
        lang = language(text, [*spelled, *words] if slips else spelled)
        meant = gist(words, lang, is_asked=expects is not None)
        if expects == "checkout" and _LONE_DAY.fullmatch(meant):
            meant = f"UNTIL {meant}"
        stay, rest = read_stay(meant, today, self._habits, known)
        party = read_party(rest)
        room_type, room_word = read_room(rest)
        slots = Slots(
            checkin=stay.checkin,
            checkout=stay.checkout,
            adults=party.adults,
            children=party.children,
            room_type=room_type,
        )
        if expects == "room_type" and (answer := read_answer(meant)):
            # "Casal" counts no guests here.
            slots = Slots(room_type=answer)
        number = bare_number(meant)
        if expects == "adults" and number:
            slots = replace(slots, adults=number)
        elif expects == "checkin" and number and slots == NOTHING_SAID:
            # "2 y un bebé" is no day.
            slots = replace(slots, checkin=resolve(Day(number), since(known, today)))
        elif expects == "checkout" and number and slots == NOTHING_SAID:
            day = resolve(Day(number), since(known, today), after=known.arrival)
            slots = replace(slots, checkout=day)
        # "From 7 to 10" alone may be hours.
        both_ends = (
            stay.checkout is not None
            and stay.checkin is not None
            and not _NAMED.search(meant)
            and _ENDS.search(meant) is not None
        )
        days = bool(slots.checkin or slots.checkout or stay.nights or stay.too_long)
        intent = find_intent(
            words,
            Said(
                days=days
                or stay.is_past
                or stay.is_vague
                or stay.is_no_day
                or stay.is_reversed,
                adults=slots.adults is not None,
                guests=slots.adults is not None or slots.children is not None,
                room=slots.room_type is not None or room_word is not None,
                nights=bool(stay.nights or stay.too_long),
                only_near=bool(_NEAR.search(meant)) and not _FAR.search(meant),
                numbered=_NUMBERED.search(meant) is not None,
                both_ends=both_ends,
                is_asked=expects is not None,
            ),
        )
        if intent is Intent.HUMAN:
            is_old = bookings.OLD_BOOKING.search(" ".join(words)) is not None
            slots = _asked_of_a_person(slots, both_ends=both_ends and not is_old)
        if not slots_matter(intent):
            return Understood(intent=intent, lang=lang, number=number)
        return Understood(
            intent=intent,
            slots=slots,
            lang=lang,
            confidence=_MENDED if slips else _SURE,
            number=number,
            nights=None if stay.checkin else stay.nights,
            is_past=stay.is_past,
            is_vague=stay.is_vague,
            period=read_period(meant, today) if stay.is_vague else None,
            is_no_day=stay.is_no_day,
            is_reversed=stay.is_reversed,
            too_long=stay.too_long,
            room_word=room_word,
        )


def _asked_of_a_person(slots: Slots, *, both_ends: bool) -> Slots:
    """Return what is said of a stay: "con una persona" and "mañana" are of the call."""
    adults = None if slots.adults == 1 else slots.adults
    if both_ends or adults or slots.room_type:
        return replace(slots, adults=adults)
    return replace(slots, adults=adults, checkin=None, checkout=None)
