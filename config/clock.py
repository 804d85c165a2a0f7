"""The only reader of real time; everything else takes a clock or a `now`."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """
    Real time, in the shape of the `Clock` protocols of the proxy and the agent.

    `monotonic` (seconds, arbitrary origin) is for the breaker, ages and deadlines;
    `wall` is for log text and for what other processes must understand.
    """

    def monotonic(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()  # noqa: TID251  (the one place that may)

    def wall(self) -> datetime:
        """Return the time of day, in UTC."""
        return datetime.now(UTC)  # noqa: TID251  (the one place that may)

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` seconds."""
        await asyncio.sleep(delay_s)

    def timeout(self, delay_s: float) -> asyncio.Timeout:
        """Bound the block that it guards by `delay_s` seconds."""
        return asyncio.timeout(delay_s)
