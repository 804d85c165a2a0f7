"""The agent's metrics: the proxy's breaker as it tells it, and a few of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

import structlog
from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from agent.clock import Clock
    from agent.messages import BreakerState

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

Outcome: TypeAlias = Literal["answered", "held", "repeated", "ignored", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("answered", "held", "repeated", "ignored", "failed")
ReplyOutcome: TypeAlias = Literal["sent", "retried", "dropped", "undelivered"]
REPLY_OUTCOMES: tuple[ReplyOutcome, ...] = ("sent", "retried", "dropped", "undelivered")
# Around the promises: 250 ms for a webhook, 3 s at the latest, 25 s for a search.
BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 15, 25)
_STATE_NUMBERS: dict[BreakerState, float] = {
    "closed": 0,
    "open": 1,
    "half_open": 2,
    "unknown": math.nan,
}


class Telemetry:
    """The metrics of one agent, on a registry of its own."""

    def __init__(self) -> None:
        # When a counter was made tells nobody anything and doubles the page.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._breaker = Gauge(
            "pms_circuit_breaker_state",
            "The proxy's breaker: 0 closed, 1 open, 2 half-open; NaN if not told.",
            registry=self._registry,
        )
        self._proxy_up = Gauge(
            "pms_proxy_up",
            "1 where the proxy told its state, else 0.",
            registry=self._registry,
        )
        self._messages = Counter(
            "agent_messages_total",
            "Guests' messages, by what became of them.",
            ["outcome"],
            registry=self._registry,
        )
        self._replies = Counter(
            "agent_replies_total",
            "Replies to guests, by what WhatsApp made of them.",
            ["outcome"],
            registry=self._registry,
        )
        self._store_up = Gauge(
            "agent_store_up",
            "1 where what is kept of guests can be read and written, else 0.",
            registry=self._registry,
        )
        self._store_up.set(1)
        self._requests = Histogram(
            "agent_request_seconds",
            "Seconds from a request to its answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        for outcome in OUTCOMES:
            self._messages.labels(outcome)
        for reply_outcome in REPLY_OUTCOMES:
            self._replies.labels(reply_outcome)

    def message(self, outcome: Outcome, count: int = 1) -> None:
        """Count what became of messages."""
        self._messages.labels(outcome).inc(count)

    def reply(self, outcome: ReplyOutcome, count: int = 1) -> None:
        """Count what became of replies."""
        self._replies.labels(outcome).inc(count)

    def store(self, *, is_up: bool) -> None:
        """Tell whether what is kept of guests can be reached."""
        self._store_up.set(is_up)

    def request(self, route: str, duration_s: float) -> None:
        """Count an answered request; `route` is a pattern, never a raw path."""
        self._requests.labels(route).observe(duration_s)

    def render(self, breaker: BreakerState) -> web.Response:
        """Write all metrics, with the breaker as it stands."""
        self._breaker.set(_STATE_NUMBERS[breaker])
        self._proxy_up.set(breaker != "unknown")
        return web.Response(
            body=generate_latest(self._registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )


def watch_requests(telemetry: Telemetry, clock: Clock) -> Middleware:
    """Make the middleware that counts every request and logs it in one line."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = clock.monotonic()
        response = await handler(request)
        duration_s = clock.monotonic() - began
        resource = request.match_info.route.resource
        route = resource.canonical if resource else "other"
        telemetry.request(route, duration_s)
        _log.info(
            "request.answered",
            route=route,
            status=response.status,
            duration_s=round(duration_s, 3),
        )
        return response

    return watch
