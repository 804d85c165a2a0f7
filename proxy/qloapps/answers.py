"""
Pure. What an answer of QloApps says about its health, and whether it may be kept.

A real answer of the webservice carries PSWS-Version, an XML or JSON type and, where
it is a 2xx with a body, that body's SHA-1. Crashes of PHP, its database and nginx
carry none of these (API.md §5).
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from xml.etree.ElementTree import ParseError, XMLParser

from defusedxml import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import fromstring

from proxy.cache.freshness import directives
from proxy.headers import first, has, joined
from proxy.messages import (
    Answer,
    Cause,
    Doubtful,
    Failed,
    Headers,
    Healthy,
    Operation,
    Verdict,
)

CREDENTIAL_CODES = frozenset({17, 18, 20, 21})
NOT_LINKED_TO_SHOP = 132
UNPARSEABLE = 127
# The PMS repeats the client's body behind this sentence, unescaped: what stands there
# must neither hide the sentence nor forge it.
UNPARSEABLE_SAYS = "XML error : String could not be parsed"
SWITCHED_OFF = 22
FATAL_ERROR = b"Fatal error"
XML_TYPES = frozenset({"text/xml", "application/xml"})
JSON_TYPE = "application/json"
MAX_DECODED_BYTES = 8 * 1024 * 1024
MAX_CODE_DIGITS = 9
UNREADABLE = (ValueError, ParseError, DefusedXmlException, RecursionError)
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_UNPARSEABLE_XML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?<qloapps[^>]*>\s*<errors>\s*<error>\s*"
    rb"<code>(?:<!\[CDATA\[)?%d(?:\]\]>)?</code>\s*<message>(?:<!\[CDATA\[)?%s"
    % (UNPARSEABLE, UNPARSEABLE_SAYS.encode())
)
_VARY_KNOWN = frozenset({"", "accept-encoding", "accept-language"})


def is_from_pms(headers: Headers) -> bool:
    """Say whether the webservice itself answered, not a crash or nginx before it."""
    return has(headers, "psws-version")


def media_type(headers: Headers) -> str:
    """Return the media type in lower case, without parameters."""
    return first(headers, "content-type").partition(";")[0].strip().lower()


def judge(
    answer: Answer,
    *,
    operation: Operation,
    method: str,
    own_key: bool,
    wall: datetime,
) -> Verdict:
    """
    Say whether an answer is a failure of the PMS, and of which cause (CONTRACT §2).

    `own_key` is true where the proxy's own credentials were used: a client's wrong
    ones say nothing about the PMS.
    """
    status = answer.status
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Failed(cause=Cause.CONFIGURATION, surely_not_written=True)
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return _judge_success(answer, operation, method)
    codes = error_codes(answer.body)
    if own_key and _blames_credentials(answer, codes):
        return Failed(cause=Cause.CREDENTIALS, surely_not_written=True)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failed(
            cause=Cause.DOWN,
            retry_after_s=retry_after_s(answer.headers, wall),
            surely_not_written=True,
        )
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Healthy()
    return _judge_server_error(answer, codes, operation, wall)


def _judge_success(answer: Answer, operation: Operation, method: str) -> Verdict:
    kind = media_type(answer.headers)
    if method == "HEAD":
        is_page = kind == "text/html"
        return Failed(cause=Cause.DOWN) if is_page else Healthy()
    if operation is Operation.WRITE and answer.body.strip() == FATAL_ERROR:
        return Doubtful()
    body = decoded_body(answer)
    if body is None or contradicts_sha1(answer.headers, sha1(body)):
        return Failed(cause=Cause.DOWN)
    if not body:
        # A deletion's success; from anything but the webservice it is a crash.
        told = is_from_pms(answer.headers) or answer.status == HTTPStatus.NO_CONTENT
        return Healthy() if told else Failed(cause=Cause.DOWN)
    if kind in XML_TYPES or kind == JSON_TYPE:
        return Healthy() if parses(kind, body) else Failed(cause=Cause.DOWN)
    is_file = bool(kind) and not kind.startswith("text/")
    return Healthy() if is_file else Failed(cause=Cause.DOWN)


def _judge_server_error(
    answer: Answer, codes: frozenset[int], operation: Operation, wall: datetime
) -> Verdict:
    status = answer.status
    if status == HTTPStatus.INTERNAL_SERVER_ERROR and _blames_clients_xml(answer.body):
        return Healthy()
    empty_crash = status == HTTPStatus.INTERNAL_SERVER_ERROR and not answer.body
    if empty_crash and operation is Operation.WRITE:
        return Doubtful()
    unavailable = status == HTTPStatus.SERVICE_UNAVAILABLE
    return Failed(
        cause=Cause.DOWN,
        retry_after_s=retry_after_s(answer.headers, wall) if unavailable else None,
        surely_not_written=unavailable and SWITCHED_OFF in codes,
    )


def _blames_credentials(answer: Answer, codes: frozenset[int]) -> bool:
    if answer.status == HTTPStatus.FORBIDDEN:
        return NOT_LINKED_TO_SHOP in codes
    if answer.status != HTTPStatus.UNAUTHORIZED:
        return False
    # Without a key PHP answers in plain text, and so does a web server before it.
    plain = not codes and not is_from_pms(answer.headers)
    # A HEAD's answer has no codes: the challenge comes with these four alone.
    challenges = not answer.body and has(answer.headers, "www-authenticate")
    return plain or challenges or bool(codes & CREDENTIAL_CODES)


def _blames_clients_xml(body: bytes) -> bool:
    if _UNPARSEABLE_XML.match(body):
        return True
    try:
        error = json.loads(body.decode(errors="replace"))["errors"][0]
        says = str(error["message"])
        return error["code"] == UNPARSEABLE and says.startswith(UNPARSEABLE_SAYS)
    except (*UNREADABLE, TypeError, LookupError):
        return False


def error_codes(body: bytes) -> frozenset[int]:
    """Return the codes of an error body, XML or JSON; empty where it is neither."""
    try:
        if body.lstrip().startswith(b"{"):
            errors = json.loads(body)["errors"]
            found = [str(error["code"]) for error in errors]
        else:
            root = fromstring(body, forbid_dtd=True)
            found = [str(code.text) for code in root.iterfind("./errors/error/code")]
        return frozenset(int(code[:MAX_CODE_DIGITS]) for code in found)
    except (*UNREADABLE, TypeError, LookupError):
        return frozenset()


def decoded_body(answer: Answer) -> bytes | None:
    """Undo Content-Encoding, which was not asked for; None where it is cut short."""
    coding = first(answer.headers, "content-encoding", "identity").strip().lower()
    if coding in {"identity", ""}:
        return answer.body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return None
    inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        body = inflate.decompress(answer.body, MAX_DECODED_BYTES)
    except zlib.error:
        return None
    return body if inflate.eof else None


def contradicts_sha1(headers: Headers, digest: str) -> bool:
    """Say whether Content-Sha1 is there and is not a body's `digest`."""
    told = first(headers, "content-sha1").strip().lower()
    return bool(told) and told != digest


