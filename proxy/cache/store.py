"""
The copies: a store bounded in bytes, least recently used out first (CONTRACT §4).

`Store` is the seam where Redis stands behind the memory (`tiered`).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.messages import CacheKey, Entry

# What an entry costs beside its text: objects, dictionary slot, tuples. Measured
# with tracemalloc: 10^5 small entries took 1.3 KiB each.
OVERHEAD_BYTES = 1024
HEADER_OVERHEAD_BYTES = 160


class Store(Protocol):
    """Where copies are kept; a failing store is a miss, never an error."""

    async def get(self, key: CacheKey) -> Entry | None:
        """Return the copy of `key`, of whatever age."""
        ...

    async def look(self, key: CacheKey) -> Entry | None:
        """Return the youngest copy that there is, in other proxies too."""
        ...

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep a copy, unless a younger one is there."""
        ...

    async def clear(self, now: float) -> None:
        """Forget every copy, and take none that was asked for until `now`."""
        ...

    def size(self) -> tuple[int, int]:
        """Return how many entries and how many bytes are held in memory."""
        ...

    def youngest_sent_at(self) -> float | None:
        """Return when the youngest copy that serves guests was asked for (s)."""
        ...


class MemoryStore:
    """
    Copies in this process, never more than `budget_bytes` of them.

    `is_guests` says which keys make guests served: those the youngest is one of.
    """

    def __init__(
        self,
        budget_bytes: int,
        is_guests: Callable[[CacheKey], bool] = lambda _: True,
    ) -> None:
        self._budget_bytes = budget_bytes
        self.is_guests = is_guests
        self._entries: OrderedDict[CacheKey, Entry] = OrderedDict()
        self._bytes = 0
        self._youngest_sent_at: float | None = None
        self._forgotten_until = -math.inf
        self._watchers: list[Callable[[float], None]] = []

    def watch(self, watcher: Callable[[float], None]) -> None:
        """Call `watcher` with the same instant whenever copies are forgotten."""
        self._watchers.append(watcher)

    async def get(self, key: CacheKey) -> Entry | None:
        """Return the copy of `key` and count it as just used."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    async def look(self, key: CacheKey) -> Entry | None:
        """Return the copy of `key`: there are no others."""
        return await self.get(key)

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep a copy; an older answer that comes late does not replace a younger."""
        held = self._entries.get(key)
        if held is not None and held.sent_at > entry.sent_at:
            return
        if entry.sent_at <= self._forgotten_until:
            return
        cost = cost_bytes(key, entry)
        if cost > self._budget_bytes:
            return
        if held is not None:
            self._bytes -= cost_bytes(key, held)
        self._entries[key] = entry
        self._entries.move_to_end(key)
        self._bytes += cost
        if self.is_guests(key):
            self._youngest_sent_at = max(self._youngest_sent_at or 0.0, entry.sent_at)
        while self._bytes > self._budget_bytes:
            old_key, old = self._entries.popitem(last=False)
            self._bytes -= cost_bytes(old_key, old)

    async def clear(self, now: float) -> None:
        """Forget every copy, and take none that was asked for until `now`."""
        self.forget(now)

    def forget(self, until: float) -> None:
        """Forget what was asked for until then (monotonic s), what comes late too."""
        self._forgotten_until = max(self._forgotten_until, until)
        for key, entry in self.held():
            if entry.sent_at <= until:
                del self._entries[key]
                self._bytes -= cost_bytes(key, entry)
        times = [e.sent_at for key, e in self._entries.items() if self.is_guests(key)]
        self._youngest_sent_at = max(times, default=None)
        for watcher in self._watchers:
            watcher(until)

    def peek(self, key: CacheKey) -> Entry | None:
        """Return the copy of `key`, which does not count as used."""
        return self._entries.get(key)

    def held(self) -> list[tuple[CacheKey, Entry]]:
        """Return every copy, the least recently used first."""
        return list(self._entries.items())

    def size(self) -> tuple[int, int]:
        """Return entries and bytes held."""
        return len(self._entries), self._bytes

    def youngest_sent_at(self) -> float | None:
        """Return when the youngest copy was asked for."""
        return self._youngest_sent_at


def cost_bytes(key: CacheKey, entry: Entry) -> int:
    """Return what an entry counts against the budget."""
    text = sum(len(name) + len(value) for name, value in entry.headers)
    fields = HEADER_OVERHEAD_BYTES * len(entry.headers)
    return len(key) + len(entry.body) + text + fields + OVERHEAD_BYTES
