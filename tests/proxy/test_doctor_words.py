"""What the doctor says: both languages say everything, with the same facts."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from proxy.doctor import words_en, words_es
from proxy.doctor.judgement import diagnose, level_after
from proxy.doctor.report import conclusion, line
from proxy.doctor.values import (
    Check,
    Diagnosis,
    Judgement,
    Level,
    Remark,
    Running,
    failed,
    passed,
)
from proxy.messages import Cause

if TYPE_CHECKING:
    from proxy.doctor.values import Finding
    from proxy.doctor.words import Words

BOTH = (words_es.WORDS, words_en.WORDS)
MISSED = failed(Check.DNS, Remark.DNS_SILENT, Cause.NETWORK, host="pms")
EVICTS = failed(Check.REDIS, Remark.REDIS_EVICTS)


def _running(state: str, cause: Cause | None, forced: str | None = None) -> Running:
    return Running(
        state=state,
        cause=cause,
        since="2026-11-25T03:00:00Z",
        retry_after_s=12,
        not_closed_s=0 if state == "closed" else 1900,
        forced=forced,
        why="",
        last_failures=(),
        hotel=None,
    )


@pytest.mark.parametrize("words", BOTH, ids=["es", "en"])
def test_a_language_is_whole(words: Words) -> None:
    """Each check, remark, judgement and level has its words."""
    assert set(words.checks) == set(Check)
    assert set(words.remarks) == set(Remark)
    assert set(words.judgements) == set(words.duties) == set(Judgement)
    assert set(words.people) == set(Judgement) - {Judgement.WELL}
    assert set(words.levels) == set(Level)


@pytest.mark.parametrize("remark", Remark)
def test_both_languages_tell_the_same_facts(remark: Remark) -> None:
    """What is filled in is the same in Spanish and in English."""
    named = [
        {name for _, name, _, _ in string.Formatter().parse(words.remarks[remark])}
        for words in BOTH
    ]
    assert named[0] == named[1]


def test_the_causes_are_the_proxys() -> None:
    """The first judgements are the closed set of causes, by the same words."""
    assert [str(one) for one in Judgement][: len(Cause)] == [str(one) for one in Cause]


@pytest.mark.parametrize(
    ("failures", "running", "judgement"),
    [
        ([], None, "well"),
        ([MISSED], _running("open", Cause.TIMEOUT), "network"),
        ([EVICTS, MISSED], None, "network"),
        ([EVICTS], _running("half_open", Cause.DOWN), "down"),
        ([EVICTS], _running("closed", None), "redis"),
        ([], _running("open", None, forced="open"), "forced"),
        ([], _running("closed", None, forced="closed"), "forced"),
        ([MISSED], _running("open", None, forced="open"), "network"),
        (
            [failed(Check.SETTINGS, Remark.SETTINGS_WRONG)],
            _running("open", Cause.DOWN),
            "configuration",
        ),
    ],
)
def test_what_to_mend_first(
    failures: list[Finding], running: Running | None, judgement: str
) -> None:
    """The way to the PMS before an operator's hand, the breaker's word and Redis."""
    assert diagnose(failures, running).judgement == judgement


def test_what_was_not_asked_is_not_passing() -> None:
    """That the PMS answers again is said only where it was asked and did."""
    answered = replace(passed(Check.HTTP, Remark.HTTP_ANSWERED), took_s=0.1)
    is_open = _running("open", Cause.DOWN)

    assert diagnose([answered], is_open).is_passing
    assert not diagnose([answered, MISSED], is_open).is_passing
    assert not diagnose(
        [failed(Check.SETTINGS, Remark.SETTINGS_WRONG)], is_open
    ).is_passing
    assert not diagnose([answered], _running("closed", None)).is_passing
    assert not diagnose([answered], None).is_passing


@pytest.mark.parametrize(
    ("not_closed_s", "level"),
    [(0, "first"), (1800, "first"), (1800.1, "l2"), (7200, "l2"), (7200.1, "critical")],
)
def test_levels_are_the_runbooks(not_closed_s: float, level: str) -> None:
    """Over 30 minutes L2, over 2 hours critical."""
    assert level_after(not_closed_s) == level


def test_a_line_and_the_end_in_plain_words() -> None:
    """A mark, a name, a time and a sentence; then cause, duty and people."""
    assert line(MISSED, words_es.WORDS).startswith("✗ DNS ")
    assert line(passed(Check.HOST, Remark.HOST_RIGHT), words_en.WORDS).startswith("✓")
    end = conclusion(
        diagnose([MISSED], _running("open", Cause.TIMEOUT)),
        _running("open", Cause.TIMEOUT),
        words_es.WORDS,
    )
    cause, duty, call = end.splitlines()
    assert cause.startswith("Causa: Red cortada: no se llega al PMS")
    assert cause.endswith("Sin cerrar desde hace 31 min.")
    assert duty.startswith("Qué hacer: Ver la primera línea que falla")
    assert call.startswith("A quién llamar: Quien maneja la red")
    assert "y ya el equipo PMS L2: pasaron 30 min." in call
    well = Diagnosis(judgement=Judgement.WELL, level=Level.FIRST, is_passing=False)
    assert conclusion(well, None, words_en.WORDS).endswith("Who to call: Nobody.")


def test_nobody_is_woken_for_what_an_operator_holds() -> None:
    """A breaker that is forced for 31 minutes is the operator's, and no escalation."""
    held = _running("open", None, forced="open")
    diagnosis = diagnose([], held)
    assert diagnosis.level is Level.FIRST
    assert conclusion(diagnosis, held, words_es.WORDS).endswith(
        "A quién llamar: El operador que dio la orden."
    )
