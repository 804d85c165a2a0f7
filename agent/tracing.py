"""The seam of traces: what the agent tells of its turns, and who listens is `app`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, Self

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware
    from multidict import CIMultiDictProxy

# What machines ask all day would hide what guests ask.
TRACED = frozenset({"/webhooks/whatsapp", "/api/v1/availability"})
FIRST_FAILURE = 500


class Span(Protocol):
    """A stretch of a turn; current within its `with`, and over after it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc_info: object) -> None: ...

    def tell(self, name: str, value: str | int) -> None:
        """Tell a fact: out of a closed set, or a small number; never a guest's."""
        ...

    def fail(self, why: str) -> None:
        """Mark it as failed."""
        ...

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Return the fields that make another's span a child of this one."""
        ...


class Tracer(Protocol):
    """Begins spans, inside the current one or the one that `parent`'s fields name."""

    def span(
        self,
        name: str,
        kind: Literal["server", "client", "internal"] = "internal",
        *,
        parent: CIMultiDictProxy[str] | None = None,
    ) -> Span:
        """Begin a span."""
        ...


def trace_requests(tracer: Tracer) -> Middleware:
    """Make the middleware that begins a span for what guests and their tools ask."""

    @web.middleware
    async def trace(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if resource is None or resource.canonical not in TRACED:
            return await handler(request)
        name = f"{request.method} {resource.canonical}"
        with tracer.span(name, "server", parent=request.headers) as span:
            response = await handler(request)
            span.tell("http.request.method", request.method)
            span.tell("http.route", resource.canonical)
            span.tell("http.response.status_code", response.status)
            if response.status >= FIRST_FAILURE:
                span.fail(str(response.status))
            return response

    return trace
