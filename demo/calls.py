"""Pure. Requests: as they came over the wire, and as PHP sees them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from demo.php import parse_form, parse_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from multidict import CIMultiDictProxy

    from demo.answers import Format

_FORMAT_NAMES = ("output_format", "io_format")
_FORMAT_HEADERS = ("Output-Format", "Io-Format")


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came; `target` is the raw path and query."""

    method: str
    target: str
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def path(self) -> str:
        """Return the path as nginx reads it: decoded, without doubled slashes."""
        path = unquote(self.target.partition("?")[0])
        return posixpath.normpath("/" + path.lstrip("/"))

    @property
    def url(self) -> str | None:
        """Return what follows `/api/`, None outside of it."""
        path = self.path
        if path == "/api":
            return ""
        return path.removeprefix("/api/") if path.startswith("/api/") else None

    @property
    def resource(self) -> str:
        """Return the name after `/api/`, "" for the root and for other paths."""
        return (self.url or "").partition("/")[0]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A call as PHP sees it: the method may be another than HTTP's."""

    method: str
    resource: str
    id: str
    params: Mapping[str, str]
    form: Format
    body: bytes


def inquire(call: Call) -> Inquiry:
    """
    Read a call as the webservice does.

    `ps_method` overrides the method: from the query, or from the form that a POST
    carries, which wins; a cookie does not count.
    """
    params = parse_query(call.target.partition("?")[2])
    method = params.get("ps_method", call.method)
    if call.method == "POST":
        form = parse_form(call.headers.get("Content-Type", ""), call.body)
        method = form.get("ps_method", method)
    resource, _, rest = (call.url or "").partition("/")
    asked = [params.get(name) for name in _FORMAT_NAMES]
    asked += [call.headers.get(name) for name in _FORMAT_HEADERS]
    return Inquiry(
        method=method,
        resource=resource,
        id=rest.partition("/")[0],
        params=params,
        form="json" if "JSON" in asked else "xml",
        body=call.body,
    )
