from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from agent.messages import Days, Intent, Period, Question, Slots
from agent.understanding.feasts import Habits
from agent.understanding.grammar import Grammar
from agent.understanding.lines import as_line
from agent.understanding.validation import checked

NOW = datetime.fromisoformat("2026-11-24T10:00:00-03:00")
PHRASES = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("phrases.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
# In one language and in another alike: whoever answers keeps the one before.
FIELDS = ("intent", "checkin", "checkout", "adults", "children", "room_type")


def said(text: str) -> dict[str, Any]:
    """Return what `python -m agent understand` prints for a text."""
    understood = checked(Grammar().understand(text, NOW, None), NOW.date())
    line: dict[str, Any] = json.loads(as_line(understood))
    return line


def test_every_phrase() -> None:
    """Each phrase is understood in intent and in every slot, and no date invented."""
    heard = [(phrase, said(phrase["text"])) for phrase in PHRASES]
    missed = {
        phrase["text"]: (line, phrase)
        for phrase, line in heard
        if any(line[field] != phrase[field] for field in FIELDS)
    }
    assert missed == {}
    assert len(PHRASES) > 700


def test_language_of_the_phrases() -> None:
    """No phrase is taken for another language, and few for none."""
    heard = [(said(phrase["text"])["lang"], phrase["lang"]) for phrase in PHRASES]
    wrong = [pair for pair in heard if pair[0] and pair[1] and pair[0] != pair[1]]
    unknown = [pair for pair in heard if pair[1] and not pair[0]]
    assert len(wrong) <= len(PHRASES) // 100
    assert len(unknown) <= len(PHRASES) // 20


def test_quick() -> None:
    """Of a hundred phrases 95 are understood in 3 ms each."""
    grammar = Grammar()
    spent: list[float] = []
    for phrase in PHRASES:
        began = process_time()
        grammar.understand(phrase["text"], NOW, None)
        spent.append(process_time() - began)
    assert sorted(spent)[len(spent) * 95 // 100] < 0.003


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("mejor 4 noches", {"nights": 4}),
        ("una semana", {"nights": 7}),
        ("en enero", {"is_vague": True}),
        ("el mes que viene", {"is_vague": True}),
        ("el viernes o el sábado", {"is_vague": True}),
        ("2 single nights", {"nights": 2}),
        ("la semana que viene", {"is_vague": True}),
        ("del 5 al 8/3/2026", {"is_past": True}),
        ("tienen cabañas?", {"room_word": "cabanas"}),
        ("2", {"number": 2}),
        ("dos, por favor", {"number": 2}),
        ("2 y un bebé", {"number": 2}),
        ("2 perros", {"number": None}),
    ],
)
def test_beside_the_slots(text: str, fields: dict[str, object]) -> None:
    """A length, a vague or past day, another room and a bare number are told too."""
    understood = Grammar().understand(text, NOW, None)
    assert {name: getattr(understood, name) for name in fields} == fields


def test_what_was_asked() -> None:
    """A bare number is the arrival where that was asked, and the adults where those."""
    grammar = Grammar()
    day = grammar.understand("15", NOW, "checkin").slots
    assert (str(day.checkin), day.adults) == ("2026-12-15", None)
    guests = grammar.understand("somos tres", NOW, "adults").slots
    assert (guests.checkin, guests.adults) == (None, 3)
    assert grammar.understand("2", NOW, "adults").slots.adults == 2
    assert grammar.understand("2", NOW, "confirmation").slots == Slots()
    assert grammar.understand("2 y un bebé", NOW, "checkin").slots.checkin is None


def test_a_yes_is_all_that_is_said() -> None:
    """A yes with words beside it that are not known books nothing."""
    grammar = Grammar()
    text = "sí, aunque dudo bastante"
    assert grammar.understand(text, NOW, None).intent is Intent.CONFIRM_YES
    asked = grammar.understand(text, NOW, "confirmation").intent
    assert asked is not Intent.CONFIRM_YES
    assert grammar.understand("no, fijate que dudo", NOW, "confirmation").intent is (
        Intent.CONFIRM_NO
    )


def test_a_change_of_days() -> None:
    """Who wants other days, and has said none here, has a booking already."""
    grammar = Grammar()
    asked: tuple[Question | None, ...] = (None, "checkin")
    heard = [
        grammar.understand("quiero cambiar la fecha", NOW, question).intent
        for question in asked
    ]
    assert heard == [Intent.HUMAN, Intent.OUT_OF_SCOPE]


