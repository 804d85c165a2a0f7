"""What another proxy saw, taken over: a transition like any other (CONTRACT §2)."""

from __future__ import annotations

from dataclasses import replace

from proxy.breaker.breaker import Breaker
from proxy.breaker.values import Adopted, BreakerPolicy, Forced, Permit, Refused
from proxy.messages import BreakerState, Cause, Failed, Healthy

CLOSED, OPEN, HALF_OPEN = BreakerState
FAILED = Failed(cause=Cause.DOWN)


def _opened(at: float = 0, wait_s: float = 30) -> Adopted:
    return Adopted(state=OPEN, cause=Cause.TIMEOUT, at=at, open_until=at + wait_s)


def _closed(at: float) -> Adopted:
    return Adopted(state=CLOSED, cause=Cause.TIMEOUT, at=at, open_until=at)


def _breaker() -> Breaker:
    return Breaker(BreakerPolicy(), 0)


def _told(breaker: Breaker) -> list[tuple[BreakerState, bool]]:
    return [(move.to, move.elsewhere) for move in breaker.take_transitions()]


def test_an_opening_elsewhere_opens_here() -> None:
    """Clients are refused until the other's probe is due; then it is half-open."""
    breaker = _breaker()
    breaker.adopt(_opened(at=1), 2)

    assert breaker.acquire(2, "availability") == Refused(OPEN, Cause.TIMEOUT, 29)
    assert breaker.state(30.999) is OPEN
    assert breaker.state(31) is HALF_OPEN
    assert _told(breaker) == [(OPEN, True), (HALF_OPEN, False)]


def test_an_outage_is_counted_from_its_first_opening() -> None:
    """Who joins at the third opening knows how long guests have waited."""
    breaker = _breaker()
    breaker.adopt(replace(_opened(at=600), began=10), 601)
    breaker.adopt(replace(_opened(at=640), began=20), 641)

    assert breaker.snapshot(641).not_closed_since == 10
    assert breaker.snapshot(641).since == 640


def test_an_outage_that_began_earlier_elsewhere_is_the_same_one() -> None:
    """Two that opened each for itself count from the earlier opening."""
    breaker = _breaker()
    breaker.adopt(_opened(at=50), 50)
    assert breaker.state(80) is HALF_OPEN
    breaker.adopt(replace(_opened(at=80), began=40), 81)

    assert breaker.snapshot(81).not_closed_since == 40


def test_a_call_from_before_it_is_late() -> None:
    """A result that began before the other's opening changes nothing."""
    breaker = _breaker()
    permit = breaker.acquire(0, "availability")
    assert isinstance(permit, Permit)
    breaker.adopt(_opened(), 1)

    assert breaker.record(permit, FAILED, 2) is False


def test_an_open_breaker_takes_over_the_time_of_the_probe() -> None:
    """Two that opened at once have one probe time and one transition each."""
    breaker = _breaker()
    for now in range(5):
        permit = breaker.acquire(now, "availability")
        assert isinstance(permit, Permit)
        breaker.record(permit, FAILED, now)
    breaker.adopt(_opened(at=5), 6)

    assert breaker.state(34.9) is OPEN
    assert breaker.state(35) is HALF_OPEN
    assert _told(breaker) == [(OPEN, False), (HALF_OPEN, False)]


def test_a_failed_probe_elsewhere_opens_the_half_open() -> None:
    """The next half-open is the other's too, and a probe of ours is late."""
    breaker = _breaker()
    breaker.adopt(_opened(), 0)
    permit = breaker.acquire_probe(30)
    assert permit is not None
    breaker.adopt(_opened(at=30.5), 31)

    assert breaker.state(31) is OPEN
    assert breaker.record(permit, Healthy(), 32) is False
    assert breaker.state(60.5) is HALF_OPEN


