from __future__ import annotations

import pytest

from agent.errors import SendError
from agent.whatsapp.errors import ACTIONS, TRIES_LIMIT, Verdict, judge


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (400, 131047, Verdict("drop", None)),
        (400, 131026, Verdict("drop", None)),
        (400, 100, Verdict("drop", None)),
        (400, 131056, Verdict("retry", 6)),
        (429, 130429, Verdict("retry", 2, is_for_all=True)),
        (503, 131016, Verdict("retry", 2, is_for_all=True)),
        (401, 190, Verdict("alert", 60, is_for_all=True)),
        (403, 205, Verdict("alert", 60, is_for_all=True)),
        (400, 131031, Verdict("alert", 60, is_for_all=True)),
        (400, 999999, Verdict("drop", None)),
        (302, None, Verdict("drop", None)),
        (401, None, Verdict("alert", 60, is_for_all=True)),
        (429, None, Verdict("retry", 2, is_for_all=True)),
        (500, None, Verdict("retry", 2)),
        (None, None, Verdict("retry", 2)),
    ],
)
def test_first_try(status: int | None, code: int | None, verdict: Verdict) -> None:
    """The code decides; where it is not known, the status."""
    assert judge(SendError("No.", status=status, code=code), tries=1) == verdict


def test_retry_after() -> None:
    """What WhatsApp asks for is waited, but never for longer than five minutes."""
    for asked_s, waited_s in ((1, 2), (30, 30), (86_400, 300)):
        error = SendError("No.", status=429, code=130429, retry_after_s=asked_s)
        assert judge(error, tries=1).after_s == waited_s


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_tries_are_bounded(code: int) -> None:
    """Every error is given up in the end, the waits growing until then."""
    error = SendError("No.", status=400, code=code)
    waits = [judge(error, tries).after_s for tries in range(1, TRIES_LIMIT + 1)]
    assert waits[-1] is None
    told = [wait for wait in waits if wait is not None]
    assert told == sorted(told)
    assert sum(told) < 3600
