"""
Metrics and log lines; the only file that knows prometheus_client and structlog.

The runbook's sentences stand here and nowhere else. One record of a request feeds
its counter and its line, so they cannot disagree.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from proxy.messages import (
    BreakerState,
    Cause,
    Doubtful,
    Failed,
    Healthy,
    Operation,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker import Transition
    from proxy.messages import Clock, FailureRecord, Verdict

OPENED = "Circuit breaker opened at {at}"
HALF_OPENED = "Circuit breaker half-open at {at}"
CLOSED = "Circuit breaker closed at {at} after {after_s:.0f} s"
IS_OPEN = "Circuit breaker is open"
RECOVERED = "PMS recovered, all systems nominal"

REDIS_UP = "Redis works again; copies are shared."
REDIS_DOWN = "Redis is left alone, since {why}; the proxy goes on in memory."
UNREADABLE = "The snapshot is not used: {why}. The proxy starts empty."
UNWRITABLE = "The snapshot cannot be written: {why}. It is tried again each minute."

# One line a second and class at most (CONTRACT §2).
REFUSAL_LINE_EVERY_S = 1.0

# Around the promises: 0.8 s soft, 1 s and 2 s for guests, 15 s for a call.
LATENCY_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2, 5, 10, 15, 20)

NO_CACHE = "none"
CACHED = ("hit", "stale", "miss", "collapsed", "bypass", NO_CACHE)
UNCACHED = ("bypass", NO_CACHE)
STATUSES = (
    *("200", "201", "204", "304", "400", "401", "403", "404", "405", "408", "409"),
    *("413", "414", "422", "429", "431", "499", "500", "502", "503", "504"),
)
STALE_REASONS = ("breaker-open", "soft-timeout", "overloaded", *Cause)
WRITE_OUTCOMES = (
    "ok",
    "refused",
    "not_sent",
    "unknown",
    "settled_applied",
    "presumed_not_applied",
    "late_applied",
)
OUTCOME_SUCCESS = "success"
OUTCOME_DOUBTFUL = "doubtful"
OPERATOR = "operator"
ELSEWHERE = "another process"
OTHER = "other"
PROBE = "probe"


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
    duration_s: float


_RECORD_FIELDS = tuple(field.name for field in fields(RequestRecord))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Where the values that are read at each scrape come from."""

    state: Callable[[], BreakerState]
    open_seconds: Callable[[], float]
    cache_size: Callable[[], tuple[int, int]]
    backend_up: Callable[[], bool]
    inflight: Callable[[], int]
    abandoned: Callable[[], int]
    waiting: Callable[[], int]


