from __future__ import annotations

from datetime import UTC, date, datetime
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.intents import Grammar
from agent.messages import NOTHING_SAID, Intent, Lang, Question, Understood

TUESDAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def understand(text: str, expects: Question | None = None) -> Understood:
    """Understand a text written on Tuesday."""
    return Grammar().understand(text, NOW, expects)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hola", Intent.GREETING),
        ("Hola!! Buenas tardes 👋", Intent.GREETING),
        ("oi, bom dia", Intent.GREETING),
        ("hello there", Intent.GREETING),
        ("hola, tenés lugar?", Intent.AVAILABILITY),
        ("para mañana", Intent.AVAILABILITY),
        ("somos 3", Intent.AVAILABILITY),
        ("busco una habitación", Intent.AVAILABILITY),
        ("cuánto sale?", Intent.AVAILABILITY),
        ("5/12/2020", Intent.AVAILABILITY),
        ("quiero reservar", Intent.BOOKING),
        ("reservame para mañana", Intent.BOOKING),
        ("reservá la suite", Intent.BOOKING),
        ("me anotás para el 5/12?", Intent.BOOKING),
        ("I'd like to book a room", Intent.BOOKING),
        ("gostaria de fazer uma reserva", Intent.BOOKING),
        ("quiero cancelar mi reserva", Intent.CANCEL),
        ("cancel my booking", Intent.CANCEL),
        ("quiero hablar con una persona", Intent.HUMAN),
        ("recepción", Intent.HUMAN),
        ("can I talk to a real person", Intent.HUMAN),
        ("quero falar com um atendente", Intent.HUMAN),
        ("tienen pileta?", Intent.OUT_OF_SCOPE),
        ("dale", Intent.OUT_OF_SCOPE),
        ("", Intent.OUT_OF_SCOPE),
        ("👍", Intent.OUT_OF_SCOPE),
        ("2", Intent.OUT_OF_SCOPE),
    ],
)
def test_intent(text: str, intent: Intent) -> None:
    """What a guest wants is told by its words, accents and case folded."""
    assert understand(text).intent is intent


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("tenés lugar del 5 al 8 de diciembre?", "es"),
        ("any room tonight?", "en"),
        ("oi, tem quarto para amanhã?", "pt"),
        ("2", None),
        ("ok", None),
        ("👍", None),
    ],
)
def test_language(text: str, lang: Lang | None) -> None:
    """The language is that of the text's words, None where no one could tell."""
    assert understand(text).lang == lang


def test_slots() -> None:
    """One text may say everything."""
    understood = understand(
        "Quiero reservar del 5 al 8 de diciembre para 2 adultos y 1 niño"
    )
    assert understood.slots.checkin == date(2026, 12, 5)
    assert understood.slots.checkout == date(2026, 12, 8)
    assert (understood.slots.adults, understood.slots.children) == (2, 1)


def test_person_is_no_guest() -> None:
    """Who asks for one person has not counted the guests."""
    assert understand("hablar con una persona").slots == NOTHING_SAID


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        (" 15! ", 15),
        ("dos", 2),
        ("two, please", 2),
        ("dois", 2),
        ("2 y un bebé", 2),
        ("2 dos", None),
        ("2 chicos", None),
        ("2 perros", None),
    ],
)
def test_bare_number(text: str, number: int | None) -> None:
    """A bare number, children apart, is kept for whichever question is open."""
    assert understand(text).number == number


@given(st.text() | st.text(alphabet="0123456789/-. deparsonchy", max_size=200))
def test_any_text(text: str) -> None:
    """No text raises, and no check-in is before today."""
    checkin = understand(text).slots.checkin
    assert checkin is None or checkin >= TUESDAY


@pytest.mark.parametrize(
    "piece",
    ["a", "hola", "1 ", "del 5 al ", "9" * 9, "5/12 ", "y 1 ", "\x00", "\ud800", "de "],
)
def test_endless_text(piece: str) -> None:
    """A text of 10^5 characters is understood in well under a second."""
    began = perf_counter()
    understand(piece * (100_000 // len(piece)))
    assert perf_counter() - began < 1
