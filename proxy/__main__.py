"""
`python -m proxy`: read the settings, listen, serve until SIGTERM.

With arguments it gives a running proxy an operator's order instead.
"""

from __future__ import annotations

import itertools
import os
import sys
from typing import TYPE_CHECKING

import structlog
import uvloop

from config.clock import SystemClock
from config.loading import SettingsError
from config.logs import set_up_logs
from config.proxy_settings import ProxySettings
from config.serving import (
    EVERY_ADDRESS,
    LOOPBACK,
    Runner,
    ServingError,
    open_sockets,
    serve,
)
from proxy import orders_cli
from proxy.app import DRAIN, HANDLERS, VERSION, make_app

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXIT_UNUSABLE = 2


def main(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> int:
    """Run the proxy; 0 after a drained stop, 2 where it cannot start."""
    if arguments:
        return orders_cli.main(arguments, environ)
    try:
        settings = ProxySettings.load(environ)
        sockets = open_sockets(_addresses(settings), settings.port)
    except (SettingsError, ServingError) as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_UNUSABLE
    set_up_logs(secrets=_secrets(settings))
    log = structlog.get_logger()
    for sentence in ProxySettings.unknown_variables(environ):
        log.warning("setting.unknown", msg=sentence)
    for sentence in ProxySettings.idle_variables(environ):
        log.warning("setting.idle", msg=sentence)
    app = make_app(settings, clock=SystemClock())
    handlers = app[HANDLERS]
    runner = Runner(
        app,
        refuse_unreadable=handlers.refuse_unreadable,
        shutdown_timeout=settings.drain_s,
    )
    port = sockets[0].getsockname()[1]

    def announce() -> None:
        log.info(
            "proxy.listening",
            url=f"http://127.0.0.1:{port}",
            addresses=[bound.getsockname()[0] for bound in sockets],
            port=port,
            upstream=settings.upstream_url,
            version=VERSION,
        )

    uvloop.run(serve(runner, sockets, on_stop=app[DRAIN].begin, on_start=announce))
    log.info("proxy.stopped")
    return 0


def _addresses(settings: ProxySettings) -> tuple[str, ...]:
    if settings.bind is not None:
        return (settings.bind,)
    return LOOPBACK if settings.lends_its_key else EVERY_ADDRESS


def _secrets(settings: ProxySettings) -> list[str]:
    kept = [settings.upstream_key, settings.admin_token, settings.redis_url]
    kept += itertools.chain.from_iterable(settings.client_tokens.values())
    return [secret.get_secret_value() for secret in kept if secret is not None]


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
