"""`python -m agent`: settings, logs, sockets, then serve until SIGTERM."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import TYPE_CHECKING

import structlog
import uvloop
from aiohttp import web
from pydantic import SecretStr

from agent.api import STOPPING
from agent.app import make_app
from config.agent_settings import AgentSettings
from config.clock import SystemClock
from config.loading import SettingsError
from config.logs import set_up_logs
from config.serving import EVERY_ADDRESS, ServingError, open_sockets, serve

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

# The longest an availability search takes is 25 s; few are under way at a stop.
DRAIN_S = 10


def main() -> int:
    """Run the agent; return the exit code."""
    argparse.ArgumentParser(
        prog="python -m agent",
        description="The WhatsApp agent; its settings are the AGENT_ variables.",
    ).parse_args()
    try:
        settings = AgentSettings.load(os.environ)
        addresses = (settings.bind,) if settings.bind else EVERY_ADDRESS
        sockets = open_sockets(addresses, settings.port)
    except (SettingsError, ServingError) as exc:
        print(exc, file=sys.stderr)  # noqa: T201  (no logs yet)
        return 2
    set_up_logs(secrets=_secrets(settings))
    # What it would log is clients' bad HTTP, with a traceback and the raw line.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    for sentence in AgentSettings.unknown_variables(os.environ):
        _log.warning("setting.unknown", msg=sentence)
    if settings.whatsapp_app_secret is None:
        _log.warning(
            "webhook.unsigned",
            msg="AGENT_WHATSAPP_APP_SECRET is not set: anybody may post messages.",
        )
    uvloop.run(_run(settings, sockets))
    return 0


async def _run(settings: AgentSettings, sockets: list[socket.socket]) -> None:
    app = make_app(settings, clock=SystemClock())
    host = settings.bind or "127.0.0.1"
    name = f"[{host}]" if ":" in host else host
    url = f"http://{name}:{sockets[0].getsockname()[1]}"
    _log.info("agent.started", url=url, proxy=settings.proxy_url)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_S)
    await serve(runner, sockets, on_stop=app[STOPPING].set)
    _log.info("agent.stopped")


def _secrets(settings: AgentSettings) -> Iterator[str]:
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()


if __name__ == "__main__":
    sys.exit(main())
