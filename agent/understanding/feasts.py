"""Pure. The feasts that guests name instead of days, and the weekends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from agent.understanding.days import (
    WEEK,
    YEARS_AHEAD,
    Day,
    easter,
    read_day,
    resolve,
)

FRIDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """
    What a house means by a weekend, a night and a long weekend.

    `weekend_from`: 1 is Monday. `long_weekends`: arrival and leaving of each.
    """

    weekend_from: int = FRIDAY
    weekend_nights: int = 2
    long_weekends: tuple[tuple[date, date], ...] = (
        (date(2026, 12, 4), date(2026, 12, 8)),
    )


_FEAST = re.compile(
    r"\b(CHRISTMAS_EVE|CHRISTMAS|NEW_YEARS_EVE|NEW_YEAR|CARNIVAL|EASTER|GOOD_FRIDAY"
    r"|BRIDGE)\b(?: (?:(?:de|FROM|of) ){0,3}(?:m(\d+)|(20\d\d))\b)?"
)
_WEEKEND = re.compile(
    r"\b(?P<before>(?:(?:NEXT|1th|primer|primero|d1|first|segundo|second|tercer|tercero"
    r"|third|cuarto|d4|ultimo|last|OTHER) ){0,3})"
    # "Labour day weekend" is of a feast that is not known here.
    r"(?:ROOM )?(?<!day )WEEKEND(?! after\b)"
    r"(?P<after> NEXT)?"
    r"(?P<of>(?: (?:de|of|FROM|do|el|the|DIA|en|in)){0,4}"
    r" (?:(?P<day>[de]\d+(?:\.\d+){0,2})|m(?P<month>\d+)"
    r"|(?P<number>\d{1,2})(?! ?[A-Z])))?"
)
_ORDINALS = {
    **dict.fromkeys(("1th", "d1", "primer", "primero", "first"), 0),
    **dict.fromkeys(("segundo", "second"), 1),
    **dict.fromkeys(("tercer", "tercero", "third"), 2),
    **dict.fromkeys(("cuarto", "d4"), 3),
    **dict.fromkeys(("ultimo", "last"), -1),
}

Span = tuple[date, date]


def find_feast(gist: str, today: date, habits: Habits) -> tuple[Span | None, str]:
    """Return the first feast that is named, and the gist without feasts."""
    found = _FEAST.search(gist)
    rest = _FEAST.sub("_", gist)
    if found is None:
        return None, rest
    year = int(found[3]) if found[3] else None
    if found[1] == "BRIDGE":
        month = int(found[2]) if found[2] else None
        spans = habits.long_weekends
    else:
        month = None
        first = today.year if year is None else year
        spans = tuple(feast(found[1], y) for y in range(first, first + YEARS_AHEAD))
    for first_day, last_day in spans:
        is_meant = month in {None, first_day.month} and year in {None, last_day.year}
        if year is not None and found[1] != "BRIDGE":
            return (first_day, last_day), rest
        if is_meant and last_day > today:
            return (max(first_day, today), last_day), rest
    return None, rest


def feast(name: str, year: int) -> Span:
    """Return arrival and leaving; New Year's night is that in which `year` begins."""
    sunday = easter(year)
    match name:
        case "CHRISTMAS_EVE":
            return date(year, 12, 24), date(year, 12, 25)
        case "CHRISTMAS":
            return date(year, 12, 25), date(year, 12, 26)
        case "NEW_YEARS_EVE":
            return date(year, 12, 31), date(year + 1, 1, 1)
        case "NEW_YEAR":
            return date(year - 1, 12, 31), date(year, 1, 1)
        case "CARNIVAL":
            return sunday - timedelta(days=51), sunday - timedelta(days=47)
        case "GOOD_FRIDAY":
            return sunday - timedelta(days=2), sunday - timedelta(days=1)
        case _:
            return sunday - timedelta(days=3), sunday


def find_weekend(gist: str, today: date, habits: Habits) -> tuple[Span | None, str]:
    """Return the first weekend that is named, and the gist without weekends."""
    mentions = list(_WEEKEND.finditer(gist))
    found = next((m for m in mentions if "NEXT" in m[0]), next(iter(mentions), None))
    rest = _WEEKEND.sub("_", gist)
    if found is None:
        return None, rest
    start = _weekend_start(found, today, habits)
    if start is None:
        return None, rest
    end = start + timedelta(days=habits.weekend_nights)
    # On a Saturday "this weekend" has begun.
    return (max(start, today) if today < end else start, end), rest


def _weekend_start(found: re.Match[str], today: date, habits: Habits) -> date | None:
    ordinal = next((w for w in found["before"].split() if w in _ORDINALS), None)
    if named := found["day"] or found["number"]:
        return _holding(resolve(read_day(named, today), today), habits)
    if found["month"]:
        month = int(found["month"])
        first = resolve(Day(1, month), today.replace(day=1)) if ordinal else None
        return _nth(first, _ORDINALS[ordinal], habits) if first and ordinal else None
    start = today + timedelta(days=habits.weekend_from - today.isoweekday())
    end = start + timedelta(days=habits.weekend_nights)
    if end <= today:
        start += timedelta(days=WEEK)
    if "NEXT" in found["before"] or found["after"]:
        start += timedelta(days=WEEK)
    return start


def _holding(day: date | None, habits: Habits) -> date | None:
    """Return the start of the weekend that holds `day`, or of the next one."""
    if day is None:
        return None
    since = (day.isoweekday() - habits.weekend_from) % WEEK
    ahead = since if since <= habits.weekend_nights else since - WEEK
    return day - timedelta(days=ahead)


def _nth(first: date, number: int, habits: Habits) -> date:
    """Return the start of the nth weekend of the month that begins on `first`."""
    if number < 0:
        after = (first + timedelta(days=31)).replace(day=1)
        last = after - timedelta(days=1)
        return last - timedelta(days=(last.isoweekday() - habits.weekend_from) % WEEK)
    start = first + timedelta(days=(habits.weekend_from - first.isoweekday()) % WEEK)
    return start + timedelta(days=WEEK * number)
