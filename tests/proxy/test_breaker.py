"""The pure breaker, with exact times (CONTRACT §2)."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from proxy.breaker.breaker import Breaker
from proxy.breaker.values import BreakerPolicy, Permit, Refused, Transition
from proxy.messages import BreakerState, Cause, Doubtful, Failed, Healthy

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSED, OPEN, HALF_OPEN = BreakerState
DOWN = Failed(cause=Cause.DOWN)
TIMEOUT = Failed(cause=Cause.TIMEOUT)


def _breaker(**policy: float) -> Breaker:
    return Breaker(replace(BreakerPolicy(), **policy), 0.0)  # type: ignore[arg-type]


def _permit(breaker: Breaker, now: float) -> Permit:
    gate = breaker.acquire(now, "catalogue")
    assert isinstance(gate, Permit)
    return gate


def _fail(breaker: Breaker, now: float, failure: Failed = DOWN) -> None:
    assert breaker.record(_permit(breaker, now), failure, now)


def _probe(breaker: Breaker, now: float) -> Permit:
    permit = breaker.acquire_probe(now)
    assert permit is not None
    return permit


def _opened(at: float = 0.0, failure: Failed = DOWN) -> Breaker:
    breaker = _breaker()
    for _ in range(5):
        _fail(breaker, at, failure)
    breaker.take_transitions()
    return breaker


@pytest.mark.parametrize(
    ("moments", "state", "counted"),
    [
        pytest.param([0, 1, 2, 3], CLOSED, 4, id="four"),
        pytest.param([0, 1, 2, 3, 4], OPEN, 0, id="five"),
        pytest.param([0, 0, 0, 0, 0], OPEN, 0, id="five-at-once"),
        pytest.param([0, 7.75, 15.5, 23.25, 31], CLOSED, 4, id="3-too-wide"),
        pytest.param([0, 7, 14, 21, 29.9], OPEN, 0, id="4-just-within"),
        pytest.param([0, 1, 2, 3, 30], CLOSED, 4, id="5-exactly-30-s-old"),
        pytest.param([0, 1, 2, 3, 29.999], OPEN, 0, id="5-a-millisecond-younger"),
        pytest.param([0, 1, 2, 3, 31, 32], CLOSED, 3, id="two-too-old"),
        pytest.param([0, 10, 20, 30, 40, 50, 60], CLOSED, 3, id="one-every-10-s"),
        pytest.param([0, 28, 28.1, 28.2, 57, 57.9], OPEN, 0, id="window-slides"),
    ],
)
def test_failures_open_where_five_lie_within_thirty_seconds(
    moments: Sequence[float], state: BreakerState, counted: int
) -> None:
    """The fifth failure opens, if the first of the five is less than 30 s old."""
    breaker = _breaker()

    for moment in moments:
        _fail(breaker, moment)

    snapshot = breaker.snapshot(moments[-1])
    assert snapshot.state is state
    assert snapshot.failures_in_window == counted


def test_the_window_empties_by_itself() -> None:
    """A failure leaves the window when it is 30 s old, though nobody asks."""
    breaker = _breaker()
    _fail(breaker, 0)

    assert breaker.snapshot(29.999).failures_in_window == 1
    assert breaker.snapshot(30).failures_in_window == 0


@pytest.mark.parametrize(
    "verdict", [Healthy(), Doubtful()], ids=["success", "in-doubt"]
)
def test_what_is_no_failure_clears_and_counts_nothing(
    verdict: Healthy | Doubtful,
) -> None:
    """Scenarios 1 and 2: a result that is no failure leaves the count as it is."""
    breaker = _breaker()
    for moment in range(4):
        _fail(breaker, moment)

    breaker.record(_permit(breaker, 4), verdict, 4)

    assert breaker.snapshot(4).failures_in_window == 4
    _fail(breaker, 5)
    assert breaker.state(5) is OPEN


def test_a_threshold_of_one_opens_at_once() -> None:
    """Scenario 47: with a threshold of one the first failure opens."""
    breaker = _breaker(failures=1)

    _fail(breaker, 3)

    assert breaker.state(3) is OPEN


def test_a_slow_failure_opens_when_it_fails() -> None:
    """Scenario 14: a call that began at 0 and fails at 15 opens at 15, not at 0."""
    breaker = _breaker()
    slow = _permit(breaker, 0)
    for moment in (1, 2, 3, 4):
        _fail(breaker, moment)

    breaker.record(slow, TIMEOUT, 15)

    (opening,) = breaker.take_transitions()
    assert (opening.to, opening.at, opening.cause) == (OPEN, 15, Cause.TIMEOUT)
    assert breaker.snapshot(15).retry_after_s == 30


def test_the_cause_is_that_of_the_completing_failure() -> None:
    """Four failures of one cause and a fifth of another open with the fifth's."""
    breaker = _breaker()
    for moment in range(4):
        _fail(breaker, moment, TIMEOUT)

    _fail(breaker, 4, Failed(cause=Cause.CONFIGURATION))

    assert breaker.snapshot(4).cause is Cause.CONFIGURATION
    (opening,) = breaker.take_transitions()
    causes = [failure.cause for failure in opening.last_failures]
    assert causes == [Cause.TIMEOUT] * 4 + [Cause.CONFIGURATION]
    assert [failure.at for failure in opening.last_failures] == [0, 1, 2, 3, 4]


