"""
`python -m proxy`: read the settings, listen, serve until SIGTERM.

With arguments it gives a running proxy an operator's order instead, or, with `doctor`,
finds out what is wrong.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

import structlog
import uvloop

from config.clock import SystemClock
from config.loading import SettingsError
from config.logs import set_up_logs
from config.proxy_settings import ProxySettings
from config.reloading import Reloader
from config.secret_files import UnusableFile, read_secret
from config.serving import (
    EVERY_ADDRESS,
    LOOPBACK,
    Runner,
    ServingError,
    open_sockets,
    serve,
)
from config.tracing import FLUSH_S, start_traces
from config.version import VERSION
from proxy.app import DRAIN, HANDLERS, ROTATE, make_app
from proxy.doctor import command as doctor
from proxy.doctor.values import Check, Remark, failed, passed
from proxy.front import orders_cli
from proxy.parts import make_pms
from proxy.policies import doctor_subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EXIT_UNUSABLE = 2


def main(environ: Mapping[str, str], arguments: Sequence[str] = ()) -> int:
    """Run the proxy; 0 after a drained stop, 2 where it cannot start."""
    if arguments and arguments[0] == "doctor":
        return _examine(arguments[1:], environ)
    if arguments:
        return _give_order(arguments, environ)
    try:
        settings = ProxySettings.load(environ)
        sockets = open_sockets(_addresses(settings), settings.port)
    except (SettingsError, ServingError) as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_UNUSABLE
    # Until it is heeded, the signal that asks for a reload must not end the process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    redactor = set_up_logs(secrets=settings.secrets())
    log = structlog.get_logger()
    for sentence in ProxySettings.unknown_variables(environ):
        log.warning("setting.unknown", msg=sentence)
    for sentence in ProxySettings.idle_variables(environ):
        log.warning("setting.idle", msg=sentence)
    for sentence in settings.weak_secrets():
        log.warning("setting.weak", msg=sentence)
    tracer = start_traces(environ, service="pms-proxy")
    app = make_app(settings, clock=SystemClock(), tracer=tracer)
    handlers = app[HANDLERS]
    runner = Runner(
        app,
        refuse_unreadable=handlers.refuse_unreadable,
        shutdown_timeout=settings.drain_s,
    )
    port = sockets[0].getsockname()[1]

    def rotate(fresh: ProxySettings) -> None:
        redactor.learn(fresh.secrets())
        app[ROTATE](fresh)

    reloader = Reloader(settings, rotate)

    def announce() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, reloader.reload)
        log.info(
            "proxy.listening",
            url=f"http://127.0.0.1:{port}",
            addresses=[bound.getsockname()[0] for bound in sockets],
            port=port,
            upstream=settings.upstream_url,
            version=VERSION,
        )

    uvloop.run(serve(runner, sockets, on_stop=app[DRAIN].begin, on_start=announce))
    tracer.end(min(FLUSH_S, app[DRAIN].left_s()))
    log.info("proxy.stopped")
    return 0


def _give_order(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Give an order, with the token from its file where it stands in one."""
    path = environ.get("PROXY_ADMIN_TOKEN_FILE")
    if path and not environ.get("PROXY_ADMIN_TOKEN"):
        try:
            environ = {**environ, "PROXY_ADMIN_TOKEN": read_secret(path)}
        except UnusableFile as exc:
            sys.stderr.write(f"PROXY_ADMIN_TOKEN_FILE cannot be used: {exc}.\n")
            return EXIT_UNUSABLE
    return orders_cli.main(arguments, environ)


def _examine(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Examine the PMS and the running proxy; what cannot be read is told too."""
    try:
        settings = ProxySettings.load(environ)
    except SettingsError as exc:
        subject = None
        # No proxy starts without it, so it is this shell that was not given it.
        is_set = bool(environ.get(ProxySettings.variable("upstream_url")))
        remark = Remark.SETTINGS_WRONG if is_set else Remark.SETTINGS_ABSENT
        found = failed(Check.SETTINGS, remark, sentence=str(exc))
    else:
        subject = doctor_subject(settings, make_pms(settings))
        odd = " ".join(ProxySettings.unknown_variables(environ))
        remark = Remark.SETTINGS_ODD if odd else Remark.SETTINGS_READ
        found = passed(Check.SETTINGS, remark, sentence=odd)
    return doctor.main(
        arguments, environ, subject=subject, settings=found, clock=SystemClock()
    )


def _addresses(settings: ProxySettings) -> tuple[str, ...]:
    if settings.bind is not None:
        return (settings.bind,)
    return LOOPBACK if settings.lends_its_key else EVERY_ADDRESS


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
