"""The parts that a write needs, put together: its ledger, lane, sender and settler."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.beside import beside
from proxy.writes.lanes import Lanes
from proxy.writes.ledger import Ledger
from proxy.writes.sending import Sender
from proxy.writes.settler import Settler
from proxy.writes.writes import Writes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from proxy.breaker.guard import Guard
    from proxy.breaker.prober import Prober
    from proxy.cache.coalesce import Flights
    from proxy.cache.invalidation import Invalidation
    from proxy.calls import Caller, Result
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock, Reading
    from proxy.pms import Pms
    from proxy.telemetry import Telemetry

# A write without a result is unknown the longest wait, the deadline and this later.
MARGIN_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePolicy:
    """How long a write may wait, be under way, hold the PMS, and be unknown; s."""

    max_wait_s: float
    timeout_s: float
    hold_s: float
    settle_s: float


class Writing:
    """Where `Writes` and all behind it are made."""

    def __init__(
        self,
        *,
        policy: WritePolicy,
        pms: Pms,
        caller: Caller,
        prober: Prober,
        guard: Guard,
        invalidation: Invalidation,
        flights: Flights[Result],
        background: Flights[None],
        telemetry: Telemetry,
        clock: Clock,
        shared: Shared | None,
        on_written: Callable[[Reading], None],
    ) -> None:
        self.ledger = Ledger(clock, shared)
        self._sender = Sender(
            caller=caller,
            prober=prober,
            lanes=Lanes(
                clock=clock,
                lease_s=policy.max_wait_s + policy.timeout_s + policy.hold_s,
                background=background,
                shared=shared,
            ),
            ledger=self.ledger,
            flights=flights,
            background=background,
            invalidation=invalidation,
            telemetry=telemetry,
            clock=clock,
            max_wait_s=policy.max_wait_s,
            timeout_s=policy.timeout_s,
            on_written=on_written,
        )
        self._settler = Settler(
            ledger=self.ledger,
            pms=pms,
            caller=caller,
            prober=prober,
            guard=guard,
            invalidation=invalidation,
            telemetry=telemetry,
            clock=clock,
            settle_s=policy.settle_s,
            look_lease_s=policy.max_wait_s + policy.timeout_s,
            shared=shared,
        )
        self.writes = Writes(
            pms=pms,
            sender=self._sender,
            ledger=self.ledger,
            settler=self._settler,
            guard=guard,
            telemetry=telemetry,
            clock=clock,
            retry_after_s=policy.max_wait_s,
            # It waits for its caller's share, its lane, its place and the answer.
            under_way_s=3 * policy.max_wait_s + policy.timeout_s + MARGIN_S,
        )

    def shut(self) -> None:
        """Let nobody wait for a lane any longer: the process ends."""
        self._sender.shut()

    async def close(self) -> None:
        """Hold no lane any longer; what is sent is over by now."""
        await self._sender.close()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Settle what is unknown beside the requests."""
        async with beside(self._settler.run()):
            yield
