"""Serve an aiohttp application on its sockets until SIGTERM, then drain and leave."""

from __future__ import annotations

import asyncio
import errno
import resource
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from aiohttp import web

from config.clock import SystemClock
from config.crowd import Crowd
from config.protocol import Connection, Server
from config.unreadable import MAX_FIELD_BYTES, MAX_FIELDS, MAX_REQUEST_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from config.protocol import Clock

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (what CONTRACT §10 asks for)
LOOPBACK = ("127.0.0.1", "::1")
BACKLOG = 1024
# A sidecar's tools need some tens. The reserve is for the PMS, Redis and the log.
MAX_CONNECTIONS = 4096
RESERVED_FILES = 128
BATCHES = 3
WANTED_FILES = 8192

# A machine without IPv6, or with it switched off, is fine.
_NO_SUCH_FAMILY = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT)


class ServingError(Exception):
    """The process cannot serve; the text is one sentence for people."""


def open_sockets(addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    """
    Bind one listening socket for each address.

    IPv6 is bound apart from IPv4, because asyncio makes `::` IPv6 only. With port 0
    all of them share the port that the first one got.

    Raises:
        ServingError: where the port is taken or an address is not this machine's.

    """
    sockets: list[socket.socket] = []
    for address in addresses:
        try:
            sockets.append(_bind(address, port))
        except OSError as exc:
            if exc.errno in _NO_SUCH_FAMILY and len(addresses) > 1:
                continue
            for bound in sockets:
                bound.close()
            raise ServingError(_why_not(address, port, exc)) from None
        port = sockets[0].getsockname()[1]
    if not sockets:
        raise ServingError("No address to listen on is available.")
    return sockets


def _bind(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((address, port))
        bound.listen(backlog())
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound


def _why_not(address: str, port: int, exc: OSError) -> str:
    if exc.errno == errno.EADDRINUSE:
        return f"Port {port} on {address} is taken by another program."
    return f"Cannot listen on {address} port {port}: {exc.strerror}."


class Runner(web.AppRunner):
    """
    An `AppRunner` with this house's limits on HTTP.

    `refuse_unreadable(status, sentence)` builds the answer to what is not a request.
    A handler is cancelled when its client hangs up. `connections` bounds how many are
    open; by default what the file descriptors allow.
    """

    __slots__ = ("_clock", "_connections", "_looking", "_refuse_unreadable")

    def __init__(
        self,
        app: web.Application,
        *,
        refuse_unreadable: Callable[[int, str], web.Response],
        clock: Clock | None = None,
        connections: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            app,
            access_log=None,
            handler_cancellation=True,
            max_line_size=MAX_REQUEST_LINE_BYTES,
            max_field_size=MAX_FIELD_BYTES,
            max_headers=MAX_FIELDS,
            auto_decompress=False,
            **kwargs,
        )
        self._refuse_unreadable = refuse_unreadable
        self._clock = clock or SystemClock()
        self._connections = connections
        self._looking: asyncio.Task[None] | None = None

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        # aiohttp has no public hook for what it cannot read (web_server.py).
        made.__class__ = Server
        server = cast("Server", made)
        server.refuse_unreadable = self._refuse_unreadable
        server.clock = self._clock
        server.crowd = Crowd[Connection](self._connections or connections_allowed())
        self._looking = asyncio.create_task(server.look_after())
        return server

    async def cleanup(self) -> None:
        """Stop serving."""
        await super().cleanup()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking


def raise_file_limit() -> None:
    """Let this process open as many files as its connections may need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Where the machine says no, fewer connections are served.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections_allowed() -> int:
    """Return how many clients may be connected, so that files are left for the rest."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    # asyncio takes a backlog at once, and is at the third before the first is closed.
    return max(1, min(MAX_CONNECTIONS, soft - RESERVED_FILES - BATCHES * backlog()))


def backlog() -> int:
    """Return how many connections may wait to be taken."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return BACKLOG if soft == resource.RLIM_INFINITY else min(BACKLOG, soft // 8)


async def serve(
    runner: web.BaseRunner,
    sockets: list[socket.socket],
    *,
    on_stop: Callable[[], None],
    on_start: Callable[[], None] = lambda: None,
) -> None:
    """
    Serve on `sockets` until SIGTERM or SIGINT, then let the runner drain.

    `on_start` is called once it serves and a signal would be heeded; `on_stop` first
    thing on the signal, so that readiness can turn false.
    """
    raise_file_limit()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        for bound in sockets:
            await web.SockSite(runner, bound, backlog=backlog()).start()
        on_start()
        await stop.wait()
        on_stop()
    finally:
        await runner.cleanup()
