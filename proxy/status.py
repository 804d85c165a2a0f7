"""Pure. The breaker and its surroundings as `/status.json` shows them (CONTRACT §6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.causes import in_words
from proxy.headers import retry_after
from proxy.messages import BreakerState

if TYPE_CHECKING:
    from proxy.breaker_values import Snapshot


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
    version: str


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
        "version": around.version,
    }
