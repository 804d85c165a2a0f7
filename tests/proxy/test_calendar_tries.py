"""How many searches it takes to know which lengths of stay every type takes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from demo.houses import TypePlan
from demo.rules import StayRule, allows_stay
from fakes.nights import TODAY, Kept, cancels, house_of, sells
from proxy.calendar.calendar import LONGEST_TRY
from proxy.calendar.restrictions import Taken

NIGHTS = 180
EVERY_S = 5.0
READ_EVERY_S = 240.0
# No more than that of rounds, each ending with new nights.
ROUNDS = 60
SATURDAY = 5


def _kept(*stays: StayRule, nights: int = NIGHTS) -> Kept:
    """Keep a hotel of four types, two of which have restrictions."""
    plans = [
        TypePlan(f"Type {number}", 100, [f"{number}A", f"{number}B"], stays=rules)
        for number, rules in enumerate([(), stays, (), stays])
    ]
    kept = Kept(house_of(*plans), nights=nights)
    kept.reads()
    return kept


def _learns_all(kept: Kept) -> int:
    """Try until nothing is left, reading the nights meanwhile; count the tries."""
    count = 0
    for _ in range(ROUNDS):
        tried = kept.tries(int(READ_EVERY_S / EVERY_S), every_s=EVERY_S)
        count += len(tried)
        kept.passes(EVERY_S * 4)
        kept.reads()
        first = TODAY.toordinal()
        if (
            not tried
            and kept.calendar.next_try(first, first + kept.nights, kept.at) is None
        ):
            return count
    raise AssertionError("It never ends.")


def _check_all(kept: Kept) -> None:
    """Every day, type and length that the nights allow is known, and rightly so."""
    for number in range(kept.nights):
        day = TODAY + timedelta(days=number)
        for kind in kept.kinds():
            for nights in range(1, min(LONGEST_TRY, kept.nights - number) + 1):
                takes = kept.calendar.restrictions.takes(
                    str(kind.id), day.toordinal(), nights, kept.at
                )
                is_sold = allows_stay(kept.house.stay_rules[kind.id], day, nights)
                assert takes is (Taken.YES if is_sold else Taken.NO), (day, nights)


def test_without_restrictions_a_day_takes_two_tries() -> None:
    """One night and fourteen; what lies between follows, for all types at once."""
    kept = _kept()
    tried = kept.tries(2 * NIGHTS)
    assert len(tried) == 2 * NIGHTS - 1
    _check_all(kept)


def test_the_nearest_days_come_first() -> None:
    """Each day once before any of them twice."""
    tried = _kept().tries(NIGHTS + 2)
    first = TODAY.toordinal()
    assert tried[:NIGHTS] == [(first + day, 1) for day in range(NIGHTS)]
    assert tried[NIGHTS:] == [(first, LONGEST_TRY), (first + 1, LONGEST_TRY)]


def _weekends(shortest: int, longest: int) -> list[StayRule]:
    days = [TODAY + timedelta(days=number) for number in range(NIGHTS)]
    return [
        StayRule(min_nights=shortest, max_nights=longest, first=day, last=day)
        for day in days
        if day.weekday() == SATURDAY
    ]


@pytest.mark.parametrize(
    ("rules", "most"),
    [
        pytest.param(_weekends(3, 7), 650, id="weekends"),
        pytest.param([StayRule(min_nights=2)], 900, id="two-at-least"),
    ],
)
def test_every_restriction_is_found(rules: list[StayRule], most: int) -> None:
    """The tries end, with every length known; and most days cost two of them."""
    kept = _kept(*rules)
    assert _learns_all(kept) <= most
    _check_all(kept)


@pytest.mark.parametrize(
    "rule",
    [
        StayRule(min_nights=3, max_nights=7),
        StayRule(min_nights=7, max_nights=7),
        StayRule(min_nights=2, max_nights=3),
        StayRule(min_nights=12),
        StayRule(max_nights=1),
        StayRule(min_nights=30),
    ],
    ids=lambda rule: f"{rule.min_nights}-{rule.max_nights}",
)
def test_any_span_is_found(rule: StayRule) -> None:
    """Wherever it lies between one night and fourteen, or not at all."""
    kept = _kept(rule, nights=16)
    _learns_all(kept)
    _check_all(kept)


def test_each_try_teaches() -> None:
    """Nothing is asked for twice that has been answered with rooms."""
    kept = _kept(StayRule(min_nights=3, max_nights=7), nights=20)
    tried = [one for _ in range(12) for one in _round(kept)]
    # What is refused takes two.
    assert max(tried.count(one) for one in tried) == 2


def _round(kept: Kept) -> list[tuple[int, int]]:
    tried = kept.tries(48, every_s=EVERY_S)
    kept.passes(20)
    kept.reads()
    return tried


def test_a_sold_out_day_is_not_tried() -> None:
    """Without a free room no search would tell anything; with one, it is tried."""
    kept = _kept(nights=10)
    booked = [
        sells(kept.house, room, TODAY + timedelta(days=4), 2)
        for kind in kept.kinds()
        for room in kind.rooms
    ]
    kept.passes(1)
    kept.reads()
    days = {date.fromordinal(day) - TODAY for day, _ in kept.tries(100)}
    assert {day.days for day in days} == {0, 1, 2, 3, 6, 7, 8, 9}

    cancels(kept.house, booked[0])
    assert kept.tries(100) == []
    kept.passes(1)
    kept.reads()
    assert (TODAY.toordinal() + 4, 1) in kept.tries(100)
