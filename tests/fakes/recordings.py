"""The recorded QloApps of `tests/data/exchanges/`, keys replaced by placeholders."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from demo.answers import sha1
from demo.keys import DISABLED_KEY, POWERLESS_KEY, READ_ONLY_KEY

if TYPE_CHECKING:
    from demo.conftest import RawAnswer

RECORDINGS = Path(__file__).parents[1] / "data" / "exchanges"
SHOP = "127.0.0.1:8081"
KEY = "K" * 32
KEYS = {
    "QLOAPPS_TEST_KEY": KEY,
    "QLOAPPS_WRONG_KEY": "W" * 32,
    "QLOAPPS_DISABLED_KEY": DISABLED_KEY,
    "QLOAPPS_NOPERM_KEY": POWERLESS_KEY,
    "QLOAPPS_READONLY_KEY": READ_ONLY_KEY,
}

# Compared with their values masked: random, or of a clock six hours behind the shop's.
HASHED = re.compile(
    rb'(<|")(secure_key|passwd|last_passwd_gen|reference)(><!\[CDATA\[|":")[^]"]+'
)
MASKED = {"111", "113", "113e", "135b", "150", "151", "165"}
# Cut by the recorder: the first notice and what is left behind the last are compared.
NOTICED = {"172", "173", "174"}
CUT = re.compile(rb"\n?\.\.\.\[[^\n]+ by the recorder[^\n]*\](?:\.\.\.\n)?")
# Compared in status and headers only: the shop's front page, 58 KB of theme.
HEADERS_ONLY = {"167"}

EXACT_HEADERS = ("Content-Type", "Content-Sha1", "WWW-Authenticate", "Location")
PRESENT_HEADERS = (
    *EXACT_HEADERS,
    "PSWS-Version",
    "X-Powered-By",
    "Access-Time",
    "Execution-Time",
    "Set-Cookie",
    "Server",
    "Date",
    "Content-Length",
    "Transfer-Encoding",
    "ETag",
    "Last-Modified",
    "Cache-Control",
)


def recorded(number: str) -> tuple[bytes, bytes]:
    """Give a recorded request and its response, as they are in the files."""
    (request,) = RECORDINGS.glob(f"{number}-*.request")
    return request.read_bytes(), request.with_suffix(".response").read_bytes()


def with_keys(request: bytes) -> bytes:
    """Put keys that the stand-in knows in the placeholders' place."""
    head, blank, body = request.partition(b"\r\n\r\n")
    for placeholder, key in KEYS.items():
        head = head.replace(_basic(placeholder), _basic(key))
        head = head.replace(placeholder.encode(), key.encode())
    return head + blank + body


def _basic(key: str) -> bytes:
    return base64.b64encode(f"{key}:".encode())


def when(request: bytes, expected: RawAnswer) -> datetime:
    """Give the instant of the recording; what is made says it to the second."""
    stamp = re.search(
        rb"(?:booking_date|date_add)\W+(?:CDATA\W+)?([\d-]+ [\d:]+)", expected.body
    )
    if stamp is not None and request.startswith(b"POST"):
        return datetime.fromisoformat(f"{stamp[1].decode()}+00:00")
    return parsedate_to_datetime(expected.headers["Date"])


def compare(number: str, answer: RawAnswer, expected: RawAnswer) -> None:
    """Hold an answer to the recorded one, byte by byte where that can be."""
    assert answer.status == expected.status
    for name in PRESENT_HEADERS:
        assert (name in answer.headers) == (name in expected.headers), name
    if number in HEADERS_ONLY:
        return
    if number in MASKED:
        assert HASHED.sub(rb"\2", answer.body) == HASHED.sub(rb"\2", expected.body)
        assert answer.headers["Content-Sha1"] == sha1(answer.body)
        return
    if number in NOTICED:
        behind = CUT.split(expected.body)[1].rpartition(b"<br />\n")[2]
        assert behind in answer.body
        assert answer.body[:200] == expected.body[:200]
    else:
        assert answer.body == expected.body
    for name in EXACT_HEADERS:
        assert answer.headers.get(name) == expected.headers.get(name), name
