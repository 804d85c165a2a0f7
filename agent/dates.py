"""
Pure. Reads the stay in a guest's text: which day, how many nights.

Numbers are day/month in every language; a date without its year is the next one,
today included; what is not said stays None. Today is given, in the hotel's zone.
A day on which the guest only leaves is no arrival.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from agent.messages import LONGEST_STAY
from agent.words import NUMBER, number

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "enero january jan janeiro ene",
            "febrero february feb fevereiro fev",
            "marzo march mar marco",
            "abril april abr apr",
            "mayo may maio mai",
            "junio june jun junho",
            "julio july jul julho",
            "agosto august ago aug",
            "septiembre setiembre september sep sept set setembro",
            "octubre october oct outubro out",
            "noviembre november nov novembro",
            "diciembre december dic dec dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}
# 29 February comes at least once in so many years; nobody asks further ahead.
_YEARS_AHEAD = 8

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY = r"(?:el |dia |o dia |the )?(?:\d{1,2})(?:st|nd|rd|th|o)?(?![\w:])"
_POINT = (
    r"(?<![\w/.-])(?:"
    r"\d{4}-\d{1,2}-\d{1,2}"
    r"|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?"
    r"|\d{1,2}[.-]\d{1,2}[.-](?:\d{4}|\d{2})"
    rf"|{_DAY} (?:de |of )?(?:{_MONTH})\b(?:,? (?:de |del )?\d{{4}})?"
    rf"|(?:{_MONTH}) {_DAY}(?:,? \d{{4}})?"
    r")(?![\w/-])"
)
_NOT_A_DAY = (
    r"(?! ?(?:adult|person|pax|huesped|guest|people|pessoa|hospede|nin|chic|kid|child"
    r"|noche|night|noite|dias\b|days|cama|bed|hab|room|quarto|cuarto))"
)
# "El 15" is a day, a lone "15" may be anything.
_NAMED_DAY = rf"\b(?:el|dia|the) \d{{1,2}}(?:st|nd|rd|th)?(?![\w:/.-]){_NOT_A_DAY}"
_DAYS_AWAY = {
    **dict.fromkeys(("hoy", "today", "hoje"), 0),
    **dict.fromkeys(("esta noche", "tonight", "esta noite"), 0),
    **dict.fromkeys(("manana", "tomorrow", "amanha"), 1),
    **dict.fromkeys(("pasado manana", "day after tomorrow", "depois de amanha"), 2),
}
# "A la mañana" is a time of day, "nos vemos mañana" a good-bye.
_NEAR = (
    r"(?<!la )(?<!esta )(?<!nos vemos )(?<!see you )"
    rf"\b(?:{'|'.join(_DAYS_AWAY)})\b"
)
_END = rf"(?:el |dia |o dia |the )?(?:{_POINT}|{_NEAR}|(?<![\w/.-]){_DAY}{_NOT_A_DAY})"
_RANGE = re.compile(
    rf"(?P<open>\b(?:del?|desde|entre|from|between|do)\s)?(?P<from>{_END})"
    r"\s?(?P<link>-|\u2013|(?:\b(?:al?|hasta|until|till|to|ao?|ate|y|and|e)\b))\s?"
    rf"(?P<to>{_END})"
)
_NAMING_LINKS = ("al", "hasta", "until", "till", "ate")
_POINTS = re.compile(rf"{_POINT}|{_NAMED_DAY}")
_NEARS = re.compile(_NEAR)
_NIGHTS = re.compile(rf"({NUMBER}) (?:noches?|nights?|noites?)\b")
_WEEKS = re.compile(rf"(?:({NUMBER}) (?:semanas?|weeks?))\b(?! que| passada| pasada)")
_LEAVING = re.compile(
    r"\b(?:salgo|salimos|(?:me|nos) (?:voy|vamos)|leav\w+|check ?-?out|saio|saimos"
    rf"|(?:hasta|until|till|ate) (?={_END}))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The stay as said; `is_past`: its day was named with its year and is over."""

    checkin: date | None = None
    nights: int | None = None
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class _Point:
    """A day as written; None where the text leaves it out."""

    day: int
    month: int | None = None
    year: int | None = None


