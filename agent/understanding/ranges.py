"""
Pure. Reads the days of a stay out of the gist: ranges, and days that stand apart.

`base` is the day from which a day without its month is meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agent.understanding.days import (
    ARTICLE,
    DAY,
    Day,
    Named,
    Weekday,
    read_day,
    resolve,
)
from agent.understanding.directions import sorted_out
from agent.understanding.feasts import feast
from agent.understanding.words import NOUN

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """
    The stay as said; a `checkout` alone is a day of leaving.

    `is_no_day`: a day was named that its month does not have; `is_reversed`: the day of
    leaving comes before the arrival; `too_long`: the nights of a stay beyond any.
    """

    checkin: date | None = None
    checkout: date | None = None
    nights: int | None = None
    is_past: bool = False
    is_vague: bool = False
    is_no_day: bool = False
    is_reversed: bool = False
    too_long: int | None = None


# "Del 28 al 3 de enero" begins in December; a longer stay hardly does.
_LONGEST_ACROSS = 21
FEAST = (
    r"(?:CHRISTMAS_EVE|CHRISTMAS|NEW_YEARS_EVE|NEW_YEAR|CARNIVAL|EASTER|GOOD_FRIDAY)\b"
)
END = rf"(?:{DAY}|{FEAST}|\d{{1,2}}(?![\d.]))"
_RANGE = re.compile(
    rf"(?:(?P<open>\b(?:FROM|de|between|entre|starting))(?: \w+)?? )?"
    rf"{ARTICLE}(?P<first>\b{END})"
    r"(?: , | )(?:(?P<strong>UNTIL|UNTIL TO|AND UNTIL)|(?P<weak>TO|FOR)|(?P<and>AND"
    r"(?: FROM)?)) "
    rf"{ARTICLE}(?P<last>{DAY}|{FEAST}|\d{{1,2}}(?![\d.])(?! ?{NOUN}))"
)
_ADJACENT = re.compile(
    r"(?P<first>\bd\d+\.\d+(?:\.\d+)?) (?:[,.;] )?(?P<last>d\d+\.\d+(?:\.\d+)?)"
)
# "Saturday and Sunday night": the morning after ends the stay.
_TWO_NIGHTS = re.compile(
    rf"(?P<before>NIGHT (?:(?:FROM|de|of|el|the) ){{0,3}})?"
    rf"\b(?P<first>{DAY}) AND {ARTICLE}(?P<last>{DAY})(?P<after> NIGHT)?"
)
_MONTHS = range(1, 13)
_LAST_DAYS = range(29, 32)
LONE_MONTH = re.compile(r"(?<!primer )\bm(\d{1,2})\b")
_DAYS = re.compile(rf"\b{DAY}")


def find_range(gist: str, today: date, base: date) -> tuple[Stay | None, str]:
    """Return the stay that a range names, and what of the gist is left."""
    for pattern in (_RANGE, _ADJACENT):
        for found in pattern.finditer(gist):
            if stay := _range(found, today, base):
                rest = f"{gist[: found.start()]} _ {gist[found.end() :]}"
                if stay.checkin and found.groupdict().get("and"):
                    # "Viernes 11 y sábado 12, salimos el 13."
                    _, leavings = sorted_out(rest, list(_DAYS.finditer(rest)))
                    if leavings:
                        last = read_day(leavings[0], today)
                        left = resolve(last, today, after=stay.checkin)
                        stay = replace(stay, checkout=left)
                return stay, rest
    return None, gist


def _range(found: re.Match[str], today: date, base: date) -> Stay | None:
    """Read "del 5 al 8", or None where it may be anything, as "2 a 3"."""
    groups: dict[str, str | None] = found.groupdict()
    ends = (found["first"], found["last"])
    is_bare = all(end.isdigit() for end in ends)
    if groups.get("weak") and is_bare and not groups["open"] and not _is_apart(found):
        return None
    if groups.get("weak") == "FOR" and (not groups["open"] or ends[1].isdigit()):
        # "Do dia 7 pro dia 9" is a range, "from Friday for 2" is none.
        return None
    if groups.get("and") and groups["open"] not in {"between", "entre"}:
        # "El 5 y 6 de diciembre" shares its month; "el sábado y 2 más" is no range.
        is_shared = re.fullmatch(r"d?\d+ d\d+\.[\d.]+", " ".join(ends))
        if not is_shared:
            return None
    first, last = (_end(end, today, is_last=end is ends[1]) for end in ends)
    return _between(first, last, today, base)


def _between(first: Named, last: Named, today: date, base: date) -> Stay:
    """Return the stay of two days; vague where they may be the wrong way round."""
    if _is_reversed(first, last, today):
        return Stay(is_reversed=True)
    said = first
    if isinstance(first, Day) and isinstance(last, Day):
        first = _lent(first, last)
    checkin = resolve(first, _since(first, today, base))
    checkout = resolve(last, today, after=checkin)
    if checkin is None or checkout is None:
        return Stay(is_no_day=_is_no_day(first, today) or _is_no_day(last, today))
    if checkin < today:
        return Stay(is_past=True)
    if _is_backwards(said, last):
        soonest = resolve(last, checkin) if first is said else resolve(last, today)
        is_across = (checkout - checkin).days <= _LONGEST_ACROSS
        if not is_across or soonest != checkout:
            return Stay(is_vague=True)
    return Stay(checkin=checkin, checkout=checkout)


def _is_backwards(first: Named, last: Named) -> bool:
    """Say whether a range of one month begins with its later day."""
    if not isinstance(first, Day) or not isinstance(last, Day):
        return False
    if first.year is not None and last.year is not None:
        return False
    months = {first.month, last.month}
    return len(months - {None}) == 1 and first.day >= last.day


def _is_reversed(first: Named, last: Named, today: date) -> bool:
    """Say whether a day of leaving to come, with its year, is before the arrival."""
    if not isinstance(first, Day) or not isinstance(last, Day):
        return False
    if first.month is None or last.month is None or last.year is None:
        return False
    arrival = resolve(replace(first, year=first.year or last.year), today)
    leaving = resolve(last, today)
    if arrival is None or leaving is None or not today <= leaving <= arrival:
        return False
    if first.year is not None or first.month == last.month:
        return True
    # "Del 28/12 al 3/1/2027" begins the year before.
    before = resolve(replace(first, year=last.year - 1), today)
    return before is None or before < today


def _is_no_day(named: Named | None, today: date) -> bool:
    """Say whether a month has no such day: "31 de febrero", but not "40/12"."""
    return (
        isinstance(named, Day)
        and named.month in _MONTHS
        and named.day in _LAST_DAYS
        and resolve(named, today) is None
    )


def _is_apart(found: re.Match[str]) -> bool:
    """Say whether "24 a 26" stands alone beside a month or a feast."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    is_alone = re.search(r"(?:^|[?,.:(!]) ?$", before) and re.match(
        r" ?(?:$|\W)", after
    )
    return bool(is_alone and re.search(rf"{FEAST}|{LONE_MONTH.pattern}", found.string))


