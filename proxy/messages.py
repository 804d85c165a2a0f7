"""Pure. The frozen values that the proxy's parts hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator
    from datetime import date, datetime

Headers = tuple[tuple[str, str], ...]
CacheKey = NewType("CacheKey", str)


class Clock(Protocol):
    """Time as the shells need it; `monotonic` and `sleep` are in seconds."""

    def monotonic(self) -> float:
        """Return monotonic seconds: the breaker's, ages' and deadlines' time."""
        ...

    def wall(self) -> datetime:
        """Return the time of day in UTC: for people and for other machines."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Wait."""
        ...

    def timeout(self, delay_s: float) -> asyncio.Timeout:
        """Bound the block that it guards."""
        ...


class Operation(StrEnum):
    """The request classes of CONTRACT §1; also the metrics' `operation` label."""

    AVAILABILITY = "availability"
    CATALOGUE = "catalogue"
    PRIVATE = "private"
    WRITE = "write"


class Cause(StrEnum):
    """Why a call failed; the runbook's causes, a closed set (CONTRACT §2)."""

    TIMEOUT = "timeout"
    NETWORK = "network"
    DOWN = "down"
    CREDENTIALS = "credentials"
    CONFIGURATION = "configuration"


class BreakerState(StrEnum):
    """The words that programs read."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"

    @property
    def number(self) -> int:
        """The runbook's number: 0 closed, 1 open, 2 half-open."""
        return list(BreakerState).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    What a client asks, hop-by-hop fields and the client's Host already dropped.

    `path` and `query` are the bytes of the request line, as ASCII text. `caller` is the
    name of the tool that asks, empty where it has none.
    """

    method: str
    path: str
    query: str = ""
    headers: Headers = ()
    body: bytes = b""
    request_id: str = ""
    caller: str = ""

    @property
    def target(self) -> str:
        """Path and query, as on the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """
    A plain question for rooms, which nights alone can answer (CONTRACT §8).

    `hotel` and `room_type` (None: all types) are ids; `rooms` is how many it wants.
    """

    hotel: str
    checkin: date
    nights: int
    rooms: int = 1
    room_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What a request means to the PMS.

    `key` is None where its answer may not be stored or shared; `resource` is the
    first path segment below `/api/`; `hotel` is the hotel that a search or a booking
    names, and `nights` how many nights are asked for, where that is surely understood.
    `stay` is a search that asks for nothing but rooms. `is_booking` says that it writes
    bookings; `touches` are a new one's nights (the first's ordinal, how many), and
    `source` is what a read would find it by. `answers_json` is the format of the PMS's
    answer, `wants_json` that of the proxy's own errors.
    """

    operation: Operation
    resource: str
    key: CacheKey | None = None
    hotel: str | None = None
    nights: int | None = None
    stay: Stay | None = None
    is_booking: bool = False
    touches: tuple[tuple[int, int], ...] = ()
    source: str | None = None
    answers_json: bool = False
    wants_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer of the upstream, hop-by-hop fields dropped."""

    status: int
    headers: Headers
    body: bytes


class BodyStream(Protocol):
    """An answer that is too large to hold: read once, then closed."""

    status: int
    headers: Headers

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body; raise an `UpstreamError` where it breaks off."""
        ...

    def close(self) -> None:
        """Give up what is left of it."""
        ...


@dataclass(frozen=True, slots=True)
class Healthy:
    """The PMS answered, be it a refusal of the request: not a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """
    A failure of the upstream.

    `retry_after_s` is what the PMS asked for. `surely_not_written` says that a write
    answered so has changed nothing (CONTRACT §3, `X-Write-Outcome: refused`).
    """

    cause: Cause
    retry_after_s: float | None = None
    surely_not_written: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A crash that a client's own mistake may have caused: a probe must tell."""


Verdict = Healthy | Failed | Doubtful


def cause_of(verdict: Verdict) -> Cause | None:
    """Return why a call failed; None where it did not. A crash in doubt is `down`."""
    match verdict:
        case Healthy():
            return None
        case Failed(cause=cause):
            return cause
        case Doubtful():
            return Cause.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stored answer; `sent_at` (monotonic s) is when its request was sent."""

    status: int
    headers: Headers
    body: bytes
    sent_at: float
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRecord:
    """One failure as the status page and the opening's log line show it."""

    at: float
    cause: Cause
    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    What the client gets, before the fields that every answer carries are added.

    `cache` is the metrics' label: hit, stale, miss, collapsed, bypass or none;
    `stale_reason` is why a marked copy was served.
    """

    status: int
    headers: Headers
    body: bytes = b""
    stream: BodyStream | None = None
    cache: str = "none"
    stale_reason: str = ""
