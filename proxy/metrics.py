"""The metrics, by the names of CONTRACT §6; the only door to prometheus_client."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from proxy.messages import BreakerState, Cause, Operation
from proxy.notices.values import Kind, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Around the promises: 0.8 s soft, 1 s and 2 s for guests, 15 s for a call.
LATENCY_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1, 2, 5, 10, 15, 20)

NO_CACHE = "none"
CACHED = ("hit", "stale", "miss", "collapsed", "bypass", NO_CACHE)
UNCACHED = ("bypass", NO_CACHE)
STATUSES = (
    *("200", "201", "204", "304", "400", "401", "403", "404", "405", "408", "409"),
    *("413", "414", "422", "429", "431", "499", "500", "502", "503", "504"),
)
STALE_REASONS = ("breaker-open", "soft-timeout", "overloaded", "calendar", *Cause)
# What came of composing an answer out of nights, and of asking for nights.
WHOLE, PARTIAL, WITHHELD, CANNOT = "whole", "partial", "withheld", "cannot"
COMPOSED = (WHOLE, PARTIAL, WITHHELD, CANNOT)
REFRESHED = ("ok", "shared", "failed")
LATE_APPLIED = "late_applied"
WRITE_OUTCOMES = (
    "ok",
    "refused",
    "not_sent",
    "unknown",
    "settled_applied",
    "presumed_not_applied",
    LATE_APPLIED,
)
# What came of a caller's request: `refused` is a mistake of its own, `limited` its own
# limit, `failed` a refusal for the PMS's sake, `gone` a client that hung up.
SERVED, REFUSED, LIMITED, FAILED, GONE = (
    "served",
    "refused",
    "limited",
    "failed",
    "gone",
)
CALLER_OUTCOMES = (SERVED, REFUSED, LIMITED, FAILED, GONE)
# The caller without a name, be it a stranger or where no tokens are kept.
ANONYMOUS = "anonymous"
OUTCOME_SUCCESS = "success"
OUTCOME_DOUBTFUL = "doubtful"
OPERATOR = "operator"
OTHER = "other"
PROBE = "probe"
# The methods that the runbook gives a time to; all others are `other`.
TIMED_METHODS = ("GET", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """Where the values that are read at each scrape come from."""

    state: Callable[[], BreakerState]
    open_seconds: Callable[[], float]
    cause: Callable[[], Cause | None]
    is_forced: Callable[[], bool]
    writes_unknown: Callable[[], int]
    cache_size: Callable[[], tuple[int, int]]
    backend_up: Callable[[], bool]
    calendar_nights: Callable[[], int]
    calendar_wanted: Callable[[], int]
    calendar_oldest_s: Callable[[], float]
    inflight: Callable[[], int]
    abandoned: Callable[[], int]
    waiting: Callable[[], int]


class Metrics:
    """
    One proxy's metrics, on a registry of its own.

    Every label set starts at 0, and labels come from closed sets: never a path with
    an id, a guest or a key.
    """

    def __init__(self, version: str) -> None:
        # When a counter was made tells nobody anything and doubles the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        operations = tuple(Operation)
        causes = tuple(Cause)
        self.transitions = self._counter(
            "pms_circuit_breaker_transitions_total",
            "Changes of the breaker's state; cause is the outage's, or operator.",
            to=tuple(BreakerState),
            cause=(*causes, OPERATOR),
        )
        self.failures = self._counter(
            "pms_circuit_breaker_failures_total", "Failures counted.", cause=causes
        )
        self.rejected = self._counter(
            "pms_circuit_breaker_rejected_total",
            "Requests for which the PMS was not asked, since not closed.",
            operation=operations,
        )
        self.late = self._counter(
            "pms_circuit_breaker_late_results_total",
            "Results of calls that began before the last transition.",
        )
        self.latency = Histogram(
            "pms_api_latency_seconds",
            "Time of calls to the PMS, by what came of them.",
            ["operation", "outcome"],
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        outcomes = (OUTCOME_SUCCESS, OUTCOME_DOUBTFUL, *causes)
        for pair in itertools.product((*operations, PROBE), outcomes):
            self.latency.labels(*pair)
        self.requests = self._counter(
            "pms_requests_total",
            "Requests answered.",
            operation=(),
            status=(),
            cache=(),
        )
        for labels in _request_labels():
            self.requests.labels(*labels)
        self.answers = Histogram(
            "pms_request_seconds",
            "Time from a request to the end of its answer, as its client sees it.",
            ["method"],
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        for method in (*TIMED_METHODS, OTHER):
            self.answers.labels(method)
        self.hits = self._counter(
            "pms_cache_hits_total", "Copies served, marked or not."
        )
        self.misses = self._counter(
            "pms_cache_misses_total",
            "Requests that a copy might have answered, had there been one.",
        )
        self.stale = self._counter(
            "pms_cache_stale_served_total",
            "Marked copies served, by why the PMS's own answer was not.",
            reason=STALE_REASONS,
        )
        self.coalesced = self._counter(
            "pms_coalesced_requests_total", "Requests that shared another's call."
        )
        self.writes = self._counter(
            "pms_writes_total", "Writes, by what came of them.", outcome=WRITE_OUTCOMES
        )
        self.callers = self._counter(
            "pms_caller_requests_total",
            "Requests to the PMS's paths, by who asked and what came of them.",
            caller=(ANONYMOUS,),
            outcome=CALLER_OUTCOMES,
        )
        self.composed = self._counter(
            "pms_calendar_composed_total",
            "Searches without a copy, by what the calendar said to them.",
            outcome=COMPOSED,
        )
        self.calendar_refreshed = self._counter(
            "pms_calendar_refresh_total",
            "Questions for the calendar, by what came of them.",
            outcome=REFRESHED,
        )
        self.notices = self._counter(
            "pms_notices_total",
            "Notices to the team's webhooks, by what came of them.",
            kind=tuple(Kind),
            outcome=tuple(Outcome),
        )
        self.withheld = Gauge(
            "pms_calendar_types_withheld",
            "Room types missing from the last answer that the calendar composed.",
            registry=self.registry,
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
        self._info(
            "pms_circuit_breaker_state_info",
            "1 for the state that the breaker is in, else 0.",
            gauges.state,
            label="state",
            values=tuple(BreakerState),
        )
        self._info(
            "pms_circuit_breaker_cause_info",
            "1 for the cause of the outage under way, else 0.",
            gauges.cause,
            label="cause",
            values=tuple(Cause),
        )
        self._gauge(
            "pms_circuit_breaker_forced",
            "1 while an operator holds the breaker.",
            gauges.is_forced,
        )
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
        self._gauge(
            "pms_calendar_nights",
            "Nights young enough to be in an answer.",
            gauges.calendar_nights,
        )
        self._gauge(
            "pms_calendar_nights_wanted",
            "Nights that the calendar is to hold, of all hotels known.",
            gauges.calendar_wanted,
        )
        self._gauge(
            "pms_calendar_oldest_seconds",
            "Age of the oldest night held; 0 where there is none.",
            gauges.calendar_oldest_s,
        )
        self._gauge(
            "pms_writes_open",
            "Writes whose outcome is unknown now.",
            gauges.writes_unknown,
        )
        self._gauge("pms_inflight", "Calls inside the PMS.", gauges.inflight)
        self._gauge(
            "pms_inflight_abandoned",
            "Places held by calls given up at their deadline.",
            gauges.abandoned,
        )
        self._gauge("pms_queue_waiting", "Calls that wait for a place.", gauges.waiting)

    def know_callers(self, names: Iterable[str]) -> None:
        """Begin the series of these callers at 0."""
        for pair in itertools.product(names, CALLER_OUTCOMES):
            self.callers.labels(*pair)

    def exposition(self) -> bytes:
        """Return the metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def request(
        self, operation: str, status: int, cache: str, stale_reason: str
    ) -> None:
        """Count one answered request, and the copy that it got or missed."""
        told = str(int(status)) if str(int(status)) in STATUSES else OTHER
        self.requests.labels(operation, told, cache).inc()
        if cache in {"hit", "stale"}:
            self.hits.inc()
        elif cache in {"miss", "collapsed"}:
            self.misses.inc()
        if stale_reason:
            self.stale.labels(stale_reason).inc()

    def answered(self, method: str, duration_s: float) -> None:
        """Time one answer, under the methods that the runbook names."""
        told = method if method in TIMED_METHODS else OTHER
        self.answers.labels(told).observe(duration_s)

    def _counter(self, name: str, text: str, **labels: tuple[str, ...]) -> Counter:
        counter = Counter(name, text, list(labels), registry=self.registry)
        if labels:
            for values in itertools.product(*labels.values()):
                counter.labels(*values)
        return counter

    def _gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        Gauge(name, text, registry=self.registry).set_function(read)

    def _info(
        self,
        name: str,
        text: str,
        read: Callable[[], str | None],
        *,
        label: str,
        values: tuple[str, ...],
    ) -> None:
        """Export 1 for the value of its label that `read` returns, 0 for the others."""
        info = Gauge(name, text, [label], registry=self.registry)

        def is_now(value: str) -> Callable[[], float]:
            return lambda: float(read() == value)

        for value in values:
            info.labels(value).set_function(is_now(value))


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
