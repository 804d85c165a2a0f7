"""What one proxy has in common with others and with its next run, through one Redis."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from proxy.beside import beside
from proxy.cache.tiered import TieredStore
from proxy.fleet.backend import Backend
from proxy.fleet.cluster import Cluster
from proxy.fleet.patience import Patience
from proxy.fleet.peers import Peers
from proxy.fleet.shared import Scoped

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from proxy.breaker.guard import Guard
    from proxy.breaker.prober import Prober
    from proxy.cache.coalesce import Flights
    from proxy.cache.freshness import Lifetime
    from proxy.cache.invalidation import Invalidation
    from proxy.cache.store import MemoryStore
    from proxy.fleet.shared import Shared
    from proxy.messages import CacheKey, Clock
    from proxy.telemetry import Telemetry
    from proxy.writes.ledger import Ledger

# At the stop Redis gets so long to take the last copies (ours).
LAST_WRITES_S = 1.0


class Sharing:
    """The parts that need Redis, put together; without one there are none of them."""

    def __init__(
        self,
        *,
        url: str,
        pms_name: str,
        view_name: str,
        memory: MemoryStore,
        lifetime_of: Callable[[CacheKey], Lifetime],
        clock: Clock,
        telemetry: Telemetry,
        max_wait_s: float,
        background: Flights[None],
    ) -> None:
        self._background = background
        self._clock = clock
        self._telemetry = telemetry
        self._backend = Backend(url, clock, self._changed, namespace=pms_name)
        # Who has another key may see other things, and another breaker.
        view = Scoped(self._backend, f"{view_name}:")
        self._view = view
        patience = Patience(clock)
        self.store = TieredStore(
            memory=memory,
            shared=view,
            patience=patience,
            clock=clock,
            lifetime_of=lifetime_of,
            on_crash=telemetry.crashed,
        )
        self.peers = Peers(
            shared=view,
            patience=patience,
            clock=clock,
            clearing=self.store.clearing,
            wait_s=max_wait_s,
        )
        self._ledger: Ledger | None = None

    @property
    def writes(self) -> Shared:
        """What all share who speak to this PMS, by whatever key."""
        return self._backend

    @property
    def view(self) -> Shared:
        """What those share who see the PMS by the same key."""
        return self._view

    def bring(self, ledger: Ledger) -> None:
        """Write this ledger whenever Redis is back."""
        self._ledger = ledger

    @property
    def is_up(self) -> bool:
        """Whether Redis works, as far as is known."""
        return self._backend.is_up

    def agree(
        self,
        *,
        guard: Guard,
        prober: Prober,
        invalidation: Invalidation,
        turn_s: float,
        open_s: float,
    ) -> Cluster:
        """Have one breaker with the other proxies, and know of each other's writes."""
        cluster = Cluster(
            shared=self._view,
            guard=guard,
            prober=prober,
            clock=self._clock,
            on_written=invalidation.written_elsewhere,
            turn_s=turn_s,
            open_s=open_s,
        )
        prober.share(cluster)
        invalidation.tell(cluster.written)
        return cluster

    @asynccontextmanager
    async def keeping(self, left_s: Callable[[], float]) -> AsyncGenerator[None]:
        """Share the copies; at the end the last ones get what is left of the time."""
        await self.store.open()
        async with beside(self.store.run()):
            yield
            if self._backend.is_up:
                bound_s = min(LAST_WRITES_S, left_s())
                await self.store.finish(self._clock.timeout(bound_s))
        await self._backend.close()

    def _changed(self, is_up: bool) -> None:
        if is_up:
            self.store.write_all()
            if self._ledger is not None:
                _ = self._background.begin(self._ledger.write_all())
        self._telemetry.redis(None if is_up else self._backend.why_down)
