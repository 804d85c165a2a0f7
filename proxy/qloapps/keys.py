"""Pure. The canonical cache key: same meaning, same key (CONTRACT §1)."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import unquote

from proxy.headers import joined
from proxy.messages import CacheKey, Operation, Request
from proxy.qloapps import php

if TYPE_CHECKING:
    from proxy.qloapps.search import Search

JSON = "JSON"
FORMAT_NAMES = frozenset({b"output_format", b"io_format"})
FORMAT_FIELDS = ("output-format", "io-format")
KEY_NAME = b"ws_key"
VERSION = "v1"

_SLASHES = re.compile(r"/+")
_NAMED_PLACE = re.compile(rb"\[[A-Za-z0-9_]+\]")


def output_formats(request: Request) -> list[str]:
    """Return every format that a request names, as the PMS reads it: by case."""
    asked = [
        php.decoded(value).decode("latin-1")
        for name, value in php.pairs(request.query.encode())
        if php.variable_name(name) in FORMAT_NAMES
    ]
    for name in FORMAT_FIELDS:
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
    wanted = _wanted_format(request)
    dropped = {KEY_NAME} if wanted is None else {KEY_NAME, *FORMAT_NAMES}
    parts = (
        _SLASHES.sub("/", unquote(request.path)).rstrip("/"),
        _sorted_query(request, dropped),
        search.meaning if search is not None else "",
        output_formats(request) if wanted is None else wanted,
        joined(request.headers, "accept-language").replace(" ", "").lower(),
        "" if shared else credentials(request),
    )
    digest = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return CacheKey(f"pms:{VERSION}:{operation}:{digest}")


def operation_of(key: CacheKey) -> Operation:
    """Return the class of the request that a key stands for."""
    return Operation(key.split(":")[2])


def _wanted_format(request: Request) -> str | None:
    """
    Return the format that is surely meant; None where only the PMS knows.

    Which one wins of two wishes, or what an array means, is the PMS's secret: these
    wishes are a key as they stand.
    """
    named = [
        php.variable(name)
        for name, _ in php.pairs(request.query.encode())
        if php.variable_name(name) in FORMAT_NAMES
    ]
    fields = [name.lower() for name, _ in request.headers]
    is_single = len(named) == len(set(named)) and not any(index for _, index in named)
    is_single = is_single and all(fields.count(name) <= 1 for name in FORMAT_FIELDS)
    is_json = {asked == JSON for asked in output_formats(request)}
    if not is_single or len(is_json) > 1:
        return None
    return JSON if True in is_json else "XML"


def _sorted_query(request: Request, dropped: set[bytes]) -> list[tuple[bytes, bytes]]:
    """
    Return the query's decoded pairs in a fixed order.

    Of two parameters of one variable PHP takes the last: these keep their order.
    Places in an array may be sorted where all of them are named.
    """
    pairs = [
        (php.variable(name), (php.decoded(name), php.decoded(value)))
        for name, value in php.pairs(request.query.encode())
    ]
    indices: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for (name, index), _ in pairs:
        indices[name].add(index)
    sortable = {
        name
        for name, found in indices.items()
        if all(map(_NAMED_PLACE.fullmatch, found))
    }

    def order(
        pair: tuple[tuple[bytes, bytes], tuple[bytes, bytes]],
    ) -> tuple[bytes, bytes]:
        name, index = pair[0]
        return name, index if name in sortable else b""

    kept = [pair for pair in pairs if pair[0][0] not in dropped]
    return [decoded for _, decoded in sorted(kept, key=order)]


def credentials(request: Request) -> str:
    """Return a digest of the credentials that a request carries."""
    keys = [
        value
        for name, value in php.pairs(request.query.encode())
        if php.variable_name(name) == KEY_NAME
    ]
    said = repr((joined(request.headers, "authorization"), keys))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def without_key(query: str) -> str:
    """Drop a client's `ws_key` from a query; the rest keeps its bytes."""
    return "&".join(part for part in query.split("&") if not _is_key(part))


def only_key(query: str) -> str:
    """Return a client's `ws_key` as it stands in a query; empty where it has none."""
    return "&".join(part for part in query.split("&") if _is_key(part))


def _is_key(part: str) -> bool:
    return php.variable_name(part.partition("=")[0].encode()) == KEY_NAME
