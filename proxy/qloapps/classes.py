"""Pure. Which class of CONTRACT §1 a request belongs to."""

from __future__ import annotations

import re
from urllib.parse import unquote

from proxy.headers import joined
from proxy.messages import Operation, Request
from proxy.qloapps import php
from proxy.qloapps.search import SEARCH_ELEMENT, Search

# What every guest may read, the same for all of them.
CATALOGUE = frozenset(
    {
        "countries",
        "currencies",
        "extra_demands",
        "extra_services",
        "feature_prices",
        "hotel_features",
        "hotel_refund_rules",
        "hotel_room_types",
        "hotel_rooms",
        "hotels",
        "image_types",
        "images",
        "languages",
        "order_states",
        "product_features",
        "room_types",
        "services",
        "states",
        "tax_rules",
        "taxes",
        "zones",
    }
)
READ_METHODS = frozenset({"GET", "HEAD"})

# Names that turn a request into another one. `url` is what QloApps' own rewriting
# hands the path over as, so a client's would win over the path that we look at.
METHOD_OVERRIDE = b"ps_method"
PATH_OVERRIDE = b"url"

_PLAIN = frozenset({"", "identity"})
_RESOURCE = re.compile(r"/+api/+([^/]*)")


def resource_of(path: str) -> str:
    """Return the first segment below `/api/`, decoded; empty for the root."""
    found = _RESOURCE.match(unquote(path))
    return found.group(1) if found else ""


def classify(request: Request, search: Search | None) -> Operation:
    """
    Name the class of a request; `search` is its body, read as a search.

    Where in doubt it is a write, then private: neither is stored, shared or resent.
    """
    query_names = php.names(request.query.encode())
    if METHOD_OVERRIDE in query_names or _body_overrides_method(request):
        return Operation.WRITE
    resource = resource_of(request.path)
    if request.method == "POST" and resource == SEARCH_ELEMENT:
        if PATH_OVERRIDE in query_names:
            return Operation.WRITE
        return _class_of_search(request, search)
    if request.method not in READ_METHODS:
        return Operation.WRITE
    if request.body or PATH_OVERRIDE in query_names:
        return Operation.PRIVATE
    if resource == SEARCH_ELEMENT and b"schema" in query_names:
        return Operation.AVAILABILITY
    return Operation.CATALOGUE if resource in CATALOGUE else Operation.PRIVATE


def is_overridden(request: Request) -> bool:
    """Say whether a parameter makes another request of it than its line says."""
    names = php.names(request.query.encode())
    overrides = {METHOD_OVERRIDE, PATH_OVERRIDE}
    return bool(names & overrides) or _body_overrides_method(request)


def _class_of_search(request: Request, search: Search | None) -> Operation:
    whole = request.path.rstrip("/").endswith(f"/{SEARCH_ELEMENT}")
    if search is None or not search.available_only or not whole:
        return Operation.PRIVATE
    return Operation.AVAILABILITY


def _body_overrides_method(request: Request) -> bool:
    if not request.body:
        return False
    kind = joined(request.headers, "content-type").partition(";")[0].strip().lower()
    is_coded = joined(request.headers, "content-encoding").lower() not in _PLAIN
    if kind.startswith("multipart/") or "," in kind or is_coded:
        # No read of QloApps' takes one, and what PHP would find in it is its own.
        return True
    if kind in {"text/xml", "application/xml", "application/json"}:
        return False
    return METHOD_OVERRIDE in php.names(request.body)
