"""Pure. The operator's hand: which order a request gives, and who may give one."""

from __future__ import annotations

import hmac
import json
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import parse_qs

from proxy.problems import Problem, bad_request

ADMIN_ROOT = "/admin/"
MAX_REASON_LETTERS = 500


class Order(StrEnum):
    """What an operator may order, by the end of its path (CONTRACT §10)."""

    OPEN = "breaker/open"
    CLOSE = "breaker/close"
    RESET = "breaker/reset"
    CLEAR_CACHE = "cache/clear"


def why_closed(admin_token: str | None, given: str) -> Problem | None:
    """Say why the admin paths do not open to a token; None where they do."""
    if admin_token is None:
        return bad_request(
            HTTPStatus.FORBIDDEN,
            "The admin paths are closed: PROXY_ADMIN_TOKEN is not set.",
        )
    expected = admin_token.encode()
    if not hmac.compare_digest(expected, given.encode("utf-8", "surrogateescape")):
        return bad_request(
            HTTPStatus.FORBIDDEN, "The field X-Admin-Token does not hold the token."
        )
    return None


def read_order(
    method: str, path: str, query: str, body: bytes
) -> tuple[Order, str] | Problem:
    """
    Return an order and its reason, or why there is none.

    The reason is `why`, in the query or in a JSON object; it is required, since the
    status shows it to whoever is called next.
    """
    try:
        order = Order(path.removeprefix(ADMIN_ROOT))
    except ValueError:
        orders = ", ".join(order.value for order in Order)
        return bad_request(HTTPStatus.NOT_FOUND, f"Under /admin/ there are {orders}.")
    if method != "POST":
        return bad_request(
            HTTPStatus.METHOD_NOT_ALLOWED, "An order is a POST.", allow="POST"
        )
    why = _reason(query, body)
    if not why:
        return bad_request(
            HTTPStatus.BAD_REQUEST,
            'An order needs its reason, as {"why": "…"} or ?why=…, of at most '
            f"{MAX_REASON_LETTERS} letters.",
        )
    return order, why


def _reason(query: str, body: bytes) -> str:
    """Return the reason, on one line; empty where there is none that can be shown."""
    try:
        given = json.loads(body)["why"] if body else parse_qs(query)["why"][0]
        line = " ".join(given.encode(errors="ignore").decode().split())
    except (ValueError, RecursionError, TypeError, LookupError, AttributeError):
        return ""
    return line if len(line) <= MAX_REASON_LETTERS else ""
