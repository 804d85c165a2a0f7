"""What a write with an Idempotency-Key comes to (CONTRACT §9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.writes import BEGAN_AT, BOOKED, UNDER_WAY_S, a_record
from proxy.problems import Problem
from proxy.writes.idempotency import Next, decide, key_of, lookable, record_id

if TYPE_CHECKING:
    from proxy.writes.records import Record

VISIBLE = "".join(chr(code) for code in range(0x21, 0x7F))
LETTERS = VISIBLE.replace('"', "").replace("\\", "")
ENDS_AT = BEGAN_AT + UNDER_WAY_S


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("a", "a"),
        ('"a"', "a"),
        ("  a ", "a"),
        ('\t"a"', "a"),
        ("x" * 255, "x" * 255),
        ('"' + "x" * 255 + '"', "x" * 255),
        (LETTERS, LETTERS),
        ("7f3c9a2e-5b1d-4c53", "7f3c9a2e-5b1d-4c53"),
    ],
)
def test_a_key_is_one_word(value: str, key: str) -> None:
    """With or without the quotes of the IETF's draft, up to 255 letters."""
    for name in ("Idempotency-Key", "IDEMPOTENCY-KEY"):
        assert key_of(((name, value),)) == key


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", '"', '""', '"a', 'a"', '"a"b', 'a"b', '"a" "b"', "a b", "a\tb"),
        *("a\\b", '"a\\"b"', "a\x00", "a\x7f", "a\n", "é", "\uff41", "\u00a0a"),
        *("x" * 256, '"' + "x" * 256 + '"', "'a' b"),
    ],
)
def test_what_is_no_word_is_refused(value: str) -> None:
    """In one sentence that does not repeat it; never taken for a write without one."""
    got = key_of((("Idempotency-Key", value),))
    if isinstance(got, str):
        # White space around a field's value is none of it (RFC 9110 §5.5).
        assert got == value.strip()
        return
    assert isinstance(got, Problem)
    assert got.status == 400


def test_two_keys_are_none() -> None:
    """Also the same one twice: a client that does this is confused."""
    pair = (("Idempotency-Key", "a"), ("idempotency-key", "a"))
    assert isinstance(key_of(pair), Problem)


def test_no_field_is_no_key() -> None:
    """A write without one is sent each time."""
    assert key_of((("X-Idempotency-Key", "a"), ("Key", "b"))) is None


@given(st.text(max_size=300))
def test_a_key_never_has_what_a_header_cannot_carry(value: str) -> None:
    """Whatever comes: a word of visible letters, or a refusal."""
    got = key_of((("Idempotency-Key", value),))
    assert isinstance(got, Problem) or (set(got or "!") <= set(LETTERS) and got)


@given(st.text(), st.text(), st.text(), st.text())
def test_callers_never_share_a_record(
    scope: str, key: str, other_scope: str, other_key: str
) -> None:
    """However the words of two callers are cut, their records are two."""
    same = (scope, key) == (other_scope, other_key)
    assert (record_id(scope, key) == record_id(other_scope, other_key)) is same


UNKNOWN = a_record().unknown(1003, deadline_at=1015)
LOST = UNKNOWN.missed(1200, settle_s=120)


@pytest.mark.parametrize(
    ("record", "now", "what"),
    [
        pytest.param(None, ENDS_AT, Next.SEND, id="first"),
        pytest.param(a_record(), ENDS_AT - 0.001, 409, id="under-way"),
        pytest.param(a_record(), ENDS_AT, Next.TELL_UNKNOWN, id="killed"),
        pytest.param(a_record().answered(BOOKED), 1001, Next.REPLAY, id="answered"),
        pytest.param(a_record().answered(None), 1001, Next.REPLAY, id="too-large"),
        pytest.param(UNKNOWN, 1e6, Next.TELL_UNKNOWN, id="unknown"),
        pytest.param(LOST, 1200, Next.LOOK_THEN_SEND, id="lost"),
        pytest.param(LOST.doubled(1300), 1300, Next.TELL_UNKNOWN, id="found-twice"),
        pytest.param(LOST.found(BOOKED, 1300), 1300, Next.REPLAY, id="late"),
        pytest.param(LOST.resent(a_record("a2")), 1005, 409, id="resent"),
        pytest.param(a_record().unsent(None, 1005), 1005, Next.SEND, id="void"),
    ],
)
def test_what_a_key_comes_to(
    record: Record | None, now: float, what: Next | int
) -> None:
    """One line for each way that its record can stand."""
    got = decide(record, "digest", now)
    assert (got.status if isinstance(got, Problem) else got) == what


@pytest.mark.parametrize(
    ("record", "what"),
    [
        (a_record(), 422),
        (UNKNOWN, 422),
        (LOST, 422),
        (a_record().answered(BOOKED), 422),
        (a_record().unsent(None, 1005), Next.SEND),
    ],
    ids=["under-way", "unknown", "lost", "answered", "void"],
)
def test_another_payload_is_refused_unless_nothing_was_sent(
    record: Record, what: Next | int
) -> None:
    """422, however it stands; a key of which nothing was sent is as new."""
    got = decide(record, "another digest", 1005)
    assert (got.status if isinstance(got, Problem) else got) == what


@pytest.mark.parametrize(
    ("source", "key", "is_lookable"),
    [
        ("WhatsApp:yes-1", "yes-1", True),
        ("yes-1", "yes-1", True),
        ("yes-1:WhatsApp", "yes-1", True),
        ("a.yes-1_b", "yes-1", True),
        ("WhatsApp:yes-10", "yes-1", False),
        ("WhatsApp:ayes-1", "yes-1", False),
        ("WhatsApp:9yes-1", "yes-1", False),
        ("ayes-1:yes-1", "yes-1", True),
        ("WhatsApp:YES-1", "yes-1", False),
        ("WhatsApp", "a", False),
        ("WhatsApp", "WhatsApp", True),
        ("WhatsApp:yes-1", "yes.1", False),
        ("WhatsApp:yes-1", "yes-[0-9]", False),
        (None, "yes-1", False),
        ("WhatsApp:yes-1", None, False),
        (None, None, False),
    ],
)
def test_a_source_that_holds_the_key_finds_the_booking(
    source: str | None, key: str | None, is_lookable: bool
) -> None:
    """As a word of its own, letter by letter; the key is no pattern."""
    assert lookable(source, key) == (source if is_lookable else None)
