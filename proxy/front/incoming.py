"""Reading an aiohttp request: what it asks, its body, and why it is not taken."""

from __future__ import annotations

import re
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, web

from proxy import headers as fields
from proxy.messages import Request
from proxy.problems import Problem, bad_request

if TYPE_CHECKING:
    from proxy.messages import Clock

MAX_BODY_BYTES = 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def request_id_of(incoming: web.Request) -> str:
    """Return the client's own id where it can stand in a log, else a new one."""
    given = incoming.headers.get("X-Request-ID", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def read_head(incoming: web.Request, path: str, query: str, request_id: str) -> Request:
    """Return the request without its body: only what the PMS may see."""
    end_to_end = fields.end_to_end(tuple(incoming.headers.items()))
    return Request(
        method=incoming.method,
        path=path,
        query=query,
        headers=fields.to_forward(end_to_end),
        request_id=request_id,
    )


def why_not_taken(
    incoming: web.Request, request: Request, caller: str | None
) -> Problem | None:
    """Say why a request is not taken, before its body is read."""
    if caller is None:
        return bad_request(
            HTTPStatus.UNAUTHORIZED,
            "This proxy wants its own token in the field X-Proxy-Token.",
        )
    if request.method not in METHODS:
        return bad_request(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"The method {request.method} is not forwarded.",
            allow=", ".join(METHODS),
        )
    options = fields.connection_options(tuple(incoming.headers.items()))
    if misnamed := sorted(options & fields.ALWAYS_END_TO_END):
        return bad_request(
            HTTPStatus.BAD_REQUEST,
            f"The Connection field must not name {misnamed[0]}.",
        )
    try:
        "".join(value for _, value in request.headers).encode()
    except UnicodeEncodeError:
        return bad_request(HTTPStatus.BAD_REQUEST, "A header field is not UTF-8 text.")
    return None


async def read_body(
    incoming: web.Request, clock: Clock, timeout_s: float
) -> bytes | Problem:
    """Read the whole body, bounded in bytes and time, before anything is sent."""
    too_large = bad_request(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"The body is larger than {MAX_BODY_BYTES} bytes.",
    )
    if (incoming.content_length or 0) > MAX_BODY_BYTES:
        return too_large
    try:
        async with clock.timeout(timeout_s):
            return await incoming.read()
    except web.HTTPRequestEntityTooLarge:
        return too_large
    except TimeoutError:
        return bad_request(
            HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time."
        )
    except (web.RequestPayloadError, web.PayloadAccessError, ConnectionError):
        return bad_request(
            HTTPStatus.BAD_REQUEST, "The body is broken off or badly framed."
        )


async def ask_for_body(incoming: web.Request) -> None:
    """Ask for a body that waits to be asked for; other expectations are ignored."""
    waits = incoming.headers.get("Expect", "").lower() == "100-continue"
    if waits and incoming.version >= HttpVersion11 and incoming.transport:
        incoming.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
