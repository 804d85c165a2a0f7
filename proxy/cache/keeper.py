"""
The snapshot file, read at the start and written beside the requests (CONTRACT §5).

Written each minute, when the breaker moves, a write is unknown or the team is told,
and at the stop, in a thread, to a file beside it that then takes its name: whoever
reads finds the old one or the new one.
"""

from __future__ import annotations

import asyncio
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.cache import codec, snapshot
from proxy.moment import Moment
from proxy.writes import records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from proxy.breaker.guard import Guard
    from proxy.cache.freshness import Lifetime
    from proxy.cache.invalidation import Invalidation
    from proxy.cache.store import MemoryStore
    from proxy.messages import CacheKey, Clock
    from proxy.notices.shared_story import SharedStory
    from proxy.telemetry import Telemetry
    from proxy.writes.ledger import Ledger

SAVE_EVERY_S = 60.0
# It holds what guests may see, but nobody else has to.
MODE = 0o600
# What a file may have beside the copies, whose budget is the store's.
HEAD_BYTES = 2**20

UNREADABLE = "It is damaged, of another version or of another PMS"


class Keeper:
    """Carries copies, breaker and writes over a restart; no fault of it reaches out."""

    def __init__(
        self,
        *,
        path: str,
        scope: str,
        budget_bytes: int,
        open_s: float,
        memory: MemoryStore,
        guard: Guard,
        invalidation: Invalidation,
        ledger: Ledger,
        story: SharedStory | None,
        clock: Clock,
        telemetry: Telemetry,
        lifetime_of: Callable[[CacheKey], Lifetime],
    ) -> None:
        self._path = Path(path)
        self._scope = scope
        self._limit_bytes = 2 * budget_bytes + HEAD_BYTES
        self._open_s = open_s
        self._memory = memory
        self._guard = guard
        self._invalidation = invalidation
        self._ledger = ledger
        self._story = story
        self._clock = clock
        self._telemetry = telemetry
        self._lifetime_of = lifetime_of
        self._news = asyncio.Event()
        self._saving: asyncio.Task[None] | None = None
        self._is_failing = False
        guard.watch(self._news.set)
        ledger.watch(self._news.set)
        if story is not None:
            story.watch(self._news.set)

    async def restore(self) -> None:
        """Take up where the last process ended; without a file, start empty."""
        try:
            value = await asyncio.to_thread(_read, self._path, self._limit_bytes)
        except FileNotFoundError:
            return
        except OSError as exc:
            self._telemetry.snapshot_unreadable(exc.strerror or str(exc))
            return
        found = snapshot.read(value, self._scope)
        if found is None:
            self._telemetry.snapshot_unreadable(UNREADABLE)
            return
        saved = found.saved
        for copy in found.copies:
            await self._take(copy)
        for write in found.writes:
            record = records.read(write, Moment.now(self._clock))
            if record is not None:
                self._ledger.take(record)
        self._know_of_writes(saved)
        if self._story is not None:
            self._story.restore(saved.story)
        self._telemetry.snapshot_restored(self._memory.size()[0])
        now = Moment.now(self._clock)
        seen = snapshot.adopted(saved, now, open_s=self._open_s)
        if seen is not None:
            self._guard.restore(seen)

    async def run(self) -> None:
        """Save now and then, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with self._clock.timeout(SAVE_EVERY_S):
                    await self._news.wait()
            self._news.clear()
            try:
                await self.save()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._guard.crashed()

    async def save(self, *, clean: bool = False) -> None:
        """Write the file; `clean` says that nothing happens after it."""
        if self._saving is not None:
            # Its thread goes on even where its waiter was cancelled.
            await asyncio.wait([self._saving])
        self._saving = asyncio.get_running_loop().create_task(self._save(clean))
        await asyncio.shield(self._saving)

    async def _take(self, copy: bytes) -> None:
        found = codec.read(copy, Moment.now(self._clock))
        if found is None:
            return
        try:
            self._lifetime_of(found[0])
        except (LookupError, ValueError):
            # A key of another version of ours.
            return
        await self._memory.put(*found)

    def _know_of_writes(self, saved: snapshot.Saved) -> None:
        now, at = Moment.now(self._clock), saved.written_at
        if not saved.clean:
            self._invalidation.restore(now.monotonic_s)
        elif at is not None:
            self._invalidation.restore(now.to_monotonic_s(at))

    async def _save(self, clean: bool) -> None:
        now = Moment.now(self._clock)
        saved = snapshot.saved(
            self._guard.snapshot(),
            scope=self._scope,
            clean=clean,
            written_at=self._invalidation.written_at,
            story="" if self._story is None else self._story.kept(),
            now=now,
        )
        usable = [
            (key, entry)
            for key, entry in self._memory.held()
            if now.monotonic_s - entry.sent_at <= self._lifetime_of(key).usable_s
        ]
        writes = [records.write(record, now) for record in self._ledger.held()]
        copies = (codec.encode(key, entry, now) for key, entry in usable)
        try:
            pieces = snapshot.write(saved, writes, copies)
            await asyncio.to_thread(_write, self._path, pieces)
        except OSError as exc:
            if not self._is_failing:
                self._telemetry.snapshot_unwritable(exc.strerror or str(exc))
            self._is_failing = True
        else:
            self._is_failing = False


def _read(path: Path, limit_bytes: int) -> bytes:
    # Opening a pipe would wait for its other end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise OSError("It is no file")
        if about.st_size > limit_bytes:
            raise OSError("It is larger than PROXY_CACHE_BYTES allows")
        return file.read()


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file in one step: after a loss of power it is the old or the new one."""
    beside = path.with_name(f"{path.name}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, MODE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), MODE)
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        # On a full disk half a file would only be in the way.
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