def _end(word: str, today: date, *, is_last: bool) -> Named:
    if not word.isupper():
        return read_day(word, today)
    if word == "NEW_YEAR" and is_last:
        return Day(1, 1)
    start = next(
        span[0]
        for year in (today.year, today.year + 1, today.year + 2)
        if (span := feast(word, year))[0] >= today
    )
    return Day(start.day, start.month, start.year)


def _lent(first: Day, last: Day) -> Day:
    """Give a range's first end what is said of its last alone: month, year."""
    if last.month is None:
        return first
    if first.month is None:
        month = last.month if first.day < last.day else last.month - 1
        year = last.year and (last.year if month else last.year - 1)
        return Day(first.day, month or 12, year)
    if first.year is None and last.year is not None:
        crosses = (first.month, first.day) > (last.month, last.day)
        return replace(first, year=last.year - crosses)
    return first


def find_apart(
    gist: str, today: date, base: date, arrival_known: date | None = None
) -> Stay:
    """
    Read days that stand apart: an arrival, and a day of leaving where one is.

    A day of leaving alone is the first such day after `arrival_known`.
    """
    both = _TWO_NIGHTS.search(gist)
    if both and (both["before"] or both["after"]):
        first, last = (read_day(both[end], today) for end in ("first", "last"))
        if isinstance(first, Day) and isinstance(last, Day):
            first = _lent(first, last)
        checkin = resolve(first, _since(first, today, base))
        night = checkin and resolve(last, today, after=checkin)
        return Stay(checkin=checkin, checkout=night and night + timedelta(days=1))
    found = list(_DAYS.finditer(gist))
    arrivals, leavings = sorted_out(gist, found)
    leaving = read_day(leavings[0], today) if leavings else None
    if not arrivals:
        is_dated = isinstance(leaving, Day) and leaving.month is not None
        after = None if is_dated else arrival_known
        checkout = resolve(leaving, base, after=after) if leaving else None
        is_past = checkout is not None and checkout < today
        return Stay(
            checkout=None if is_past else checkout,
            is_past=is_past,
            is_no_day=_is_no_day(leaving, today),
        )
    if len(arrivals) > 1 and re.search(rf"{DAY} (?:OR|o|ou) {ARTICLE}{DAY}", gist):
        return Stay()  # "5/12 o 8/12" is no single day.
    arrival = read_day(arrivals[0], today)
    if isinstance(arrival, Weekday) and LONE_MONTH.search(gist):
        return Stay()  # "Un sábado de enero" may be any of four.
    if leaving is not None:
        return _between(arrival, leaving, today, base)
    checkin = resolve(arrival, _since(arrival, today, base))
    is_past = checkin is not None and checkin < today
    return Stay(
        checkin=None if is_past else checkin,
        is_past=is_past,
        is_no_day=_is_no_day(arrival, today),
    )


def _since(named: Named, today: date, base: date) -> date:
    is_bare = isinstance(named, Day) and named.month is None
    return base if is_bare else today
