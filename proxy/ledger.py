"""
The ledger of writes: in memory at once, and in Redis, where there is one (CONTRACT §9).

It is apart from the copies and their budget: a record stays for 24 h. What Redis does
not take stays in memory, and goes there when Redis is back. Each record has a key of
its own; what is open is also listed, so that a proxy that starts finds it.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from proxy import records
from proxy.errors import BackendDown
from proxy.moment import Moment
from proxy.records import KEEP_S, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.messages import Clock
    from proxy.records import Record
    from proxy.shared import Shared

RECORD_KEY = "write:1:{id}"
OPEN_KEY = "writes:1"
# Another proxy changed the same value meanwhile: it is read again, so often at once.
TRIES = 10
# In the place of a record whose write was not sent: others may hold it as under way.
REMOVED = b"removed"
REMOVED_KEEP_S = 3600.0
# Records in memory; at that many, a new key is not taken (ours: some 120 MB at 6 KB).
MAX_RECORDS = 20_000


class Ledger:
    """Every write whose record is not over, as far as this proxy knows."""

    def __init__(self, clock: Clock, shared: Shared | None = None) -> None:
        self._clock = clock
        self._shared = shared
        self._records: dict[str, Record] = {}
        # By the ids of those that this process sends, or sent in its last life.
        self._under_way: set[str] = set()
        self._listed: set[str] = set()
        self._listing = asyncio.Lock()
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` whenever a write is unknown, or no longer so."""
        self._watchers.append(watcher)

    @property
    def is_full(self) -> bool:
        """Whether a new key finds no room: nothing is thrown out for it."""
        return len(self._records) >= MAX_RECORDS

    def known(self, id_: str) -> Record | None:
        """Return a record, as far as this proxy knows."""
        record = self._records.get(id_)
        is_over = record is not None and record.is_over(self._clock.monotonic())
        return None if is_over else record

    def held(self) -> list[Record]:
        """Return every record, the oldest first."""
        self._forget_what_is_over()
        return list(self._records.values())

    async def find(self, id_: str) -> Record | None:
        """Return the record that all proxies know."""
        with suppress(BackendDown):
            await self._read(id_)
        return self.known(id_)

    async def move(self, before: Record | None, after: Record) -> bool:
        """
        Put `after` in the place of `before`; False where it is no longer that.

        Of several who try at once, in other proxies too, one succeeds.
        """
        if self.known(after.id) != before:
            return False
        self._records[after.id] = after
        self._note(after)
        if Standing.UNKNOWN in {after.standing, before and before.standing}:
            for watcher in self._watchers:
                watcher()
        with suppress(BackendDown):
            if not await self._write(after):
                self._under_way.discard(after.id)
                return False
            await self._list(after)
        return True

    async def remove(self, record: Record) -> None:
        """Forget a record: its write was surely not sent."""
        if self._records.get(record.id) == record:
            del self._records[record.id]
            self._under_way.discard(record.id)
        with suppress(BackendDown):
            await self._tell_removed(record)
            await self._unlist(record.id)

    def take(self, record: Record) -> None:
        """Take over what the last process of this proxy knew."""
        self._keep_newer(record)
        self._note(record)

    async def refresh(self) -> None:
        """Learn what other proxies, or the last run of this one, have left open."""
        self._forget_what_is_over()
        if self._shared is None:
            return
        with suppress(BackendDown):
            listed = _ids(await self._shared.get(OPEN_KEY))
            for id_ in listed | self._listed:
                await self._read(id_)
            self._listed = listed
            over = {id_ for id_ in listed if self.known(id_) is None}
            if over:
                # What was never settled: nobody else would take it off the list.
                await self._change_list(lambda found: found - over)

    async def write_all(self) -> None:
        """Bring to Redis what it does not have: it is back, maybe empty."""
        with suppress(BackendDown):
            for record in self.held():
                await self._write(record)
                await self._list(record)

    async def _read(self, id_: str) -> None:
        if self._shared is None:
            return
        found = await self._shared.get(RECORD_KEY.format(id=id_))
        record = None if found is None else records.read(found, self._now())
        if record is not None and record.id == id_:
            self._keep_newer(record)
        elif found == REMOVED and self._is_anothers(self._records.get(id_)):
            del self._records[id_]

    async def _write(self, record: Record) -> bool:
        """Write a record, unless a newer one is there; say whether it was written."""
        if self._shared is None:
            return True
        key = RECORD_KEY.format(id=record.id)
        for _ in range(TRIES):
            found = await self._shared.get(key)
            if found == REMOVED and self._is_anothers(record):
                return False
            theirs = None if found is None else records.read(found, self._now())
            if theirs is not None and theirs.version >= record.version:
                self._records[record.id] = theirs
                # Ours, where an answer of Redis was lost.
                return _moves(theirs) == _moves(record)
            left_s = record.began_at + KEEP_S - self._clock.monotonic()
            value = records.write(record, self._now())
            if await self._shared.compare_and_set(key, found, value, left_s):
                return True
        return False

    async def _tell_removed(self, record: Record) -> None:
        """Say to all in its place that there was no such write."""
        if self._shared is None:
            return
        key = RECORD_KEY.format(id=record.id)
        found = await self._shared.get(key)
        theirs = None if found is None else records.read(found, self._now())
        if theirs is not None and theirs.attempt == record.attempt:
            await self._shared.compare_and_set(key, found, REMOVED, REMOVED_KEEP_S)

    async def _list(self, record: Record) -> None:
        """List what is open, so that other proxies watch it too."""
        if record.is_open:
            await self._change_list(lambda listed: listed | {record.id})
        else:
            await self._unlist(record.id)

    async def _unlist(self, id_: str) -> None:
        await self._change_list(lambda listed: listed - {id_})

    async def _change_list(self, change: Callable[[set[str]], set[str]]) -> None:
        if self._shared is None:
            return
        # One at a time here, so that only other proxies come in between.
        async with self._listing:
            for _ in range(TRIES):
                found = await self._shared.get(OPEN_KEY)
                listed = _ids(found)
                wanted = change(listed)
                if wanted == listed:
                    return
                value = json.dumps(sorted(wanted)).encode()
                if await self._shared.compare_and_set(OPEN_KEY, found, value, KEEP_S):
                    return

    def _keep_newer(self, record: Record) -> None:
        held = self._records.get(record.id)
        is_news = held is None or record.version > held.version
        # The one held was not sent, which was missed here, and this is the next.
        is_next = (
            held is not None
            and self._is_anothers(held)
            and record.attempt != held.attempt
        )
        is_over = record.is_over(self._clock.monotonic())
        if (is_news or is_next) and not is_over:
            self._records[record.id] = record

    def _note(self, record: Record) -> None:
        """Remember whose the writes under way are."""
        if record.standing is Standing.UNDER_WAY:
            self._under_way.add(record.id)
        else:
            self._under_way.discard(record.id)

    def _is_anothers(self, record: Record | None) -> bool:
        """Say whether another proxy has it under way, which alone knows of it."""
        if record is None or record.standing is not Standing.UNDER_WAY:
            return False
        return record.id not in self._under_way

    def _forget_what_is_over(self) -> None:
        now = self._clock.monotonic()
        # In the order in which they came, so that the first decides.
        while self._records:
            id_, oldest = next(iter(self._records.items()))
            if not oldest.is_over(now):
                break
            del self._records[id_]
            self._under_way.discard(id_)

    def _now(self) -> Moment:
        return Moment.now(self._clock)


def _moves(record: Record) -> tuple[int, str]:
    return record.version, record.attempt


def _ids(value: bytes | None) -> set[str]:
    """Read the list; foreign bytes list nothing."""
    try:
        found = json.loads(value or b"[]")
        return {id_ for id_ in found if isinstance(id_, str)}
    except (ValueError, TypeError, RecursionError):
        return set()
