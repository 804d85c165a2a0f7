"""
Pure. Days as guests name them, and the dates that they mean.

A day without its month or year is the next one, today included; a weekday is the next
one after today. Easter is computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

# 29 February comes at least once in so many years; nobody asks further ahead.
YEARS_AHEAD = 8
WEEK = 7
CENTURY = 2000
_FOUR_DIGITS = 100

# One day in the gist of a text.
DAY = r"(?:[de]\d+(?:\.\d+){0,2}|[wv]\d|n\d+)(?![\w.])"
# What may stand before one.
ARTICLE = (
    r"(?:(?:el|the|la|las|los|DIA|TO|on|en|em|no|na|este|this|NEXT|THIS_WEEK|NIGHT"
    r"|FOR|proximo) ){0,4}"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as written; None where the text leaves it out."""

    day: int
    month: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Weekday:
    """A weekday (1 is Monday), or that of next week."""

    number: int
    is_next_week: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """So many days from today."""

    days: int


Named = Day | Weekday | Near


def read_day(word: str, today: date) -> Named:
    """Read a word of the gist that is a day, or a bare number that must be one."""
    kind, rest = (word[0], word[1:]) if word[0].isalpha() else ("d", word)
    if kind in "wv":
        return Weekday(int(rest), is_next_week=kind == "v")
    if kind == "n":
        return Near(int(rest))
    parts = [int(part) for part in re.findall(r"\d+", rest)]
    if kind == "e":
        return Day(parts[0], today.month % 12 + 1)
    day, month, year = (*parts, None, None)[:3]
    if year is not None and year < _FOUR_DIGITS:
        year += CENTURY
    return Day(day or 0, month, year)


def resolve(named: Named, today: date, *, after: date | None = None) -> date | None:
    """
    Return the date that is meant, None where there is none.

    With `after`, the arrival, it is the day of leaving: the first such day after it.
    """
    not_before = after + timedelta(days=1) if after else today
    match named:
        case Near():
            return today + timedelta(days=min(named.days, 366))
        case Weekday():
            start = not_before if after else today + timedelta(days=1)
            if named.is_next_week and not after:
                start = today + timedelta(days=WEEK - today.weekday())
            return start + timedelta(days=(named.number - 1 - start.weekday()) % WEEK)
        case Day():
            return _next(named, not_before)


def _next(named: Day, not_before: date) -> date | None:
    if named.year is not None and named.month is not None:
        return _date(named.year, named.month, named.day)
    for year in range(not_before.year, not_before.year + YEARS_AHEAD + 1):
        for month in (named.month,) if named.month else range(1, 13):
            found = _date(year, month, named.day)
            if found is not None and found >= not_before:
                return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def easter(year: int) -> date:
    """Return Easter Sunday (the Gregorian rule, as Butcher wrote it)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, left = divmod(century, 4)
    moon = (
        19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    of_four, last = divmod(of_century, 4)
    weekday = (32 + 2 * left + 2 * of_four - moon - last) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
