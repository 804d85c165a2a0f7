"""
Pure. What is known of one write: a record of the ledger (CONTRACT §9).

Theory of operation. A record exists before its write is sent, and moves so:

    UNDER_WAY --complete answer--> ANSWERED
    UNDER_WAY --sent, no complete answer; or its time is over--> UNKNOWN
    UNKNOWN --a read finds it--> ANSWERED (`settled_applied`)
    UNKNOWN --not found `settle_s` after the deadline--> PRESUMED (not applied)
    PRESUMED --a read finds it after all--> ANSWERED (`late_applied`)
    PRESUMED --the same key comes again--> UNDER_WAY, with `is_resent`

What was surely not sent, or surely not written, leaves the record as it was before, or
VOID where there was none: other proxies may have seen it, so it cannot just vanish. Who
was killed in the middle leaves one whose time runs out: UNKNOWN.

Instants are monotonic seconds here and wall-clock seconds in bytes. Two views of one
record become one by `rank`: every move makes `version` greater, and an answer stays.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from proxy.messages import Answer

if TYPE_CHECKING:
    from proxy.messages import Headers, Request
    from proxy.moment import Moment

KEEP_S = 86400.0
# Until then every other proxy has seen that a key is free again (ours).
VOID_S = 600.0
# What a complete answer may have for a status.
STATUSES = range(200, 1000)
# The looks: after 1 s, then each time as long after the write again, up to this.
FIRST_LOOK_S = 1.0
LONGEST_PAUSE_S = 300.0


class Standing(StrEnum):
    """How far a write is known."""

    UNDER_WAY = "under_way"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    PRESUMED = "presumed_not_applied"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """
    One write.

    `attempt` tells two proxies' sendings apart. `payload` is a digest of all that was
    asked for. Until `ends_at` an answer may still
    come; `deadline_at` is when the call ends. `source` finds the booking, where a read
    can; `wants_json` is the format of the answer that is made of it.
    """

    id: str
    attempt: str
    caller: str
    resource: str
    hotel: str | None
    payload: str
    source: str | None
    wants_json: bool
    began_at: float
    ends_at: float
    deadline_at: float
    standing: Standing = Standing.UNDER_WAY
    is_resent: bool = False
    is_late: bool = False
    version: int = 1
    looked_at: float | None = None
    answer: Answer | None = None

    def standing_at(self, now: float) -> Standing:
        """Return how far it is known now: who was killed left it unknown."""
        if self.standing is Standing.UNDER_WAY and now >= self.ends_at:
            return Standing.UNKNOWN
        return self.standing

    @property
    def kept_until(self) -> float:
        """When it is forgotten."""
        is_void = self.standing is Standing.VOID
        return self.ends_at if is_void else self.began_at + KEEP_S

    def is_over(self, now: float) -> bool:
        """Say whether it has been kept for long enough."""
        return now >= self.kept_until

    @property
    def rank(self) -> tuple[bool, int]:
        """Which of two views of a record is kept: the greater."""
        return self.standing is Standing.ANSWERED, self.version

    @property
    def is_open(self) -> bool:
        """Whether there may still be news of it."""
        # Sent again since it was presumed lost: the first may still come late.
        may_double = self.is_resent and not self.is_late
        return self.standing not in {Standing.ANSWERED, Standing.VOID} or may_double

    def is_watched(self, now: float) -> bool:
        """Say whether a read may bring news of it."""
        is_out = self.standing_at(now) is Standing.UNDER_WAY
        return self.is_open and self.source is not None and not is_out

    def next_look_at(self, settle_s: float) -> float:
        """Return when the next look is due: ever more rarely, and when it decides."""
        if self.looked_at is None:
            return min(self.ends_at, self.deadline_at) + FIRST_LOOK_S
        since_s = self.looked_at - min(self.ends_at, self.deadline_at)
        after = self.looked_at + min(max(since_s, FIRST_LOOK_S), LONGEST_PAUSE_S)
        decides_at = self.deadline_at + settle_s
        return decides_at if self.looked_at < decides_at < after else after

    def answered(self, answer: Answer | None) -> Record:
        """Return it after the PMS's complete answer; None: too large to keep."""
        return self._moved(standing=Standing.ANSWERED, answer=answer)

    def unknown(self, now: float, *, deadline_at: float) -> Record:
        """Return it after a call without a complete answer, which has ended now."""
        return self._moved(
            standing=Standing.UNKNOWN, ends_at=now, deadline_at=deadline_at
        )

    def resent(self, again: Record) -> Record:
        """Return it on its way again; its day begins anew, lest it end on the way."""
        is_resent = self.standing is not Standing.VOID
        return replace(again, is_resent=is_resent, version=self.version + 1)

    def looked(self, now: float) -> Record:
        """Return it after a look that brought no news."""
        return self._moved(looked_at=now)

    def missed(self, now: float, *, settle_s: float) -> Record:
        """Return it after a look that found nothing."""
        # What was found once is not lost, though somebody has removed it since.
        is_lost = now >= self.deadline_at + settle_s and not self.is_late
        standing = self.standing_at(now)
        if standing is Standing.UNKNOWN and is_lost:
            standing = Standing.PRESUMED
        return self._moved(standing=standing, looked_at=now)

    def found(self, answer: Answer, now: float) -> Record:
        """Return it after a look that found it, with the answer that it now has."""
        return self._moved(
            standing=Standing.ANSWERED,
            answer=answer,
            looked_at=now,
            is_late=self.standing is Standing.PRESUMED,
        )

    def doubled(self, now: float) -> Record:
        """Return it after a look that found more bookings than it accounts for."""
        is_answered = self.standing is Standing.ANSWERED
        return self._moved(
            # It was not lost: the key is not sent again.
            standing=Standing.ANSWERED if is_answered else Standing.UNKNOWN,
            looked_at=now,
            is_late=True,
        )

    def unsent(self, before: Record | None, now: float) -> Record:
        """Return what was before a sending that surely changed nothing."""
        if before is None or before.standing is Standing.VOID:
            return self._moved(standing=Standing.VOID, ends_at=now + VOID_S)
        return replace(before, version=self.version + 1)

    def _moved(self, **changes: Any) -> Record:
        return replace(self, version=self.version + 1, **changes)


