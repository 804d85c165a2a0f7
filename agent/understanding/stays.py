"""
Pure. Reads the stay in the gist of a text: which days, how many nights.

What is not said stays None: no date is invented. Each production takes what it has
read out of the gist ("_"), so that nothing is read twice.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from agent.messages import LONGEST_STAY, NO_DAYS, Days, Period
from agent.understanding.days import (
    ARTICLE,
    DAY,
    WEEK,
    YEARS_AHEAD,
    Day,
    Weekday,
    resolve,
)
from agent.understanding.feasts import Habits, find_feast, find_weekend
from agent.understanding.ranges import (
    END,
    FEAST,
    LONE_MONTH,
    Stay,
    find_apart,
    find_range,
)

_DAY = re.compile(rf"\b{DAY}")
_WEEKDAY = re.compile(r"\b(?<!este )(?<!this )w(\d)\b")
_NEXT_WEEK = re.compile(r"\b(?:NEXT WEEK|WEEK NEXT)\b")
_COUNT = r"(\d{1,3}|UN)"
_NIGHTS = re.compile(
    # "Enero 2027 noche" is a year.
    r"(?:(?<![\d.])\d TO )?(?<!much )\b(\d{1,3}|[13-9]\d{3}|UN)"
    r" (?:(?:solas?|unicas?|SINGLE|so) )?NIGHT\b"
)
_MAYBE = re.compile(r"(?<![\d.])\d{1,2} (?:OR|TO) \d{1,2} (?:NIGHT|DAYS|WEEK)\b")
_WEEKS = re.compile(rf"\b{_COUNT} WEEK\b(?! NEXT)")
_DAYS = re.compile(r"\b(\d{1,3}) DAYS\b")
_AHEAD = re.compile(
    rf"\b(?:dentro de|en|in|em|daqui TO|daqui) {_COUNT} (DAYS|DIA|WEEK)\b"
)
# "Hace dos días" is over.
_AGO = re.compile(
    rf"\b(?:hace|faz|ha|fazem|hacen) {_COUNT} (?:NIGHT|DAYS|DIA|WEEK|meses|anos?)\b"
    rf"|\b{_COUNT} (?:NIGHT|DAYS|DIA|WEEK|meses|months?|anos?|years?) (?:ago|atras)\b"
)
_OTHER_DAYS = rf"(?:{DAY}|{FEAST}|BRIDGE|WEEKEND|WEEK|NEXT|m\d|FROM|between|entre)"
# "El finde o la semana que viene" chooses neither.
_OR_ELSE = re.compile(
    rf"(?:{DAY}|{FEAST}|\b(?:BRIDGE|WEEKEND|NEXT|WEEK|\d{{1,2}})) (?:, )?(?:OR|ou) "
    rf"{ARTICLE}(?:(?:del?|en|in|no|na|si no|sino|the) )?{_OTHER_DAYS}"
)
# "Alguna noche entre el 10 y el 20".
_ANY_OF = re.compile(
    r"\b(?:alg[uú]n[oa]?s?|cualquier\w*|any|some|alguma?s?|qualquer)"
    r" (?:de |of |otr[oa] |UN |\d )?(?:NIGHT|DIA|DAYS|day|date|fecha|data|WEEKEND)\b"
    r"|\b(?:NIGHT|DIA|DAYS) (?:cualquiera|qualquer)\b"
)
# "12 y 13, dos noches": both are nights.
_BOTH = re.compile(rf"\b{END} AND (?:FROM )?{ARTICLE}{END}")
_BETWEEN = re.compile(r"\b(?:between|entre)\b")
_ORDINALS = {
    "segundo": 1,
    "second": 1,
    "tercer": 2,
    "third": 2,
    "ultimo": -1,
    "last": -1,
}
_NTH = re.compile(
    r"\b(primer|primero|1th|first|segundo|second|tercer|third|ultimo|last) [wv](\d)"
    r" (?:de|of|FROM|in) m(\d+)\b"
)
_DENIED = re.compile(
    rf"\b(?:no|not|nao|ya no) {ARTICLE}{END} ?,? ?(?=(?:sino|but|mas|AND|mejor"
    rf"|ma[si])?"
    rf" ?{ARTICLE}{END})|(?:{END}|BRIDGE|WEEKEND) (?:no|nao)"
    r"(?: (?:puedo|podemos|posso|podria|llego))?"
    rf" , (?=.*(?:{END}|BRIDGE|WEEKEND))"
)
# "Después de Navidad" is no day of the feast.
_BESIDE_A_FEAST = re.compile(
    r"\b(?:after|before|antes|despues|depois|luego|tras)"
    rf" (?:(?:de|FROM|of|la|el|the) ){{0,2}}{FEAST}"
)
_VAGUE = re.compile(
    r"\bm\d+\b|NEXT WEEK|WEEK NEXT|\bWEEK\b|THIS_WEEK|THIS_MONTH|NEXT_MONTH|\bWEEKEND\b"
    r"|\b(?:verano|invierno|otono|primavera|summer|winter|spring|autumn|vacaciones"
    r"|holidays?|ferias|verao|inverno|temporada|quincena|febrero|NEXT year)\b"
    r"|\b(?:fin(?:es)?|fim|mediados|principios?|inicio|comienzos|end|start|beginning"
    r"|middle)"
    r" (?:de|del|of|FROM) (?:the |el |este )?(?:mes|month|ano|year|m\d+|THIS_MONTH"
    r"|NEXT_MONTH)\b"
    r"|\b(?:unos|algunos|a few|uns|alguns|some) DAYS\b"
    rf"|\b{DAY} (?:OR|o|ou) {ARTICLE}{DAY}"
)


def read_stay(
    gist: str, today: date, habits: Habits, known: Days = NO_DAYS
) -> tuple[Stay, str]:
    """Return the stay, and what of the gist is left; `known` is still ahead."""
    if known.period is not None:
        gist = _in_its_week(gist, known.period)
        if _is_any_of_its_weekdays(gist, known, today):
            return Stay(is_vague=True), _DAY.sub("_", _read_nights(gist)[1])
    if _OR_ELSE.search(gist):
        rest = _DAY.sub("_", _read_nights(gist)[1])
        return Stay(is_vague=True), rest
    gist = _AHEAD.sub(_days_ahead, _DENIED.sub(" ", _AGO.sub("_", gist)))
    gist = _NTH.sub(lambda found: _nth(found, today), gist)
    nights, gist = _read_nights(gist)
    if nights is not None and nights > LONGEST_STAY:
        stay, rest = _read_days(gist, today, habits, known, has_nights=True)
        stay = _possible(replace(stay, checkout=None), today)
        return replace(stay, too_long=nights), rest
    stay, rest = _read_days(gist, today, habits, known, has_nights=nights is not None)
    is_open = stay.checkout is None or (
        _BOTH.search(gist) and not _BETWEEN.search(gist)
    )
    if stay.checkin and is_open and nights:
        stay = replace(stay, checkout=stay.checkin + timedelta(days=nights))
    if _ANY_OF.search(gist) or (nights and _is_within(stay, nights, gist)):
        return Stay(nights=nights, is_vague=True), rest
    stay = replace(stay, nights=nights)
    is_vague = not stay.checkin and bool(
        stay.is_vague or _VAGUE.search(gist) or _BESIDE_A_FEAST.search(gist)
    )
    is_past = stay.is_past or (not stay.checkin and "PAST_DAY" in gist)
    stay = _possible(replace(stay, is_past=is_past), today)
    return replace(stay, is_vague=is_vague), rest


def _is_within(stay: Stay, nights: int, gist: str) -> bool:
    """Say whether the nights are some of more: "2 noches entre el 5 y el 9"."""
    if stay.checkin is None or stay.checkout is None or not _BETWEEN.search(gist):
        return False
    return nights < (stay.checkout - stay.checkin).days


def _possible(stay: Stay, today: date) -> Stay:
    """Drop a stay that is over, ends before it begins, or is too long or too far."""
    first, last = stay.checkin, stay.checkout
    if stay.is_past or (first and first < today):
        return Stay(nights=stay.nights, is_past=True)
    too_far = first is not None and first.year > today.year + YEARS_AHEAD
    if too_far or (first and last and last <= first):
        return Stay()
    if first and last and (last - first).days > LONGEST_STAY:
        return Stay(too_long=(last - first).days)
    return stay


def still_ahead(known: Days, today: date) -> Days:
    """Drop what is over by `today`."""
    arrival, period = known.arrival, known.period
    return Days(
        arrival=arrival if arrival and arrival >= today else None,
        period=period if period and period.last >= today else None,
    )


def read_period(gist: str, today: date) -> Period | None:
    """Return the month, or the week to come, that a text without days speaks of."""
    if _NEXT_WEEK.search(gist):
        monday = today + timedelta(days=WEEK - today.weekday())
        return Period(first=monday, last=monday + timedelta(days=WEEK - 1))
    month = LONE_MONTH.search(gist)
    if month is None and "NEXT_MONTH" not in gist:
        return None
    number = int(month[1]) if month else today.month % 12 + 1
    first = resolve(Day(1, number), today.replace(day=1)) or today
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Period(first=first, last=last)


def _in_its_week(gist: str, period: Period) -> str:
    """Put each weekday into the one week that was spoken of."""
    if period.last - period.first >= timedelta(days=WEEK):
        return gist

    def placed(found: re.Match[str]) -> str:
        day = resolve(Weekday(int(found[1])), period.first - timedelta(days=1))
        return f"d{day.day}.{day.month}.{day.year}" if day else found[0]

    return _WEEKDAY.sub(placed, gist)


def _is_any_of_its_weekdays(gist: str, known: Days, today: date) -> bool:
    """Say whether "el martes" may be any of four, of a month that was spoken of."""
    is_to_come = known.period is not None and known.period.first > today
    is_alone = not re.search(r"\bd\d", gist)
    is_weekday = _WEEKDAY.search(gist) is not None
    return is_to_come and known.arrival is None and is_weekday and is_alone


def _read_days(
    gist: str, today: date, habits: Habits, known: Days, *, has_nights: bool
) -> tuple[Stay, str]:
    base = _base(gist, today, habits, known)
    gist = _BESIDE_A_FEAST.sub("_", gist)
    stay, rest = find_range(gist, today, base)
    if stay is not None:
        return stay, rest
    weekend, gist = find_weekend(gist, today, habits)
    feast_span, gist = find_feast(gist, today, habits)
    stay = find_apart(gist, today, base, known.arrival)
    rest = _DAY.sub("_", gist)
    span = feast_span or weekend
    if stay.checkin or stay.is_past or span is None:
        return stay, rest
    usual = None if has_nights else span[1]
    return Stay(checkin=span[0], checkout=stay.checkout or usual), rest


def _read_nights(gist: str) -> tuple[int | None, str]:
    gist = _MAYBE.sub("_", gist)
    nights: int | None = None
    for pattern, length in ((_NIGHTS, 1), (_WEEKS, 7), (_DAYS, 1)):
        if nights is None and (found := pattern.search(gist)):
            count = 1 if found[1] == "UN" else int(found[1])
            nights = count * length
        gist = pattern.sub("_", gist)
    return nights or None, gist


def _nth(found: re.Match[str], today: date) -> str:
    """Read "el primer sábado de diciembre"."""
    first = resolve(Day(1, int(found[3])), today.replace(day=1))
    if first is None:
        return found[0]
    day = first + timedelta(days=(int(found[2]) - first.isoweekday()) % 7)
    weeks = _ORDINALS.get(found[1], 0)
    if weeks < 0:
        weeks = 4 if (day + timedelta(days=28)).month == first.month else 3
    day += timedelta(days=7 * weeks)
    return f"d{day.day}.{day.month}.{day.year}"


def _days_ahead(found: re.Match[str]) -> str:
    count = 1 if found[1] == "UN" else int(found[1])
    return f"n{count * (7 if found[2] == 'WEEK' else 1)}"


def _base(gist: str, today: date, habits: Habits, known: Days) -> date:
    """
    Return the day from which a day without its month is meant.

    "En enero, del 5 al 8" and "para Navidad, desde el 24" say the month apart; it may
    have been said before, too.
    """
    if month := LONE_MONTH.search(gist):
        if int(month[1]) == today.month:
            return today
        return resolve(Day(1, int(month[1])), today) or today
    span, _ = find_feast(gist, today, habits)
    if span is not None:
        return max(today, span[0] - timedelta(days=7))
    return since(known, today)


def since(known: Days, today: date) -> date:
    """Return the first day of what was spoken of before, else today."""
    return max(today, known.period.first) if known.period else today
