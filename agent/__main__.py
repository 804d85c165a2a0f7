"""`python -m agent`: settings, logs, sockets, then serve until SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import os
import signal
import sys
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
import uvloop
from pydantic import SecretStr

from agent.api import STOPPING
from agent.app import habits_of, make_app, make_parts, make_store, serving
from agent.chat.shell import Chat, ChatError, guest_named
from agent.chat.terminal import Terminal
from agent.errors import AgentError
from agent.kept.forget import forget
from agent.play.player import nobody, play_file
from agent.problems import problem
from agent.telemetry import Telemetry
from agent.understanding.grammar import Grammar
from agent.understanding.lines import as_line
from agent.understanding.validation import checked
from agent.verify.proofs import in_json, in_lines, is_nominal
from agent.verify.verification import DAYS_AHEAD, DAYS_SPREAD, a_day, verify
from config.agent_settings import AgentSettings
from config.clock import SystemClock
from config.loading import SettingsError
from config.logs import set_up_logs
from config.serving import EVERY_ADDRESS, Runner, ServingError, open_sockets, serve
from config.tracing import FLUSH_S, start_traces

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from typing import TextIO

    from agent.tracing import Tracer

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

# A webhook is answered within 3 s. With the replies that follow behind, a stop stays
# below the 10 s after which containers are killed.
DRAIN_S = 5
EXIT_FAILED = 1
EXIT_UNUSABLE = 2


def main() -> int:
    """Run the agent; return the exit code."""
    arguments = _parser().parse_args()
    try:
        settings = AgentSettings.load(os.environ)
        if arguments.command == "understand":
            _understand_lines(arguments.now, settings)
            return 0
        if arguments.command == "play":
            return 0 if _play(arguments, settings) else EXIT_FAILED
        if arguments.command == "chat":
            asyncio.run(_chat(settings, arguments.guest, _shown()))
            return 0
        if arguments.command == "forget":
            sys.stdout.write(f"{asyncio.run(_forget(settings, arguments.guest))}\n")
            return 0
        if arguments.command == "verify":
            return 0 if asyncio.run(_verify(arguments, settings)) else EXIT_FAILED
        addresses = (settings.bind,) if settings.bind else EVERY_ADDRESS
        sockets = open_sockets(addresses, settings.port)
    except (SettingsError, ServingError, AgentError) as exc:
        sys.stderr.write(f"{exc}\n")
        return EXIT_UNUSABLE
    except BrokenPipeError:
        # Who read it has read enough; what is left goes where Python may flush it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    set_up_logs(secrets=_secrets(settings))
    for sentence in AgentSettings.unknown_variables(os.environ):
        _log.warning("settings.unknown", msg=sentence)
    if settings.whatsapp_app_secret is None:
        _log.warning(
            "webhook.unsigned",
            msg="AGENT_WHATSAPP_APP_SECRET is not set: anybody may post messages.",
        )
    tracer = start_traces(os.environ, service="pms-agent")
    uvloop.run(_run(settings, sockets, tracer))
    tracer.end(FLUSH_S)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m agent",
        description="The WhatsApp agent; its settings are the AGENT_ variables.",
    )
    commands = parser.add_subparsers(dest="command")
    understand = commands.add_parser(
        "understand",
        help="read one phrase a line, print what is understood as JSON",
    )
    understand.add_argument(
        "--now",
        type=datetime.fromisoformat,
        default=SystemClock().wall(),
        help="the instant at which the phrases are written, with its offset",
    )
    played = commands.add_parser(
        "play",
        help="play written dialogues against a house in memory, print how each went",
    )
    played.add_argument("file", type=Path, help="a JSON list of dialogues")
    played.add_argument(
        "--transcript",
        action="store_true",
        help="print what was said, too, on the standard error",
    )
    chat = commands.add_parser(
        "chat",
        help="be a guest in this terminal, against a running proxy; bookings are real",
    )
    chat.add_argument(
        "--guest",
        metavar="NAME",
        default="Terminal Guest",
        help="the name that bookings are made in (default: %(default)s)",
    )
    forget_guest = commands.add_parser(
        "forget", help="delete all that is kept of a guest, and say what it was"
    )
    forget_guest.add_argument("guest", help="a phone number or a user id")
    verified = commands.add_parser(
        "verify",
        help="the runbook's final validation of a running agent; 0 if all is nominal",
    )
    verified.add_argument(
        "--agent", metavar="URL", help="default: this machine's AGENT_PORT"
    )
    verified.add_argument(
        "--checkin",
        type=date.fromisoformat,
        metavar="DAY",
        help=f"the day to ask rooms for (default: another each time, from {DAYS_AHEAD} "
        f"to {DAYS_AHEAD + DAYS_SPREAD - 1} days ahead, so that no copy answers)",
    )
    verified.add_argument("--json", action="store_true", help="one JSON object")
    return parser


async def _verify(arguments: argparse.Namespace, settings: AgentSettings) -> bool:
    """Print what holds; say whether all of it does."""
    clock, secret = SystemClock(), settings.whatsapp_app_secret
    today = clock.wall().astimezone(ZoneInfo(settings.hotel_timezone)).date()
    found = await verify(
        arguments.agent or f"http://{_own_name(settings)}:{settings.port}",
        checkin=arguments.checkin or a_day(today),
        app_secret=None if secret is None else secret.get_secret_value(),
        clock=clock,
    )
    with _shown() as out:
        out.write(f"{in_json(found) if arguments.json else in_lines(found)}\n")
    return is_nominal(found)


def _play(arguments: argparse.Namespace, settings: AgentSettings) -> bool:
    _log_warnings(settings)
    verdicts = asyncio.run(
        play_file(
            arguments.file,
            understander=Grammar(habits_of(settings)),
            say=sys.stdout.write,
            overhear=sys.stderr.write if arguments.transcript else nobody,
        )
    )
    passed = sum(verdict.passed for verdict in verdicts)
    sys.stderr.write(f"{passed} of {len(verdicts)} passed\n")
    return passed == len(verdicts)


async def _chat(settings: AgentSettings, name: str, out: TextIO) -> None:
    """Converse until the input ends, or Ctrl-C."""
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise ChatError("There is nothing to read from: the standard input is closed.")
    _log_warnings(settings)
    clock = SystemClock()
    # Nothing of WhatsApp, and nothing that outlives the chat.
    alone = settings.model_copy(
        update={"redis_url": None, "whatsapp_access_token": None}
    )
    parts = make_parts(alone, clock=clock)
    chat = Chat(
        guest=guest_named(name),
        terminal=Terminal(sys.stdin.fileno(), out),
        proxy=parts.proxy,
        store=parts.store,
        worker=parts.worker,
        clock=clock,
        hotel_id=settings.hotel_id,
        proxy_url=settings.proxy_url,
    )
    async with serving(parts):
        talking = asyncio.create_task(chat.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, talking.cancel)
        with suppress(asyncio.CancelledError):
            await talking
    await chat.end()


def _shown() -> TextIO:
    """Open the standard output anew: a letter that it has not becomes a "?"."""
    out = sys.stdout
    return open(
        out.fileno(), "w", encoding=out.encoding, errors="replace", closefd=False
    )


def _log_warnings(settings: AgentSettings) -> None:
    """Log to the standard error, since the standard output is somebody's."""
    set_up_logs(secrets=_secrets(settings), stream=sys.stderr)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )


