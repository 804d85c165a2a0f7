"""Tells all who wait that something has changed."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class News:
    """Many wait for the next change; whoever is late just looks again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Wake all who wait."""
        self._event.set()
        self._event = asyncio.Event()

    async def within(self, seconds: float) -> None:
        """Wait for the next change, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
