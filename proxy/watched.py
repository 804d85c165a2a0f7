"""What operators see of the running parts: the gauges, and the status document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.front.status import (
    Surroundings,
    escalation,
    status_document,
    writes_shown,
)
from proxy.metrics import Gauges

if TYPE_CHECKING:
    from proxy.breaker.guard import Guard
    from proxy.breaker.prober import Prober
    from proxy.bulkhead import Bulkhead
    from proxy.cache.store import Store
    from proxy.calendar.calendars import Calendars
    from proxy.fleet.sharing import Sharing
    from proxy.messages import Clock
    from proxy.service import Service
    from proxy.shares import Shares
    from proxy.telemetry import Telemetry
    from proxy.writes.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """
    What the status tells of the settings.

    `upstream` is the PMS's host and port, `callers` who may call and how much: never a
    token. `usable_s` is how old availability may be.
    """

    upstream: str
    places: int
    usable_s: float
    callers: list[dict[str, str | int | None]]
    takes_orders: bool
    version: str


@dataclass(slots=True, kw_only=True)
class Watched:
    """The parts that are looked at; `shown` is replaced when secrets are read again."""

    shown: Shown
    guard: Guard
    service: Service
    store: Store
    calendars: Calendars
    sharing: Sharing | None
    bulkhead: Bulkhead
    shares: Shares
    prober: Prober
    ledger: Ledger
    telemetry: Telemetry
    clock: Clock

    def gauges(self) -> Gauges:
        """Return where the values come from that are read at each scrape."""
        return Gauges(
            state=self.guard.state,
            open_seconds=self._open_seconds,
            cause=lambda: self.guard.snapshot().cause,
            is_forced=lambda: self.guard.snapshot().forced is not None,
            writes_unknown=self.ledger.unknown,
            cache_size=self.store.size,
            backend_up=lambda: self.sharing is None or self.sharing.is_up,
            calendar_nights=self.calendars.usable_nights,
            calendar_wanted=self.calendars.wanted_nights,
            calendar_oldest_s=self.calendars.oldest_s,
            inflight=lambda: self.bulkhead.inside,
            abandoned=lambda: self.bulkhead.abandoned,
            waiting=self._waiting,
        )

    def status(self) -> dict[str, object]:
        """Return the document of `/status.json` and the status page."""
        snapshot = self.guard.snapshot()
        entries, held_bytes = self.store.size()
        youngest = self.store.youngest_sent_at()
        forced = snapshot.forced
        now, at = self.clock.monotonic(), self.telemetry.zulu_at
        return status_document(
            snapshot,
            Surroundings(
                at=at(now),
                told=self.guard.told(),
                can_serve=self.service.can_serve_guests(),
                escalation=escalation(snapshot, now, at),
                since=at(snapshot.since),
                last_failures=self.telemetry.failures_shown(snapshot.last_failures),
                forced_since=None if forced is None else at(forced.at),
                cache_entries=entries,
                cache_bytes=held_bytes,
                youngest_s=None if youngest is None else now - youngest,
                usable_s=self.shown.usable_s,
                calendar=self.calendars.coverage(),
                redis=self._redis(),
                places=self.shown.places,
                inflight=self.bulkhead.inside,
                abandoned=self.bulkhead.abandoned,
                waiting=self._waiting(),
                upstream=self.shown.upstream,
                hotel=self.prober.hotel,
                callers=self.shown.callers,
                writes=writes_shown(self.ledger.held(), now, at),
                takes_orders=self.shown.takes_orders,
                version=self.shown.version,
            ),
        )

    def _open_seconds(self) -> float:
        since = self.guard.snapshot().not_closed_since
        return 0.0 if since is None else self.clock.monotonic() - since

    def _waiting(self) -> int:
        return self.bulkhead.waiting + self.shares.waiting

    def _redis(self) -> str:
        if self.sharing is None:
            return "none"
        return "up" if self.sharing.is_up else "down"
