"""
Pure. Which records a list shows: `filter`, `sort`, `limit` and `display`.

The values are read as QloApps reads them, brackets and all; so are the refusals. A
filter is no equality: `|` and `,` widen it, MariaDB ignores case and trailing blanks,
and what stands oddly around the brackets filters nothing at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from demo.answers import Refusal, refuse
from demo.php import closest, to_int
from demo.records import every_field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from demo.records import Field, Kind, Record

DATES = ("date_add", "date_upd")

_FILTER = re.compile(r"filter\[(\w*)\]")
_BRACKETS = re.compile(r"(.*)\[(.*)\](.*)", re.DOTALL)
_RANGE = re.compile(r"([\d.:\-\s]+),([\d.:\-\s]+)")
_DECIMAL = re.compile(r"-?\d+\.\d{6,8}")
_LEADING_NUMBER = re.compile(r"\s*-?\d+(\.\d+)?")


def displayed(of: Kind, params: Mapping[str, str]) -> tuple[str, ...] | Refusal | None:
    """Name the fields to show; None shows ids only."""
    asked = params.get("display")
    if asked is None:
        return None
    if asked == "full":
        return every_field(of)
    names = tuple(asked.removeprefix("[").removesuffix("]").split(","))
    known = [field.name for field in of.fields]
    for name in names:
        if name not in known:
            listed = ", ".join(known)
            return refuse(
                400,
                35,
                f'Unable to display this field "{name}". '
                f"However, these are available: {listed}",
            )
    return names


def select(
    of: Kind, records: list[Record], params: Mapping[str, str]
) -> list[Record] | Refusal:
    """Filter, sort and cut a list, or refuse to."""
    for name, value in params.items():
        if match := _FILTER.fullmatch(name):
            problem = _unfilterable(of, match[1], has_dates="date" in params)
            if problem is not None:
                return problem
            accepts = _test(value)
            records = [r for r in records if accepts(r.values[match[1]])]
    ordered = _sorted(of, records, params.get("sort", ""))
    if isinstance(ordered, Refusal):
        return ordered
    return _cut(ordered, params.get("limit"))


def _plain_fields(of: Kind) -> list[str]:
    return [
        field.name
        for field in of.fields
        if not field.is_translated and field.name not in DATES
    ]


def _unfilterable(of: Kind, name: str, *, has_dates: bool) -> Refusal | None:
    fields: dict[str, Field] = {field.name: field for field in of.fields}
    field = fields.get(name)
    if field is not None and not field.is_filterable:
        return refuse(
            400,
            34,
            f'The field "{name}" is dynamic. '
            "It is not possible to filter GET query with this field.",
        )
    if field is not None and (has_dates or name not in DATES):
        return None
    known = _plain_fields(of)
    listed = '", "'.join(known)
    return refuse(
        400,
        32,
        f'This filter does not exist. Did you mean: "{closest(name, known)}"? '
        f'The full list is: "{listed}"',
    )


def _test(value: str) -> Callable[[object], bool]:
    match = _BRACKETS.fullmatch(value)
    if match is None:
        return lambda found: _same(found, value)
    before, inside, after = match.groups()
    if "%" in (before, after):
        like = _like(before + inside + after)
        return lambda found: like.fullmatch(_text(found)) is not None
    if (before, after) == ("", ""):
        return _any_of(inside)
    compare: dict[str, Callable[[object], bool]] = {
        "<": lambda found: _key(found) < _key(found, inside),
        ">": lambda found: _key(found) > _key(found, inside),
        "!": lambda found: not any(_same(found, one) for one in inside.split("|")),
    }
    return compare.get(before, lambda _: True)


def _any_of(inside: str) -> Callable[[object], bool]:
    if "|" in inside[1:]:
        wanted = inside.split("|")
        return lambda found: any(_same(found, one) for one in wanted)
    if between := _RANGE.fullmatch(inside):
        low, high = sorted(between.groups(), key=_by_php)
        return lambda found: _key(found, low) <= _key(found) <= _key(found, high)
    return lambda found: _same(found, inside)


def _like(pattern: str) -> re.Pattern[str]:
    """Read a pattern of SQL's `LIKE`."""
    wild = {"%": ".*", "_": "."}
    parts = [wild.get(char) or re.escape(char) for char in pattern.casefold()]
    return re.compile("".join(parts), re.DOTALL)


def _same(found: object, wanted: str) -> bool:
    # A DATETIME column equals a plain date at midnight, as in MariaDB.
    return _key(found) in (_key(found, wanted), _key(found, f"{wanted} 00:00:00"))


def _key(found: object, value: object = None) -> tuple[float, str]:
    """Give what MariaDB compares: `value`, or `found` itself, by the column's type."""
    shown = _text(found if value is None else value)
    if isinstance(found, int) or _DECIMAL.fullmatch(_text(found)):
        number = _LEADING_NUMBER.match(shown)
        return (float(number.group()) if number else 0, "")
    return (0, shown)


def _by_php(bound: str) -> tuple[float, str]:
    is_number = _LEADING_NUMBER.fullmatch(bound)
    return (float(bound), "") if is_number else (float("inf"), bound)


def _text(value: object) -> str:
    return "" if value is None else str(value).casefold().rstrip(" ")


def _sorted(of: Kind, records: list[Record], sort: str) -> list[Record] | Refusal:
    fields = sort.removeprefix("[").removesuffix("]")
    for part in reversed(fields.split(",") if fields else []):
        name, _, direction = part.rpartition("_")
        if name not in [field.name for field in of.fields]:
            translated = [field.name for field in of.fields if field.is_translated]
            return refuse(
                400,
                38,
                "Unable to filter by this field. However, these are available: "
                f"{', '.join(_plain_fields(of))}, for i18n fields:"
                f"{', '.join(translated)}",
            )
        records = sorted(
            records,
            key=lambda record, by=name: _key(record.values[by]),  # type: ignore[misc]
            reverse=direction == "DESC",
        )
    return records


def _cut(records: list[Record], limit: str | None) -> list[Record]:
    if limit is None:
        return records
    first, comma, second = limit.partition(",")
    offset, count = (to_int(first), to_int(second)) if comma else (0, to_int(first))
    return records[offset : offset + count]
