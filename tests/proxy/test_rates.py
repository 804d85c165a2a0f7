"""Facts of the requests a minute that a caller may make."""

from __future__ import annotations

import random

import pytest

from proxy.front.rates import OverRate, Rates


def test_so_many_pass_and_no_more() -> None:
    """The third within a minute is refused, with the time until it would pass."""
    rates = Rates({"desk": 2})
    assert rates.take("desk", 100) is None
    assert rates.take("desk", 110) is None

    over = rates.take("desk", 120)

    assert over == OverRate(caller="desk", per_minute=2, retry_after_s=40)


@pytest.mark.parametrize(
    ("now", "passes"), [(159.999, False), (160.0, True), (160.001, True)]
)
def test_a_minute_is_sixty_seconds(now: float, passes: bool) -> None:
    """What was taken at 100 counts until just before 160."""
    rates = Rates({"desk": 1})
    assert rates.take("desk", 100) is None

    assert (rates.take("desk", now) is None) is passes


def test_who_keeps_asking_is_served_all_the_same() -> None:
    """A refused request is not counted: a hammering tool gets its share, no more."""
    rates = Rates({"desk": 3})

    passed = [now for now in range(600) if rates.take("desk", now) is None]

    assert len(passed) == 30


def test_callers_do_not_share_a_limit() -> None:
    """One over its limit costs another nothing, nor one who has no limit."""
    rates = Rates({"desk": 1, "till": 1})
    assert rates.take("desk", 0) is None
    assert rates.take("desk", 0) is not None

    assert rates.take("till", 0) is None
    assert all(rates.take(name, 0) is None for name in ("agent", "") for _ in range(99))


@pytest.mark.parametrize("seed", range(20))
def test_no_minute_holds_more(seed: int) -> None:
    """However requests come, any 60 s hold at most the limit, and none is wasted."""
    dice = random.Random(seed)  # noqa: S311
    limit = dice.randint(1, 8)
    rates = Rates({"desk": limit})
    passed: list[float] = []
    now = 0.0
    for _ in range(400):
        now += dice.choice([0, 0.5, 3, 20]) * dice.random()
        recent = [at for at in passed if now - at < 60]
        over = rates.take("desk", now)
        assert (over is None) is (len(recent) < limit)
        if over is None:
            passed.append(now)
        else:
            assert over.retry_after_s == 60 - (now - recent[0])
            assert 0 < over.retry_after_s <= 60
