"""
Refreshes hot searches ahead of guests, never before one (CONTRACT §4).

It asks only while the breaker is closed, a place inside the PMS is free and nobody
waits; one question at a time, by the very flight that a guest's miss would begin, so
that a guest who asks meanwhile joins it and a failure counts as any call's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from proxy.messages import BreakerState

if TYPE_CHECKING:
    from proxy.breaker.guard import Guard
    from proxy.bulkhead import Bulkhead
    from proxy.cache.hot import HotSearch, HotSearches
    from proxy.cache.refresh_budget import RefreshBudget
    from proxy.cache.store import Store
    from proxy.messages import Clock, Entry, Reading, Request
    from proxy.pms import Pms
    from proxy.reads import Reads


class Refresher:
    """Runs beside the requests from `run` until it is cancelled."""

    def __init__(
        self,
        *,
        hot: HotSearches,
        pms: Pms,
        reads: Reads,
        guard: Guard,
        bulkhead: Bulkhead,
        store: Store,
        clock: Clock,
        pause_s: float,
        budget: RefreshBudget,
    ) -> None:
        self._hot = hot
        self._pms = pms
        self._reads = reads
        self._guard = guard
        self._bulkhead = bulkhead
        self._store = store
        self._clock = clock
        self._pause_s = pause_s
        self._budget = budget

    def asked(self, request: Request, reading: Reading) -> None:
        """Take note of a guest's question."""
        if reading.key is not None and self._hot.wants(request, reading):
            now = self._clock.monotonic()
            self._hot.asked(reading.key, self._pms.anonymous(request), reading, now)

    async def run(self) -> None:
        """Look again and again which copies are about to leave freshness."""
        while True:
            try:
                await self._refresh_what_is_due()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._guard.crashed()
            await self._clock.sleep(self._pause_s)

    async def _refresh_what_is_due(self) -> None:
        for search in self._hot.hot(self._clock.monotonic()):
            if self._is_due(search, await self._store.get(search.key)):
                # Another proxy may have refreshed it already.
                copy = await self._store.look(search.key)
                if copy is not None and self._is_due(search, copy):
                    await self._refresh(search, copy)

    def _is_due(self, search: HotSearch, copy: Entry | None) -> bool:
        now = self._clock.monotonic()
        return (
            copy is not None
            and self._hot.is_due(search, copy.sent_at, now)
            and self._budget.has_some()
            and self._bulkhead.has_room
            and self._guard.state() is BreakerState.CLOSED
        )

    async def _refresh(self, search: HotSearch, copy: Entry) -> None:
        if not await self._budget.take():
            return
        now = self._clock.monotonic()
        flight = self._reads.refresh(search.request, search.reading, search.key, now)
        if flight is not None:
            self._hot.refreshed(search, copy.sent_at)
            await asyncio.shield(flight)