def test_calls_in_flight_do_not_reopen() -> None:
    """Scenario 13: of 20 calls five fail at 10; the other 15 then change nothing."""
    breaker = _breaker()
    permits = [_permit(breaker, 0) for _ in range(20)]

    counted = [breaker.record(permit, DOWN, 10) for permit in permits[:5]]
    late = [
        breaker.record(permit, DOWN, 12 + number * 12 / 14)
        for number, permit in enumerate(permits[5:])
    ]

    assert all(counted)
    assert not any(late)
    assert breaker.state(39.999) is OPEN
    assert breaker.state(40) is HALF_OPEN
    transitions = breaker.take_transitions()
    assert [(each.to, each.at) for each in transitions] == [(OPEN, 10), (HALF_OPEN, 40)]


def test_it_half_opens_to_the_second() -> None:
    """Scenario 6: 29.999 s after the opening it is open, at 30 s half-open."""
    breaker = _opened()

    assert breaker.state(29.999) is OPEN
    assert breaker.snapshot(29.999).retry_after_s == pytest.approx(0.001)
    assert breaker.state(30) is HALF_OPEN


@pytest.mark.parametrize("state", [OPEN, HALF_OPEN])
def test_clients_are_refused_while_not_closed(state: BreakerState) -> None:
    """No client's request is ever a probe: it is refused, with state and cause."""
    breaker = _opened()
    now = 10.0 if state is OPEN else 30.0

    gate = breaker.acquire(now, "write")

    wait = 20.0 if state is OPEN else 0.0
    assert gate == Refused(state=state, cause=Cause.DOWN, retry_after_s=wait)


@pytest.mark.parametrize("now", [0.0, 10.0, 29.999])
def test_there_is_no_probe_before_half_open(now: float) -> None:
    """No probe is to be had while open; nor while closed."""
    assert _opened().acquire_probe(now) is None
    assert _breaker().acquire_probe(now) is None


def test_there_is_one_probe_at_most() -> None:
    """Scenario 7: while the probe is out nobody gets a second one."""
    breaker = _opened()
    _probe(breaker, 30)

    assert breaker.acquire_probe(30) is None
    assert breaker.acquire_probe(45.999) is None


def test_a_probes_success_closes() -> None:
    """The probe that succeeds closes with an empty window, and that is a recovery."""
    breaker = _opened()
    probe = _probe(breaker, 30)
    breaker.take_transitions()

    assert breaker.record(probe, Healthy(), 31.5)

    (closing,) = breaker.take_transitions()
    assert closing == Transition(
        to=CLOSED,
        at=31.5,
        cause=Cause.DOWN,
        last_failures=closing.last_failures,
        recovered=True,
        not_closed_s=31.5,
    )
    snapshot = breaker.snapshot(31.5)
    assert (snapshot.state, snapshot.cause) == (CLOSED, None)
    assert snapshot.failures_in_window == 0
    assert snapshot.not_closed_since is None


