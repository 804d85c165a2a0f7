"""Pure. Builds what a client gets from a copy, an answer or a problem (CONTRACT §3)."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy import headers as fields
from proxy.messages import Reply

if TYPE_CHECKING:
    from proxy.cache.freshness import Assessment
    from proxy.messages import Answer, BodyStream, Entry, Headers, Request
    from proxy.problems import Problem

STALE_FIELD = "X-Potentially-Stale"
AVAILABILITY_FIELD = "X-Availability"
WRITE_OUTCOME_FIELD = "X-Write-Outcome"
REPLAYED_FIELD = "Idempotent-Replayed"
READS = frozenset({"GET", "HEAD"})
_OURS = frozenset({"age", "cache-control", "cache-status", "etag"})


def hit(request: Request, entry: Entry, assessment: Assessment) -> Reply:
    """Serve a fresh copy while the PMS is well."""
    status = fields.cache_status("hit", fields.ttl(assessment.ttl_s))
    own = (("Age", str(int(assessment.age_s))), ("Cache-Status", status))
    kept = fields.without(entry.headers, _OURS - {"cache-control"})
    return _copy(request, entry, kept + own, cache="hit")


def marked(
    request: Request, entry: Entry, assessment: Assessment, how: str, reason: str
) -> Reply:
    """Serve a copy that may be old; `how` is `hit` or `fwd=stale` (runbook step 4)."""
    status = fields.cache_status(how, fields.ttl(assessment.ttl_s), f"detail={reason}")
    own = (
        ("Age", str(int(assessment.age_s))),
        ("Cache-Status", status),
        ("Cache-Control", "no-store"),
        (STALE_FIELD, "true"),
    )
    kept = fields.without(entry.headers, _OURS)
    return _copy(request, entry, kept + own, cache="stale", stale_reason=reason)


def incomplete(reply: Reply) -> Reply:
    """Say that types may be missing from an answer (CONTRACT §8)."""
    return replace(reply, headers=(*reply.headers, (AVAILABILITY_FIELD, "incomplete")))


def stored(request: Request, entry: Entry, cache_status: str, *, cache: str) -> Reply:
    """Serve an answer that has just been fetched and kept."""
    own = (("Cache-Status", cache_status),)
    kept = fields.without(entry.headers, _OURS - {"cache-control"})
    return _copy(request, entry, kept + own, cache=cache)


def passed(answer: Answer, headers: Headers, cache_status: str, *, cache: str) -> Reply:
    """Pass an answer on as it is."""
    own = (("Cache-Status", cache_status),)
    return Reply(
        status=answer.status, headers=headers + own, body=answer.body, cache=cache
    )


def replayed(answer: Answer) -> Reply:
    """Give the first answer again to a write that comes again (CONTRACT §9)."""
    replay = ((REPLAYED_FIELD, "true"),)
    status = fields.cache_status("hit", "detail=idempotent-replay")
    return passed(answer, answer.headers + replay, status, cache="none")


def streamed(
    stream: BodyStream, headers: Headers, cache_status: str, *, cache: str
) -> Reply:
    """Pass a large answer on as it comes."""
    own = (("Cache-Status", cache_status),)
    return Reply(
        status=stream.status, headers=headers + own, stream=stream, cache=cache
    )


def refusal(problem: Problem, media_type: str, body: bytes) -> Reply:
    """Answer with a problem."""
    headers = (
        ("Content-Type", media_type),
        ("Server", fields.PROXY_NAME),
        *problem.headers(),
    )
    return Reply(status=problem.status, headers=headers, body=body)


def _copy(
    request: Request,
    entry: Entry,
    headers: Headers,
    *,
    cache: str,
    stale_reason: str = "",
) -> Reply:
    status, body = entry.status, entry.body
    if request.method in READS:
        headers = (*headers, ("ETag", entry.etag))
        asked = fields.joined(request.headers, "if-none-match")
        if fields.etag_matches(asked, entry.etag):
            status, body = HTTPStatus.NOT_MODIFIED, b""
    return Reply(
        status=status,
        headers=headers,
        body=body,
        cache=cache,
        stale_reason=stale_reason,
    )
