"""Facts of freshness: its bounds, what a write ends, what a client wishes."""

from __future__ import annotations

import pytest

from proxy.cache.freshness import Freshness, Lifetime, assess, wishes
from proxy.messages import Entry

LIFETIME = Lifetime(fresh_s=30, usable_s=300)
ENTRY = Entry(status=200, headers=(), body=b"", sent_at=1000.0, etag="")


@pytest.mark.parametrize(
    ("age", "freshness"),
    [
        (0, Freshness.FRESH),
        (30, Freshness.FRESH),
        (30.001, Freshness.STALE),
        (299.999, Freshness.STALE),
        (300, Freshness.STALE),
        (300.001, Freshness.UNUSABLE),
    ],
)
def test_bounds_belong_to_the_better_side(age: float, freshness: Freshness) -> None:
    """30 s is fresh, 300 s usable, 300.001 s neither."""
    found = assess(ENTRY, LIFETIME, 1000 + age, written_at=None)

    assert found.freshness is freshness
    assert found.age_s == pytest.approx(age)
    assert found.ttl_s == pytest.approx(30 - age)


def test_a_sending_in_the_future_is_age_nought() -> None:
    """RFC 9111 §4.2.3: an age is never negative."""
    assert assess(ENTRY, LIFETIME, 999, written_at=None).age_s == 0


@pytest.mark.parametrize(
    ("written_at", "is_fresh"),
    [(None, True), (999.9, True), (1000, False), (1000.1, False)],
)
def test_a_write_ends_the_freshness_of_what_was_asked_before(
    written_at: float | None, *, is_fresh: bool
) -> None:
    """At the same instant too; the age stays what it is."""
    found = assess(ENTRY, LIFETIME, 1001, written_at=written_at)

    assert (found.freshness is Freshness.FRESH) is is_fresh
    assert found.age_s == 1
    assert (found.ttl_s < 0) is not is_fresh


def test_a_write_makes_nothing_usable_again() -> None:
    """What is too old stays too old."""
    found = assess(ENTRY, LIFETIME, 1301, written_at=1200)

    assert found.freshness is Freshness.UNUSABLE


@pytest.mark.parametrize(
    ("text", "max_age"),
    [
        ("max-age=5", 5),
        ('MAX-AGE="5"', 5),
        ("max-age=5, max-age=7", 7),
        ("max-age", None),
        ("max-age=", None),
        ("max-age=-1", None),
        ("max-age=1.5", None),
        ("max-age=٣", None),
        ("max-age=" + "9" * 400, 9999999999),
        ("s-maxage=5", None),
    ],
)
def test_max_age_is_read_or_ignored(text: str, max_age: int | None) -> None:
    """Only digits are a time, and no number is too long to read."""
    assert wishes(text).max_age_s == max_age


def test_wishes_are_read_in_any_case_and_order() -> None:
    """What is not known is ignored."""
    found = wishes(" No-Store ,x=1,, only-if-cached,NO-CACHE")

    assert found.no_store
    assert found.only_if_cached
    assert found.no_cache
