"""Facts of the snapshot file's form: what was saved is taken up, all else is none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.breaker.breaker import Breaker
from proxy.breaker.values import BreakerPolicy, Permit
from proxy.cache.snapshot import START, Found, Saved, adopted, read, saved, write
from proxy.messages import BreakerState, Cause, Failed
from proxy.moment import Moment

EPOCH_S = 1_795_000_000.0
OPEN, CLOSED, HALF_OPEN = (
    BreakerState.OPEN,
    BreakerState.CLOSED,
    BreakerState.HALF_OPEN,
)
SAVED = Saved(
    scope="pms:1",
    clean=True,
    state=OPEN,
    cause=Cause.TIMEOUT,
    since=EPOCH_S - 100,
    open_until=EPOCH_S + 20,
    why=None,
    written_at=EPOCH_S - 7,
    story="{}",
)
WRITES = [b"a write", b""]
COPIES = [b"one", b"", b"\x00" * 1000]
FILE = b"".join(write(SAVED, WRITES, COPIES))


def _opened(breaker: Breaker, now: float) -> Breaker:
    for _ in range(5):
        permit = breaker.acquire(now, "availability")
        assert isinstance(permit, Permit)
        breaker.record(permit, Failed(cause=Cause.DOWN), now)
    return breaker


def _restarted(before: Breaker, now: float, gone_s: float) -> Breaker:
    """Return the breaker of a process that starts `gone_s` later at monotonic 0."""
    kept = saved(
        before.snapshot(now),
        scope="",
        clean=True,
        written_at=None,
        now=Moment(now, EPOCH_S),
    )
    found = read(b"".join(write(kept, [], [])), "")
    assert found is not None
    after = Breaker(BreakerPolicy(), 0.0)
    seen = adopted(found.saved, Moment(0.0, EPOCH_S + gone_s), open_s=30)
    if seen is not None:
        after.adopt(seen, 0.0)
    return after


def test_what_was_written_is_read() -> None:
    """The head, every write and every copy come back as they were, in their order."""
    assert read(FILE, "pms:1") == Found(SAVED, WRITES, COPIES)


def test_version_3_is_written_as_it_was_released() -> None:
    """A change of the form needs a new version byte: this is what version 3 is."""
    head = json.dumps({**asdict(SAVED), "writes": 2}).encode()
    chunks = [head, *WRITES, *COPIES]
    body = START + b"".join(len(c).to_bytes(4, "big") + c for c in chunks)

    assert body + hashlib.sha256(body).digest() == FILE
    assert sorted(json.loads(head)) == [
        *("cause", "clean", "open_until", "scope", "since", "state", "story", "why"),
        *("writes", "written_at"),
    ]


def _signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def _with(**changed: object) -> bytes:
    head = json.dumps({**asdict(SAVED), "writes": 0, **changed}).encode()
    return _signed(START + len(head).to_bytes(4, "big") + head)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"hello",
        FILE[:-1],
        FILE[1:],
        FILE + b"x",
        FILE[:50] + bytes([FILE[50] ^ 1]) + FILE[51:],
        _signed(b""),
        _signed(START),
        _signed(b"PMSF\x01" + FILE[5:-32]),
        _signed(START + b"\x00"),
        _signed(START + b"\x00\x00\x00\x02[]"),
        _signed(START + b"\x00\x00\x00\x02{}"),
        _with(scope="pms:2"),
        _with(state="ajar"),
        _with(writes=1),
        _with(writes=-1),
        _with(writes="two"),
        _with(cause="weather"),
        _with(since="soon"),
        _with(open_until=float("nan")),
        _with(written_at=float("inf")),
    ],
)
def test_what_is_not_exactly_a_snapshot_is_none(value: bytes) -> None:
    """Damaged, foreign, of another version or of another PMS: the start is empty."""
    assert read(value, "pms:1") is None


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(foreign: bytes) -> None:
    """Whatever stands behind a good checksum is read or is none."""
    read(_signed(START + foreign), "pms:1")


@pytest.mark.parametrize(
    ("gone_s", "left_s"), [(0, 30), (12, 18), (29.5, 0.5), (-500, 30)]
)
def test_an_open_breaker_stays_open(gone_s: float, left_s: float) -> None:
    """Scenario 41: for what is left of its time, and never longer than that time."""
    after = _restarted(_opened(Breaker(BreakerPolicy(), 0), 100), 100, gone_s)
    shown = after.snapshot(0)

    assert (shown.state, shown.cause) == (OPEN, Cause.DOWN)
    assert shown.retry_after_s == pytest.approx(left_s)
    assert after.state(left_s + 0.001) is HALF_OPEN


def test_the_wait_that_the_pms_asked_for_is_not_kept_for_longer() -> None:
    """CONTRACT §5: after a restart the remaining time is at most 30 s."""
    kept = replace(SAVED, open_until=EPOCH_S + 120)
    seen = adopted(kept, Moment(0.0, EPOCH_S), open_s=30)

    assert seen is not None
    assert seen.open_until == 30


@pytest.mark.parametrize("gone_s", [30, 31, 86400])
def test_an_old_outage_is_probed_at_once(gone_s: float) -> None:
    """Its time is over: half-open, and how long it has lasted is still known."""
    after = _restarted(_opened(Breaker(BreakerPolicy(), 0), 100), 100, gone_s)

    assert after.state(0) is HALF_OPEN
    assert after.snapshot(0).not_closed_since == pytest.approx(-gone_s)
    assert after.acquire_probe(0) is not None


def test_half_open_is_probed_anew() -> None:
    """The probe that was out at the stop has no result: the next one goes at once."""
    before = _opened(Breaker(BreakerPolicy(), 0), 100)
    assert before.acquire_probe(131) is not None

    after = _restarted(before, 132, 5)
    assert after.state(0) is HALF_OPEN
    assert after.acquire_probe(0) is not None


def test_a_closed_breaker_starts_closed_with_an_empty_window() -> None:
    """Failures are not kept: they are of another process' calls."""
    before = Breaker(BreakerPolicy(), 0)
    permit = before.acquire(1, "availability")
    assert isinstance(permit, Permit)
    before.record(permit, Failed(cause=Cause.DOWN), 1)

    after = _restarted(before, 2, 1)
    assert after.state(0) is CLOSED
    assert after.snapshot(0).failures_in_window == 0
    assert after.take_transitions() == []


@pytest.mark.parametrize("state", [OPEN, CLOSED])
def test_a_forced_state_stays_forced(state: BreakerState) -> None:
    """With its reason and since when, for however long nobody resets it."""
    before = _opened(Breaker(BreakerPolicy(), 0), 100)
    before.force(state, "PMS upgrade", 200)

    after = _restarted(before, 210, 40)
    forced = after.snapshot(86400).forced
    assert after.state(86400) is state
    assert forced is not None
    assert (forced.state, forced.why) == (state, "PMS upgrade")
    assert forced.at == pytest.approx(-50)
