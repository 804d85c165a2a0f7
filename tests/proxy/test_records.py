"""What is known of one write: its moves, its looks, its bytes (CONTRACT §9)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.writes import BEGAN_AT, BOOKED, UNDER_WAY_S, a_record
from proxy.messages import Answer, Request
from proxy.moment import Moment
from proxy.writes.records import (
    KEEP_S,
    VOID_S,
    Record,
    Standing,
    payload_of,
    read,
    write,
)

NOW = Moment(BEGAN_AT + 5, 1_795_600_005.0)
SETTLE_S = 120.0
ENDS_AT = BEGAN_AT + UNDER_WAY_S


def _presumed() -> Record:
    unknown = a_record().unknown(1016, deadline_at=1015)
    lost = unknown.missed(1135, settle_s=SETTLE_S)
    assert lost.standing is Standing.PRESUMED
    return lost


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (BEGAN_AT, Standing.UNDER_WAY),
        (ENDS_AT - 0.001, Standing.UNDER_WAY),
        (ENDS_AT, Standing.UNKNOWN),
        (BEGAN_AT + KEEP_S, Standing.UNKNOWN),
    ],
)
def test_who_was_killed_leaves_it_unknown(now: float, standing: Standing) -> None:
    """Nobody moves it: its time runs out."""
    assert a_record().standing_at(now) is standing


def test_an_answer_stays_whatever_the_time() -> None:
    """Only what is under way turns unknown by itself."""
    assert a_record().answered(BOOKED).standing_at(1e9) is Standing.ANSWERED


@pytest.mark.parametrize(
    ("now", "is_over"), [(BEGAN_AT + KEEP_S - 0.001, False), (BEGAN_AT + KEEP_S, True)]
)
def test_a_record_is_kept_for_a_day(now: float, is_over: bool) -> None:
    """24 h from its beginning, however it stands."""
    for record in (a_record(), a_record().answered(BOOKED), _presumed()):
        assert record.is_over(now) is is_over


def test_a_second_sending_begins_a_day_of_its_own() -> None:
    """Sent again a moment before its day ends, it is not forgotten on the way."""
    late = BEGAN_AT + KEEP_S - 1
    again = _presumed().resent(a_record("a2", began_at=late, ends_at=late + 31))
    assert again.attempt == "a2"
    assert again.is_resent
    assert not again.is_over(late + 31)


def test_what_was_presumed_lost_comes_back_when_its_second_sending_fails() -> None:
    """Surely not sent: it is as it was, but another version."""
    lost = _presumed()
    back = lost.resent(a_record("a2")).unsent(lost, 1200)
    assert back == replace(lost, version=lost.version + 2)


def test_what_was_never_sent_is_void_for_a_minute() -> None:
    """Other proxies may have seen it: they must learn that the key is free."""
    void = a_record().unsent(None, 1010)
    assert void.standing is Standing.VOID
    assert void.version == 2
    assert not void.is_open
    assert not void.is_watched(1010)
    assert not void.is_over(1010 + VOID_S - 0.001)
    assert void.is_over(1010 + VOID_S)


def test_a_void_key_sent_at_last_is_no_second_sending() -> None:
    """There was no first one, so nothing can come late."""
    void = a_record().unsent(None, 1010)
    again = void.resent(a_record("a2"))
    assert again.version == 3
    assert not again.is_resent
    assert again.unsent(void, 1020).standing is Standing.VOID


def test_found_twice_it_is_no_longer_presumed_lost() -> None:
    """Two bookings of it are there: a third must not be sent."""
    doubled = _presumed().doubled(1300)
    assert doubled.standing is Standing.UNKNOWN
    assert doubled.is_late


def test_what_was_found_once_is_never_presumed_lost() -> None:
    """Somebody has removed both since: sending it again would undo that."""
    removed = _presumed().doubled(1300).missed(9999, settle_s=SETTLE_S)
    assert removed.standing is Standing.UNKNOWN


def test_an_answer_found_twice_stays_an_answer() -> None:
    """A person must look; the key's answer is the one given."""
    answered = _presumed().resent(a_record("a2")).answered(BOOKED)
    doubled = answered.doubled(1300)
    assert (doubled.standing, doubled.answer) == (Standing.ANSWERED, BOOKED)
    assert not doubled.is_open


