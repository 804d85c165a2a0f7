"""What calendars have learned, written and read again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.calendar.calendar import HotelCalendar
from proxy.calendar.codec import read, write
from proxy.calendar.restrictions import Taken
from proxy.moment import Moment

DAY = 739_000


def _learned() -> HotelCalendar:
    hotel = HotelCalendar()
    hotel.names["1"], hotel.labels["1"] = "Árbol", "<language>Árbol</language>"
    hotel.details["7"], hotel.root, hotel.version = "{}", "http://pms/api/", "1.6.1"
    hotel.restrictions.shows("1", DAY, 2, 900.0, taken=False)
    hotel.restrictions.shows("1", DAY, 3, 950.0, taken=True)
    return hotel


def test_what_was_learned_is_read_in_another_process() -> None:
    """Texts as they were, and what was shown as long ago as it was."""
    value = write({"4": _learned()}, Moment(1000.0, 5_000_000.0))
    found = read(value, Moment(77.0, 5_000_100.0))
    assert found is not None
    hotel = found["4"]

    assert (hotel.names, hotel.labels) == (_learned().names, _learned().labels)
    assert (hotel.details, hotel.root) == ({"7": "{}"}, "http://pms/api/")
    rows = hotel.restrictions.rows()
    assert [(row.nights, row.at, row.taken) for row in rows] == [
        (2, 77.0 - 200, False),
        (3, 77.0 - 150, True),
    ]
    assert hotel.restrictions.takes("1", DAY, 1, 77.0) is Taken.NO


def test_the_later_knowledge_of_a_day_wins() -> None:
    """Whoever was shown something of a type and day last is right about it."""
    mine, theirs = _learned(), HotelCalendar()
    theirs.restrictions.shows("1", DAY, 1, 960.0, taken=True)
    theirs.restrictions.shows("1", DAY + 1, 5, 10.0, taken=True)
    mine.absorb(theirs)

    assert mine.restrictions.takes("1", DAY, 1, 1000.0) is Taken.YES
    assert mine.restrictions.takes("1", DAY + 1, 5, 1000.0) is Taken.YES
    theirs.absorb(_learned())
    assert theirs.restrictions.takes("1", DAY, 1, 1000.0) is Taken.YES
    assert theirs.names == {"1": "Árbol"}


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b'{"1": 5}',
        b'{"1": {}}',
        b'{"1":{"names":[],"labels":{},"details":{},"root":"","version":"","stays":[]}}',
        (
            b'{"1":{"names":{},"labels":{},"details":{},"root":"","version":"",'
            b'"stays":[["1",1,1,NaN,true]]}}'
        ),
        (
            b'{"1":{"names":{},"labels":{},"details":{},"root":"","version":"",'
            b'"stays":[["1","x",1,1,true]]}}'
        ),
        b"[" * 100_000,
    ],
    ids=lambda value: value[:40],
)
def test_foreign_bytes_are_nothing(value: bytes) -> None:
    """It is learned again."""
    assert not read(value, Moment(0.0, 0.0))


@given(st.binary(max_size=200))
def test_no_bytes_crash_it(value: bytes) -> None:
    """Whatever stands there."""
    assert not read(value, Moment(0.0, 0.0))
