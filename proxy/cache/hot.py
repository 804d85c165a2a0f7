"""
Pure. Which searches are hot, and which copies are refreshed ahead (CONTRACT §4).

A search is hot when it was asked `asks` times within `within_s`. Its copy is refreshed
once, shortly before it leaves freshness: a refresh that brings nothing younger is not
repeated, so a search that always fails costs one call a copy and cannot open the
breaker by itself.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.messages import CacheKey, Reading, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class HotPolicy:
    """When a search is hot and how much may be done for it; times in seconds."""

    fresh_s: float
    lead_s: float
    asks: int = 3
    within_s: float = 60
    max_nights: int = 31
    max_searches: int = 1000
    max_body_bytes: int = 4096


@dataclass(slots=True, kw_only=True, eq=False)
class HotSearch:
    """A question that was asked lately; `request` carries nobody's credentials."""

    key: CacheKey
    request: Request
    reading: Reading
    asked_at: deque[float]
    refreshed_sent_at: float | None = field(default=None)


class HotSearches:
    """Counts questions, in bounded memory; `now` is monotonic seconds."""

    def __init__(self, policy: HotPolicy) -> None:
        self._policy = policy
        self._searches: OrderedDict[CacheKey, HotSearch] = OrderedDict()

    def __len__(self) -> int:
        """Return how many questions are remembered."""
        return len(self._searches)

    def wants(self, request: Request, reading: Reading) -> bool:
        """Say whether a question is one that may be refreshed at all."""
        policy = self._policy
        return (
            reading.key is not None
            and reading.nights is not None
            and 1 <= reading.nights <= policy.max_nights
            and len(request.body) <= policy.max_body_bytes
        )

    def asked(
        self, key: CacheKey, request: Request, reading: Reading, now: float
    ) -> None:
        """Count a question; the one longest not asked is forgotten for a new one."""
        search = self._searches.get(key)
        if search is None:
            search = HotSearch(
                key=key,
                request=request,
                reading=reading,
                asked_at=deque(maxlen=self._policy.asks),
            )
            self._searches[key] = search
            if len(self._searches) > self._policy.max_searches:
                self._searches.popitem(last=False)
        search.asked_at.append(now)
        self._searches.move_to_end(key)

    def hot(self, now: float) -> list[HotSearch]:
        """Return what is hot at `now`, the last asked first; forget what is not."""
        since = now - self._policy.within_s
        while self._searches:
            key, oldest = next(iter(self._searches.items()))
            if oldest.asked_at[-1] > since:
                break
            del self._searches[key]
        return [
            search
            for search in reversed(self._searches.values())
            if len(search.asked_at) == self._policy.asks and search.asked_at[0] > since
        ]

    def is_due(self, search: HotSearch, sent_at: float, now: float) -> bool:
        """
        Say whether the copy asked for at `sent_at` is to be refreshed at `now`.

        One past its freshness is not: the next guest's own question replaces it.
        """
        left_s = sent_at + self._policy.fresh_s - now
        is_leaving = 0 <= left_s <= self._policy.lead_s
        return is_leaving and search.refreshed_sent_at != sent_at

    def refreshed(self, search: HotSearch, sent_at: float) -> None:
        """Take note that the copy asked for at `sent_at` has had its refresh."""
        search.refreshed_sent_at = sent_at
