from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.dates import Stay, next_day, read_stay
from agent.messages import LONGEST_STAY
from agent.words import fold

TUESDAY = date(2026, 11, 24)


def stay(text: str, today: date = TUESDAY) -> tuple[str | None, int | None]:
    """Return the check-in and the nights that `text` names."""
    found = read_stay(fold(text), today)
    return found.checkin.isoformat() if found.checkin else None, found.nights


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-05", ("2026-12-05", None)),
        ("5/12", ("2026-12-05", None)),
        ("5/12/2027", ("2027-12-05", None)),
        ("5-12-27", ("2027-12-05", None)),
        ("5.12.2027", ("2027-12-05", None)),
        ("el 5 de diciembre", ("2026-12-05", None)),
        ("5 de enero de 2028", ("2028-01-05", None)),
        ("December 5th", ("2026-12-05", None)),
        ("Dec 10th, 2 nights", ("2026-12-10", 2)),
        ("dia 15 de janeiro, 3 noites", ("2027-01-15", 3)),
        ("del 5 al 8 de diciembre", ("2026-12-05", 3)),
        ("del 5/12 al 8/12", ("2026-12-05", 3)),
        ("del 5/12/2026 al 8/12/2026", ("2026-12-05", 3)),
        ("entre el 5 y el 8 de diciembre", ("2026-12-05", 3)),
        ("9 al 11/12", ("2026-12-09", 2)),
        ("del 28 al 2", ("2026-11-28", 4)),
        ("del 30 de diciembre al 2 de enero", ("2026-12-30", 3)),
        ("del 30 de diciembre al 2 de enero de 2027", ("2026-12-30", 3)),
        ("from Dec 5 to Dec 8", ("2026-12-05", 3)),
        ("de 5 a 8 de dezembro", ("2026-12-05", 3)),
        ("do dia 20/12 ao dia 27/12", ("2026-12-20", 7)),
        ("2026-12-05 - 2026-12-08", ("2026-12-05", 3)),
        ("llego el 5/12 y me voy el 8/12", ("2026-12-05", 3)),
        ("me voy el 8/12, llego el 5/12", ("2026-12-05", 3)),
        ("hoy", ("2026-11-24", None)),
        ("esta noche", ("2026-11-24", None)),
        ("mañana por 2 noches", ("2026-11-25", 2)),
        ("MAÑANA", ("2026-11-25", None)),
        ("pasado mañana", ("2026-11-26", None)),
        ("the day after tomorrow", ("2026-11-26", None)),
        ("amanhã", ("2026-11-25", None)),
        ("24/11", ("2026-11-24", None)),
        ("23/11", ("2027-11-23", None)),
        ("29/2", ("2028-02-29", None)),
        ("el 1/12 una semana", ("2026-12-01", 7)),
        ("el 15", ("2026-12-15", None)),
        ("hay lugar el 15 para 2?", ("2026-12-15", None)),
        ("dia 15", ("2026-12-15", None)),
        ("15 al 18", ("2026-12-15", 3)),
        ("llego el 15 y me voy el 18", ("2026-12-15", 3)),
        ("llego el 5/12, el 8/12 nos vamos", ("2026-12-05", 3)),
        ("de hoy al 8/12", ("2026-11-24", 14)),
        ("de mañana a pasado mañana", ("2026-11-25", 1)),
        ("mañana hasta el 28", ("2026-11-25", 3)),
        ("from tomorrow until 28/11", ("2026-11-25", 3)),
        ("llegamos hoy y nos vamos el 28/11", ("2026-11-24", 4)),
        ("hoy quería consultar por el 5/12", ("2026-12-05", None)),
    ],
)
def test_said(text: str, expected: tuple[str, int | None]) -> None:
    """A stay is read as it was said, in the next year that has it."""
    assert stay(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "llego a la mañana",
        "31/2",
        "45/13",
        "99/99/9999",
        "9999-12-31",
        "somos 2 a 3 personas",
        "del 2 a 3 personas",
        "5/12 o 8/12",
        "en enero",
        "habitación 12",
        "a las 10:30",
        "+54 9 11 5555-1234",
        "del 5/12/2026 al 8/12/2031",
        "me voy el 8/12",
        "salgo mañana",
        "hasta el 8/12",
        "gracias, hasta mañana",
        "nos vemos mañana!",
        "see you tomorrow",
        "até amanhã",
        "el 15 o el 16",
        "el 2 personas",
    ],
)
def test_not_said(text: str) -> None:
    """What names no day, or no single one, gives none."""
    assert stay(text)[0] is None


@pytest.mark.parametrize("text", ["5/12/2025", "2026-11-23", "del 5 al 8/3/2026"])
def test_past(text: str) -> None:
    """A day named with its year that is over is told apart from none at all."""
    assert read_stay(fold(text), TUESDAY) == Stay(is_past=True)


def test_next_day() -> None:
    """A bare day is the next one, today included, in the month that has it."""
    assert next_day(24, TUESDAY) == TUESDAY
    assert next_day(23, TUESDAY) == date(2026, 12, 23)
    assert next_day(31, TUESDAY) == date(2026, 12, 31)
    assert next_day(32, TUESDAY) is None


@given(
    st.dates(date(2026, 11, 24), date(2033, 1, 1)),
    st.sampled_from(("{0:%Y-%m-%d}", "{0.day}/{0.month}/{0.year}", "{0:%d/%m/%y}")),
)
def test_every_date(day: date, form: str) -> None:
    """Every day written with its year is that day."""
    assert read_stay(form.format(day), TUESDAY).checkin == day


@given(st.text(alphabet="0123456789/-. alhoydeiciembr", max_size=60))
def test_never_past_nor_endless(text: str) -> None:
    """Whatever is written, a stay starts no earlier than today and ends."""
    found = read_stay(fold(text), TUESDAY)
    assert found.checkin is None or found.checkin >= TUESDAY
    assert found.nights is None or 0 < found.nights <= LONGEST_STAY