def test_a_probes_failure_opens_for_another_thirty_seconds() -> None:
    """Scenario 8: the probe fails at 31.2 with its own cause; the next is at 61.2."""
    breaker = _opened()
    probe = _probe(breaker, 30)
    breaker.take_transitions()

    breaker.record(probe, Failed(cause=Cause.CREDENTIALS), 31.2)

    (opening,) = breaker.take_transitions()
    assert (opening.to, opening.at) == (OPEN, 31.2)
    assert breaker.snapshot(31.2).cause is Cause.CREDENTIALS
    assert breaker.acquire_probe(61.199) is None
    assert breaker.acquire_probe(61.2) is not None


def test_a_cancelled_probe_gives_its_permit_back() -> None:
    """Scenario 9: nothing is counted, it stays half-open, and a probe is due again."""
    breaker = _opened()
    probe = _probe(breaker, 30)

    breaker.give_back(probe, 33)

    assert breaker.state(33) is HALF_OPEN
    assert breaker.next_wake(33) == 33
    assert breaker.acquire_probe(33) is not None


def test_a_lost_probe_fails_at_the_end_of_its_lease() -> None:
    """Scenario 10: 16 s after it was taken it counts as a timeout: open, not stuck."""
    breaker = _opened()
    probe = _probe(breaker, 31)

    assert breaker.state(46.999) is HALF_OPEN
    breaker.take_transitions()
    assert breaker.state(47) is OPEN

    (opening,) = breaker.take_transitions()
    assert (opening.to, opening.at, opening.cause) == (OPEN, 47, Cause.TIMEOUT)
    assert opening.lost_probe
    assert opening.last_failures[-1].operation == "probe"
    assert not breaker.record(probe, Healthy(), 47)
    assert breaker.state(76.999) is OPEN
    assert breaker.state(77) is HALF_OPEN


def test_a_late_success_does_not_close() -> None:
    """Scenario 11: a call let in while closed succeeds while half-open: ignored."""
    breaker = _breaker()
    slow = _permit(breaker, 0)
    for _ in range(5):
        _fail(breaker, 1)

    assert not breaker.record(slow, Healthy(), 31)

    assert breaker.state(31) is HALF_OPEN


def test_a_late_failure_does_not_count_in_the_next_life() -> None:
    """Scenario 12: a call of the first life fails in the third: the window is 0."""
    breaker = _breaker()
    slow = _permit(breaker, 0)
    for _ in range(5):
        _fail(breaker, 1)
    breaker.record(_probe(breaker, 31), Healthy(), 31)

    assert not breaker.record(slow, DOWN, 32)

    assert breaker.snapshot(32).failures_in_window == 0
    assert len(breaker.snapshot(32).last_failures) == 5


def test_a_late_result_returns_no_probe_of_another_life() -> None:
    """A probe of an earlier half-open that comes back does not free this one's."""
    breaker = _opened()
    lost = _probe(breaker, 30)
    breaker.state(46)
    _probe(breaker, 76)

    breaker.give_back(lost, 77)

    assert breaker.acquire_probe(77) is None


