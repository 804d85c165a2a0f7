"""
Pure. What a write with an Idempotency-Key comes to (CONTRACT §9).

The field is the IETF draft's (draft-ietf-httpapi-idempotency-key-header), with or
without the quotes that it wants.
"""

from __future__ import annotations

import hashlib
import re
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy.problems import Problem, bad_request, under_way
from proxy.writes.records import Standing

if TYPE_CHECKING:
    from proxy.messages import Headers
    from proxy.writes.records import Record

KEY_FIELD = "idempotency-key"
MAX_KEY_LETTERS = 255
_LETTERS = rf"([!#-\[\]-~]{{1,{MAX_KEY_LETTERS}}})"
_KEY = re.compile(rf'"{_LETTERS}"|{_LETTERS}')


class Next(Enum):
    """What is to be done with a write."""

    SEND = "send"
    REPLAY = "replay"
    TELL_UNKNOWN = "tell unknown"
    LOOK_THEN_SEND = "look, then send"


def key_of(headers: Headers) -> str | Problem | None:
    """Return a request's key, None where it has none, or why it is no key."""
    given = [value.strip() for name, value in headers if name.lower() == KEY_FIELD]
    if not given:
        return None
    found = _KEY.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        return bad_request(
            HTTPStatus.BAD_REQUEST,
            f"Idempotency-Key is one word of at most {MAX_KEY_LETTERS} visible ASCII "
            "letters, given once.",
        )
    return found.group(1) or found.group(2)


def record_id(scope: str, key: str) -> str:
    """Name the record of a key; each caller has keys of its own."""
    said = repr((scope, key))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def decide(record: Record | None, payload: str, now: float) -> Next | Problem:
    """Say what a write comes to whose key has this record (None: it is the first)."""
    if record is None:
        return Next.SEND
    # What was never sent may come back changed.
    if record.standing is not Standing.VOID and record.payload != payload:
        return bad_request(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "This Idempotency-Key has come with another request before.",
        )
    match record.standing_at(now):
        case Standing.UNDER_WAY:
            return under_way()
        case Standing.ANSWERED:
            return Next.REPLAY
        case Standing.UNKNOWN:
            return Next.TELL_UNKNOWN
        case Standing.PRESUMED:
            return Next.LOOK_THEN_SEND
        case Standing.VOID:
            return Next.SEND


def lookable(source: str | None, key: str | None) -> str | None:
    """
    Return the source by which a read finds the write: one that holds the key.

    As a word of its own: the key `a` is not what makes `WhatsApp` unique.
    """
    if source is None or key is None:
        return None
    word = rf"(?<![A-Za-z0-9]){re.escape(key)}(?![A-Za-z0-9])"
    return source if re.search(word, source) else None