class Telemetry:
    """What the proxy tells people and machines about itself."""

    def __init__(self, clock: Clock, version: str) -> None:
        self._clock = clock
        self._log = structlog.get_logger()
        self._refusals: dict[str, tuple[float, int]] = {}
        # When a counter was made tells nobody anything and doubles the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        operations = tuple(Operation)
        causes = tuple(Cause)
        self._transitions = self._counter(
            "pms_circuit_breaker_transitions_total",
            "Changes of the breaker's state; cause is the outage's, or operator.",
            to=tuple(BreakerState),
            cause=(*causes, OPERATOR),
        )
        self._failures = self._counter(
            "pms_circuit_breaker_failures_total", "Failures counted.", cause=causes
        )
        self._rejected = self._counter(
            "pms_circuit_breaker_rejected_total",
            "Requests for which the PMS was not asked, since not closed.",
            operation=operations,
        )
        self._late = self._counter(
            "pms_circuit_breaker_late_results_total",
            "Results of calls that began before the last transition.",
        )
        self._latency = Histogram(
            "pms_api_latency_seconds",
            "Time of calls to the PMS, by what came of them.",
            ["operation", "outcome"],
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        outcomes = (OUTCOME_SUCCESS, OUTCOME_DOUBTFUL, *causes)
        for pair in itertools.product((*operations, PROBE), outcomes):
            self._latency.labels(*pair)
        self._requests = self._counter(
            "pms_requests_total",
            "Requests answered.",
            operation=(),
            status=(),
            cache=(),
        )
        for labels in _request_labels():
            self._requests.labels(*labels)
        self._hits = self._counter(
            "pms_cache_hits_total", "Copies served, marked or not."
        )
        self._misses = self._counter(
            "pms_cache_misses_total",
            "Requests that a copy might have answered, had there been one.",
        )
        self._stale = self._counter(
            "pms_cache_stale_served_total",
            "Marked copies served, by why the PMS's own answer was not.",
            reason=STALE_REASONS,
        )
        self._coalesced = self._counter(
            "pms_coalesced_requests_total", "Requests that shared another's call."
        )
        self._writes = self._counter(
            "pms_writes_total", "Writes, by what came of them.", outcome=WRITE_OUTCOMES
        )
        build = Gauge(
            "pms_build_info",
            "1, with the version.",
            ["version"],
            registry=self.registry,
        )
        build.labels(version).set(1)

    def observe(self, gauges: Gauges) -> None:
        """Register the values that are read at each scrape."""
        self._gauge(
            "pms_circuit_breaker_state",
            "0 closed, 1 open, 2 half-open.",
            lambda: gauges.state().number,
        )
        info = Gauge(
            "pms_circuit_breaker_state_info",
            "1 for the state that the breaker is in, else 0.",
            ["state"],
            registry=self.registry,
        )

        def is_in(state: BreakerState) -> Callable[[], float]:
            return lambda: float(gauges.state() is state)

        for state in BreakerState:
            info.labels(state).set_function(is_in(state))
        self._gauge(
            "pms_circuit_breaker_open_seconds",
            "How long the breaker has not been closed; 0 if closed.",
            gauges.open_seconds,
        )
        self._gauge(
            "pms_cache_entries", "Copies in memory.", lambda: gauges.cache_size()[0]
        )
        self._gauge(
            "pms_cache_bytes",
            "Bytes of the copies in memory.",
            lambda: gauges.cache_size()[1],
        )
        self._gauge(
            "pms_cache_backend_up",
            "1 while the store behind the copies works, or none is set.",
            gauges.backend_up,
        )
        self._gauge("pms_inflight", "Calls inside the PMS.", gauges.inflight)
        self._gauge(
            "pms_inflight_abandoned",
            "Places held by calls given up at their deadline.",
            gauges.abandoned,
        )
        self._gauge("pms_queue_waiting", "Calls that wait for a place.", gauges.waiting)

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def transition(self, transition: Transition) -> None:
        """Count a change of state and write the runbook's line for it."""
        if transition.to is BreakerState.CLOSED and not transition.not_closed_s:
            # An operator reset or held what was closed: that is logged as his order.
            return
        cause = str(transition.cause or OPERATOR)
        self._transitions.labels(transition.to, cause).inc()
        seen: dict[str, str] = {"seen_by": ELSEWHERE} if transition.elsewhere else {}
        at = self.zulu_at(transition.at)
        match transition.to:
            case BreakerState.OPEN:
                self._log.warning(
                    "breaker.opened",
                    msg=OPENED.format(at=at),
                    cause=cause,
                    last_failures=self.failures_shown(transition.last_failures),
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
                self._refusals.clear()
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
        """Count a failure."""
        self._failures.labels(cause).inc()

    def late_result(self) -> None:
        """Count a result that came too late to count."""
        self._late.inc()

    def call(self, operation: str, verdict: Verdict, took_s: float) -> None:
        """Time one call to the PMS."""
        self._latency.labels(operation, _outcome(verdict)).observe(took_s)

    def refused(self, operation: Operation) -> None:
        """Count a request for which the breaker said no; log it, with measure."""
        self._rejected.labels(operation).inc()
        now = self._clock.monotonic()
        logged_at, unlogged = self._refusals.get(operation, (None, 0))
        if logged_at is not None and now - logged_at < REFUSAL_LINE_EVERY_S:
            self._refusals[operation] = (logged_at, unlogged + 1)
            return
        self._refusals[operation] = (now, 0)
        self._log.warning(
            "breaker.refused",
            msg=IS_OPEN,
            operation=operation.value,
            count=unlogged + 1,
        )

    def coalesced(self) -> None:
        """Count a request that shares another's call."""
        self._coalesced.inc()

    def write(self, outcome: str) -> None:
        """Count a write's outcome."""
        self._writes.labels(outcome).inc()

    def request(self, record: RequestRecord) -> None:
        """Count one answered request and write its line."""
        status = str(record.status) if str(record.status) in STATUSES else OTHER
        self._requests.labels(record.operation, status, record.cache).inc()
        if record.cache in {"hit", "stale"}:
            self._hits.inc()
        elif record.cache in {"miss", "collapsed"}:
            self._misses.inc()
        if record.stale_reason:
            self._stale.labels(record.stale_reason).inc()
        line = {name: getattr(record, name) for name in _RECORD_FIELDS}
        # Plain values: a terminal would show an enumeration's whole name.
        line["status"] = int(record.status)
        line["duration_s"] = round(record.duration_s, 3)
        shown = {name: value for name, value in line.items() if value != ""}
        self._log.info("request.answered", **shown)

    def ordered(self, order: str, why: str) -> None:
        """Log what an operator ordered, and why."""
        self._log.warning("operator.ordered", order=order, why=why)

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

    def _counter(self, name: str, text: str, **labels: tuple[str, ...]) -> Counter:
        counter = Counter(name, text, list(labels), registry=self.registry)
        if labels:
            for values in itertools.product(*labels.values()):
                counter.labels(*values)
        return counter

    def _gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        Gauge(name, text, registry=self.registry).set_function(read)


def _outcome(verdict: Verdict) -> str:
    match verdict:
        case Healthy():
            return OUTCOME_SUCCESS
        case Doubtful():
            return OUTCOME_DOUBTFUL
        case Failed(cause=cause):
            return cause.value


def _request_labels() -> list[tuple[str, str, str]]:
    """Return every label set that `pms_requests_total` may get, to start at 0."""
    storable = (Operation.AVAILABILITY, Operation.CATALOGUE)
    others = (Operation.PRIVATE, Operation.WRITE)
    statuses = (*STATUSES, OTHER)
    return [
        *itertools.product(storable, statuses, CACHED),
        *itertools.product(others, statuses, UNCACHED),
        *itertools.product((OTHER,), statuses, (NO_CACHE,)),
    ]
