"""Pure. The days of a certificate that was not accepted, out of its own bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# A certificate's Validity: a sequence of two times, each a UTCTime or a
# GeneralizedTime, in UTC (RFC 5280 §4.1.2.5). Nothing before it has this shape.
_TIME = rb"(?:\x17\x0d(?:\d{12})Z|\x18\x0f(?:\d{14})Z)"
_VALIDITY = re.compile(rb"\x30[\x1e-\x22](%s)(%s)" % (_TIME, _TIME))
_TAG_AND_LENGTH = 2
_CENTURY_TURNS = 50


def validity(der: bytes) -> tuple[datetime, datetime] | None:
    """
    Return from when to when a DER certificate is valid; None where it cannot be read.

    The standard library decodes only certificates that it trusts.
    """
    found = _VALIDITY.search(der)
    if found is None:
        return None
    try:
        return _instant(found[1]), _instant(found[2])
    except ValueError:
        return None


def _instant(time: bytes) -> datetime:
    digits = time[_TAG_AND_LENGTH:-1].decode()
    if time[0] == 0x17:  # noqa: PLR2004  (a UTCTime has two digits for the year)
        digits = f"{'19' if int(digits[:2]) >= _CENTURY_TURNS else '20'}{digits}"
    return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