@pytest.mark.parametrize(
    ("now", "standing"),
    [(1134.999, Standing.UNKNOWN), (1135, Standing.PRESUMED), (9e9, Standing.PRESUMED)],
)
def test_it_is_presumed_lost_120_s_after_the_deadline(
    now: float, standing: Standing
) -> None:
    """Not after the record, nor after the answer that was lost."""
    unknown = a_record().unknown(1003, deadline_at=1015)
    assert unknown.missed(now, settle_s=SETTLE_S).standing is standing


def test_found_after_it_was_presumed_lost_it_is_late() -> None:
    """In time it is not."""
    unknown = a_record().unknown(1016, deadline_at=1015)
    assert not unknown.found(BOOKED, 1020).is_late
    assert _presumed().found(BOOKED, 1200).is_late


@pytest.mark.parametrize(
    ("record", "is_watched"),
    [
        (a_record(), False),
        (a_record().unknown(1001, deadline_at=1015), True),
        (a_record(source=None).unknown(1001, deadline_at=1015), False),
        (a_record().answered(BOOKED), False),
        (_presumed(), True),
        (_presumed().resent(a_record("a2")), False),
        (_presumed().resent(a_record("a2")).answered(BOOKED), True),
        (_presumed().found(BOOKED, 1200), False),
    ],
    ids=[
        *("under-way", "unknown", "no-source", "answered"),
        *("lost", "resent", "resent-answered", "late"),
    ],
)
def test_watched_is_what_a_read_may_bring_news_of(
    record: Record, is_watched: bool
) -> None:
    """Not what is on its way, not what no read can find, not what is known."""
    assert record.is_watched(1002) is is_watched


def test_the_looks_grow_rarer_and_one_decides() -> None:
    """1, 2, 4… s after the write, one at the deadline + 120 s, then each 300 s."""
    record = a_record().unknown(1015, deadline_at=1015)
    looks = []
    while record.next_look_at(SETTLE_S) < 1015 + 2000:
        looks.append(record.next_look_at(SETTLE_S))
        record = record.missed(looks[-1], settle_s=SETTLE_S)
    assert [at - 1015 for at in looks] == [
        *(1, 2, 4, 8, 16, 32, 64, 120),
        *(240, 480, 780, 1080, 1380, 1680, 1980),
    ]


@given(st.floats(0, KEEP_S), st.floats(-30, 30), st.floats(0.1, 86400))
def test_the_next_look_is_always_ahead(
    since_s: float, left_s: float, settle_s: float
) -> None:
    """However a look went, the next is not due before a second."""
    ended_at = BEGAN_AT + since_s
    record = a_record().unknown(ended_at, deadline_at=ended_at + left_s)
    looked = record.looked(record.next_look_at(settle_s))
    decides_at = record.deadline_at + settle_s
    assert looked.looked_at is not None
    pause_s = looked.next_look_at(settle_s) - looked.looked_at
    assert pause_s >= 0.999 or looked.next_look_at(settle_s) == decides_at
    assert pause_s <= 300.001


TEXTS = st.text(max_size=20)
INSTANTS = st.floats(-KEEP_S, KEEP_S).map(lambda s: NOW.monotonic_s + s)
ANSWERS = st.builds(
    Answer,
    status=st.integers(200, 599),
    headers=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    body=st.binary(max_size=50),
)
RECORDS = st.builds(
    Record,
    **dict.fromkeys(("id", "attempt", "caller", "resource", "payload"), TEXTS),
    **dict.fromkeys(("hotel", "source"), st.none() | TEXTS),
    began_at=INSTANTS.filter(lambda at: at <= NOW.monotonic_s),
    ends_at=INSTANTS,
    deadline_at=INSTANTS,
    looked_at=st.none() | INSTANTS,
    version=st.integers(1, 10**6),
    answer=st.none() | ANSWERS,
)
TIMES = ("began_at", "ends_at", "deadline_at")


