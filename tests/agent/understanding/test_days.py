from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.days import easter
from agent.understanding.grammar import Grammar

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "checkin", "checkout"),
    [
        ("2026-12-05", "2026-12-05", None),
        ("5/12", "2026-12-05", None),
        ("5/12/2027", "2027-12-05", None),
        ("5-12-27", "2027-12-05", None),
        ("5.12.2027", "2027-12-05", None),
        ("el 5 de diciembre", "2026-12-05", None),
        ("5 de enero de 2028", "2028-01-05", None),
        ("December 5th", "2026-12-05", None),
        ("Dec 10th, 2 nights", "2026-12-10", "2026-12-12"),
        ("dia 15 de janeiro, 3 noites", "2027-01-15", "2027-01-18"),
        ("del 5 al 8 de diciembre", "2026-12-05", "2026-12-08"),
        ("del 5/12 al 8/12", "2026-12-05", "2026-12-08"),
        ("del 5/12/2026 al 8/12/2026", "2026-12-05", "2026-12-08"),
        ("entre el 5 y el 8 de diciembre", "2026-12-05", "2026-12-08"),
        ("9 al 11/12", "2026-12-09", "2026-12-11"),
        ("del 28 al 2", "2026-11-28", "2026-12-02"),
        ("del 30 de diciembre al 2 de enero", "2026-12-30", "2027-01-02"),
        ("del 30 de diciembre al 2 de enero de 2027", "2026-12-30", "2027-01-02"),
        ("from Dec 5 to Dec 8", "2026-12-05", "2026-12-08"),
        ("de 5 a 8 de dezembro", "2026-12-05", "2026-12-08"),
        ("do dia 20/12 ao dia 27/12", "2026-12-20", "2026-12-27"),
        ("2026-12-05 - 2026-12-08", "2026-12-05", "2026-12-08"),
        ("llego el 5/12 y me voy el 8/12", "2026-12-05", "2026-12-08"),
        ("me voy el 8/12, llego el 5/12", "2026-12-05", "2026-12-08"),
        ("hoy", "2026-11-24", None),
        ("esta noche", "2026-11-24", None),
        ("mañana por 2 noches", "2026-11-25", "2026-11-27"),
        ("MAÑANA", "2026-11-25", None),
        ("pasado mañana", "2026-11-26", None),
        ("the day after tomorrow", "2026-11-26", None),
        ("amanhã", "2026-11-25", None),
        ("24/11", "2026-11-24", None),
        ("23/11", "2027-11-23", None),
        ("29/2", "2028-02-29", None),
        ("el 1/12 una semana", "2026-12-01", "2026-12-08"),
        ("el 15", "2026-12-15", None),
        ("hay lugar el 15 para 2?", "2026-12-15", None),
        ("dia 15", "2026-12-15", None),
        ("15 al 18", "2026-12-15", "2026-12-18"),
        ("llego el 15 y me voy el 18", "2026-12-15", "2026-12-18"),
        ("llego el 5/12, el 8/12 nos vamos", "2026-12-05", "2026-12-08"),
        ("de hoy al 8/12", "2026-11-24", "2026-12-08"),
        ("de mañana a pasado mañana", "2026-11-25", "2026-11-26"),
        ("mañana hasta el 28", "2026-11-25", "2026-11-28"),
        ("from tomorrow until 28/11", "2026-11-25", "2026-11-28"),
        ("llegamos hoy y nos vamos el 28/11", "2026-11-24", "2026-11-28"),
        ("cambiá la fecha al 3", "2026-12-03", None),
        ("cambiar la fecha del 5 al 3", "2026-12-03", None),
        ("cambiá las fechas del 5 al 8/12", "2026-12-05", "2026-12-08"),
        ("muda a data para sexta", "2026-11-27", None),
        (
            "move check in to the 5th and check out to the 9th",
            "2026-12-05",
            "2026-12-09",
        ),
        ("quiero pasar el día 5 al 8", "2026-12-05", "2026-12-08"),
        ("for 2 from dec 5", "2026-12-05", None),
        ("for 2 dec 5 to dec 8", "2026-12-05", "2026-12-08"),
        ("para 2 de diciembre", "2026-12-02", None),
        ("del 2 del 12 al 5 del 12", "2026-12-02", "2026-12-05"),
        ("el 5 del 1", "2027-01-05", None),
        ("el 20 de enero llegamos y volvemos el 25", "2027-01-20", "2027-01-25"),
        ("do dia 7 pro dia 9", "2026-12-07", "2026-12-09"),
        ("el 26, después de navidad", "2026-12-26", None),
        ("from friday for 2", "2026-11-27", None),
        ("hoy quería consultar por el 5/12", "2026-12-05", None),
    ],
)
def test_said(text: str, checkin: str, checkout: str | None) -> None:
    """A stay is read as it was said, in the next year that has it."""
    slots = Grammar().understand(text, NOW, None).slots
    found = slots.checkout and slots.checkout.isoformat()
    assert (str(slots.checkin), found) == (checkin, checkout)


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
        "5/12 o 8/12",
        "el 15 o el 16",
        "labour day weekend",
        "después de navidad",
        "before christmas",
        "the weekend after next",
        "a room in may",
        "en enero",
        "un sábado de enero",
        "la semana del 14 de diciembre",
        "habitación 12",
        "a las 10:30",
        "+54 9 11 5555-1234",
        "del 5/12/2026 al 8/12/2031",
        "hasta el 8/12",
        "gracias, hasta mañana",
        "nos vemos mañana!",
        "see you tomorrow",
        "até amanhã",
        "el 2 personas",
        "te doy una mano",
        "feliz navidad",
    ],
)
def test_not_said(text: str) -> None:
    """What names no day, or no single one, gives no arrival."""
    assert Grammar().understand(text, NOW, None).slots.checkin is None


