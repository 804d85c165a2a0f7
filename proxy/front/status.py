"""Pure. The breaker and its surroundings as `/status.json` shows them (CONTRACT §6)."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What the status says beside the breaker.

    `told` is the state that clients act on: in observe-only it is always closed.
    """

    told: BreakerState
    since: str
    last_failures: list[dict[str, str]]
    forced_since: str | None
    cache_entries: int
    cache_bytes: int
    inflight: int
    abandoned: int
    waiting: int
    upstream: str
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


def status_document(snapshot: Snapshot, around: Surroundings) -> dict[str, object]:
    """Return the document; instants are UTC text, spans are whole seconds."""
    closed = snapshot.state is BreakerState.CLOSED
    forced = snapshot.forced
    return {
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
        "cache": {"entries": around.cache_entries, "bytes": around.cache_bytes},
        "upstream": {
            "address": around.upstream,
            "inflight": around.inflight,
            "abandoned": around.abandoned,
            "waiting": around.waiting,
        },
        "callers": around.callers,
        "writes": around.writes,
        "version": around.version,
    }
