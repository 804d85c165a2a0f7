"""
What the proxy tells about itself: the log lines, each with its metric.

The runbook's sentences stand in `phrases` and nowhere else. One record of a request
feeds its counter and its line, so they cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import structlog

from proxy.causes import CAUSE_WORDS, in_words
from proxy.messages import BreakerState, Cause, Doubtful, Failed, Healthy
from proxy.metrics import (
    ANONYMOUS,
    GONE,
    LATE_APPLIED,
    NO_CACHE,
    OPERATOR,
    OTHER,
    OUTCOME_DOUBTFUL,
    OUTCOME_SUCCESS,
    Metrics,
)
from proxy.notices.values import Outcome
from proxy.phrases import CLOSED, HALF_OPENED, IS_OPEN, OPENED, RECOVERED

if TYPE_CHECKING:
    from proxy.breaker.values import Transition
    from proxy.messages import Clock, FailureRecord, Operation, Verdict
    from proxy.notices.values import Kind, Team

APPLIED_LATE = (
    "A write that was presumed lost has been applied: look whether the guest has two "
    "bookings, or one that nobody told of."
)

REDIS_UP = "Redis works again; copies are shared."
REDIS_DOWN = "Redis is left alone, since {why}; the proxy goes on in memory."
UNTOLD = "A notice did not reach its webhook, and is not tried again."

UNREADABLE = "The snapshot is not used: {why}. The proxy starts empty."
UNWRITABLE = "The snapshot cannot be written: {why}. It is tried again each minute."

# One line a second and class at most (CONTRACT §2); of a refused key too.
LINE_EVERY_S = 1.0

ELSEWHERE = "another process"
TURNED_AWAY = "request.turned_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request from the outside, as it was answered; the duration in seconds."""

    request_id: str
    method: str
    operation: str
    resource: str
    status: int
    cache: str
    stale_reason: str
    caller: str
    outcome: str
    duration_s: float


_RECORD_FIELDS = tuple(field.name for field in fields(RequestRecord))


