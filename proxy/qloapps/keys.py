"""Pure. The canonical cache key: same meaning, same key (CONTRACT §1)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from proxy.headers import first, joined
from proxy.messages import CacheKey, Operation, Request
from proxy.qloapps import php

if TYPE_CHECKING:
    from proxy.qloapps.search import Search

JSON = "JSON"
FORMAT_NAMES = frozenset({b"output_format", b"io_format"})
KEY_NAME = b"ws_key"
VERSION = "v1"

_SLASHES = re.compile(r"/+")


def output_formats(request: Request) -> list[str]:
    """Return every format that a request names, as the PMS reads it: by case."""
    asked = [
        php.decoded(value).decode("latin-1")
        for name, value in php.pairs(request.query.encode())
        if php.variable_name(name) in FORMAT_NAMES
    ]
    for name in ("output-format", "io-format"):
        asked += [value for key, value in request.headers if key.lower() == name]
    return asked


def cache_key(
    request: Request,
    operation: Operation,
    search: Search | None,
    *,
    shared: bool,
) -> CacheKey:
    """
    Build the key of a readable request; a HEAD has the key of its GET.

    `shared` is true where the proxy's own key asks for everybody: else a hash of
    the client's credentials is a part, never the credentials themselves.
    """
    formats = output_formats(request)
    is_json = {asked == JSON for asked in formats}
    # Mixed wishes: which one wins is the PMS's secret, so they are a key as they are.
    wanted = formats if len(is_json) > 1 else [JSON if True in is_json else "XML"]
    dropped = {KEY_NAME} if len(is_json) > 1 else {KEY_NAME, *FORMAT_NAMES}
    parts = (
        _SLASHES.sub("/", unquote(request.path)).rstrip("/"),
        _sorted_query(request, dropped),
        search.meaning if search is not None else "",
        wanted,
        joined(request.headers, "accept-language").replace(" ", "").lower(),
        "" if shared else _credentials(request),
    )
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return CacheKey(f"pms:{VERSION}:{operation}:{digest}")


def _sorted_query(request: Request, dropped: set[bytes]) -> list[tuple[bytes, bytes]]:
    decoded = [
        (php.decoded(name), php.decoded(value))
        for name, value in php.pairs(request.query.encode())
        if php.variable_name(name) not in dropped
    ]
    # Of two parameters of one name PHP takes the last: these keep their order.
    return sorted(decoded, key=lambda pair: pair[0])


def _credentials(request: Request) -> str:
    keys = [
        value
        for name, value in php.pairs(request.query.encode())
        if php.variable_name(name) == KEY_NAME
    ]
    said = repr((first(request.headers, "authorization"), keys))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def without_key(query: str) -> str:
    """Drop a client's `ws_key` from a query; the rest keeps its bytes."""
    kept = [
        part
        for part in query.split("&")
        if php.variable_name(part.partition("=")[0].encode()) != KEY_NAME
    ]
    return "&".join(kept)