def test_a_room_was_asked() -> None:
    """Where a room was asked, "familia" and "casal" are rooms and count nobody."""
    grammar = Grammar()
    for text, room in (
        ("familia", "family"),
        ("la de familia, por favor", "family"),
        ("família", "family"),
        ("family please", "family"),
        ("casal", "double"),
        ("matrimonio", "double"),
    ):
        assert grammar.understand(text, NOW, "room_type").slots == Slots(room_type=room)
    assert grammar.understand("familia", NOW, "adults").slots == Slots()
    assert grammar.understand("casal", NOW, "adults").slots.adults == 2


def test_ok_is_of_no_language() -> None:
    """An "ok" alone is in no language; beside another word it is in that one's."""
    heard = [Grammar().understand(t, NOW, None).lang for t in ("ok", "ok gracias")]
    assert heard == [None, "es"]


def test_the_houses_weekend() -> None:
    """Where the weekend begins is the house's to say."""
    habits = Habits(weekend_from=6, weekend_nights=1)
    slots = Grammar(habits).understand("este finde", NOW, None).slots
    assert (str(slots.checkin), str(slots.checkout)) == ("2026-11-28", "2026-11-29")


def test_today_is_the_hotels() -> None:
    """The day is that of the instant as it is given, in the hotel's zone."""
    late = datetime.fromisoformat("2026-11-24T23:30:00-03:00")
    assert str(Grammar().understand("hoy", late, None).slots.checkin) == "2026-11-24"


def test_slips_are_less_sure() -> None:
    """A text with a slip in it is understood with less confidence."""
    grammar = Grammar()
    plain = grammar.understand("para el viernes", NOW, None)
    slipped = grammar.understand("para el virnes", NOW, None)
    assert asdict(plain)["slots"] == asdict(slipped)["slots"]
    assert slipped.confidence < plain.confidence


def test_days_that_lean_on_others() -> None:
    """Days without a month are of the period, and after the arrival, of before."""
    grammar = Grammar()
    january = grammar.understand("hay lugar en enero?", NOW, None).period
    assert january == Period(first=date(2027, 1, 1), last=date(2027, 1, 31))
    week = grammar.understand("la semana que viene", NOW, None).period
    assert week == Period(first=date(2026, 11, 30), last=date(2026, 12, 6))
    known = Days(period=january)
    said: tuple[tuple[str, Question, str, str], ...] = (
        ("del 4 al 6", "checkin", "2027-01-04", "2027-01-06"),
        ("4", "checkin", "2027-01-04", "None"),
        ("del 4 al 6 de diciembre", "checkin", "2026-12-04", "2026-12-06"),
        ("mañana", "checkin", "2026-11-25", "None"),
    )
    for text, question, checkin, checkout in said:
        slots = grammar.understand(text, NOW, question, known).slots
        assert (str(slots.checkin), str(slots.checkout)) == (checkin, checkout)
    slots = grammar.understand("el martes", NOW, "checkin", Days(period=week)).slots
    assert str(slots.checkin) == "2026-12-01"
    over = Days(period=Period(first=date(2026, 1, 1), last=date(2026, 1, 31)))
    slots = grammar.understand("del 4 al 6", NOW, "checkin", over).slots
    assert str(slots.checkin) == "2026-12-04"


def test_until_a_day() -> None:
    """A text "hasta el viernes" takes leave; to a question it is the last day."""
    grammar = Grammar()
    known = Days(arrival=date(2026, 12, 5))
    said: tuple[tuple[str, Question | None, str], ...] = (
        ("hasta el viernes", None, "None"),
        ("hasta el viernes", "room_type", "2026-12-11"),
        ("ok, hasta el viernes", "adults", "2026-12-11"),
        ("até terça-feira", "adults", "2026-12-08"),
        ("hasta el 8", "adults", "2026-12-08"),
        ("hasta el 3/12", "adults", "2026-12-03"),
        ("gracias, hasta el viernes", "room_type", "None"),
        ("hasta mañana", "room_type", "None"),
    )
    for text, question, checkout in said:
        slots = grammar.understand(text, NOW, question, known).slots
        assert (slots.checkin, str(slots.checkout)) == (None, checkout)


def test_days_that_are_none() -> None:
    """A day that is over, or that no month has, is told from one not understood."""
    for text, field in (
        ("a double for yesterday", "is_past"),
        ("una doble para ayer", "is_past"),
        ("31 de febrero", "is_no_day"),
        ("el 30/2", "is_no_day"),
        ("del 28 al 31 de febrero", "is_no_day"),
        ("del 8 al 5 de diciembre", "is_vague"),
        ("entro el 8 y salgo el 5 de diciembre", "is_vague"),
    ):
        understood = Grammar().understand(text, NOW, None)
        assert getattr(understood, field)
        assert understood.slots.checkin is None
