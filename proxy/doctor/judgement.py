"""Pure. From what was found to what is wrong and who must know (runbook 5 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxy.doctor.values import (
    Check,
    Diagnosis,
    Judgement,
    Level,
    Outcome,
    Remark,
)
from proxy.front.status import CRITICAL_AFTER_S, L2_AFTER_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from proxy.doctor.values import Finding, Running

CLOSED = "closed"
# What is wrong beside the PMS, the worst first.
_BESIDE = {
    Check.BREAKER: Judgement.PROXY,
    Check.REDIS: Judgement.REDIS,
    Check.CLOCK: Judgement.CLOCK,
}


def diagnose(findings: Sequence[Finding], running: Running | None) -> Diagnosis:
    """
    Say which one thing to mend first.

    What the doctor itself meets on the way to the PMS counts more than what the proxy
    last said; then an operator's hand, the breaker's cause, and what is beside the PMS.
    """
    failed = [one for one in findings if one.outcome is Outcome.FAILED]
    judgement = _judge(failed, running)
    # What an operator holds is his, however long: nobody is woken for it.
    is_held = judgement is Judgement.FORCED
    not_closed_s = 0.0 if running is None or is_held else running.not_closed_s
    return Diagnosis(
        judgement=judgement,
        level=level_after(not_closed_s),
        is_passing=_is_open(running) and _answers(findings),
    )


def level_after(not_closed_s: float) -> Level:
    """Return who must know of a breaker that has not been closed for so long."""
    if not_closed_s > CRITICAL_AFTER_S:
        return Level.CRITICAL
    return Level.L2 if not_closed_s > L2_AFTER_S else Level.FIRST


def _judge(failed: Sequence[Finding], running: Running | None) -> Judgement:
    for finding in failed:
        if finding.remark is Remark.SETTINGS_ABSENT:
            return Judgement.ENVIRONMENT
        if finding.check is Check.SETTINGS:
            return Judgement.CONFIGURATION
        if finding.cause is not None:
            return Judgement(finding.cause.value)
    if running is not None and running.forced is not None:
        return Judgement.FORCED
    if running is not None and running.cause is not None and _is_open(running):
        return Judgement(running.cause.value)
    wrong = {finding.check for finding in failed}
    return next(
        (judgement for check, judgement in _BESIDE.items() if check in wrong),
        Judgement.WELL,
    )


def _answers(findings: Sequence[Finding]) -> bool:
    """Say whether the PMS does all that the doctor asks of it."""
    tried = {finding.check for finding in findings if finding.took_s is not None}
    return Check.HTTP in tried and all(finding.cause is None for finding in findings)


def _is_open(running: Running | None) -> bool:
    return running is not None and running.state != CLOSED and running.forced is None
