"""The shape of the clock that the agent is given; the real one is in `config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    from datetime import datetime


class Clock(Protocol):
    """Tells time and bounds waits; a test turns it by hand."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary origin, never going back."""
        ...

    def wall(self) -> datetime:
        """Return the time of day, in UTC."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` seconds."""
        ...

    def timeout(self, delay_s: float) -> asyncio.Timeout:
        """Bound the block that it guards by `delay_s` seconds."""
        ...
