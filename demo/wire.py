"""
Pure. Answers as the bytes that nginx puts on the wire.

Healthy answers are chunked, without Content-Length; those of nginx itself are not.
Called by `pms`; the faults use `head` and `chunk` for what they break.
"""

from __future__ import annotations

from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from demo.answers import NGINX

if TYPE_CHECKING:
    from datetime import datetime

    from demo.answers import Answer

VERSION = "1.6.1.23"
# PHP's output buffer: a body that overflows it goes out before the cookie is made.
BUFFER_BYTES = 4096
LAST_CHUNK = b"0\r\n\r\n"

Headers = list[tuple[str, str]]


def wire(answer: Answer, headers: Headers, method: str, now: datetime) -> bytes:
    """Write a whole answer; without its body where the method is HEAD."""
    body = answer.body
    if method == "HEAD":
        return head(answer.status, headers, now)
    if answer.speaker == "nginx":
        headers = [*headers, ("Content-Length", str(len(body)))]
        return head(answer.status, headers, now) + body
    headers = [*headers, ("Transfer-Encoding", "chunked")]
    return head(answer.status, headers, now) + chunk(body) + LAST_CHUNK


def head(status: int, headers: Headers, now: datetime) -> bytes:
    """Write status line and headers; what every answer has is added if not given."""
    given = {name.lower() for name, _ in headers}
    usual = [
        ("Server", NGINX),
        ("Date", http_date(now)),
        ("Connection", "keep-alive"),
    ]
    added = [(name, value) for name, value in usual if name.lower() not in given]
    lines = [f"{name}: {value}\r\n" for name, value in [*added, *headers]]
    status_line = f"HTTP/1.1 {status} {_phrase(status)}\r\n"
    return f"{status_line}{''.join(lines)}\r\n".encode("latin-1", "replace")


def chunk(data: bytes) -> bytes:
    """Write one chunk; nothing for nothing, since an empty chunk is the last."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def http_date(now: datetime) -> str:
    """Write an instant as HTTP does."""
    return format_datetime(now, usegmt=True)


def headers_of(answer: Answer, now: datetime, took_s: float) -> Headers:
    """Give the headers that are the answer's own, and the webservice's."""
    headers: Headers = list(answer.headers)
    if answer.content_type is not None:
        headers.append(("Content-Type", answer.content_type))
    if answer.content_sha1 is not None:
        headers.append(("Content-Sha1", answer.content_sha1))
    if answer.speaker == "webservice":
        headers += [
            ("Access-Time", str(int(now.timestamp()))),
            ("X-Powered-By", "PrestaShop Webservice"),
            ("PSWS-Version", VERSION),
            ("Execution-Time", f"{took_s:.3f}".rstrip("0").rstrip(".")),
        ]
    return headers


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
