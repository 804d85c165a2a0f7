"""
Pure. What the shop says, before it becomes HTTP: answers, refusals, documents.

`wire` turns an `Answer` into bytes; `webservice` makes them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from demo.php import to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

Format = Literal["xml", "json"]
Speaker = Literal["webservice", "php", "nginx"]

XML_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<qloapps xmlns:xlink="http://www.w3.org/1999/xlink">\n'
)
XML_TAIL = "</qloapps>\n"
NGINX = "nginx/1.22.1"
HTML = "text/html; charset=utf-8"
CONTENT_TYPES: dict[Format, str] = {
    "xml": "text/xml;charset=utf-8",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    One answer.

    `speaker` says who wrote it, and so which headers it has: the webservice's own,
    those of PHP alone (a crash, a page), or nginx's.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    content_sha1: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    speaker: Speaker = "webservice"
    has_cookie: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    The webservice's `no`, with the codes and messages of its error list.

    `signed` marks the resources whose errors carry the SHA-1 of the empty text.
    """

    status: int
    errors: tuple[tuple[int, str], ...]
    headers: tuple[tuple[str, str], ...] = ()
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Unwritten:
    """
    A booking that has passed every check and is not in the database yet.

    `write(now)` puts it there and answers, whatever else was written since the check.
    """

    write: Callable[[datetime], Answer]


def refuse(status: int, code: int, message: str, *, signed: bool = False) -> Refusal:
    """Build a refusal with a single error."""
    return Refusal(status, ((code, message),), signed=signed)


def sha1(body: bytes) -> str:
    """Give the hexadecimal SHA-1, as in `Content-Sha1`."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def document(body: bytes, kind: Format, status: int = 200) -> Answer:
    """Answer with a whole body, signed."""
    return Answer(
        status=status,
        body=body,
        content_type=CONTENT_TYPES[kind],
        content_sha1=sha1(body),
    )


def xml_document(inner: str, status: int = 200) -> Answer:
    """Answer with XML inside the root element; `inner` ends its own line."""
    return document((XML_HEAD + inner + XML_TAIL).encode(), "xml", status)


def json_document(value: object, status: int = 200) -> Answer:
    """Answer with JSON."""
    return document(to_json(value), "json", status)


def cdata(value: object) -> str:
    """Write a value as the shop does."""
    return f"<![CDATA[{value}]]>"


def spoken(refusal: Refusal, kind: Format) -> Answer:
    """Turn a refusal into an answer: an error list in the format of the request."""
    if kind == "json":
        errors = [{"code": code, "message": text} for code, text in refusal.errors]
        body = to_json({"errors": errors})
    else:
        listed = "".join(
            f"<error>\n<code>{cdata(code)}</code>\n"
            f"<message>{cdata(text)}</message>\n</error>\n"
            for code, text in refusal.errors
        )
        body = f"{XML_HEAD}<errors>\n{listed}</errors>\n{XML_TAIL}".encode()
    return Answer(
        status=refusal.status,
        body=body,
        content_type=CONTENT_TYPES[kind],
        content_sha1=sha1(b"") if refusal.signed else None,
        headers=refusal.headers,
    )


def not_found() -> Answer:
    """Answer an unknown id: no body and no Content-Type, in every format."""
    return Answer(status=404)


def crashed() -> Answer:
    """Answer as PHP 8 does after a fatal error: 500 and nothing else."""
    return Answer(status=500, content_type=HTML, speaker="php")


def fatal_error() -> Answer:
    """Answer as PHP does after `die`: 200 and two words, nothing of the webservice."""
    return Answer(status=200, body=b"Fatal error", content_type=HTML, speaker="php")


def unparsable(reason: str, body: bytes, *, signed: bool = False) -> Refusal:
    """Refuse with what the XML reader, or the database under it, threw."""
    text = body.decode("utf-8", "replace")
    message = f"XML error : {reason}\nXML length : {len(body)}\nOriginal XML : {text}"
    return refuse(500, 127, message, signed=signed)


def nginx_page(status: int, phrase: str) -> Answer:
    """Answer with one of nginx's own pages."""
    title = f"{status} {phrase}"
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>{NGINX}</center>\r\n"
        "</body>\r\n</html>\r\n"
    )
    return Answer(
        status=status, body=body.encode(), content_type="text/html", speaker="nginx"
    )


def unmodelled(what: str) -> Answer:
    """Say plainly that the stand-in does not play this, lest a test believe it."""
    return Answer(
        status=501,
        body=f"The stand-in does not play {what}.\n".encode(),
        content_type="text/plain",
        speaker="nginx",
    )