@pytest.mark.parametrize(
    ("asked_s", "wait_s"),
    [
        pytest.param(None, 30, id="none"),
        pytest.param(0.0, 30, id="zero"),
        pytest.param(10.0, 30, id="shorter"),
        pytest.param(31.0, 31, id="longer"),
        pytest.param(120.0, 120, id="the-cap"),
        pytest.param(1e9, 120, id="over-the-cap"),
    ],
)
@pytest.mark.parametrize("by_probe", [False, True], ids=["by-a-call", "by-the-probe"])
def test_retry_after_lengthens_the_wait(
    asked_s: float | None, wait_s: float, *, by_probe: bool
) -> None:
    """Scenario 19: the wait is the longer of 30 s and what was asked, up to 120 s."""
    failure = Failed(cause=Cause.DOWN, retry_after_s=asked_s)
    if by_probe:
        breaker, at = _opened(), 30.0
        breaker.record(_probe(breaker, at), failure, at)
    else:
        breaker, at = _breaker(), 4.0
        for moment in (0, 1, 2, 3):
            _fail(breaker, moment)
        _fail(breaker, at, failure)

    assert breaker.snapshot(at).retry_after_s == wait_s
    assert breaker.state(at + wait_s - 0.001) is OPEN
    assert breaker.state(at + wait_s) is HALF_OPEN


def test_an_earlier_failures_retry_after_is_kept() -> None:
    """What the first of the five asked for still holds when the fifth opens."""
    breaker = _breaker()
    _fail(breaker, 0, Failed(cause=Cause.DOWN, retry_after_s=100))
    for moment in (1, 2, 3):
        _fail(breaker, moment)

    _fail(breaker, 4)

    assert breaker.snapshot(4).retry_after_s == 96


def test_retry_after_of_another_outage_is_forgotten() -> None:
    """After a recovery the next opening lasts 30 s again."""
    breaker = _opened(failure=Failed(cause=Cause.DOWN, retry_after_s=120))
    breaker.record(_probe(breaker, 120), Healthy(), 120)

    for _ in range(5):
        _fail(breaker, 121)

    assert breaker.snapshot(121).retry_after_s == 30


@pytest.mark.parametrize("state", [OPEN, CLOSED])
def test_a_forced_state_does_not_time_out(state: BreakerState) -> None:
    """Scenario 43: forced, it stays so for days, with who, why and when."""
    breaker = _breaker()
    breaker.force(state, "maintenance", 5)

    snapshot = breaker.snapshot(5 + 2 * 86400)

    assert snapshot.state is state
    assert snapshot.forced is not None
    assert (snapshot.forced.state, snapshot.forced.why) == (state, "maintenance")
    assert snapshot.forced.at == 5
    assert breaker.next_wake(5 + 2 * 86400) is None
    assert breaker.acquire_probe(5 + 2 * 86400) is None


def test_forced_closed_it_lets_everything_through() -> None:
    """A hundred failures do not open what was forced closed."""
    breaker = _opened()
    breaker.force(CLOSED, "we know", 1)

    for _ in range(100):
        _fail(breaker, 2)

    assert breaker.snapshot(2).state is CLOSED
    breaker.reset(3)
    assert breaker.snapshot(3).failures_in_window == 0


def test_forced_open_it_refuses_everything() -> None:
    """A call that was under way and succeeds does not close what was forced open."""
    breaker = _breaker()
    under_way = _permit(breaker, 0)
    breaker.force(OPEN, "stop", 1)

    assert not breaker.record(under_way, Healthy(), 2)

    gate = breaker.acquire(2, "private")
    assert isinstance(gate, Refused)
    assert gate.cause is None


def test_a_probe_under_way_does_not_end_a_forced_state() -> None:
    """Forced open while a probe is out, it stays so when the probe succeeds."""
    breaker = _opened()
    probe = _probe(breaker, 30)
    breaker.force(OPEN, "stop", 31)

    assert not breaker.record(probe, Healthy(), 32)

    assert breaker.state(3600) is OPEN


def test_it_is_never_forced_half_open() -> None:
    """Half-open cannot be forced: there is no such command."""
    with pytest.raises(ValueError, match="never half-open"):
        _breaker().force(HALF_OPEN, "why not", 0)


