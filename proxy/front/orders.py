"""Does what an operator orders; the copies survive all but their clearing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxy.front.admin import Order
from proxy.messages import BreakerState

if TYPE_CHECKING:
    from proxy.breaker.guard import Guard
    from proxy.cache.coalesce import Flights
    from proxy.cache.store import Store
    from proxy.messages import Clock
    from proxy.reads import FlightResult
    from proxy.telemetry import Telemetry


class Orders:
    """The hand of an operator who has shown the admin token."""

    def __init__(
        self,
        *,
        guard: Guard,
        flights: Flights[FlightResult],
        store: Store,
        telemetry: Telemetry,
        clock: Clock,
    ) -> None:
        self._guard = guard
        self._flights = flights
        self._store = store
        self._telemetry = telemetry
        self._clock = clock

    async def obey(self, order: Order, why: str) -> None:
        """Carry an order out, and log it with its reason."""
        match order:
            case Order.OPEN:
                self._guard.force(BreakerState.OPEN, why)
            case Order.CLOSE:
                self._guard.force(BreakerState.CLOSED, why)
            case Order.RESET:
                self._guard.reset()
            case Order.CLEAR_CACHE:
                self._flights.detach()
                await self._store.clear(self._clock.monotonic())
        self._telemetry.ordered(order.value, why)
