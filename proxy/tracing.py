"""
Pure. What the parts tell of a request's way: the seam of traces, and their words.

Who makes spans of it, or nothing, is picked at the root (`config.tracing`). Facts are
out of closed sets or small numbers: never a guest, a path, a key, a body.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Protocol, Self

from proxy.headers import without
from proxy.messages import cause_of

if TYPE_CHECKING:
    from multidict import CIMultiDictProxy

    from proxy.messages import BreakerState, Headers, Request, Verdict
    from proxy.telemetry import RequestRecord

# W3C Trace Context; what a client sends stays outside where we have a span of our own.
TRACE_FIELDS = frozenset({"traceparent", "tracestate"})
NAMED_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "_OTHER"
STATUS = "http.response.status_code"
FIRST_FAILURE = 500


class Span(Protocol):
    """A stretch of a request's way; current within its `with`, and over after it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def rename(self, name: str) -> None:
        """Give it a better name."""
        ...

    def tell(self, name: str, value: str | int) -> None:
        """Tell a fact."""
        ...

    def fail(self, why: str) -> None:
        """Mark it as failed."""
        ...

    def fields(self) -> Headers:
        """Return the fields that make another's span a child of this one."""
        ...


class Tracer(Protocol):
    """Begins spans."""

    def span(
        self,
        name: str,
        kind: Literal["server", "client", "internal"] = "internal",
        *,
        parent: CIMultiDictProxy[str] | None = None,
        alone: bool = False,
    ) -> Span:
        """
        Begin a span inside the current one, or the one that `parent`'s fields name.

        `alone` it begins a trace, linked to the current one as its cause.
        """
        ...

    def link(self, fields: Headers) -> None:
        """Link the current span to the one that these fields name."""
        ...


def carrying(request: Request, span: Span) -> Request:
    """Return a request with the span's fields in the place of a client's own."""
    fields = span.fields()
    if not fields:
        return request
    kept = without(request.headers, TRACE_FIELDS)
    return replace(request, headers=kept + fields)


def tell_request(span: Span, record: RequestRecord, breaker: BreakerState) -> None:
    """Tell what the log and the metrics tell of a request, without what is its own."""
    method = record.method if record.method in NAMED_METHODS else OTHER_METHOD
    span.rename(f"request {record.operation}")
    span.tell("http.request.method", method)
    span.tell(STATUS, int(record.status))
    span.tell("pms.operation", record.operation)
    span.tell("pms.cache", record.cache)
    span.tell("pms.outcome", record.outcome)
    span.tell("pms.circuit_breaker", breaker.value)
    if record.stale_reason:
        span.tell("pms.stale_reason", record.stale_reason)
    if record.caller:
        span.tell("pms.caller", record.caller)
    if record.status >= FIRST_FAILURE:
        span.fail(record.outcome)


def tell_verdict(span: Span, verdict: Verdict) -> None:
    """Tell whether a call failed, and why."""
    cause = cause_of(verdict)
    if cause is not None:
        span.tell("pms.cause", cause.value)
        span.fail(cause.value)
