"""Pure. The breaker and its surroundings as `/status.json` shows them (CONTRACT §6)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.causes import in_words
from proxy.headers import retry_after
from proxy.messages import BreakerState
from proxy.writes.records import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker.values import Snapshot
    from proxy.writes.records import Record

UNSETTLED = (Standing.UNKNOWN, Standing.PRESUMED)
MAX_WRITES_SHOWN = 20
# The runbook's escalation, by how long the breaker has not been closed.
L2_AFTER_S = 1800.0
CRITICAL_AFTER_S = 7200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What the status says beside the breaker.

    `told` is the state that clients act on: in observe-only it is always closed.
    `hotel` is the one that the probe asks for, None before one was searched.
    `youngest_s` is the age of the youngest copy for guests; `redis` is none, up or
    down.
    """

    at: str
    told: BreakerState
    can_serve: bool
    since: str
    escalation: dict[str, object] | None
    last_failures: list[dict[str, str]]
    forced_since: str | None
    cache_entries: int
    cache_bytes: int
    youngest_s: float | None
    usable_s: float
    calendar: dict[str, int]
    redis: str
    inflight: int
    abandoned: int
    waiting: int
    places: int
    upstream: str
    hotel: str | None
    takes_orders: bool
    callers: list[dict[str, str | int | None]]
    writes: dict[str, object]
    version: str


def writes_shown(
    records: list[Record], now: float, at: Callable[[float], str]
) -> dict[str, object]:
    """
    Return what is known of the writes that are not settled (CONTRACT §9).

    Neither a guest nor a key is in it; `at` writes a monotonic instant as people read.
    """
    standings = [(record, record.standing_at(now)) for record in records]
    counted = [standing for _, standing in standings]
    unsettled = [
        {
            "since": at(record.began_at),
            "standing": standing.value,
            "resource": record.resource,
            "hotel": record.hotel,
            "caller": record.caller,
        }
        for record, standing in standings
        if standing in UNSETTLED
    ]
    return {
        **{standing.value: counted.count(standing) for standing in UNSETTLED},
        "late_applied": sum(record.is_late for record in records),
        "open": unsettled[-MAX_WRITES_SHOWN:],
    }


def escalation(
    snapshot: Snapshot, now: float, at: Callable[[float], str]
) -> dict[str, object] | None:
    """
    Return how long the breaker has not been closed, and who is called when.

    None while it is closed, and while an operator holds it: that is nobody's outage.
    `level` is what holds now: None, `l2` (the PMS team) or `critical` (C-level).
    """
    not_closed_since = snapshot.not_closed_since
    if not_closed_since is None or snapshot.forced is not None:
        return None
    lasted_s = now - not_closed_since
    level = "l2" if lasted_s > L2_AFTER_S else None
    return {
        "since": at(not_closed_since),
        "lasted_s": int(lasted_s),
        "level": "critical" if lasted_s > CRITICAL_AFTER_S else level,
        "l2_at": at(not_closed_since + L2_AFTER_S),
        "critical_at": at(not_closed_since + CRITICAL_AFTER_S),
    }


def guests(told: BreakerState, *, can_serve: bool) -> str:
    """Say what guests get: served by the PMS, copies, or not_served."""
    if told is BreakerState.CLOSED:
        return "served"
    return "copies" if can_serve else "not_served"


def status_document(snapshot: Snapshot, around: Surroundings) -> dict[str, object]:
    """Return the document; instants are UTC text, spans are whole seconds."""
    closed = snapshot.state is BreakerState.CLOSED
    forced = snapshot.forced
    return {
        "at": around.at,
        "guests": guests(around.told, can_serve=around.can_serve),
        "breaker": {
            "state": around.told.value,
            "observed": snapshot.state.value,
            "cause": None if snapshot.cause is None else snapshot.cause.value,
            "cause_means": in_words(snapshot.cause),
            "since": around.since,
            "retry_after_s": None
            if closed
            else int(retry_after(snapshot.retry_after_s)),
            "forced": None
            if forced is None
            else {
                "state": forced.state.value,
                "why": forced.why,
                "since": around.forced_since,
            },
            "failures_in_window": snapshot.failures_in_window,
            "last_failures": around.last_failures,
        },
        "escalation": around.escalation,
        "cache": {
            "entries": around.cache_entries,
            "bytes": around.cache_bytes,
            "youngest_s": _age(around.youngest_s),
            "usable_s": around.usable_s,
        },
        "calendar": around.calendar,
        "redis": around.redis,
        "upstream": {
            "address": around.upstream,
            "hotel": around.hotel,
            "places": around.places,
            "inflight": around.inflight,
            "abandoned": around.abandoned,
            "waiting": around.waiting,
        },
        "callers": around.callers,
        "writes": around.writes,
        "takes_orders": around.takes_orders,
        "version": around.version,
    }


def _age(seconds: float | None) -> int | None:
    # Rounded up: what is just too old must not look as if it might still be served.
    return None if seconds is None else math.ceil(seconds)
