"""Facts of the problems: their types, statuses and members (CONTRACT §3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring

from proxy import problems
from proxy.breaker.values import Refused
from proxy.calls import Crowded
from proxy.front.rates import OverRate
from proxy.messages import BreakerState, Cause
from proxy.qloapps.bodies import as_xml

if TYPE_CHECKING:
    from proxy.problems import Problem

OPEN = Refused(state=BreakerState.OPEN, cause=Cause.DOWN, retry_after_s=12.1)
FORCED = Refused(state=BreakerState.OPEN, cause=None, retry_after_s=30)
FULL = Crowded(caller="desk", places=2)
OVER = OverRate(caller="desk", per_minute=60, retry_after_s=1.5)
ALL = [
    (problems.breaker_open(OPEN), "breaker-open", 503),
    (problems.breaker_open(FORCED), "breaker-open", 503),
    (problems.write_refused(OPEN), "write-not-sent", 503),
    (problems.write_not_sent("x", "closed", 5), "write-not-sent", 503),
    *((problems.write_unknown(c), "write-outcome-unknown", 504) for c in Cause),
    *(
        (problems.upstream_failed(c), "upstream-failed", 502)
        for c in Cause
        if c is not Cause.TIMEOUT
    ),
    (problems.upstream_failed(Cause.TIMEOUT), "upstream-timeout", 504),
    (problems.overloaded(Crowded(), 5), "overloaded", 503),
    (problems.overloaded(FULL, 5), "overloaded", 503),
    (problems.write_crowded(Crowded(), "closed", 5), "write-not-sent", 503),
    (problems.write_crowded(FULL, "closed", 5), "write-not-sent", 503),
    (problems.over_rate(OVER, is_write=False), "overloaded", 429),
    (problems.over_rate(OVER, is_write=True), "write-not-sent", 429),
    (problems.bad_request(404, "No."), "bad-request", 404),
]
IDS = [f"{kind}-{number}" for number, (_, kind, _) in enumerate(ALL)]


@pytest.mark.parametrize(("problem", "kind", "status"), ALL, ids=IDS)
def test_json_and_xml_say_the_same(problem: Problem, kind: str, status: int) -> None:
    """Type, status, members, and the list of errors that PMS clients read."""
    media_type, body = problems.as_json(problem)
    document = json.loads(body)
    root = fromstring(as_xml(problem)[1])
    error = root.find("./errors/error")
    assert error is not None
    told = {fact.tag: fact.text for fact in error}

    assert media_type == "application/problem+json"
    assert (problem.status, document["status"]) == (status, status)
    assert document["type"].endswith(f"/{kind}")
    assert document["title"]
    errors = document.pop("errors")
    assert errors == [{"code": status, "message": document["detail"]}]
    assert told.pop("code") == str(status)
    assert told.pop("message") == document["detail"]
    assert told == {name: str(value) for name, value in document.items()}
    assert dict(problem.headers())["Proxy-Status"].startswith("pms-proxy; error=")


def test_retry_after_in_field_and_member_agree() -> None:
    """Both are the seconds to the next probe, rounded up."""
    problem = problems.breaker_open(OPEN)

    assert dict(problem.headers())["Retry-After"] == "13"
    assert problem.document()["retry_after_s"] == 13


def test_a_forced_breaker_has_no_cause() -> None:
    """An operator's hand is none of the runbook's causes."""
    assert "cause" not in problems.breaker_open(FORCED).document()
