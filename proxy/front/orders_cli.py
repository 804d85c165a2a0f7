"""
The operator's command line: an order to a running proxy over its /admin paths.

`python -m proxy breaker open --why "PMS upgrade"`. Called by `__main__`. The token
comes from the environment and is never printed, nor sent on by a redirect.
"""

from __future__ import annotations

import argparse
import json
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from proxy.front.admin import ADMIN_ROOT, Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DONE, FAILED, MISUSED = 0, 1, 2
DEFAULT_PORT = "8081"
# With those commands that `__main__` takes itself.
USAGE = """
  python -m proxy             serve
  python -m proxy doctor      find out what is wrong, in under 20 s (doctor --help)
  python -m proxy breaker {open,close,reset} --why REASON [--url URL]
  python -m proxy cache clear --why REASON [--url URL]"""
PATIENCE_S = 10.0
MAX_ANSWER_BYTES = 1024 * 1024


class OrderError(Exception):
    """The order was not obeyed; the text is one sentence for people."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Give one order; 0 obeyed, 1 refused or not reached, 2 not well put."""
    options = _parser().parse_args(arguments)
    order = Order(f"{options.part}/{options.what}")
    try:
        status = _give(order, options.why, _url(options.url, environ), environ)
    except OrderError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.code
    sys.stdout.write(f"{_truth(order, status)}\n")
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proxy",
        usage=USAGE,
        description="Without a command, serve until SIGTERM, with the settings of the "
        "environment (PROXY_...). breaker and cache are orders to the proxy that runs, "
        "with the token in PROXY_ADMIN_TOKEN.",
    )
    parts = parser.add_subparsers(
        dest="part", required=True, metavar="breaker|cache", prog=parser.prog
    )
    breaker = parts.add_parser(
        "breaker", help="open|close|reset: hold it open or closed, or let it go"
    )
    cache = parts.add_parser("cache", help="clear: forget every copy")
    breaker.add_argument("what", choices=("open", "close", "reset"))
    cache.add_argument("what", choices=("clear",))
    for part in (breaker, cache):
        part.add_argument("--why", default="", help="the reason; the status shows it")
        part.add_argument(
            "--url", help="the proxy's base URL; default: this machine's PROXY_PORT"
        )
    return parser


def _url(given: str | None, environ: Mapping[str, str]) -> str:
    return given or f"http://127.0.0.1:{environ.get('PROXY_PORT') or DEFAULT_PORT}"


def _give(
    order: Order, why: str, url: str, environ: Mapping[str, str]
) -> dict[str, Any]:
    """Send the order and return the status after it."""
    if not why.strip():
        raise OrderError('An order needs its reason: --why "…".', MISUSED)
    token = environ.get("PROXY_ADMIN_TOKEN", "")
    if not token:
        raise OrderError("PROXY_ADMIN_TOKEN is not set.", MISUSED)
    if not token.isprintable():
        raise OrderError("PROXY_ADMIN_TOKEN cannot be sent in a header.", MISUSED)
    connection, root = _connection(url)
    try:
        connection.request(
            "POST",
            f"{root}{ADMIN_ROOT}{order.value}",
            json.dumps({"why": why}).encode(),
            {"Content-Type": "application/json", "X-Admin-Token": token.encode()},
        )
        response = connection.getresponse()
        said = response.read(MAX_ANSWER_BYTES)
    except (OSError, HTTPException) as exc:
        reason = getattr(exc, "strerror", None) or type(exc).__name__
        raise OrderError(f"The proxy at {url} cannot be reached: {reason}.") from None
    finally:
        connection.close()
    return _read(said, response.status, url)


def _connection(url: str) -> tuple[HTTPConnection, str]:
    """Return a connection that is not open yet, and the path below which to ask."""
    # Not shown: somebody may have put a password in it.
    wrong = OrderError(
        "--url must be a base URL such as http://127.0.0.1:8081.", MISUSED
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    kinds = {"http": HTTPConnection, "https": HTTPSConnection}
    kind = kinds.get(parts.scheme)
    is_base = url.isascii() and url.isprintable() and " " not in url
    is_base = is_base and parts.username is None and not parts.query
    if kind is None or not parts.hostname or port == 0 or not is_base:
        raise wrong
    return kind(parts.hostname, port, timeout=PATIENCE_S), parts.path.rstrip("/")


def _read(said: bytes, status: int, url: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(said)
        if status == HTTPStatus.OK:
            _ = document["breaker"]["state"], document["cache"]["entries"]
            return document
        sentence = str(document["detail"])
    except (ValueError, LookupError, TypeError):
        raise OrderError(f"What answers at {url} is not the proxy.") from None
    raise OrderError(f"The proxy refused: {sentence}")


def _truth(order: Order, status: dict[str, Any]) -> str:
    """Say in one line what is true now."""
    if order is Order.CLEAR_CACHE:
        return f"The cache holds {status['cache']['entries']} copies."
    breaker = status["breaker"]
    state = str(breaker["state"]).replace("_", "-")
    forced = breaker.get("forced")
    if forced is None:
        return f"The breaker is {state} since {breaker.get('since')}, not forced."
    return (
        f"The breaker is {state}, forced since {forced.get('since')}: "
        f"{forced.get('why')}"
    )