@given(RECORDS)
def test_bytes_bring_back_the_record(record: Record) -> None:
    """Every member, and instants to the microsecond."""
    back = read(write(record, NOW), NOW)
    assert back is not None
    for name in TIMES:
        assert getattr(back, name) == pytest.approx(getattr(record, name), abs=1e-5)
    same = {name: getattr(record, name) for name in (*TIMES, "looked_at")}
    assert replace(back, **same) == record


@given(RECORDS, st.floats(-KEEP_S, KEEP_S))
def test_another_machines_clock_keeps_the_spans(record: Record, skew_s: float) -> None:
    """Ahead by hours, a key is not under way for hours; nothing began after now."""
    there = Moment(NOW.monotonic_s, NOW.epoch_s + skew_s)
    back = read(write(record, there), NOW)
    assert back is not None
    assert back.began_at <= NOW.monotonic_s
    for name in ("ends_at", "deadline_at"):
        span_s = getattr(record, name) - record.began_at
        assert getattr(back, name) - back.began_at == pytest.approx(span_s, abs=1e-5)


def _with(**changes: Any) -> bytes:
    given: dict[str, Any] = json.loads(write(a_record().answered(BOOKED), NOW))
    given.update(changes)
    return json.dumps({name: v for name, v in given.items() if v != "absent"}).encode()


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"null",
        b"[]",
        b"5",
        b'"abc"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 5000,
        b"\x80\x04K\x01.",
        _with(id=5),
        _with(id=None),
        _with(attempt=["a"]),
        _with(source=7),
        _with(hotel=1),
        _with(standing="lost"),
        _with(standing=[]),
        _with(began_at="1"),
        _with(began_at=True),
        _with(began_at=float("nan")),
        _with(ends_at=float("inf")),
        _with(ends_at=10**400),
        _with(deadline_at=None),
        _with(looked_at="soon"),
        _with(version=None),
        _with(version=1.5),
        _with(version=True),
        _with(answer=5),
        _with(answer={}),
        _with(answer={"status": 1e999, "headers": [], "body": ""}),
        _with(answer={"status": "200", "headers": [], "body": ""}),
        _with(answer={"status": 99, "headers": [], "body": ""}),
        _with(answer={"status": -200, "headers": [], "body": ""}),
        _with(answer={"status": 200, "headers": [["a"]], "body": ""}),
        _with(answer={"status": 200, "headers": [["a", 1]], "body": ""}),
        _with(answer={"status": 200, "headers": 5, "body": ""}),
        _with(answer={"status": 200, "headers": [], "body": "é"}),
        _with(answer={"status": 200, "headers": [], "body": "a"}),
        _with(answer={"status": 200, "headers": [], "body": 5}),
        _with(is_late="absent"),
        _with(payload="absent"),
    ],
)
def test_foreign_bytes_are_no_record(value: bytes) -> None:
    """Whatever stands under the key, it is a miss and never an exception."""
    assert read(value, NOW) is None


@given(st.binary(max_size=200))
def test_random_bytes_are_no_record(value: bytes) -> None:
    """They never raise."""
    assert read(value, NOW) is None


@given(st.data())
def test_a_damaged_record_never_raises(data: st.DataObject) -> None:
    """One byte of it is another: it may read or not."""
    value = bytearray(write(a_record().answered(BOOKED), NOW))
    value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    _ = read(bytes(value), NOW)


def test_a_payload_is_all_that_is_asked_for() -> None:
    """Method, path, query and body; not the fields of a request."""
    request = Request(method="POST", path="/api/bookings", body=b"<a/>")
    others = [
        replace(request, method="PUT"),
        replace(request, path="/api/bookings/1"),
        replace(request, body=b"<b/>"),
    ]
    digests = {payload_of(other, "") for other in [request, *others]}
    digests |= {payload_of(request, "ps_method=PUT")}
    assert len(digests) == 5
    same = replace(request, headers=(("User-Agent", "x"),), request_id="r")
    assert payload_of(same, "") in digests
