from __future__ import annotations

from datetime import date

import pytest

from agent.availability_query import read_query
from agent.errors import FieldError
from agent.messages import Search

TODAY = date(2026, 11, 24)


def read(**given: str) -> Search:
    """Read a query of fields that stand there once."""
    return read_query(given.items(), TODAY).search


def test_defaults() -> None:
    """A check-in is enough: one night, one adult, no children."""
    assert read(checkin="2026-12-05") == Search(
        checkin=date(2026, 12, 5), checkout=date(2026, 12, 6), adults=1
    )


def test_all_given() -> None:
    """Everything that is given is taken."""
    query = read_query(
        [
            ("checkin", "2026-11-24"),
            ("checkout", "2027-11-24"),
            ("adults", "2"),
            ("children", "1"),
            ("room_type", "suite"),
        ],
        TODAY,
    )
    assert query.search.nights == 365
    assert (query.search.adults, query.search.children) == (2, 1)
    assert query.room_type == "suite"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("checkin", {}),
        ("checkin", {"checkin": ""}),
        ("checkin", {"checkin": "5/12/2026"}),
        ("checkin", {"checkin": "2026-13-01"}),
        ("checkin", {"checkin": "20261205"}),
        ("checkin", {"checkin": "2026-12-05\x00"}),
        ("checkin", {"checkin": "\u0662\u0660\u0662\u0666-12-05"}),
        ("checkin", {"checkin": "2026-11-23"}),
        ("checkin", {"checkin": "9999-12-31"}),
        ("checkout", {"checkin": "2026-12-05", "checkout": ""}),
        ("checkout", {"checkin": "2026-12-05", "checkout": "2026-12-05"}),
        ("checkout", {"checkin": "2026-12-05", "checkout": "2026-12-04"}),
        ("checkout", {"checkin": "2026-12-05", "checkout": "2027-12-06"}),
        ("adults", {"checkin": "2026-12-05", "adults": "0"}),
        ("adults", {"checkin": "2026-12-05", "adults": "-1"}),
        ("adults", {"checkin": "2026-12-05", "adults": "1.5"}),
        ("adults", {"checkin": "2026-12-05", "adults": "two"}),
        ("adults", {"checkin": "2026-12-05", "adults": "9" * 5000}),
        ("adults", {"checkin": "2026-12-05", "adults": "NaN"}),
        ("children", {"checkin": "2026-12-05", "children": "21"}),
        ("room", {"checkin": "2026-12-05", "room": "suite"}),
    ],
)
def test_bad_field(field: str, given: dict[str, str]) -> None:
    """What cannot be asked names its field."""
    with pytest.raises(FieldError) as caught:
        read(**given)
    assert caught.value.field == field


def test_repeated() -> None:
    """A field given twice is not guessed at."""
    with pytest.raises(FieldError, match="adults stands there 2 times"):
        read_query([("checkin", "2026-12-05"), ("adults", "1"), ("adults", "2")], TODAY)