def _understand_lines(now: datetime, settings: AgentSettings) -> None:
    """Answer each line of the standard input with one line of JSON."""
    zone = ZoneInfo(settings.hotel_timezone)
    now = now.astimezone(zone) if now.tzinfo else now.replace(tzinfo=zone)
    grammar = Grammar(habits_of(settings))
    # A byte that is no UTF-8 is not understood; the next line may be.
    for line in io.TextIOWrapper(
        sys.stdin.buffer, "utf-8", errors="replace", newline="\n"
    ):
        understood = grammar.understand(line, now, None)
        sys.stdout.write(as_line(checked(understood, now.date())) + "\n")
        sys.stdout.flush()


async def _forget(settings: AgentSettings, guest: str) -> str:
    if settings.redis_url is None:
        raise SettingsError(
            "AGENT_REDIS_URL is not set: what is kept is in the agent's memory alone, "
            "and gone when it ends."
        )
    store = make_store(settings, Telemetry(), SystemClock())
    try:
        return await forget(store, guest)
    finally:
        await store.close()


async def _run(
    settings: AgentSettings, sockets: list[socket.socket], tracer: Tracer
) -> None:
    app = make_app(settings, clock=SystemClock(), tracer=tracer)
    url = f"http://{_own_name(settings)}:{sockets[0].getsockname()[1]}"
    _log.info("agent.listening", url=url, proxy=settings.proxy_url)
    runner = Runner(app, refuse_unreadable=problem, shutdown_timeout=DRAIN_S)
    await serve(runner, sockets, on_stop=app[STOPPING].set)
    _log.info("agent.stopped")


def _own_name(settings: AgentSettings) -> str:
    """Return the host by which this machine reaches the agent."""
    host = settings.bind or "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _secrets(settings: AgentSettings) -> Iterator[str]:
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()


if __name__ == "__main__":
    sys.exit(main())
