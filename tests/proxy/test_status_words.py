"""The status page's words: the same in both languages, and whose they are."""

from __future__ import annotations

from string import Formatter

import pytest

from proxy.front.status_words import LANGUAGES, language_of, size, span
from proxy.messages import Cause


def test_every_word_is_in_every_language() -> None:
    """Both tables have the same words, with the same places for figures."""
    spanish, english = LANGUAGES["es"], LANGUAGES["en"]

    assert list(spanish) == list(english)
    for name, words in english.items():
        assert _places(spanish[name]) == _places(words), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_words_and_somebody_to_call(
    language: str, cause: Cause
) -> None:
    """Whatever opens the breaker is told, long and short, with who mends it."""
    for kind in ("cause", "short", "who"):
        assert LANGUAGES[language][f"{kind}_{cause}"]


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "es"),
        ("", "fr,de;q=0.5", "es"),
        ("", "en-US,en;q=0.9,es;q=0.8", "en"),
        ("", "en;q=0.3, es-AR;q=0.9", "es"),
        ("", "de, EN ; Q=0.5", "en"),
        ("", "en;q=0", "es"),
        ("", "en;q=x,es;q=", "es"),
        ("", "en;q=nan", "es"),
        ("", "," * 2000 + "en", "es"),
        ("lang=en", "es", "en"),
        ("lang=fr", "en", "en"),
        ("x=1&lang=es", "en", "es"),
    ],
)
def test_the_reader_gets_his_language(query: str, accepted: str, language: str) -> None:
    """The switch comes before the browser's wish, and Spanish where it has none."""
    assert language_of(query, accepted) == language


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *((0, "0 s"), (59.9, "59 s"), (60, "1 min"), (330, "5 min 30 s")),
        *((3600, "1 h"), (7500, "2 h 5 min"), (90000, "1 d 1 h")),
    ],
)
def test_a_span_is_said_in_two_units(seconds: float, said: str) -> None:
    """Nobody counts 7500 seconds."""
    assert span(seconds) == said


def test_a_size_has_the_readers_decimal_sign() -> None:
    """Spanish writes a comma."""
    assert (size(1_234_567, "en"), size(1_234_567, "es")) == ("1.2 MB", "1,2 MB")


def _places(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}
