"""What one proxy has in common with others and with its next run, through one Redis."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from proxy.backend import Backend
from proxy.beside import beside
from proxy.cluster import Cluster
from proxy.patience import Patience
from proxy.peers import Peers
from proxy.refresh_budget import RefreshBudget
from proxy.tiered import TieredStore

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from proxy.freshness import Lifetime
    from proxy.guard import Guard
    from proxy.invalidation import Invalidation
    from proxy.messages import CacheKey, Clock
    from proxy.prober import Prober
    from proxy.store import MemoryStore
    from proxy.telemetry import Telemetry

# At the stop Redis gets so long to take the last copies (ours).
LAST_WRITES_S = 1.0


class Sharing:
    """The parts that need Redis, put together; without one there are none of them."""

    def __init__(
        self,
        *,
        url: str,
        namespace: str,
        memory: MemoryStore,
        lifetime_of: Callable[[CacheKey], Lifetime],
        clock: Clock,
        telemetry: Telemetry,
        max_wait_s: float,
        refresh_per_min: int,
    ) -> None:
        self._clock = clock
        self._telemetry = telemetry
        self._backend = Backend(url, clock, self._changed, namespace=namespace)
        patience = Patience(clock)
        self.store = TieredStore(
            memory=memory,
            shared=self._backend,
            patience=patience,
            clock=clock,
            lifetime_of=lifetime_of,
            on_crash=telemetry.crashed,
        )
        self.peers = Peers(
            shared=self._backend,
            patience=patience,
            clock=clock,
            clearing=self.store.clearing,
            wait_s=max_wait_s,
        )
        self.budget = RefreshBudget(
            shared=self._backend, clock=clock, per_min=refresh_per_min
        )

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
            shared=self._backend,
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
        self._telemetry.redis(None if is_up else self._backend.why_down)
