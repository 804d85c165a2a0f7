from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.understanding.grammar import Grammar
from agent.understanding.validation import checked

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
AT_MOST_S = 0.05
ROOT = Path(__file__).parents[3]
WORDS = (
    *("del", "al", "de", "5", "8", "diciembre", "5/12", "el", "y", "a", "la", "no"),
    *("que", "viene", "viernes", "finde", "noches", "para", "2", "niños", "somos"),
    *("quiero", "reservar", "hablar", "con", "una", "persona", "mi", "mujer", ","),
    *("how", "much", "next", "week", "from", "until", "room", "do", "dia", "até"),
)


def understand_in_time(text: str) -> None:
    """Understand a text, whatever it is, within the time and with real dates."""
    began = process_time()
    understood = Grammar().understand(text, NOW, None)
    assert process_time() - began < AT_MOST_S
    slots = checked(understood, NOW.date()).slots
    assert slots.checkin is None or slots.checkin >= NOW.date()


@given(st.text())
@example("\ud800")
@example("31/2")
@example("0/0/0")
@example("d5 e99 w9 v0 n99999999999 m13")
@example("99999999999999999999 noches")
@example("29 de febrero de 1900")
def test_any_text(text: str) -> None:
    """No text of any characters raises, or takes long."""
    understand_in_time(text)


@given(st.lists(st.sampled_from(WORDS), max_size=150).map(" ".join))
def test_any_words(text: str) -> None:
    """No order of words that the grammar knows raises, or takes long."""
    understand_in_time(text)


@given(st.text(alphabet="0123456789/-. alhoydeiciembr,:()$", max_size=500))
def test_any_figures(text: str) -> None:
    """No figures raise, or take long."""
    understand_in_time(text)


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "hola", "1 ", "del 5 al ", "9" * 9, "5/12 ", "y 1 ", "\x00", "\ud800"),
        *("de ", "el 5 y ", "no ", "si ", "quiero ", "quiero hablar con ", "somos "),
        *("w5 ", "d5 ", "5/", "$", "(", ", ", "5 de ", "un ", "la ", "xqzvwk ", "ﷺ"),
        *("en 3 dias ", "primer finde de ", "que puedes ", "mi mujer ", "2 niños "),
    ],
)
def test_endless_text(piece: str) -> None:
    """A text of 10^5 characters takes no longer than a short one."""
    understand_in_time(piece * (100_000 // len(piece)))


def test_light() -> None:
    """The grammar is loaded within 0.5 s and 40 MiB."""
    code = (
        "import resource, time, json\n"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "before, began = used(), time.process_time()\n"
        "import agent.understanding.grammar\n"
        "print(time.process_time() - began < 0.5, used() - before < 40 * 1024)\n"
    )
    ran = subprocess.run(  # noqa: S603  (our own interpreter and code)
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True
    )
    assert ran.stdout.split() == [b"True", b"True"]
