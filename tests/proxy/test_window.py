"""The breaker's options that are off by default (issue 4)."""

from __future__ import annotations

import pytest

from proxy.breaker.breaker import Breaker
from proxy.breaker.values import BreakerPolicy, Permit
from proxy.breaker.window import Window
from proxy.messages import BreakerState, Cause, Failed, Healthy

FAILED = Failed(cause=Cause.DOWN)


def _call(breaker: Breaker, now: float, verdict: Failed | Healthy) -> None:
    permit = breaker.acquire(now, "availability")
    assert isinstance(permit, Permit)
    breaker.record(permit, verdict, now)


def _probe(breaker: Breaker, now: float, verdict: Failed | Healthy) -> None:
    permit = breaker.acquire_probe(now)
    assert permit is not None
    breaker.record(permit, verdict, now)


def test_few_failures_among_many_successes_do_not_open() -> None:
    """With a ratio of a half, five failures among twenty calls are not enough."""
    breaker = Breaker(BreakerPolicy(min_ratio=0.5), 0)
    for second in range(15):
        _call(breaker, second, Healthy())
    for second in range(15, 20):
        _call(breaker, second, FAILED)

    assert breaker.state(20) is BreakerState.CLOSED
    assert breaker.snapshot(20).failures_in_window == 5


def test_old_successes_do_not_count_against_new_failures() -> None:
    """After the window only failures are left, and the ratio is reached."""
    breaker = Breaker(BreakerPolicy(min_ratio=0.5), 0)
    for _ in range(100):
        _call(breaker, 0, Healthy())
    for _ in range(5):
        _call(breaker, 30, FAILED)

    assert breaker.state(30) is BreakerState.OPEN


def test_without_a_ratio_no_success_is_kept() -> None:
    """A million good calls cost no memory where the rule does not ask for them."""
    window = Window(BreakerPolicy())
    for second in range(1000):
        window.succeeded(second)

    assert not window._successes


@pytest.mark.parametrize(
    ("failed_probes", "interval_s"), [(0, 30), (1, 60), (2, 120), (3, 200), (90, 200)]
)
def test_the_open_interval_grows_to_its_cap(
    failed_probes: int, interval_s: float
) -> None:
    """Each failed probe doubles it; the cap holds however long the outage."""
    breaker = Breaker(BreakerPolicy(open_growth=2, open_max_s=200), 0)
    for _ in range(5):
        _call(breaker, 0, FAILED)
    now = 0.0
    for _ in range(failed_probes):
        now += breaker.snapshot(now).retry_after_s
        _probe(breaker, now, FAILED)

    assert breaker.snapshot(now).retry_after_s == interval_s


def test_a_recovery_ends_the_growth() -> None:
    """The next outage begins with the runbook's 30 s again."""
    breaker = Breaker(BreakerPolicy(open_growth=2), 0)
    for _ in range(5):
        _call(breaker, 0, FAILED)
    _probe(breaker, 30, FAILED)
    _probe(breaker, 90, Healthy())
    for _ in range(5):
        _call(breaker, 100, FAILED)

    assert breaker.snapshot(100).retry_after_s == 30


def test_a_cap_below_the_interval_does_not_shorten_it() -> None:
    """It never probes before PROXY_BREAKER_OPEN_S."""
    breaker = Breaker(BreakerPolicy(open_s=30, open_max_s=10), 0)
    for _ in range(5):
        _call(breaker, 0, FAILED)

    assert breaker.snapshot(0).retry_after_s == 30


def test_jitter_adds_its_share() -> None:
    """With the highest draw 30 s and a tenth are 33 s."""
    breaker = Breaker(BreakerPolicy(open_jitter=0.1), 0, lambda: 1.0)
    for _ in range(5):
        _call(breaker, 0, FAILED)

    assert breaker.snapshot(0).retry_after_s == pytest.approx(33)


def test_it_takes_as_many_good_probes_as_set() -> None:
    """With three, two good probes leave it half-open, and a bad one begins anew."""
    breaker = Breaker(BreakerPolicy(successes=3), 0)
    for _ in range(5):
        _call(breaker, 0, FAILED)
    for second in (30, 31):
        _probe(breaker, second, Healthy())
    assert breaker.state(31) is BreakerState.HALF_OPEN
    _probe(breaker, 32, FAILED)

    for second in (62, 63):
        _probe(breaker, second, Healthy())
    assert breaker.state(63) is BreakerState.HALF_OPEN
    _probe(breaker, 64, Healthy())

    assert breaker.state(64) is BreakerState.CLOSED
