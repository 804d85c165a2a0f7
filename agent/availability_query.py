"""Pure. Reads the availability API's query into a search, or names the bad field."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from agent.errors import FieldError
from agent.messages import LONGEST_STAY, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELDS = ("checkin", "checkout", "adults", "children", "room_type")
# One room's party; the PMS takes more, no room does.
MOST_GUESTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to search, and which type alone to show, if any."""

    search: Search
    room_type: str | None


def read_query(pairs: Iterable[tuple[str, str]], today: date) -> Query:
    """
    Read the query's names and values; `today` is the hotel's.

    Checkout defaults to the day after, adults to 1 and children to 0.

    Raises:
        FieldError: for the first field that is unknown, repeated or wrong.

    """
    pairs = list(pairs)
    counts = Counter(name for name, _ in pairs)
    for name, count in counts.items():
        if name not in FIELDS:
            raise FieldError(
                name[:40], f"There is no such field; there are {', '.join(FIELDS)}."
            )
        if count > 1:
            raise FieldError(name, f"{name} stands there {count} times.")
    given = dict(pairs)
    checkin = _checkin(given, today)
    return Query(
        search=Search(
            checkin=checkin,
            checkout=_checkout(given, checkin),
            adults=_count(given, "adults", default=1, least=1),
            children=_count(given, "children", default=0, least=0),
        ),
        room_type=given.get("room_type"),
    )


def _checkin(given: Mapping[str, str], today: date) -> date:
    if "checkin" not in given:
        raise FieldError("checkin", "checkin is required, as YYYY-MM-DD.")
    checkin = _date(given, "checkin")
    if checkin < today:
        raise FieldError("checkin", f"checkin is past: today is {today} at the hotel.")
    if checkin == date.max:
        raise FieldError("checkin", "checkin is the last day of the calendar.")
    return checkin


def _checkout(given: Mapping[str, str], checkin: date) -> date:
    if "checkout" not in given:
        return checkin + timedelta(days=1)
    checkout = _date(given, "checkout")
    if checkout <= checkin:
        raise FieldError("checkout", "checkout must be after checkin.")
    if (checkout - checkin).days > LONGEST_STAY:
        raise FieldError("checkout", f"A stay has at most {LONGEST_STAY} nights.")
    return checkout


def _date(given: Mapping[str, str], field: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given[field]):
            return date.fromisoformat(given[field])
    except ValueError:
        pass
    raise FieldError(field, f"{field} must be a day of the calendar, as YYYY-MM-DD.")


def _count(given: Mapping[str, str], field: str, *, default: int, least: int) -> int:
    if field not in given:
        return default
    if re.fullmatch(r"[0-9]{1,2}", given[field]):
        count = int(given[field])
        if least <= count <= MOST_GUESTS:
            return count
    raise FieldError(
        field, f"{field} must be a whole number from {least} to {MOST_GUESTS}."
    )