def read_stay(folded: str, today: date) -> Stay:
    """Find the stay in a folded text."""
    nights = _nights(folded)
    ends = _range(folded, today) or _apart(folded, today)
    if ends is None:
        return Stay(nights=nights)
    first, last = ends
    checkin = _resolve(first, today)
    if checkin is None or checkin.year > today.year + _YEARS_AHEAD:
        return Stay()
    if checkin < today:
        return Stay(is_past=True)
    if last is None:
        return Stay(checkin=checkin, nights=nights)
    # The leaving day is the first such day after the arrival.
    checkout = _resolve(last, checkin + timedelta(days=1))
    if checkout is None or not 0 < (checkout - checkin).days <= LONGEST_STAY:
        return Stay()
    return Stay(checkin=checkin, nights=(checkout - checkin).days)


def next_day(day: int, today: date) -> date | None:
    """Return the next such day of a month, today included."""
    return _resolve(_Point(day), today)


def _range(folded: str, today: date) -> tuple[_Point, _Point] | None:
    for match in _RANGE.finditer(folded):
        first, last = _point(match["from"], today), _point(match["to"], today)
        # "2 a 3" alone may be anything: a month, "del" or "al" makes it dates.
        is_named = match["open"] or match["link"] in _NAMING_LINKS
        if last.month is None and (first.month is None or first.year) and not is_named:
            continue
        if first.month is None:
            first = _Point(first.day, last.month, last.year)
        elif first.year is None and last.year is not None:
            first = _Point(first.day, first.month, _year_of_first(first, last))
        return first, last
    return None


def _year_of_first(first: _Point, last: _Point) -> int | None:
    """Give a range's first end the year of its last, or the year before that."""
    if last.year is None or first.month is None or last.month is None:
        return last.year
    crosses = (first.month, first.day) > (last.month, last.day)
    return last.year - 1 if crosses else last.year


def _apart(folded: str, today: date) -> tuple[_Point, _Point | None] | None:
    """Find the arrival, and the leaving day: the one that follows such a word."""
    exact = {m.start(): _point(m[0], today) for m in _POINTS.finditer(folded)}
    near = {m.start(): _point(m[0], today) for m in _NEARS.finditer(folded)}
    last = None
    if leaving := _LEAVING.search(folded):
        places = sorted({**exact, **near})
        after = [place for place in places if place > leaving.start()]
        # "El 8 nos vamos" is a leaving day beside an arrival only.
        if after or len(places) > 1:
            place = after[0] if after else places[-1]
            last = exact.pop(place, None) or near.pop(place)
    arrivals = list(exact.values()) or list(near.values())[:1]
    return (arrivals[0], last) if len(arrivals) == 1 else None


def _point(text: str, today: date) -> _Point:
    if near := _NEARS.search(text):
        meant = today + timedelta(days=_DAYS_AWAY[near[0]])
        return _Point(meant.day, meant.month, meant.year)
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    names = [MONTHS[w] for w in re.findall(r"[a-z]+", text) if w in MONTHS]
    if re.fullmatch(r"\d{4}-\d+-\d+", text):
        return _Point(numbers[2], numbers[1], numbers[0])
    day, *rest = numbers
    parts = [*names, *rest]
    month = parts[0] if parts else None
    year = parts[1] if len(parts) > 1 else None
    return _Point(day, month, year + 2000 if year is not None and year < 100 else year)  # noqa: PLR2004  (two digits)


def _resolve(point: _Point, not_before: date) -> date | None:
    """Return the day that is meant: the next one where the year is not said."""
    if point.year is not None and point.month is not None:
        return _day(point.year, point.month, point.day)
    for year in range(not_before.year, not_before.year + _YEARS_AHEAD + 1):
        for month in (point.month,) if point.month else range(1, 13):
            found = _day(year, month, point.day)
            if found is not None and found >= not_before:
                return found
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nights(folded: str) -> int | None:
    nights = 0
    if match := _NIGHTS.search(folded):
        nights = number(match[1])
    elif match := _WEEKS.search(folded):
        nights = number(match[1]) * 7
    return nights if 0 < nights <= LONGEST_STAY else None
