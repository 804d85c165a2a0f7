"""What may be served without asking the PMS: copies of answers, and nights (§3, §8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from proxy.cache.freshness import Assessment, ClientWishes, Freshness, assess
from proxy.messages import Entry, Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.cache.freshness import Lifetime
    from proxy.cache.invalidation import Invalidation
    from proxy.cache.store import Store
    from proxy.calendar.calendars import Calendars
    from proxy.messages import Clock, Reading


@dataclass(frozen=True, slots=True)
class Copy:
    """
    An answer that a client would take, fresh or stale.

    `composed` says that it is made of nights; where it is not whole, types are missing.
    """

    entry: Entry
    assessment: Assessment
    wanted: ClientWishes
    composed: bool = False
    is_whole: bool = True

    @property
    def is_fresh(self) -> bool:
        """Whether it may be served unmarked while the PMS is well."""
        return self.assessment.freshness is Freshness.FRESH


class Copies:
    """Finds what a client would take, and how old it is now."""

    def __init__(
        self,
        *,
        store: Store,
        calendars: Calendars,
        invalidation: Invalidation,
        clock: Clock,
        lifetimes: Mapping[Operation, Lifetime],
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._invalidation = invalidation
        self._clock = clock
        self._lifetimes = lifetimes

    async def find(self, reading: Reading, wanted: ClientWishes) -> Copy | None:
        """Return the copy of the very question."""
        entry = None if reading.key is None else await self._store.get(reading.key)
        return None if entry is None else self._assess(reading, entry, wanted)

    def again(self, reading: Reading, copy: Copy | None) -> Copy | None:
        """Look at a copy again after a wait, which may have ended its life."""
        if copy is None:
            return None
        return self._assess(reading, copy.entry, copy.wanted)

    def compose(self, reading: Reading, wanted: ClientWishes) -> Copy | None:
        """Return an answer made of nights, where they have an exact one."""
        if reading.operation is not Operation.AVAILABILITY or reading.key is None:
            return None
        composed = self._calendars.compose(reading)
        if composed is None:
            return None
        copy = self._assess(reading, composed.entry, wanted)
        if copy is None:
            return None
        return replace(copy, composed=True, is_whole=composed.is_whole)

    def younger_than(self, copy: Copy | None, wanted: ClientWishes) -> float | None:
        """Return after when an answer must have been asked for, to be worth waiting."""
        if wanted.no_cache or wanted.max_age_s is not None:
            return self._clock.monotonic()
        sent_at = None if copy is None else copy.entry.sent_at
        known = (self._invalidation.written_at, sent_at)
        return max((at for at in known if at is not None), default=None)

    def has_some(self) -> bool:
        """Say whether guests get availability though the PMS is not asked."""
        youngest = self._store.youngest_sent_at()
        usable_s = self._lifetimes[Operation.AVAILABILITY].usable_s
        has_copy = (
            youngest is not None and self._clock.monotonic() - youngest <= usable_s
        )
        return has_copy or self._calendars.usable_nights() > 0

    def _assess(
        self, reading: Reading, entry: Entry, wanted: ClientWishes
    ) -> Copy | None:
        assessment = assess(
            entry,
            self._lifetimes[reading.operation],
            self._clock.monotonic(),
            written_at=self._invalidation.written_at,
        )
        return Copy(entry, assessment, wanted) if wanted.accept(assessment) else None
