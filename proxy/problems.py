"""Pure. What the proxy itself has to say no with: one table of types and statuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy.causes import CAUSE_WORDS, in_words
from proxy.headers import PROXY_NAME, retry_after
from proxy.messages import Cause

if TYPE_CHECKING:
    from proxy.breaker.values import Refused
    from proxy.calls import Crowded
    from proxy.front.rates import OverRate
    from proxy.messages import Headers

BAD_REQUEST = "bad-request"
# Who finds its write under way may ask again after this.
ASK_AGAIN_S = 1.0

TYPE_BASE = "https://pms-proxy.invalid/problems/"

# RFC 9209 §2.3.
PROXY_ERRORS = {
    Cause.TIMEOUT: "http_response_timeout",
    Cause.NETWORK: "destination_unavailable",
    Cause.DOWN: "http_protocol_error",
    Cause.CREDENTIALS: "http_request_denied",
    Cause.CONFIGURATION: "proxy_configuration_error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One refusal (RFC 9457): its type's last part, status, and one sentence.

    `members` are the facts that programs read; `proxy_error` is RFC 9209's type.
    """

    kind: str
    status: int
    detail: str
    proxy_error: str
    members: dict[str, str | int] = field(default_factory=dict[str, str | int])
    retry_after_s: float | None = None
    allow: str = ""

    @property
    def is_of_a_callers_limit(self) -> bool:
        """Whether it is the caller's own limit that says no."""
        return "caller" in self.members

    @property
    def title(self) -> str:
        """The type in words."""
        return self.kind.replace("-", " ").capitalize()

    def document(self) -> dict[str, object]:
        """Return the problem+json document, with the PMS's own list of errors."""
        return {
            "type": f"{TYPE_BASE}{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
            "errors": [{"code": self.status, "message": self.detail}],
        }

    def headers(self) -> Headers:
        """Return the fields that go with it."""
        fields = [
            ("Proxy-Status", f"{PROXY_NAME}; error={self.proxy_error}"),
            ("Cache-Control", "no-store"),
        ]
        if self.retry_after_s is not None:
            fields.append(("Retry-After", retry_after(self.retry_after_s)))
        if self.allow:
            fields.append(("Allow", self.allow))
        return tuple(fields)


def as_json(problem: Problem) -> tuple[str, bytes]:
    """Return media type and body as RFC 9457 has them."""
    return "application/problem+json", json.dumps(problem.document()).encode()


def _breaker_members(refused: Refused) -> dict[str, str | int]:
    members: dict[str, str | int] = {"pms_circuit_breaker": refused.state.value}
    if refused.cause is not None:
        members["cause"] = refused.cause.value
    members["retry_after_s"] = int(retry_after(refused.retry_after_s))
    return members


def _with_cause(sentence: str, cause: Cause | None) -> str:
    return " ".join(filter(None, (sentence, in_words(cause))))


def breaker_open(refused: Refused) -> Problem:
    """Say that the PMS is not asked now, and there is no copy."""
    return Problem(
        kind="breaker-open",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        detail=_with_cause(
            "Circuit breaker is open: the PMS is not asked now, and there is no copy "
            "to serve.",
            refused.cause,
        ),
        proxy_error="destination_unavailable",
        members=_breaker_members(refused),
        retry_after_s=refused.retry_after_s,
    )


def write_refused(refused: Refused) -> Problem:
    """Say that a write was not sent, because the breaker is not closed."""
    return Problem(
        kind="write-not-sent",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        detail=_with_cause(
            "Circuit breaker is open: the request was not sent to the PMS.",
            refused.cause,
        ),
        proxy_error="destination_unavailable",
        members={"outcome": "not_sent", **_breaker_members(refused)},
        retry_after_s=refused.retry_after_s,
    )


def write_not_sent(why: str, state: str, retry_after_s: float) -> Problem:
    """Say that a write was not sent for another reason; it may be tried again."""
    return Problem(
        kind="write-not-sent",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        detail=f"The request was not sent to the PMS: {why}.",
        proxy_error="destination_unavailable",
        members={
            "outcome": "not_sent",
            "pms_circuit_breaker": state,
            "retry_after_s": int(retry_after(retry_after_s)),
        },
        retry_after_s=retry_after_s,
    )


def write_crowded(crowded: Crowded, state: str, retry_after_s: float) -> Problem:
    """Say that a write was not sent, because there was no place for it."""
    unsent = write_not_sent("there was no place for it", state, retry_after_s)
    return replace(
        unsent,
        detail=f"{unsent.detail} {_crowd(crowded)}",
        members={**unsent.members, **_share_members(crowded)},
    )


