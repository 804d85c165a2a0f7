"""What aiohttp cannot read as a request, in words: each a status and one sentence."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp.http_exceptions import LineTooLong

# Unequal, so that the parser's one exception tells which of them was too long.
MAX_REQUEST_LINE_BYTES = 8190
MAX_FIELD_BYTES = 8191
MAX_FIELDS = 128


class HeadLate(Exception):  # noqa: N818
    """A request's head is overdue."""


def told(status: int, exc: BaseException | None) -> tuple[int, str]:
    """Return status and sentence for what aiohttp could not read."""
    match exc:
        case HeadLate():
            return status, "The head of the request did not arrive in time."
        case LineTooLong() if exc.args[1] == MAX_REQUEST_LINE_BYTES:
            return (
                HTTPStatus.REQUEST_URI_TOO_LONG,
                f"The request line is over {MAX_REQUEST_LINE_BYTES} bytes.",
            )
        case LineTooLong():
            return (
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"A header field is over {MAX_FIELD_BYTES} bytes.",
            )
        case _ if "Too many headers" in str(exc):
            return (
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"There are more than {MAX_FIELDS} header fields.",
            )
        case _ if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return status, "The request is not well-formed HTTP/1.1."
        case _:
            return status, "The request could not be answered; the log says why."
