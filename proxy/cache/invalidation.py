"""
What a write makes old (CONTRACT §9): after it, nothing asked for before is fresh.

A search in flight is joined by nobody who asks after the write, and what it brings is
stale from the start. The copies stay: while the PMS is down they are served, marked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.cache.coalesce import Flights
    from proxy.messages import Clock
    from proxy.reads import FlightResult


class Invalidation:
    """
    Knows when the PMS was last written to, by anybody.

    With other proxies what was asked for up to `margin_s` after a write is stale too:
    copies of other machines bear the time of their clocks.
    """

    def __init__(
        self, *, clock: Clock, flights: Flights[FlightResult], margin_s: float
    ) -> None:
        self._clock = clock
        self._flights = flights
        self._margin_s = margin_s
        self._tell: Callable[[], None] | None = None
        self.written_at: float | None = None

    def tell(self, others: Callable[[], None]) -> None:
        """Call `others` after each write that goes through this proxy."""
        self._tell = others

    def written(self) -> None:
        """Take note that a request through this proxy may have changed the PMS."""
        self.written_elsewhere()
        if self._tell is not None:
            self._tell()

    def written_elsewhere(self) -> None:
        """Take note that another proxy has written."""
        self.written_at = self._clock.monotonic() + self._margin_s
        self._flights.detach()

    def restore(self, written_at: float) -> None:
        """Take up what the last process knew (monotonic s)."""
        self.written_at = written_at
