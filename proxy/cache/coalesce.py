"""Single-flight: one fetch a key in this process, followers share its result."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from proxy.messages import CacheKey

T = TypeVar("T")


class Flights(Generic[T]):
    """
    The fetches under way.

    A flight is a task of its own that no request owns: whoever began it may hang up
    and the others still get the result. Await it through `asyncio.shield`.
    """

    def __init__(self) -> None:
        self._by_key: dict[CacheKey, asyncio.Task[T]] = {}
        self._all: set[asyncio.Task[T]] = set()

    def join(
        self, key: CacheKey, begin: Callable[[], Coroutine[Any, Any, T]]
    ) -> tuple[asyncio.Task[T], bool]:
        """Return the flight of `key`, and whether this call began it."""
        under_way = self.under_way(key)
        if under_way is not None:
            return under_way, False
        flight = self.begin(begin())
        self._by_key[key] = flight
        flight.add_done_callback(lambda done: self._forget(key, done))
        return flight, True

    def under_way(self, key: CacheKey) -> asyncio.Task[T] | None:
        """Return the flight of `key`, if one is out."""
        return self._by_key.get(key)

    def begin(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin a flight that nobody joins."""
        flight = asyncio.get_running_loop().create_task(coroutine)
        self._all.add(flight)
        flight.add_done_callback(self._all.discard)
        return flight

    def detach(self) -> None:
        """Let nobody join what is under way: a write has made it old."""
        self._by_key.clear()

    def _forget(self, key: CacheKey, flight: asyncio.Task[T]) -> None:
        if self._by_key.get(key) is flight:
            del self._by_key[key]

    async def finish(self, within: asyncio.Timeout) -> None:
        """Wait for all flights; those out at the end of `within` are cancelled."""
        try:
            async with within:
                while self._all:
                    await asyncio.wait(self._all)
        except TimeoutError:
            pass
        await self.cancel()

    async def cancel(self) -> None:
        """End all flights now."""
        for flight in self._all:
            flight.cancel()
        await asyncio.gather(*self._all, return_exceptions=True)
