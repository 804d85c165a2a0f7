"""
Pure. Entries as bytes, for stores that outlive this process or are shared.

Version 1: the magic, a version byte, the SHA-256 of the rest, the length of the head
(4 bytes, big-endian), the head as JSON, the body. The time of sending is wall-clock
seconds since 1970, since monotonic time means nothing to another process. What is not
exactly so (cut short, foreign, of another version) is no entry: a miss.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from typing import TYPE_CHECKING, Any

from proxy.messages import CacheKey, Entry

if TYPE_CHECKING:
    from proxy.messages import Headers
    from proxy.moment import Moment

MAGIC = b"PMSE"
VERSION = 1
# How far clocks of two machines may differ (ours): so much in the future is now.
MAX_SKEW_S = 2.0

_START = MAGIC + bytes([VERSION])
_LENGTH = struct.Struct(">I")
_REST_AT = len(_START) + hashlib.sha256().digest_size


def encode(key: CacheKey, entry: Entry, now: Moment) -> bytes:
    """Write an entry; its key goes with it, so that it answers no other question."""
    head = json.dumps(
        {
            "key": key,
            "status": entry.status,
            "headers": entry.headers,
            "etag": entry.etag,
            "sent_at": now.to_epoch_s(entry.sent_at),
        }
    ).encode()
    rest = _LENGTH.pack(len(head)) + head + entry.body
    return _START + hashlib.sha256(rest).digest() + rest


def decode(key: CacheKey, value: bytes, now: Moment) -> Entry | None:
    """Read the entry of `key`; that of another key is a miss too."""
    found = read(value, now)
    return found[1] if found is not None and found[0] == key else None


def read(value: bytes, now: Moment) -> tuple[CacheKey, Entry] | None:
    """
    Read an entry and its key.

    An entry sent in the future by more than clocks may differ has no age, and is none.
    """
    digest, rest = value[len(_START) : _REST_AT], value[_REST_AT:]
    if not value.startswith(_START) or hashlib.sha256(rest).digest() != digest:
        return None
    try:
        (length,) = _LENGTH.unpack_from(rest)
        body_at = _LENGTH.size + length
        head = json.loads(rest[_LENGTH.size : body_at])
        sent_at_epoch_s = float(head["sent_at"])
        entry = Entry(
            status=int(head["status"]),
            headers=_headers(head["headers"]),
            body=rest[body_at:],
            sent_at=now.to_monotonic_s(sent_at_epoch_s),
            etag=str(head["etag"]),
        )
        key = CacheKey(str(head["key"]))
    except (ValueError, TypeError, LookupError, RecursionError, struct.error):
        return None
    ahead_s = sent_at_epoch_s - now.epoch_s
    if not (math.isfinite(ahead_s) and ahead_s <= MAX_SKEW_S):
        return None
    return key, entry


def _headers(given: Any) -> Headers:
    return tuple((str(name), str(value)) for name, value in given)
