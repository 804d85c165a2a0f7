"""
Pure. PHP's habits, where the recordings show them: names, numbers, JSON, nearest word.

Nothing here knows about hotels; called by every module that reads or writes for the
webservice.
"""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import unquote_plus

_PART_NAME = re.compile(rb'name="([^"]*)"[^\r\n]*\r?\n\r?\n(.*?)\r?\n--', re.DOTALL)


def parse_query(query: str) -> dict[str, str]:
    """
    Read parameters as PHP fills `$_GET`: the last of a name wins.

    A leading blank is dropped and blank and dot become `_`, so that `ps.method` is
    `ps_method`. `a[b]=c` is kept as `a[b]`, and `a` becomes "Array".
    """
    found: dict[str, str] = {}
    for pair in query.split("&"):
        raw, _, value = pair.partition("=")
        if name := variable_name(unquote_plus(raw, errors="replace")):
            _keep(found, name, unquote_plus(value, errors="replace"))
    return found


def parse_form(content_type: str, body: bytes) -> dict[str, str]:
    """Read a form-encoded body as PHP fills `$_POST`; empty for any other body."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return parse_query(body.decode("utf-8", "replace"))
    found: dict[str, str] = {}
    if kind == "multipart/form-data":
        for raw, value in _PART_NAME.findall(body):
            if name := variable_name(raw.decode("utf-8", "replace")):
                _keep(found, name, value.decode("utf-8", "replace"))
    return found


def variable_name(raw: str) -> str:
    """Turn a parameter's name into the name of the PHP variable."""
    name = raw.partition("\0")[0].lstrip(" ")
    base, bracket, rest = name.partition("[")
    if bracket and "]" not in rest:
        base, bracket, rest = f"{base}_{rest}", "", ""
    return base.replace(".", "_").replace(" ", "_") + bracket + rest


def number(value: float) -> str:
    """Write a number as `echo` does: 14 digits, no point where it is whole."""
    return format(value, ".14g")


def plain(value: float) -> float:
    """Give the number that `json_encode` would write for the PHP float: all digits."""
    whole = int(value)
    return whole if whole == value else value


def rounded(value: float, digits: int) -> float:
    """Round as `round` does: half away from zero, judged by the first 15 digits."""
    seen = Decimal(format(value, ".15g"))
    return float(seen.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def to_json(value: object) -> bytes:
    r"""Encode as `json_encode` without flags: no blanks, `\/`, and ASCII only."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def to_int(text: str) -> int:
    """Cast as `(int)`: the leading digits, 0 where there are none."""
    match = re.match(r"\s*[+-]?\d+", text)
    return int(match.group()) if match else 0


def closest(word: str, words: list[str]) -> str:
    """Find the nearest word by Levenshtein distance; the last one of equals."""
    return min(reversed(words), key=lambda other: _distance(word, other))


def _distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            before, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, before + (one != other)),
            )
    return row[-1]


def _keep(found: dict[str, str], name: str, value: str) -> None:
    base, bracket, _ = name.partition("[")
    if bracket:
        found[base] = "Array"
    found[name] = value
