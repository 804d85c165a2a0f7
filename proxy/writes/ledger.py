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

from proxy.errors import BackendDown
from proxy.moment import Moment
from proxy.writes import records
from proxy.writes.records import KEEP_S, Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.fleet.shared import Shared
    from proxy.messages import Clock
    from proxy.writes.records import Record

RECORD_KEY = "write:1:{id}"
OPEN_KEY = "writes:1"
# Another proxy changed the same value meanwhile: it is read again, so often at once.
TRIES = 10
FORGET_EVERY_S = 60.0
# Records in memory; at that many, a new key is not taken (ours: some 120 MB at 6 KB).
MAX_RECORDS = 20_000


class Ledger:
    """Every write whose record is not over, as far as this proxy knows."""

    def __init__(self, clock: Clock, shared: Shared | None = None) -> None:
        self._clock = clock
        self._shared = shared
        self._records: dict[str, Record] = {}
        self._open: set[str] = set()
        self._forgets_at = clock.monotonic()
        self._listed: set[str] = set()
        # What the list is still to be told of, by one at a time in this proxy.
        self._to_list: set[str] = set()
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
        """Return every record, in the order in which they came here."""
        self._forget_what_is_over()
        return list(self._records.values())

    def opened(self) -> list[Record]:
        """Return what there may still be news of, which is little of all."""
        found = [self.known(id_) for id_ in self._open]
        return [record for record in found if record is not None]

    def unknown(self) -> int:
        """Count the writes of which nobody knows now whether they were done."""
        now = self._clock.monotonic()
        standings = [record.standing_at(now) for record in self.opened()]
        return standings.count(Standing.UNKNOWN)

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
        if after.standing is Standing.VOID and self._shared is None:
            # Nobody else has seen it.
            self._drop(after.id)
        else:
            self._put(after)
        if Standing.UNKNOWN in {after.standing, before and before.standing}:
            for watcher in self._watchers:
                watcher()
        with suppress(BackendDown):
            if not await self._write(after, before):
                if self._records.get(after.id) == after:
                    # Nobody else's: Redis took no value at all.
                    self._put_back(after.id, before)
                return False
            await self._list({after.id})
        return True

    async def conclude(
        self, attempt: Record, outcome: Callable[[Record], Record]
    ) -> None:
        """Move the record of an attempt, also one that a look has moved meanwhile."""
        for _ in range(TRIES):
            known = self.known(attempt.id)
            if known is None or known.attempt != attempt.attempt:
                return
            if known.standing in {Standing.ANSWERED, Standing.VOID}:
                return
            if await self.move(known, outcome(known)):
                return

    def take(self, record: Record) -> None:
        """Take over what the last process of this proxy knew."""
        self._keep_newer(record)

    async def refresh(self) -> None:
        """Learn what other proxies, or the last run of this one, have left open."""
        if self._clock.monotonic() >= self._forgets_at:
            self._forgets_at = self._clock.monotonic() + FORGET_EVERY_S
            self._forget_what_is_over()
        if self._shared is None:
            return
        with suppress(BackendDown):
            listed = _ids(await self._shared.get(OPEN_KEY))
            ours = set(self._open)
            # What came to the list or left it; of the others `find` has the news.
            for id_ in (listed ^ ours) | (self._listed - listed):
                found = await self._read(id_)
                record = self.known(id_)
                if found is None and record is not None and record.is_open:
                    # Redis has lost it.
                    await self._write(record)
            self._listed = listed
            closed = {id_ for id_ in listed if not self._is_open(id_)}
            await self._list(closed | (ours - listed))

    async def write_all(self) -> None:
        """Bring to Redis what it does not have: it is back, maybe empty."""
        with suppress(BackendDown):
            for id_ in list(self._records):
                record = self.known(id_)
                if record is not None:
                    await self._write(record)
            await self._list(set(self._records))

    async def _read(self, id_: str) -> Record | None:
        if self._shared is None:
            return None
        found = self._readable(id_, await self._shared.get(RECORD_KEY.format(id=id_)))
        if found is not None:
            self._keep_newer(found)
        return found

    async def _write(self, record: Record, before: Record | None = None) -> bool:
        """Write a record, unless another prevails; say whether it is there."""
        if self._shared is None:
            return True
        key = RECORD_KEY.format(id=record.id)
        for _ in range(TRIES):
            found = await self._shared.get(key)
            theirs = self._readable(record.id, found)
            if theirs is not None and _prevails(theirs, record, before):
                if theirs.attempt == record.attempt and theirs.rank == record.rank:
                    # Ours, where an answer of Redis was lost.
                    return True
                self._yield_to(theirs, record)
                return False
            left_s = record.kept_until - self._clock.monotonic()
            value = records.write(record, self._now())
            if await self._shared.compare_and_set(key, found, value, left_s):
                return True
        return False

    async def _list(self, ids: set[str]) -> None:
        """Have what is open of `ids` on the list, so that other proxies watch it."""
        self._to_list |= ids
        async with self._listing:
            # Empty where another has told of these too.
            told, self._to_list = self._to_list, set()
            is_told = not told
            try:
                is_told = is_told or await self._change_list(told)
            finally:
                if not is_told:
                    self._to_list |= told

    async def _change_list(self, ids: set[str]) -> bool:
        if self._shared is None:
            return True
        for _ in range(TRIES):
            found = await self._shared.get(OPEN_KEY)
            listed = _ids(found)
            wanted = (listed - ids) | {id_ for id_ in ids if self._is_open(id_)}
            if wanted == listed:
                return True
            value = json.dumps(sorted(wanted)).encode()
            if await self._shared.compare_and_set(OPEN_KEY, found, value, KEEP_S):
                return True
        return False

    def _is_open(self, id_: str) -> bool:
        record = self.known(id_)
        return record is not None and record.is_open

    def _readable(self, id_: str, value: bytes | None) -> Record | None:
        record = None if value is None else records.read(value, self._now())
        if record is None or record.id != id_:
            return None
        return None if record.is_over(self._clock.monotonic()) else record

    def _put_back(self, id_: str, before: Record | None) -> None:
        if before is None:
            self._drop(id_)
        else:
            self._put(before)

    def _put(self, record: Record) -> None:
        self._records[record.id] = record
        if record.is_open:
            self._open.add(record.id)
        else:
            self._open.discard(record.id)

    def _drop(self, id_: str) -> None:
        del self._records[id_]
        self._open.discard(id_)

    def _yield_to(self, theirs: Record, ours: Record) -> None:
        held = self._records.get(ours.id)
        if held is None or held == ours or theirs.rank > held.rank:
            self._put(theirs)

    def _keep_newer(self, record: Record) -> None:
        held = self.known(record.id)
        is_news = held is None or record.rank > held.rank
        if is_news and not record.is_over(self._clock.monotonic()):
            self._put(record)

    def _forget_what_is_over(self) -> None:
        now = self._clock.monotonic()
        for record in [found for found in self._records.values() if found.is_over(now)]:
            self._drop(record.id)

    def _now(self) -> Moment:
        return Moment.now(self._clock)


def _prevails(theirs: Record, ours: Record, before: Record | None) -> bool:
    """Say whether what Redis has is kept; `ours` came in the place of `before`."""
    if theirs.rank >= ours.rank:
        return True
    if before is None or ours.standing is Standing.ANSWERED:
        return False
    # Another has sent the same key, while Redis was away for one of us: the first in
    # Redis is what all know.
    is_known = theirs.attempt in {before.attempt, ours.attempt}
    return theirs.version >= before.version and not is_known


def _ids(value: bytes | None) -> set[str]:
    """Read the list; foreign bytes list nothing."""
    if value is None or not value.startswith(b"["):
        return set()
    try:
        return {id_ for id_ in json.loads(value) if isinstance(id_, str)}
    except (ValueError, RecursionError):
        return set()
