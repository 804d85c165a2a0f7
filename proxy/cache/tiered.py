"""
Redis behind the memory: shared by all proxies, and there after a restart (CONTRACT §5).

A copy that is fresh in memory is served without Redis. Any other question looks there
too, once for all who ask it at the same time, and the younger copy wins. What is put is
in memory at once and goes to Redis behind, by one task, where an older answer never
replaces a younger. Redis failing is a miss, and nobody waits for it.

The clearing that an operator orders has a stamp, in wall-clock milliseconds, that only
grows: it is part of the names in Redis, and a proxy that sees a later one than its own
forgets what it was told before it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING

from proxy.cache.coalesce import Flights
from proxy.cache.codec import MAX_SKEW_S, decode, encode
from proxy.errors import BackendDown
from proxy.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.cache.freshness import Lifetime
    from proxy.cache.store import MemoryStore
    from proxy.fleet.patience import Patience
    from proxy.fleet.shared import Shared
    from proxy.messages import CacheKey, Clock, Entry

LOOK_EVERY_S = 1.0
# The writing behind rests so long where Redis takes nothing.
PAUSE_S = 1.0
# Keys that wait to be written; a copy that is not is asked for again elsewhere.
MAX_WAITING = 100_000
# Another proxy wrote the same key meanwhile: it is compared again, so often at once.
TRIES = 3

MAX_STAMP_DIGITS = 15
CLEARED_KEY = "cleared:1"
YOUNGEST_KEY = "youngest:1"
# Longer than any copy is usable, so that no cleared one comes back.
CLEARED_TTL_S = 2 * 86400.0


class TieredStore:
    """A `Store`: memory in front, `Shared` behind; `run` writes and looks there."""

    def __init__(
        self,
        *,
        memory: MemoryStore,
        shared: Shared,
        patience: Patience,
        clock: Clock,
        lifetime_of: Callable[[CacheKey], Lifetime],
        on_crash: Callable[[], None],
    ) -> None:
        self._on_crash = on_crash
        self._memory = memory
        self._shared = shared
        self._patience = patience
        self._clock = clock
        self._lifetime_of = lifetime_of
        self._looks: Flights[Entry | None] = Flights()
        # Ordered: the first of a plain dictionary is found ever more slowly.
        self._waiting: OrderedDict[CacheKey, None] = OrderedDict()
        self._news = asyncio.Event()
        self._written = asyncio.Event()
        self._cleared_ms = 0
        self._youngest_epoch_s = 0.0

    async def get(self, key: CacheKey) -> Entry | None:
        """Return the youngest copy of `key`; only a fresh one without asking Redis."""
        held = await self._memory.get(key)
        if held is not None and self._age_s(held) <= self._lifetime_of(key).fresh_s:
            return held
        return await self.look(key)

    async def look(self, key: CacheKey) -> Entry | None:
        """Return the youngest copy of `key`, here or in Redis."""
        held = await self._memory.get(key)
        look, _ = self._looks.join(key, lambda: self._look(key))
        found = await asyncio.shield(look)
        if found is None or (held is not None and held.sent_at >= found.sent_at):
            return held
        await self._memory.put(key, found)
        return found

    async def put(self, key: CacheKey, entry: Entry) -> None:
        """Keep a copy in memory now, and in Redis soon."""
        await self._memory.put(key, entry)
        self._write_soon(key)

    async def clear(self, now: float) -> None:
        """Forget every copy, here at once and everywhere within `LOOK_EVERY_S`."""
        self._cleared_ms = max(self._cleared_ms + 1, int(self._epoch_s() * 1000))
        self._youngest_epoch_s = 0.0
        self._memory.forget(now)
        await self._look_for_clearing()

    def clearing(self) -> int:
        """Return the stamp of the last clearing, in wall-clock milliseconds."""
        return self._cleared_ms

    def size(self) -> tuple[int, int]:
        """Return entries and bytes held in memory."""
        return self._memory.size()

    def youngest_sent_at(self) -> float | None:
        """Return when the youngest copy was asked for, here or by another proxy."""
        here = self._memory.youngest_sent_at()
        if not self._youngest_epoch_s:
            return here
        shared = Moment.now(self._clock).to_monotonic_s(self._youngest_epoch_s)
        return shared if here is None else max(here, shared)

    def write_all(self) -> None:
        """Write again what memory holds: Redis comes back, maybe empty."""
        for key, _ in self._memory.held():
            self._write_soon(key)

    async def open(self) -> None:
        """Learn what holds in Redis before the first question."""
        await self._look_for_clearing()

    async def run(self) -> None:
        """Write behind and look for clearings until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write_behind())
            tasks.create_task(self._keep_looking())

    async def finish(self, within: asyncio.Timeout) -> None:
        """Wait until all is written, where Redis takes it in time."""
        with suppress(TimeoutError):
            async with within:
                while self._waiting:
                    self._written.clear()
                    await self._written.wait()

    def _write_soon(self, key: CacheKey) -> None:
        if len(self._waiting) < MAX_WAITING:
            self._waiting[key] = None
            self._news.set()

    async def _write_behind(self) -> None:
        while True:
            self._news.clear()
            while self._waiting:
                key = next(iter(self._waiting))
                # The copy is read now, so that the newest one is what is written.
                entry = self._memory.peek(key)
                try:
                    if entry is not None:
                        await self._write(key, entry)
                except BackendDown:
                    await self._clock.sleep(PAUSE_S)
                    continue
                except Exception:  # noqa: BLE001  (one copy must not end them all)
                    self._on_crash()
                if entry is self._memory.peek(key):
                    self._waiting.pop(key, None)
                self._written.set()
            await self._news.wait()

    async def _write(self, key: CacheKey, entry: Entry) -> None:
        left_s = self._lifetime_of(key).usable_s - self._age_s(entry)
        if left_s <= 0:
            return
        name = self._name(key)
        now = Moment.now(self._clock)
        value = encode(key, entry, now)
        for _ in range(TRIES):
            found = await self._shared.get(name)
            other = None if found is None else self._decode(key, found)
            if other is not None and other.sent_at >= entry.sent_at:
                return
            if await self._shared.compare_and_set(name, found, value, left_s):
                break
        sent_at_epoch_s = now.to_epoch_s(entry.sent_at)
        is_news = sent_at_epoch_s > self._youngest_epoch_s + LOOK_EVERY_S
        if is_news and self._memory.is_guests(key):
            self._youngest_epoch_s = sent_at_epoch_s
            said = b"%d" % sent_at_epoch_s
            await self._shared.set(YOUNGEST_KEY, said, CLEARED_TTL_S)

    async def _look(self, key: CacheKey) -> Entry | None:
        try:
            found = await self._patience.wait(self._shared.get(self._name(key)))
        except BackendDown:
            return None
        return None if found is None else self._decode(key, found)

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            try:
                await self._look_for_clearing()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._on_crash()

    async def _look_for_clearing(self) -> None:
        """Make the later of our clearing and the shared one hold in both places."""
        with suppress(BackendDown):
            found = await self._shared.get(CLEARED_KEY)
            shared_ms = _number(found)
            if shared_ms > self._cleared_ms:
                self._cleared_ms = int(shared_ms)
                ahead_s = shared_ms / 1000 - self._epoch_s()
                # Further ahead than clocks differ, it is no proxy's stamp.
                until_s = 0.0 if ahead_s > MAX_SKEW_S else ahead_s + MAX_SKEW_S
                self._memory.forget(self._clock.monotonic() + until_s)
            elif shared_ms < self._cleared_ms:
                ours = b"%d" % self._cleared_ms
                await self._shared.compare_and_set(
                    CLEARED_KEY, found, ours, CLEARED_TTL_S
                )
            youngest = _number(await self._shared.get(YOUNGEST_KEY))
            if youngest > shared_ms / 1000:
                self._youngest_epoch_s = max(self._youngest_epoch_s, youngest)

    def _name(self, key: CacheKey) -> str:
        return f"copy:{self._cleared_ms}:{key}"

    def _decode(self, key: CacheKey, value: bytes) -> Entry | None:
        return decode(key, value, Moment.now(self._clock))

    def _age_s(self, entry: Entry) -> float:
        return self._clock.monotonic() - entry.sent_at

    def _epoch_s(self) -> float:
        return self._clock.wall().timestamp()


def _number(value: bytes | None) -> float:
    """Read a stamp; what is none is 0."""
    if value is None or len(value) > MAX_STAMP_DIGITS or not value.isdigit():
        return 0.0
    return float(value)