@pytest.mark.parametrize("forced", [False, True], ids=["an-outage", "a-forced-state"])
def test_a_reset_closes_by_an_operators_hand(*, forced: bool) -> None:
    """A reset empties the window; it is no recovery and its cause is no outage's."""
    breaker = _opened()
    if forced:
        breaker.force(OPEN, "stop", 1)
    breaker.take_transitions()

    breaker.reset(2)

    (closing,) = breaker.take_transitions()
    assert (closing.to, closing.at, closing.cause) == (CLOSED, 2, None)
    assert not closing.recovered
    snapshot = breaker.snapshot(2)
    assert (snapshot.state, snapshot.forced) == (CLOSED, None)
    assert snapshot.failures_in_window == 0


def test_a_result_from_before_a_reset_does_not_count() -> None:
    """A call under way at a reset fails later: the window stays 0."""
    breaker = _breaker()
    under_way = _permit(breaker, 0)
    breaker.reset(1)

    assert not breaker.record(under_way, DOWN, 2)

    assert breaker.snapshot(2).failures_in_window == 0


def test_it_says_when_it_next_moves() -> None:
    """It wakes at half-open, for the probe at once, and for the end of its lease."""
    breaker = _breaker()
    assert breaker.next_wake(0) is None
    for _ in range(5):
        _fail(breaker, 0)

    assert breaker.next_wake(0) == 30
    assert breaker.next_wake(29.999) == 30
    assert breaker.next_wake(30) == 30
    assert breaker.next_wake(1000) == 1000
    _probe(breaker, 1000)
    assert breaker.next_wake(1000) == 1016


def test_after_a_leap_transitions_keep_their_due_times() -> None:
    """Seen again after an hour, each change says the second at which it was due."""
    breaker = _opened()
    _probe(breaker, 30)
    breaker.take_transitions()

    assert breaker.state(3600) is HALF_OPEN

    transitions = breaker.take_transitions()
    assert [(each.to, each.at, each.cause) for each in transitions] == [
        (OPEN, 46, Cause.TIMEOUT),
        (HALF_OPEN, 76, Cause.TIMEOUT),
    ]
    assert breaker.snapshot(3600).since == 76


def test_transitions_are_handed_over_once() -> None:
    """What was taken is not given again."""
    breaker = _breaker()
    for _ in range(5):
        _fail(breaker, 0)

    assert len(breaker.take_transitions()) == 1
    assert breaker.take_transitions() == []


def test_not_closed_time_runs_over_all_openings() -> None:
    """312 s of failing probes are one outage of 312 s (runbook's line)."""
    breaker = _opened()
    now = 30.0
    for _ in range(9):
        breaker.record(_probe(breaker, now), DOWN, now)
        now += 30
    breaker.take_transitions()

    breaker.record(_probe(breaker, 300), Healthy(), 312)

    closing = breaker.take_transitions()[-1]
    assert (closing.to, closing.not_closed_s) == (CLOSED, 312)


def test_only_the_last_five_failures_are_kept() -> None:
    """Out of eight failures the last five are shown, oldest first."""
    breaker = _breaker(failures=10)
    for moment in range(8):
        _fail(breaker, moment)

    shown = [failure.at for failure in breaker.snapshot(8).last_failures]
    assert shown == [3, 4, 5, 6, 7]


def test_a_hundred_thousand_refusals_leave_nothing_behind() -> None:
    """Scenario 44: after 100,000 refusals as many objects live as after 100."""
    breaker = _opened()

    def refuse(count: int) -> int:
        for _ in range(count):
            assert isinstance(breaker.acquire(1, "availability"), Refused)
        gc.collect()
        return len(gc.get_objects())

    before = refuse(100)
    after = refuse(100_000)

    assert abs(after - before) < 100
    assert breaker.take_transitions() == []
    assert breaker.snapshot(1).failures_in_window == 0


def test_many_failures_while_forced_leave_nothing_behind() -> None:
    """Neither window nor list grows with 10,000 failures that open nothing."""
    breaker = _breaker()
    breaker.force(CLOSED, "we know", 0)

    for moment in range(10_000):
        _fail(breaker, moment / 1000)

    assert len(breaker.snapshot(10).last_failures) == 5
    assert breaker.snapshot(10).failures_in_window == 0
