"""What answers teach of the lengths of stay that a type takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.calendar.restrictions import KNOWN_FOR_S, Restrictions, Taken

YES, NO, UNKNOWN = Taken
DAY = 739_000


def _after(*shown: tuple[int, bool]) -> Restrictions:
    made = Restrictions()
    for at, (nights, taken) in enumerate(shown):
        made.shows("1", DAY, nights, float(at), taken=taken)
    return made


@pytest.mark.parametrize(
    ("shown", "nights", "takes"),
    [
        ((), 1, UNKNOWN),
        (((1, True),), 1, YES),
        (((1, True),), 2, UNKNOWN),
        (((1, True), (14, True)), 7, YES),
        (((1, True), (14, True)), 15, UNKNOWN),
        (((1, False),), 1, NO),
        (((1, False),), 2, UNKNOWN),
        (((2, False), (4, True)), 1, NO),
        (((2, False), (4, True)), 3, UNKNOWN),
        (((4, True), (8, False)), 9, NO),
        (((4, True), (8, False)), 7, UNKNOWN),
        # The later answer is right.
        (((1, True), (7, True), (1, False)), 1, NO),
        (((1, True), (7, True), (1, False)), 7, YES),
        (((1, True), (7, True), (1, False)), 4, UNKNOWN),
        (((1, True), (7, True), (7, False)), 1, YES),
        (((1, True), (7, True), (7, False)), 7, NO),
        (((1, True), (7, True), (4, False)), 4, NO),
        (((1, True), (7, True), (4, False)), 1, UNKNOWN),
        (((3, False), (3, True)), 3, YES),
    ],
)
def test_what_was_shown_and_what_follows(
    shown: tuple[tuple[int, bool], ...], nights: int, takes: Taken
) -> None:
    """Between two lengths that are taken all are; beyond a refused one none is."""
    assert _after(*shown).takes("1", DAY, nights, 10.0) is takes


@pytest.mark.parametrize(
    ("shown", "nights", "takes"),
    [
        # Refused at 5 s; the others are told late.
        (((3, False, 5.0), (3, True, 1.0)), 3, NO),
        (((3, False, 5.0), (2, True, 1.0), (4, True, 2.0)), 3, NO),
        (((3, True, 5.0), (3, False, 1.0)), 3, YES),
        (((2, True, 4.0), (4, True, 5.0), (3, False, 1.0)), 3, YES),
        (((2, True, 5.0), (4, True, 0.0), (2, False, 1.0)), 3, YES),
    ],
)
def test_what_comes_late_does_not_count_as_later(
    shown: tuple[tuple[int, bool, float], ...], nights: int, takes: Taken
) -> None:
    """The instant of the answer decides, not the order in which they are told."""
    known = Restrictions()
    for length, taken, at in shown:
        known.shows("1", DAY, length, at, taken=taken)
    assert known.takes("1", DAY, nights, 10.0) is takes


@given(
    st.lists(st.tuples(st.integers(1, 16), st.booleans()), max_size=12),
    st.integers(1, 14),
)
def test_what_is_unknown_is_listed(shown: list[tuple[int, bool]], longest: int) -> None:
    """The list has each length of which nothing is said, whatever was shown."""
    known = _after(*shown)
    assert known.unknown("1", DAY, longest, 50.0) == [
        nights
        for nights in range(1, longest + 1)
        if known.takes("1", DAY, nights, 50.0) is UNKNOWN
    ]


def test_types_and_days_are_apart() -> None:
    """What one type takes on one day tells nothing of another's, or another day."""
    known = _after((1, True))
    assert known.takes("2", DAY, 1, 0.0) is UNKNOWN
    assert known.takes("1", DAY + 1, 1, 0.0) is UNKNOWN


def test_what_was_shown_is_forgotten_after_a_day() -> None:
    """Restrictions change rarely, but they do."""
    known = _after((1, True))
    assert known.takes("1", DAY, 1, KNOWN_FOR_S) is YES
    assert known.takes("1", DAY, 1, KNOWN_FOR_S + 1) is UNKNOWN


@given(
    st.integers(1, 20),
    st.integers(1, 20),
    st.lists(st.integers(1, 20), max_size=30),
    st.integers(1, 20),
)
def test_it_is_never_wrong(low: int, high: int, tried: list[int], asked: int) -> None:
    """Whatever was tried of a span that stands, what is said of it is true."""
    known = _after(*((nights, low <= nights <= high) for nights in tried))
    takes = known.takes("1", DAY, asked, 50.0)
    assert takes in {UNKNOWN, YES if low <= asked <= high else NO}
