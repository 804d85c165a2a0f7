"""Pure. Which request targets are taken: none that could be read in two ways."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

_PLAIN = re.compile(r"[\x21-\x7e]+")
_BAD_ESCAPE = re.compile(r"%(?![0-9a-f]{2})", re.IGNORECASE)
# / \ % & ? # and NUL, encoded; `&` also as it is. The shop's rewriting hands the path
# over inside a query, decoded: `/api/customers/5&ps_method=DELETE` would delete.
_READ_ANEW = re.compile(r"[\\&]|%(?:2f|5c|25|26|3f|23|00)", re.IGNORECASE)
_DOTS = frozenset({b".", b".."})


class BadTarget(Exception):  # noqa: N818
    """The request target is refused; the text is one sentence for people."""


def split_target(target: str) -> tuple[str, str]:
    """
    Return path and query as they stand on the request line (RFC 9112 §3.2.1).

    Raises:
        BadTarget: not in origin-form, not plain ASCII, or a path with dot segments,
            separators or control characters in it, which the web server before the
            PMS would resolve to another resource than the one looked at here.

    """
    if not target.startswith("/"):
        raise BadTarget("The request target must be a path that begins with a slash.")
    if not _PLAIN.fullmatch(target) or "#" in target:
        raise BadTarget("The request target must be plain ASCII without a fragment.")
    path, _, query = target.partition("?")
    if _BAD_ESCAPE.search(path):
        raise BadTarget(
            "A percent sign in the path must be followed by two hex digits."
        )
    if _READ_ANEW.search(path):
        raise BadTarget(
            "The path must hold no backslash or ampersand, and no encoded / \\ % & ? # "
            "or NUL."
        )
    decoded = unquote_to_bytes(path)
    if any(byte < 0x20 or byte == 0x7F for byte in decoded):  # noqa: PLR2004
        raise BadTarget("The path must hold no encoded control characters.")
    try:
        decoded.decode()
    except UnicodeDecodeError:
        raise BadTarget("The path must be UTF-8 once it is decoded.") from None
    # Some servers cut a segment at its `;` before they look for dots.
    if _DOTS & {segment.partition(b";")[0] for segment in decoded.split(b"/")}:
        raise BadTarget("The path must hold no dot segments.")
    return path, query