def sha1(body: bytes) -> str:
    """Return the SHA-1 that QloApps would send as Content-Sha1."""
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def parses(kind: str, body: bytes) -> bool:
    """Say whether a body of an XML or JSON type is one."""
    try:
        if kind == JSON_TYPE:
            json.loads(body)
        else:
            parser = XMLParser(target=_NoTree())  # noqa: S314  (it takes no DTD)
            parser.feed(body)
            parser.close()
    except (*UNREADABLE, LookupError):
        return False
    return True


class _NoTree:
    """What to parse into where nothing is kept: four times faster than a tree."""

    def doctype(self, name: str, public_id: str | None, system_id: str | None) -> None:
        """Refuse a DTD, as defusedxml does."""
        raise DTDForbidden(name, public_id, system_id)

    def close(self) -> None:
        """End with nothing."""


def is_whole(answer: Answer) -> bool:
    """Say whether this is a complete 200 of the webservice, with its own SHA-1."""
    kind = media_type(answer.headers)
    return (
        answer.status == HTTPStatus.OK
        and is_from_pms(answer.headers)
        and (kind in XML_TYPES or kind == JSON_TYPE)
        and not has(answer.headers, "content-encoding")
        and first(answer.headers, "content-sha1").strip().lower() == sha1(answer.body)
    )


def may_store(answer: Answer, method: str) -> bool:
    """Say whether a healthy answer may be kept and shared (CONTRACT §1)."""
    forbidden = directives(joined(answer.headers, "cache-control")).keys()
    vary = {part.strip().lower() for part in joined(answer.headers, "vary").split(",")}
    return (
        method != "HEAD"
        and is_whole(answer)
        and not forbidden & {"no-store", "private"}
        and vary <= _VARY_KNOWN
    )


def retry_after_s(headers: Headers, wall: datetime) -> float | None:
    """Read Retry-After, seconds or an HTTP date; None where negative or garbage."""
    value = first(headers, "retry-after").strip()
    if value.isascii() and value.isdigit():
        # More digits than a day has seconds are capped by the breaker anyway.
        return float((value.lstrip("0") or "0")[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    wait = at - wall
    return wait.total_seconds() if wait > timedelta(0) else None
