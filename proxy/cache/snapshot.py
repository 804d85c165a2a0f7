"""
Pure. A file that carries copies, breaker and writes over a restart (CONTRACT §5, §9).

Version 3: the magic and a version byte; then chunks, each after its length (4 bytes,
big-endian): first the head as JSON, then as many writes as it says, as `records` writes
them, then each copy as `codec` does; at the end the SHA-256 of all before it. Instants
are wall-clock seconds since 1970. A file that is not exactly so, or of another PMS, is
none: the proxy starts empty.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from proxy.breaker.values import Adopted, Forced, Snapshot
from proxy.messages import BreakerState, Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from proxy.moment import Moment

START = b"PMSF\x03"
_LENGTH = struct.Struct(">I")
_DIGEST_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """
    What holds beside the copies; instants are epoch seconds.

    `scope` names the PMS. `why` is an operator's reason where the state is forced.
    `written_at` is when the PMS was last written to. After an end that is not `clean`
    nobody knows what was written since. `story` is what the team was told, as
    `notices.codec` writes it.
    """

    scope: str
    clean: bool
    state: BreakerState
    cause: Cause | None
    since: float
    open_until: float
    why: str | None
    written_at: float | None
    story: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds."""

    saved: Saved
    writes: list[bytes]
    copies: list[bytes]


def saved(
    breaker: Snapshot,
    *,
    scope: str,
    clean: bool,
    written_at: float | None,
    story: str = "",
    now: Moment,
) -> Saved:
    """Return what is to be kept of the breaker as it is now."""
    forced = breaker.forced
    since = breaker.not_closed_since if forced is None else forced.at
    closed = breaker.state is BreakerState.CLOSED
    return Saved(
        scope=scope,
        clean=clean,
        # Half-open is an open one whose time is over: the probe has no result yet.
        state=BreakerState.CLOSED if closed else BreakerState.OPEN,
        cause=breaker.cause,
        since=now.epoch_s if since is None else now.to_epoch_s(since),
        open_until=now.epoch_s + breaker.retry_after_s,
        why=None if forced is None else forced.why,
        written_at=None if written_at is None else now.to_epoch_s(written_at),
        story=story,
    )


def adopted(saved: Saved, now: Moment, *, open_s: float) -> Adopted | None:
    """Return what the breaker takes over; None where it was closed by itself."""
    if saved.state is BreakerState.CLOSED and saved.why is None:
        return None
    at = now.to_monotonic_s(saved.since)
    left_s = min(max(0.0, saved.open_until - now.epoch_s), open_s)
    return Adopted(
        state=saved.state,
        cause=saved.cause,
        at=at,
        open_until=now.monotonic_s + left_s,
        forced=None
        if saved.why is None
        else Forced(state=saved.state, why=saved.why, at=at),
    )


def write(
    saved: Saved, writes: list[bytes], copies: Iterable[bytes]
) -> Iterator[bytes]:
    """Yield the file's bytes, piece by piece."""
    digest = hashlib.sha256()
    head = json.dumps({**asdict(saved), "writes": len(writes)}).encode()
    for piece in _pieces(chain([head], writes, copies)):
        digest.update(piece)
        yield piece
    yield digest.digest()


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    yield START
    for chunk in chunks:
        yield _LENGTH.pack(len(chunk))
        yield chunk


def read(value: bytes, scope: str) -> Found | None:
    """Return what a file holds for the PMS of `scope`."""
    body, digest = value[:-_DIGEST_BYTES], value[-_DIGEST_BYTES:]
    if not body.startswith(START) or hashlib.sha256(body).digest() != digest:
        return None
    try:
        first, *rest = _chunks(body)
        head = json.loads(first)
        saved, count = _saved(head), int(head["writes"])
    except (ValueError, TypeError, LookupError, RecursionError, struct.error):
        return None
    if saved.scope != scope or not 0 <= count <= len(rest):
        return None
    return Found(saved, rest[:count], rest[count:])


def _chunks(body: bytes) -> Iterator[bytes]:
    at = len(START)
    while at < len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size + length
        yield body[at - length : at]


def _saved(head: dict[str, Any]) -> Saved:
    why, written_at = head["why"], head["written_at"]
    return Saved(
        scope=str(head["scope"]),
        clean=head["clean"] is True,
        state=BreakerState(head["state"]),
        cause=None if head["cause"] is None else Cause(head["cause"]),
        since=_instant(head["since"]),
        open_until=_instant(head["open_until"]),
        why=None if why is None else str(why),
        written_at=None if written_at is None else _instant(written_at),
        story=str(head["story"]),
    )


def _instant(given: Any) -> float:
    at = float(given)
    if not math.isfinite(at):
        raise ValueError("it is no instant")
    return at
