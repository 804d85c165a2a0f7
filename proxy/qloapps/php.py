"""Pure. Parameters as PHP reads them (CONTRACT §1), numbers as it writes them."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_MANGLED = re.compile(rb"[. \[]")


def decoded(raw: bytes) -> bytes:
    """Decode a percent-encoded name or value of a query or form."""
    return unquote_to_bytes(raw.replace(b"+", b" "))


def variable(raw: bytes) -> tuple[bytes, bytes]:
    """
    Return the variable that PHP makes of a percent-encoded parameter name.

    Decoded, cut at the first NUL, leading spaces dropped, cut at a `[` that has a
    `]` after it; then `.`, space and any other `[` are read as `_`. What was cut off
    at the `[`, the place in an array, is the second part; empty for a plain variable.
    """
    name, index = decoded(raw).partition(b"\0")[0].lstrip(b" "), b""
    bracket = name.find(b"[")
    if bracket > 0 and b"]" in name[bracket:]:
        name, index = name[:bracket], name[bracket:]
    return _MANGLED.sub(b"_", name), index


def variable_name(raw: bytes) -> bytes:
    """Return the variable's name alone."""
    return variable(raw)[0]


def pairs(encoded: bytes) -> list[tuple[bytes, bytes]]:
    """Split a query or an urlencoded body into raw, still encoded, pairs."""
    split = (part.partition(b"=") for part in encoded.split(b"&") if part)
    return [(name, value) for name, _, value in split]


def names(encoded: bytes) -> set[bytes]:
    """Return every variable that PHP would set from a query or urlencoded body."""
    return {variable_name(name) for name, _ in pairs(encoded)}


def text_number(value: float) -> str:
    """Write a float as PHP makes text of it: 14 digits, no zeros at the end."""
    return f"{value:.14G}"


def json_number(value: float) -> float | int:
    """Return the number that PHP's JSON has for a float: a whole one has no point."""
    return int(value) if value == int(value) else value
