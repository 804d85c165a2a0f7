"""Problems in the PMS's own words (CONTRACT §3)."""

from __future__ import annotations

import json

import pytest
from defusedxml.ElementTree import fromstring

from proxy import problems
from proxy.breaker.values import Refused
from proxy.calls import Crowded
from proxy.messages import BreakerState, Cause
from proxy.qloapps import answers
from proxy.qloapps.bodies import as_xml

OPEN = Refused(state=BreakerState.OPEN, cause=Cause.DOWN, retry_after_s=16.2)
PROBLEMS = [
    problems.breaker_open(OPEN),
    problems.write_refused(OPEN),
    problems.write_not_sent("too many are waiting", "closed", 5),
    problems.write_unknown(Cause.NETWORK),
    problems.upstream_failed(Cause.TIMEOUT),
    problems.upstream_failed(Cause.CREDENTIALS),
    problems.overloaded(Crowded(), 5),
    problems.not_cached(),
    problems.bad_request(400, "No <b> & no ]]> here."),
]
KINDS = [f"{number}-{problem.kind}" for number, problem in enumerate(PROBLEMS)]


@pytest.mark.parametrize("problem", PROBLEMS, ids=KINDS)
def test_xml_is_the_pmss_error_list_with_the_same_facts(
    problem: problems.Problem,
) -> None:
    """A PMS client finds code and message; the rest stands beside them."""
    media_type, body = as_xml(problem)

    root = fromstring(body)
    (error,) = root.iterfind("./errors/error")
    assert media_type == "text/xml;charset=utf-8"
    assert root.tag == "qloapps"
    assert error.findtext("code") == str(problem.status)
    assert error.findtext("message") == problem.detail
    told = {child.tag: child.text for child in error}
    facts = {"type", "title", "status", "detail", *problem.members}
    assert facts <= told.keys()
    for name, value in problem.members.items():
        assert told[name] == str(value)


@pytest.mark.parametrize("problem", PROBLEMS, ids=KINDS)
def test_json_has_the_pmss_error_list_too(problem: problems.Problem) -> None:
    """RFC 9457's members, and `errors` as PMS clients parse it."""
    media_type, body = problems.as_json(problem)

    document = json.loads(body)
    assert media_type == "application/problem+json"
    assert document["type"].endswith(problem.kind)
    assert document["errors"] == [{"code": problem.status, "message": problem.detail}]


@pytest.mark.parametrize("problem", PROBLEMS, ids=KINDS)
def test_our_own_error_reads_as_one_of_the_pms(problem: problems.Problem) -> None:
    """What reads the PMS's error codes reads ours, in both formats."""
    for _, body in (as_xml(problem), problems.as_json(problem)):
        assert answers.error_codes(body) == {problem.status}