def write_unknown(cause: Cause) -> Problem:
    """Say that a write was sent and nobody knows whether it was done."""
    return Problem(
        kind="write-outcome-unknown",
        status=HTTPStatus.GATEWAY_TIMEOUT,
        detail="The request was sent, but no complete answer came back: it may have "
        "been done, or be done later. Look before sending it again.",
        proxy_error=PROXY_ERRORS[cause],
        members={"outcome": "unknown", "cause": cause.value},
    )


def write_still_unknown() -> Problem:
    """Say that nobody knows yet what came of the write that had this key."""
    return Problem(
        kind="write-outcome-unknown",
        status=HTTPStatus.GATEWAY_TIMEOUT,
        detail="The request with this Idempotency-Key was sent before, and it is not "
        "known yet whether it was done. It is not sent again until that is known.",
        proxy_error="http_response_incomplete",
        members={"outcome": "unknown"},
    )


def under_way() -> Problem:
    """Say that the write that has this key has no answer yet."""
    return bad_request(
        HTTPStatus.CONFLICT,
        "The request with this Idempotency-Key is under way; ask again in a moment.",
        retry_after_s=ASK_AGAIN_S,
    )


def replay_too_large() -> Problem:
    """Say that the write was answered, by more than is kept."""
    return bad_request(
        HTTPStatus.CONFLICT,
        "The request with this Idempotency-Key was answered before, and the answer was "
        "too large to keep. It is not sent again.",
    )


def upstream_failed(cause: Cause) -> Problem:
    """Say that a read failed and there is no copy: 504 for a timeout, else 502."""
    timed_out = cause is Cause.TIMEOUT
    return Problem(
        kind="upstream-timeout" if timed_out else "upstream-failed",
        status=HTTPStatus.GATEWAY_TIMEOUT if timed_out else HTTPStatus.BAD_GATEWAY,
        detail=f"No answer to pass on. {CAUSE_WORDS[cause]}",
        proxy_error=PROXY_ERRORS[cause],
        members={"cause": cause.value},
    )


def overloaded(crowded: Crowded, retry_after_s: float) -> Problem:
    """Say that too many are waiting for the PMS, or that the caller has its part."""
    return Problem(
        kind="overloaded",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        detail=_crowd(crowded),
        proxy_error="connection_limit_reached",
        members={
            **_share_members(crowded),
            "retry_after_s": int(retry_after(retry_after_s)),
        },
        retry_after_s=retry_after_s,
    )


def _crowd(crowded: Crowded) -> str:
    if crowded.caller:
        return (
            f"The caller {crowded.caller} is at its limit of {crowded.places} calls "
            "inside the PMS at once."
        )
    return "Too many requests are waiting for the PMS."


def _share_members(crowded: Crowded) -> dict[str, str | int]:
    if not crowded.caller:
        return {}
    return {"caller": crowded.caller, "places": crowded.places}


def over_rate(over: OverRate, *, is_write: bool) -> Problem:
    """
    Say that this caller asks too often (RFC 6585 §4), and that the PMS was not asked.

    Nobody takes it for the PMS's own 429: a read never gets that one, and a write's
    comes with `X-Write-Outcome` and without `Proxy-Status`.
    """
    unsent = {"outcome": "not_sent"} if is_write else {}
    return Problem(
        kind="write-not-sent" if is_write else "overloaded",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        detail=f"The caller {over.caller} is over its limit of {over.per_minute} "
        "requests a minute at this proxy; the PMS was not asked.",
        proxy_error="http_request_denied",
        members={
            **unsent,
            "caller": over.caller,
            "per_minute": over.per_minute,
            "retry_after_s": int(retry_after(over.retry_after_s)),
        },
        retry_after_s=over.retry_after_s,
    )


def stopping() -> Problem:
    """Say that the process ends before the PMS has answered."""
    return Problem(
        kind="overloaded",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        detail="The proxy is stopping; ask again in a moment.",
        proxy_error="connection_terminated",
        members={"retry_after_s": 1},
        retry_after_s=1,
    )


def not_cached() -> Problem:
    """Say that only-if-cached found nothing to serve (RFC 9111 §5.2.1.7)."""
    return Problem(
        kind="upstream-timeout",
        status=HTTPStatus.GATEWAY_TIMEOUT,
        detail="There is no fresh copy, and the request asked for nothing else.",
        proxy_error="http_request_error",
    )


def bad_request(
    status: int, detail: str, *, allow: str = "", retry_after_s: float | None = None
) -> Problem:
    """Say in one sentence what is wrong with a request."""
    return Problem(
        kind=BAD_REQUEST,
        status=status,
        detail=detail,
        proxy_error="http_request_error",
        allow=allow,
        retry_after_s=retry_after_s,
    )


def internal_error() -> Problem:
    """Say that the proxy itself is at fault; its log says why."""
    return Problem(
        kind="proxy-error",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        detail="The proxy failed on this request; its log says why.",
        proxy_error="proxy_internal_error",
    )
