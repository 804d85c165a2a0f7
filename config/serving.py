"""Serve an aiohttp application on its sockets until SIGTERM, then drain and leave."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (what CONTRACT §10 asks for)
LOOPBACK = ("127.0.0.1", "::1")
BACKLOG = 1024

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
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except OSError:
        bound.close()
        raise
    return bound


def _why_not(address: str, port: int, exc: OSError) -> str:
    if exc.errno == errno.EADDRINUSE:
        return f"Port {port} on {address} is taken by another program."
    return f"Cannot listen on {address} port {port}: {exc.strerror}."


async def serve(
    runner: web.BaseRunner,
    sockets: list[socket.socket],
    *,
    on_stop: Callable[[], None],
) -> None:
    """
    Serve on `sockets` until SIGTERM or SIGINT, then let the runner drain.

    `on_stop` is called first on the signal, so that readiness can turn false.
    """
    from aiohttp import web  # noqa: PLC0415  (settings errors need no server)

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        for bound in sockets:
            await web.SockSite(runner, bound).start()
        await stop.wait()
        on_stop()
    finally:
        await runner.cleanup()
