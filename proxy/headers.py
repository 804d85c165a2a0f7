"""Pure. Header fields of a proxy: what stops here, what is added, what they say."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from proxy.messages import Headers

PROXY_NAME = "pms-proxy"
VIA = f"1.1 {PROXY_NAME}"

# RFC 9110 §7.6.1, with Proxy-* of RFC 9110 §11.7, the old Keep-Alive and h2c's.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "http2-settings",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-authentication-info",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

# What describes the client's hop, or is meant for the proxy itself. QloApps would
# take X-Forwarded-Host for its own Host, and others of these for another URL or
# method; CGI would take Proxy for the proxy of PHP's own calls.
NOT_FORWARDED = frozenset(
    {
        "accept-encoding",
        "content-length",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "proxy",
        "x-admin-token",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
        "x-original-url",
        "x-proxy-token",
        "x-request-id",
        "x-rewrite-url",
    }
)
NOT_FORWARDED_PREFIX = "x-forwarded-"
# CGI tells no other names apart: X_Forwarded_Host would be X-Forwarded-Host.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]+")

# What says who asks for what and may not be made hop-by-hop (RFC 9110 §7.6.1).
ALWAYS_END_TO_END = frozenset(
    {
        "authorization",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "x-admin-token",
        "x-proxy-token",
    }
)

# What only this proxy may say to its clients, and the length that it counts itself.
NOT_PASSED_ON = frozenset(
    {
        "content-length",
        "proxy-status",
        "x-pms-circuit-breaker",
        "x-availability",
        "x-potentially-stale",
        "x-request-id",
        "x-write-outcome",
    }
)

# A shared copy is a whole one: its fetch asks no condition of one client's.
CONDITIONAL = frozenset(
    {
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "range",
    }
)


def first(headers: Headers, name: str, default: str = "") -> str:
    """Return the first value of a field, given in lower case."""
    return next((value for key, value in headers if key.lower() == name), default)


def joined(headers: Headers, name: str) -> str:
    """Return all values of a list field, given in lower case, as one."""
    return ", ".join(value for key, value in headers if key.lower() == name)


def has(headers: Headers, name: str) -> bool:
    """Say whether a field, given in lower case, is there."""
    return any(key.lower() == name for key, _ in headers)


def without(headers: Headers, names: Container[str]) -> Headers:
    """Return the fields whose lower-case names are not in `names`."""
    return tuple((key, value) for key, value in headers if key.lower() not in names)


def connection_options(headers: Headers) -> frozenset[str]:
    """Return what Connection names, in lower case."""
    named = joined(headers, "connection").split(",")
    return frozenset(name.strip().lower() for name in named)


def end_to_end(headers: Headers) -> Headers:
    """Drop the hop-by-hop fields, those that Connection names included."""
    return without(headers, HOP_BY_HOP | connection_options(headers))


def to_forward(headers: Headers) -> Headers:
    """Return a client's end-to-end fields that the PMS may see."""
    return tuple(
        (key, value)
        for key, value in headers
        if _PLAIN_NAME.fullmatch(key)
        and key.lower() not in NOT_FORWARDED
        and not key.lower().startswith(NOT_FORWARDED_PREFIX)
    )


def cache_status(*parts: str) -> str:
    """Build a Cache-Status value (RFC 9211 §2)."""
    return "; ".join((PROXY_NAME, *parts))


def ttl(seconds: float) -> str:
    """Say the seconds left of freshness, negative once past (RFC 9211 §2.5)."""
    return f"ttl={math.floor(seconds)}"


def retry_after(seconds: float) -> str:
    """Round up to whole seconds, at least one (RFC 9110 §10.2.3)."""
    return str(max(1, math.ceil(seconds)))


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Compare weakly, as If-None-Match does (RFC 9110 §13.1.2)."""
    candidates = (part.strip() for part in if_none_match.split(","))
    return any(tag == "*" or tag.removeprefix("W/") == etag for tag in candidates)
