"""Which searches are hot, which copies are due, and what may be spent (CONTRACT §4)."""

from __future__ import annotations

import pytest

from proxy.cache.hot import HotPolicy, HotSearch, HotSearches
from proxy.messages import CacheKey, Operation, Reading, Request

POLICY = HotPolicy(fresh_s=30, lead_s=5)
KEY = CacheKey("k")
REQUEST = Request(method="POST", path="/api/hotel_ari", body=b"<q/>")
AT = 1000.0


def _reading(nights: int | None = 1, key: CacheKey | None = KEY) -> Reading:
    return Reading(
        operation=Operation.AVAILABILITY, resource="hotel_ari", key=key, nights=nights
    )


def _asked(searches: HotSearches, *instants: float, key: CacheKey = KEY) -> None:
    for now in instants:
        searches.asked(key, REQUEST, _reading(key=key), now)


def _one_hot(policy: HotPolicy = POLICY) -> tuple[HotSearches, HotSearch]:
    searches = HotSearches(policy)
    _asked(searches, AT, AT, AT)
    (search,) = searches.hot(AT)
    return searches, search


@pytest.mark.parametrize(
    ("instants", "now", "is_hot"),
    [
        ((0, 1), 1, False),
        ((0, 1, 2), 2, True),
        ((0, 30, 59.999), 59.999, True),
        ((0, 30, 59), 60, False),
        ((0, 30, 59, 61), 61, True),
        ((0, 1, 2, 3, 59), 61.999, True),
        ((0, 1, 2, 3, 59), 62, False),
        ((0, 0, 0), 59.999, True),
        ((0, 0, 0), 60, False),
    ],
    ids=str,
)
def test_three_times_in_sixty_seconds_is_hot(
    instants: tuple[float, ...], now: float, is_hot: bool
) -> None:
    """The sixty seconds slide; a question aged exactly 60 s counts no more."""
    searches = HotSearches(POLICY)
    _asked(searches, *(AT + instant for instant in instants))

    assert [search.key for search in searches.hot(AT + now)] == [KEY] * is_hot


@pytest.mark.parametrize(
    ("age_s", "is_due"),
    [(0, False), (24.999, False), (25, True), (30, True), (30.001, False)],
)
def test_a_copy_is_due_just_before_it_leaves_freshness(
    age_s: float, is_due: bool
) -> None:
    """Due in the last 5 s of 30; later it is the next guest's to replace."""
    searches, search = _one_hot()

    assert searches.is_due(search, AT, AT + age_s) is is_due


def test_a_copy_is_refreshed_once() -> None:
    """A refresh that brought nothing younger is not repeated; a younger copy is."""
    searches, search = _one_hot()
    searches.refreshed(search, AT)

    assert not searches.is_due(search, AT, AT + 26)
    assert searches.is_due(search, AT + 25, AT + 50)


@pytest.mark.parametrize(
    ("reading", "is_wanted"),
    [
        (_reading(1), True),
        (_reading(31), True),
        (_reading(32), False),
        (_reading(0), False),
        (_reading(-1), False),
        (_reading(None), False),
        (_reading(1, key=None), False),
    ],
    ids=lambda value: str(getattr(value, "nights", "")),
)
def test_only_searches_of_a_month_are_wanted(reading: Reading, is_wanted: bool) -> None:
    """Over 31 nights, or a number not known, is never refreshed."""
    assert HotSearches(POLICY).wants(REQUEST, reading) is is_wanted


def test_a_long_question_is_not_remembered() -> None:
    """The bodies that are kept are bounded too."""
    long = Request(method="POST", path="/api/hotel_ari", body=b"x" * 4097)

    assert not HotSearches(POLICY).wants(long, _reading())


def test_a_million_questions_are_a_thousand() -> None:
    """Scenario 45: memory is bounded; those last asked are remembered."""
    searches = HotSearches(POLICY)
    reading = _reading()
    for number in range(1_000_000):
        searches.asked(CacheKey(str(number)), REQUEST, reading, AT)

    assert len(searches) == 1000
    _asked(searches, AT, AT, key=CacheKey("999999"))
    assert [search.key for search in searches.hot(AT)] == ["999999"]


def test_what_was_not_asked_for_a_minute_is_forgotten() -> None:
    """Nothing is left of an evening's rush."""
    searches = HotSearches(POLICY)
    for number in range(100):
        _asked(searches, AT + number, key=CacheKey(str(number)))
    searches.hot(AT + 99)
    assert len(searches) == 60

    searches.hot(AT + 159)
    assert len(searches) == 0


def test_the_last_asked_comes_first() -> None:
    """Where the budget is short it goes to the searches that are asked now."""
    searches = HotSearches(POLICY)
    for now, name in enumerate("abca"):
        _asked(searches, AT + now, AT + now, AT + now, key=CacheKey(name))

    assert [search.key for search in searches.hot(AT + 4)] == ["a", "c", "b"]
