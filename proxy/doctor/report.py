"""
Pure. The findings as lines for people and as one JSON object for scripts.

`docs/runbook.md` documents the object; what is in it stays in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from proxy.doctor import words_en, words_es
from proxy.doctor.values import Check, Judgement, Outcome, Remark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proxy.doctor.values import Diagnosis, Finding, Running
    from proxy.doctor.words import Words

LANGUAGES = {"es": words_es.WORDS, "en": words_en.WORDS}
WELL, WRONG, UNUSABLE = 0, 1, 2
MARKS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.SKIPPED: "-"}
_WIDTH = max(
    len(name) for words in LANGUAGES.values() for name in words.checks.values()
)


def line(finding: Finding, words: Words) -> str:
    """Write one check: its mark, the time it took, and a sentence."""
    took = "" if finding.took_s is None else f"{finding.took_s:.2f} s"
    name = words.checks[finding.check]
    mark = MARKS[finding.outcome]
    return f"{mark} {name:{_WIDTH}} {took:>7}  {sentence(finding, words)}"


def sentence(finding: Finding, words: Words) -> str:
    """Say what a check found."""
    facts = dict(finding.facts)
    if finding.remark is Remark.NOT_TRIED:
        facts["needs"] = words.checks[Check(facts["needs"])]
    return words.remarks[finding.remark].format_map(facts)


def conclusion(diagnosis: Diagnosis, running: Running | None, words: Words) -> str:
    """Say which cause it is, what to do and whom to call."""
    judgement = diagnosis.judgement
    cause = words.judgements[judgement]
    if diagnosis.is_passing:
        cause += f" {words.passing}"
    minutes = 0 if running is None else int(running.not_closed_s // 60)
    if minutes:
        cause += f" {words.lasts.format(minutes=minutes)}"
    lines = [
        f"{words.cause}: {cause}",
        f"{words.duty}: {words.duties[judgement]}",
        f"{words.call}: {whom(diagnosis, words)}",
    ]
    failures = () if running is None else running.last_failures
    if failures:
        lines.append(f"{words.failures}:")
        lines += [f"  {one.at}  {one.cause}  {one.operation}" for one in failures]
    return "\n".join(lines)


def whom(diagnosis: Diagnosis, words: Words) -> str:
    """Say who must know by now, and who later."""
    who = words.people.get(diagnosis.judgement)
    if who is None:
        return words.nobody
    if diagnosis.judgement is Judgement.FORCED:
        return f"{who}."
    return words.levels[diagnosis.level].format(who=who)


def as_json(
    findings: Sequence[Finding],
    diagnosis: Diagnosis,
    running: Running | None,
    words: Words,
) -> str:
    """Write one line of JSON; keys and codes are the same in any language."""
    breaker = None
    if running is not None:
        forced = None
        if running.forced is not None:
            forced = {"state": running.forced, "why": running.why}
        breaker = {
            "state": running.state,
            "cause": None if running.cause is None else running.cause.value,
            "since": running.since,
            "retry_after_s": running.retry_after_s,
            "not_closed_s": running.not_closed_s,
            "forced": forced,
            "last_failures": [
                {"at": one.at, "cause": one.cause, "operation": one.operation}
                for one in running.last_failures
            ],
        }
    document = {
        "judgement": diagnosis.judgement.value,
        "is_passing": diagnosis.is_passing,
        "level": diagnosis.level.value,
        "cause": words.judgements[diagnosis.judgement],
        "do": words.duties[diagnosis.judgement],
        "call": whom(diagnosis, words),
        "checks": [
            {
                "check": finding.check.value,
                "outcome": finding.outcome.value,
                "code": finding.remark.value,
                "cause": None if finding.cause is None else finding.cause.value,
                "took_s": None if finding.took_s is None else round(finding.took_s, 3),
                "says": sentence(finding, words),
            }
            for finding in findings
        ],
        "breaker": breaker,
    }
    return json.dumps(document, ensure_ascii=False)


def exit_code(findings: Sequence[Finding], diagnosis: Diagnosis) -> int:
    """Return 0 where all is well, 2 where the settings are not, else 1."""
    remarks = {finding.remark for finding in findings}
    if remarks & {Remark.SETTINGS_WRONG, Remark.SETTINGS_ABSENT}:
        return UNUSABLE
    return WELL if diagnosis.judgement is Judgement.WELL else WRONG
