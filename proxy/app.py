"""The composition root: settings become parts, parts become an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from config.tracing import OFF
from proxy.front.drain import Drain
from proxy.front.handlers import Handlers
from proxy.front.incoming import MAX_BODY_BYTES, ask_for_body
from proxy.front.outgoing import leave_untyped
from proxy.parts import Parts
from proxy.running import Running

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.typedefs import Handler

    from config.proxy_settings import ProxySettings
    from proxy.messages import Clock
    from proxy.tracing import Tracer

HANDLERS = web.AppKey("handlers", Handlers)
DRAIN = web.AppKey("drain", Drain)
ROTATE: web.AppKey[Callable[[ProxySettings], None]] = web.AppKey("rotate")


def make_app(
    settings: ProxySettings, *, clock: Clock, tracer: Tracer = OFF
) -> web.Application:
    """Build the proxy; nothing is opened before the application starts."""
    parts = Parts(settings, clock, tracer)
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_takes_all])
    app[HANDLERS] = parts.handlers
    app[DRAIN] = parts.drain
    app[ROTATE] = parts.rotate
    app.router.add_route(
        "*",
        "/{anything:(?s:.*)}",
        parts.handlers.handle,
        expect_handler=ask_for_body,
    )
    app.on_response_prepare.append(leave_untyped)
    Running(parts).attach(app)
    return app


@web.middleware
async def _takes_all(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take what no route can name too, such as `OPTIONS *`."""
    del handler
    return await request.app[HANDLERS].handle(request)
