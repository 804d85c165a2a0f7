"""Facts of the entry codec: what was written is read, all else is a miss."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.cache.codec import MAGIC, decode, encode, read
from proxy.messages import CacheKey, Entry
from proxy.moment import Moment

GOLDEN = Path(__file__).parent.parent / "data" / "entry_v1.bin"
KEY = CacheKey("pms:v1:availability:" + "0" * 64)
SENT_AT_EPOCH_S = 1_795_000_000.25
ENTRY = Entry(
    status=200,
    headers=(("Content-Type", "text/xml"), ("PSWS-Version", "1.6.1"), ("X", "ñ")),
    body="<qloapps>ñ</qloapps>".encode() + bytes(range(256)),
    sent_at=1000.0,
    etag='"2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"',
)
VALUE = encode(KEY, ENTRY, Moment(ENTRY.sent_at, SENT_AT_EPOCH_S))


def _signed(rest: bytes, start: bytes = MAGIC + b"\x01") -> bytes:
    return start + hashlib.sha256(rest).digest() + rest


def _head(text: bytes) -> bytes:
    return _signed(len(text).to_bytes(4, "big") + text)


def test_what_was_written_is_read_in_another_process() -> None:
    """Ten seconds later by the wall it is ten seconds old, whatever monotonic says."""
    assert decode(KEY, VALUE, Moment(77.0, SENT_AT_EPOCH_S + 10)) == Entry(
        status=200,
        headers=ENTRY.headers,
        body=ENTRY.body,
        sent_at=67.0,
        etag=ENTRY.etag,
    )


def test_version_1_is_read_for_ever() -> None:
    """Bytes that a released version wrote are read, and written the same."""
    golden = GOLDEN.read_bytes()

    assert read(golden, Moment(1000.0, SENT_AT_EPOCH_S)) == (KEY, ENTRY)
    assert golden == VALUE


@pytest.mark.parametrize(
    ("ahead_s", "age_s"), [(-300, 300), (0, 0), (2, 0), (2.01, None), (1e9, None)]
)
def test_clocks_may_differ_a_little(ahead_s: float, age_s: float | None) -> None:
    """Up to 2 s in the future is now; more has no age that could be trusted."""
    entry = decode(KEY, VALUE, Moment(1000.0, SENT_AT_EPOCH_S - ahead_s))

    assert (None if entry is None else 1000.0 - entry.sent_at) == age_s


def test_an_entry_answers_no_other_question() -> None:
    """Under another key it is a miss."""
    other = CacheKey(KEY.replace("0", "1"))

    assert decode(other, VALUE, Moment(1000.0, SENT_AT_EPOCH_S)) is None


@pytest.mark.parametrize(
    "value",
    [
        b"",
        VALUE[:4],
        VALUE[:40],
        VALUE[:-1],
        VALUE + b"x",
        b"\x80\x04" + VALUE,
        VALUE[:4] + b"\x02" + VALUE[5:],
        VALUE[:60] + bytes([VALUE[60] ^ 1]) + VALUE[61:],
        b'{"sent_at": 1}',
        _signed(b""),
        _signed(b"\xff\xff\xff\xff{}"),
        _head(b"[]"),
        _head(b"{}"),
        _head(b"[" * 100_000),
        _head(b'{"key":"k","status":"x","headers":[],"etag":"","sent_at":1}'),
        _head(b'{"key":"k","status":200,"headers":[1],"etag":"","sent_at":1}'),
        _head(b'{"key":"k","status":200,"headers":[],"etag":"","sent_at":NaN}'),
    ],
)
def test_what_is_not_exactly_an_entry_is_a_miss(value: bytes) -> None:
    """Cut short, lengthened, changed, foreign or of another version: never a crash."""
    assert read(value, Moment(1000.0, SENT_AT_EPOCH_S)) is None


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(foreign: bytes) -> None:
    """Whatever stands behind a good checksum is read or is a miss."""
    read(_signed(foreign), Moment(1000.0, SENT_AT_EPOCH_S))