@pytest.mark.parametrize("day", ["el 5/12", "el sábado", "en navidad", "el 8 de enero"])
@pytest.mark.parametrize(
    "said",
    [
        "mi cumpleaños es {}",
        "mi vuelo sale {} a las 10:30",
        "abren {}?",
        "hay fiesta {}?",
        "pagué {} la seña",
        "estuve ahí {}, muy lindo todo",
        "cuándo es {}?",
        "la pileta abre {}?",
        "llamame {} por favor",
        "quiero reservar una mesa para {}",
        "hasta qué hora se cena {}?",
        "{} o la semana que viene",
    ],
)
def test_days_of_other_things(said: str, day: str) -> None:
    """A day of a birthday, a flight, the house, the past or a call is no arrival."""
    assert Grammar().understand(said.format(day), NOW, None).slots.checkin is None


@given(
    st.dates(date(2026, 11, 24), date(2033, 1, 1)),
    st.sampled_from(("{0:%Y-%m-%d}", "{0.day}/{0.month}/{0.year}", "{0:%d/%m/%y}")),
)
def test_every_date(day: date, form: str) -> None:
    """Every day written with its year is that day."""
    assert Grammar().understand(form.format(day), NOW, None).slots.checkin == day


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2027, date(2027, 3, 28)),
        (2038, date(2038, 4, 25)),
        (2285, date(2285, 3, 22)),
    ],
)
def test_easter(year: int, day: date) -> None:
    """Easter Sunday is computed, its earliest and latest days included."""
    assert easter(year) == day


@pytest.mark.parametrize(
    ("today", "text", "checkin", "checkout"),
    [
        ("2026-11-27", "este finde", "2026-11-27", "2026-11-29"),
        ("2026-11-28", "este finde", "2026-11-28", "2026-11-29"),
        ("2026-11-29", "este finde", "2026-12-04", "2026-12-06"),
        ("2026-11-28", "el próximo finde", "2026-12-04", "2026-12-06"),
        ("2026-11-28", "el sábado", "2026-12-05", None),
        ("2026-11-29", "el lunes de la semana que viene", "2026-11-30", None),
        ("2027-03-26", "semana santa", "2027-03-26", "2027-03-28"),
        ("2026-12-26", "navidad", "2027-12-25", "2027-12-26"),
        ("2028-01-31", "el 30", "2028-03-30", None),
        ("2027-06-01", "29 de febrero", "2028-02-29", None),
    ],
)
def test_on_another_day(
    today: str, text: str, checkin: str, checkout: str | None
) -> None:
    """What has begun is still meant, what is over is meant of the next time."""
    now = datetime.fromisoformat(f"{today}T10:00:00+00:00")
    slots = Grammar().understand(text, now, None).slots
    found = slots.checkout and slots.checkout.isoformat()
    assert (str(slots.checkin), found) == (checkin, checkout)