def test_a_failed_probe_elsewhere_lengthens_the_next_interval() -> None:
    """Where the interval grows, it grows by the probes of all proxies."""
    breaker = Breaker(BreakerPolicy(open_growth=2), 0)
    breaker.adopt(_opened(), 0)
    assert breaker.state(30) is HALF_OPEN
    breaker.adopt(_opened(at=31), 31)
    permit = breaker.acquire_probe(61)
    assert permit is not None
    breaker.record(permit, FAILED, 61)

    assert breaker.snapshot(61).retry_after_s == 120


def test_a_half_open_stays_so_where_the_other_is_due_too() -> None:
    """The same opening, told again once its probe is due, moves nothing."""
    breaker = _breaker()
    breaker.adopt(_opened(), 0)
    assert breaker.state(30) is HALF_OPEN
    breaker.take_transitions()
    breaker.adopt(_opened(at=0.2, wait_s=29), 31)

    assert breaker.state(31) is HALF_OPEN
    assert _told(breaker) == []


def test_a_start_long_after_the_opening_is_half_open() -> None:
    """Who starts when the probe is due probes at once."""
    breaker = Breaker(BreakerPolicy(), 100)
    breaker.adopt(_opened(), 100)

    assert breaker.acquire_probe(100) is not None
    assert _told(breaker) == [(OPEN, True), (HALF_OPEN, False)]


def test_a_recovery_elsewhere_closes_here_once() -> None:
    """It closes with the outage's cause and length; told again, it moves nothing."""
    breaker = _breaker()
    breaker.adopt(_opened(at=1), 1)
    breaker.take_transitions()
    breaker.adopt(_closed(at=21), 21.5)
    breaker.adopt(_closed(at=21), 22)

    (move,) = breaker.take_transitions()
    assert (move.to, move.cause, move.recovered) == (CLOSED, Cause.TIMEOUT, True)
    assert (move.elsewhere, move.not_closed_s) == (True, 20.5)
    assert breaker.snapshot(22).cause is None


def test_a_closed_breaker_keeps_its_own_failures() -> None:
    """A closing that it needs not does not empty its window: that is never shared."""
    breaker = _breaker()
    permit = breaker.acquire(0, "availability")
    assert isinstance(permit, Permit)
    breaker.record(permit, FAILED, 0)
    breaker.adopt(_closed(at=1), 1)

    assert breaker.snapshot(1).failures_in_window == 1


def test_no_word_from_elsewhere_opens_it_for_ever() -> None:
    """The longest interval that may be is the policy's, whatever another says."""
    breaker = _breaker()
    breaker.adopt(_opened(wait_s=1e6), 0)

    assert breaker.state(300) is HALF_OPEN


def test_a_force_elsewhere_holds_here_until_it_is_released() -> None:
    """It does not time out, is told once, and its release closes."""
    breaker = _breaker()
    forced = Forced(state=OPEN, why="upgrade", at=0)
    held = Adopted(state=OPEN, cause=None, at=0, open_until=0, forced=forced)
    breaker.adopt(held, 0)
    breaker.adopt(held, 1)

    assert breaker.state(3600) is OPEN
    assert breaker.snapshot(3600).forced == forced
    assert _told(breaker) == [(OPEN, True)]

    released = Adopted(state=CLOSED, cause=None, at=3600, open_until=3600)
    breaker.adopt(released, 3600)

    (move,) = breaker.take_transitions()
    assert (move.to, move.cause, move.recovered) == (CLOSED, None, False)


def test_forced_closed_elsewhere_is_forced_closed_here() -> None:
    """Failures open it no more, though it was closed already."""
    breaker = _breaker()
    forced = Forced(state=CLOSED, why="busy season", at=0)
    breaker.adopt(
        Adopted(state=CLOSED, cause=None, at=0, open_until=0, forced=forced), 0
    )
    for now in range(9):
        permit = breaker.acquire(now, "availability")
        assert isinstance(permit, Permit)
        breaker.record(permit, FAILED, now)

    assert breaker.state(9) is CLOSED
    assert _told(breaker) == [(CLOSED, True)]
