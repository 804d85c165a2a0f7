"""The alerts, judged by Prometheus' own promtool on what a minute each measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.promtool import (
    ALERTS,
    PROMETHEUS,
    judge,
    read_cases,
    read_rules,
    run,
    write_test,
)

if TYPE_CHECKING:
    from pathlib import Path

RULES = read_rules()
CASES = read_cases()
SEVERITIES = {"warning", "critical"}
ANNOTATIONS = {"summary", "descripcion", "paso", "decir", "llamar", "runbook_url"}


def test_promtool_finds_nothing_wrong() -> None:
    """Prometheus starts with both files as they are."""
    for arguments in (
        ("check", "rules", str(ALERTS)),
        ("check", "config", str(PROMETHEUS / "prometheus.yml")),
    ):
        done = run(*arguments)
        assert done.returncode == 0, done.stdout


def test_each_alert_has_cases_of_both_kinds() -> None:
    """Of every alert it is shown when it fires, and when it does not."""
    assert CASES.keys() == RULES.keys()
    for alert, cases in CASES.items():
        assert any(case.fires for case in cases), alert
        assert any(not case.fires for case in cases), alert


@pytest.mark.parametrize("alert", RULES)
def test_an_alert_says_what_to_do_and_whom_to_call(alert: str) -> None:
    """Whoever is woken reads the step, the words and the number to dial, in Spanish."""
    rule = RULES[alert]
    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["labels"]["team"]
    assert rule["annotations"].keys() == ANNOTATIONS
    assert all(text.strip() for text in rule["annotations"].values())
    assert rule["annotations"]["paso"][0] in "12345678"
    anchor = alert.lower()
    assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{anchor}"


def test_the_escalation_is_the_runbooks() -> None:
    """Over 30 minutes L2 of the PMS is called; over 2 hours it is critical, C-level."""
    half_hour, two_hours = (
        RULES[name]["labels"]
        for name in ("PmsOutageOver30Minutes", "PmsOutageOver2Hours")
    )
    assert half_hour["team"] == "pms-l2"
    assert two_hours == {"severity": "critical", "team": "c-level"}


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_fires_from_the_right_minute_to_the_right_one(
    alert: str, tmp_path: Path
) -> None:
    """In every case, asked each minute, it fires when it should and only then."""
    files = {
        write_test(
            tmp_path, str(number), [RULES[alert]], [case.test(RULES[alert])]
        ): case.name
        for number, case in enumerate(CASES[alert])
    }

    wrong = {files[path]: told for path, told in judge(*files).items() if told}

    assert wrong == {}