def is_refusal(answer: Answer) -> bool:
    """Say whether the PMS said no to a write."""
    return answer.status >= HTTPStatus.BAD_REQUEST


def payload_of(request: Request, query: str) -> str:
    """Return a digest of what a write asks for; `query` is without credentials."""
    asked = (request.method, request.path, query, request.body)
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()


def write(record: Record, now: Moment) -> bytes:
    """Return a record as bytes."""
    answer = record.answer
    return json.dumps(
        {
            "id": record.id,
            "attempt": record.attempt,
            "caller": record.caller,
            "resource": record.resource,
            "hotel": record.hotel,
            "payload": record.payload,
            "source": record.source,
            "wants_json": record.wants_json,
            "began_at": now.to_epoch_s(record.began_at),
            "ends_at": now.to_epoch_s(record.ends_at),
            "deadline_at": now.to_epoch_s(record.deadline_at),
            "standing": record.standing,
            "is_resent": record.is_resent,
            "is_late": record.is_late,
            "version": record.version,
            "looked_at": None
            if record.looked_at is None
            else now.to_epoch_s(record.looked_at),
            "answer": None
            if answer is None
            else {
                "status": answer.status,
                "headers": answer.headers,
                "body": base64.b64encode(answer.body).decode(),
            },
        }
    ).encode()


def read(value: bytes, now: Moment) -> Record | None:
    """Return a record from bytes; None where they are not one in every detail."""
    try:
        given = json.loads(value)
        looked_at, answer = given["looked_at"], given["answer"]
        began_epoch_s = _instant(given["began_at"])
        began_at = now.to_monotonic_s(began_epoch_s)

        def since_it_began(instant: Any) -> float:
            # Spans: clocks differ, and a key must not be under way until a day is over.
            return began_at + (_instant(instant) - began_epoch_s)

        return Record(
            id=_text(given["id"]),
            attempt=_text(given["attempt"]),
            caller=_text(given["caller"]),
            resource=_text(given["resource"]),
            hotel=_optional(given["hotel"]),
            payload=_text(given["payload"]),
            source=_optional(given["source"]),
            wants_json=given["wants_json"] is True,
            began_at=began_at,
            ends_at=since_it_began(given["ends_at"]),
            deadline_at=since_it_began(given["deadline_at"]),
            standing=Standing(given["standing"]),
            is_resent=given["is_resent"] is True,
            is_late=given["is_late"] is True,
            version=_count(given["version"]),
            looked_at=None if looked_at is None else since_it_began(looked_at),
            answer=None if answer is None else _answer(answer),
        )
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return None


def _instant(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError("it is no number")
    if not math.isfinite(given):
        raise ValueError("it is no instant")
    return given


def _count(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError("it is no whole number")
    return given


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError("it is no text")
    return given


def _optional(given: Any) -> str | None:
    return None if given is None else _text(given)


def _answer(given: Any) -> Answer:
    headers: Headers = tuple(
        (_text(name), _text(value)) for name, value in given["headers"]
    )
    body = base64.b64decode(given["body"], validate=True)
    status = _count(given["status"])
    if status not in STATUSES:
        raise ValueError("it is no status")
    return Answer(status=status, headers=headers, body=body)
