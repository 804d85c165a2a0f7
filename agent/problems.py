"""Errors as RFC 9457 problem documents, one sentence each; no traceback leaves."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

# What WhatsApp sends is a few KiB; a batch stays far below.
BODY_LIMIT_BYTES = 1024 * 1024


def problem(
    status: int, detail: str, *, retry_after_s: int | None = None, **members: object
) -> web.Response:
    """Build a problem document; `members` are added to it."""
    response = web.Response(
        status=status,
        content_type="application/problem+json",
        text=json.dumps(
            {
                "type": "about:blank",
                "title": HTTPStatus(status).phrase,
                "status": status,
                "detail": detail,
                **members,
            }
        ),
    )
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response


@web.middleware
async def speak_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn aiohttp's own errors, and whatever escapes, into problem documents."""
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as exc:
        allowed = ", ".join(sorted(exc.allowed_methods))
        response = problem(405, f"This path takes {allowed} only.")
        response.headers["Allow"] = allowed
        return response
    except web.HTTPRequestEntityTooLarge:
        return problem(413, f"The body is over {BODY_LIMIT_BYTES} bytes.")
    except web.RequestPayloadError:
        return problem(400, "The body cannot be read as it was sent.")
    except web.HTTPException as exc:
        detail = "There is nothing at this path." if exc.status == 404 else exc.reason  # noqa: PLR2004
        return problem(exc.status, detail)
    except Exception:  # noqa: BLE001  (logged, never shown)
        _log.exception("request.failed")
        return problem(500, "The agent failed to answer; its log says why.")