class Telemetry:
    """What the proxy tells people and machines about itself."""

    def __init__(self, clock: Clock, version: str) -> None:
        self._clock = clock
        self._log = structlog.get_logger()
        # By what they say: when such a line was last written, how many not since.
        self._measured: dict[str, tuple[float, int]] = {}
        self.metrics = Metrics(version)

    def transition(self, transition: Transition) -> None:
        """Count a change of state and write the runbook's line for it."""
        if transition.to is BreakerState.CLOSED and not transition.not_closed_s:
            # An operator reset or held what was closed: that is logged as his order.
            return
        cause = str(transition.cause or OPERATOR)
        self.metrics.transitions.labels(transition.to, cause).inc()
        seen: dict[str, str] = {"seen_by": ELSEWHERE} if transition.elsewhere else {}
        words = in_words(transition.cause)
        means: dict[str, str] = {} if words is None else {"cause_means": words}
        at = self.zulu_at(transition.at)
        match transition.to:
            case BreakerState.OPEN:
                self._log.warning(
                    "breaker.opened",
                    msg=OPENED.format(at=at),
                    cause=cause,
                    last_failures=self.failures_shown(transition.last_failures),
                    **means,
                    **seen,
                )
            case BreakerState.HALF_OPEN:
                self._log.warning("breaker.half_opened", msg=HALF_OPENED.format(at=at))
            case BreakerState.CLOSED:
                after_s = transition.not_closed_s
                self._log.warning(
                    "breaker.closed",
                    msg=CLOSED.format(at=at, after_s=after_s),
                    cause=cause,
                    **seen,
                )
                # The next outage's first line counts none of this one's refusals.
                self._measured.clear()
                if transition.recovered:
                    self._log.warning("pms.recovered", msg=RECOVERED)

    def failures_shown(
        self, failures: tuple[FailureRecord, ...]
    ) -> list[dict[str, str]]:
        """Return failures as people read them: at, cause, operation."""
        return [
            {
                "at": self.zulu_at(failure.at),
                "cause": failure.cause.value,
                "operation": str(failure.operation),
            }
            for failure in failures
        ]

    def failure(self, cause: Cause) -> None:
        """Count a failure; log a refused key at once, with measure."""
        self.metrics.failures.labels(cause).inc()
        if cause is Cause.CREDENTIALS and (count := self._due("key")):
            self._log.warning(
                "upstream.key_refused", msg=CAUSE_WORDS[cause], count=count
            )

    def late_result(self) -> None:
        """Count a result that came too late to count."""
        self.metrics.late.inc()

    def call(self, operation: str, verdict: Verdict, took_s: float) -> None:
        """Time one call to the PMS."""
        self.metrics.latency.labels(operation, _outcome(verdict)).observe(took_s)

    def refused(self, operation: Operation) -> None:
        """Count a request for which the breaker said no; log it, with measure."""
        self.metrics.rejected.labels(operation).inc()
        if count := self._due(operation):
            self._log.warning(
                "breaker.refused", msg=IS_OPEN, operation=operation.value, count=count
            )

    def turned_away(self, status: int, why: str) -> None:
        """Count what could not be taken for a request; log it, with measure."""
        self.metrics.request(OTHER, status, NO_CACHE, "")
        if count := self._due(TURNED_AWAY):
            self._log.info(TURNED_AWAY, status=int(status), why=why, count=count)

    def _due(self, what: str) -> int:
        """Return for how many times a line stands; 0 where it is too soon for one."""
        now = self._clock.monotonic()
        logged_at, unlogged = self._measured.get(what, (None, 0))
        if logged_at is not None and now - logged_at < LINE_EVERY_S:
            self._measured[what] = (logged_at, unlogged + 1)
            return 0
        self._measured[what] = (now, 0)
        return unlogged + 1

    def coalesced(self) -> None:
        """Count a request that shares another's call."""
        self.metrics.coalesced.inc()

    def write(self, outcome: str) -> None:
        """Count a write's outcome."""
        self.metrics.writes.labels(outcome).inc()

    def composed(self, outcome: str, withheld: int) -> None:
        """Count what the calendar said to a search without a copy."""
        self.metrics.composed.labels(outcome).inc()
        self.metrics.withheld.set(withheld)

    def calendar_refreshed(self, outcome: str) -> None:
        """Count what came of a question for the calendar."""
        self.metrics.calendar_refreshed.labels(outcome).inc()

    def settled(self, outcome: str, resource: str, orders: list[str]) -> None:
        """Count and log what became known of a write."""
        self.write(outcome)
        self._log.warning(
            "write.settled", outcome=outcome, resource=resource, orders=orders
        )

    def applied_late(self, resource: str, orders: list[str]) -> None:
        """Count and log a write that was done after it was presumed lost."""
        self.write(LATE_APPLIED)
        self._log.error(
            "write.applied_late", msg=APPLIED_LATE, resource=resource, orders=orders
        )

    def request(self, record: RequestRecord) -> None:
        """Count one answered request and write its line."""
        self.metrics.request(
            record.operation, record.status, record.cache, record.stale_reason
        )
        self.metrics.callers.labels(record.caller or ANONYMOUS, record.outcome).inc()
        if record.outcome != GONE:
            self.metrics.answered(record.method, record.duration_s)
        line = {name: getattr(record, name) for name in _RECORD_FIELDS}
        # Plain values: a terminal would show an enumeration's whole name.
        line["status"] = int(record.status)
        line["duration_s"] = round(record.duration_s, 3)
        shown = {name: value for name, value in line.items() if value != ""}
        self._log.info("request.answered", **shown)

    def ordered(self, order: str, why: str) -> None:
        """Log what an operator ordered, and why."""
        self._log.warning("operator.ordered", order=order, why=why)

    def notice(self, kind: Kind, team: Team, outcome: Outcome, why: str) -> None:
        """Count what came of a notice, and log it; `why` is the last that failed."""
        self.metrics.notices.labels(kind, outcome).inc()
        if outcome is Outcome.DELIVERED:
            self._log.info("notice.delivered", kind=kind.value, team=team.value)
            return
        self._log.warning(
            "notice.undelivered",
            msg=UNTOLD,
            outcome=outcome.value,
            kind=kind.value,
            team=team.value,
            why=why,
        )

    def redis(self, why_down: str | None) -> None:
        """Log that Redis is not used any more, and why; or, with None, that it is."""
        if why_down is None:
            self._log.warning("redis.up", msg=REDIS_UP)
        else:
            self._log.warning("redis.down", msg=REDIS_DOWN.format(why=why_down))

    def snapshot_restored(self, copies: int) -> None:
        """Log that the last process' copies are there again."""
        self._log.info("snapshot.restored", copies=copies)

    def snapshot_unreadable(self, why: str) -> None:
        """Log that the proxy starts empty."""
        self._log.warning("snapshot.unreadable", msg=UNREADABLE.format(why=why))

    def snapshot_unwritable(self, why: str) -> None:
        """Log that a restart would begin with an older file, or none."""
        self._log.warning("snapshot.unwritable", msg=UNWRITABLE.format(why=why))

    def crashed(self) -> None:
        """Log an exception that nobody expected, with its traceback."""
        self._log.exception("request.crashed")

    def zulu_at(self, monotonic_s: float) -> str:
        """Write a monotonic instant as the runbook does: 2025-10-25T14:32:10Z."""
        ago = timedelta(seconds=self._clock.monotonic() - monotonic_s)
        at = self._clock.wall() - ago
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _outcome(verdict: Verdict) -> str:
    match verdict:
        case Healthy():
            return OUTCOME_SUCCESS
        case Doubtful():
            return OUTCOME_DOUBTFUL
        case Failed(cause=cause):
            return cause.value
