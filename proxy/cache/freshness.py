"""Pure. How old a copy is, and whether it may be served (RFC 9111 §4.2, runbook 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.messages import Entry

# RFC 9111 §1.2.2: no delta-seconds needs more.
MAX_AGE_DIGITS = 10


class Freshness(StrEnum):
    """Fresh: served without asking. Stale: served, marked. Unusable: never."""

    FRESH = "fresh"
    STALE = "stale"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How long answers of one class live, seconds; fresh is never the longer."""

    fresh_s: float
    usable_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A copy's freshness at one instant; `ttl_s` is negative once it is past."""

    freshness: Freshness
    age_s: float
    ttl_s: float


def assess(
    entry: Entry, lifetime: Lifetime, now: float, *, written_at: float | None
) -> Assessment:
    """
    Say whether `entry` may be served at `now` (monotonic s).

    Its age counts from the sending of its request. Both bounds belong to the better
    side: 300 s is usable, 300.001 s is not. A write that ended at `written_at` ends
    the freshness of all that was asked before it (CONTRACT §9).
    """
    age_s = max(0.0, now - entry.sent_at)
    ttl_s = lifetime.fresh_s - age_s
    if written_at is not None and entry.sent_at <= written_at:
        ttl_s = min(ttl_s, written_at - now, -1.0)
    if age_s > lifetime.usable_s:
        freshness = Freshness.UNUSABLE
    elif ttl_s < 0:
        freshness = Freshness.STALE
    else:
        freshness = Freshness.FRESH
    return Assessment(freshness=freshness, age_s=age_s, ttl_s=ttl_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWishes:
    """What a client's Cache-Control asks (RFC 9111 §5.2.1); seconds."""

    no_cache: bool = False
    no_store: bool = False
    only_if_cached: bool = False
    max_age_s: int | None = None

    def accept(self, assessment: Assessment) -> bool:
        """Say whether the client wants a copy of this age."""
        if self.no_cache or assessment.freshness is Freshness.UNUSABLE:
            return False
        return self.max_age_s is None or assessment.age_s <= self.max_age_s


def directives(value: str) -> dict[str, str]:
    """Read a Cache-Control value as names (lower case) and arguments."""
    found: dict[str, str] = {}
    for part in value.split(","):
        name, _, argument = part.strip().partition("=")
        if name:
            found[name.lower()] = argument.strip('"')
    return found


def wishes(cache_control: str) -> ClientWishes:
    """Read a request's Cache-Control; what is not understood is ignored."""
    found = directives(cache_control)
    max_age = found.get("max-age", "")[:MAX_AGE_DIGITS]
    return ClientWishes(
        no_cache="no-cache" in found,
        no_store="no-store" in found,
        only_if_cached="only-if-cached" in found,
        max_age_s=int(max_age) if max_age.isascii() and max_age.isdigit() else None,
    )
