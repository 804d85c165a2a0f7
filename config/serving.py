"""Serve an aiohttp application on its sockets until SIGTERM, then drain and leave."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import LineTooLong

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  (what CONTRACT §10 asks for)
LOOPBACK = ("127.0.0.1", "::1")
BACKLOG = 1024

# Unequal, so that the parser's one exception tells which of them was too long.
MAX_REQUEST_LINE_BYTES = 8190
MAX_FIELD_BYTES = 8191
MAX_FIELDS = 128

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


class _Protocol(web.RequestHandler):
    """aiohttp's HTTP, which refuses in one sentence and never with a traceback."""

    __slots__ = ("_arriving",)

    def data_received(self, data: bytes) -> None:
        """Take bytes; a badly framed body fails its reader at once, and alone."""
        waiting = len(self._messages)
        super().data_received(data)
        if len(self._messages) == waiting:
            return
        message, payload = self._messages[-1]
        if isinstance(message, RawRequestMessage):
            self._arriving = payload
            return
        arriving = getattr(self, "_arriving", None)
        if arriving is not None and not arriving.is_eof():
            # aiohttp leaves the reader waiting and answers a second time.
            self._messages.pop()
            self._lingering_time = 0
            arriving.set_exception(web.RequestPayloadError("badly framed"))

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109
        """Give the request under way `timeout` seconds; aiohttp would wait twice."""
        try:
            async with asyncio.timeout(timeout):
                await super().shutdown(timeout)
        except TimeoutError:
            if self._task_handler is not None:
                self._task_handler.cancel()
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read as a request, then close the connection."""
        del message
        server = self._manager
        if not isinstance(server, _Server) or request.writer.output_size > 0:
            raise ConnectionError("The answer is under way already.")
        if isinstance(exc, LineTooLong) and exc.args[1] == MAX_REQUEST_LINE_BYTES:
            status = HTTPStatus.REQUEST_URI_TOO_LONG
            sentence = f"The request line is over {MAX_REQUEST_LINE_BYTES} bytes."
        elif isinstance(exc, LineTooLong):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            sentence = f"A header field is over {MAX_FIELD_BYTES} bytes."
        elif "Too many headers" in str(exc):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            sentence = f"There are more than {MAX_FIELDS} header fields."
        elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
            sentence = "The request is not well-formed HTTP/1.1."
        else:
            self.logger.error("request.crashed", exc_info=exc)
            sentence = "The request could not be answered; the log says why."
        response = server.refuse_unreadable(status, sentence)
        response.force_close()
        return response


class _Server(web.Server):
    refuse_unreadable: Callable[[int, str], web.Response]

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """
    An `AppRunner` with this house's limits on HTTP.

    `refuse_unreadable(status, sentence)` builds the answer to what is not a request.
    A handler is cancelled when its client hangs up.
    """

    __slots__ = ("_refuse_unreadable",)

    def __init__(
        self,
        app: web.Application,
        *,
        refuse_unreadable: Callable[[int, str], web.Response],
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

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        # aiohttp has no public hook for what it cannot read (web_server.py).
        made.__class__ = _Server
        made.refuse_unreadable = self._refuse_unreadable  # type: ignore[attr-defined]
        return made


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
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await runner.setup()
    try:
        for bound in sockets:
            await web.SockSite(runner, bound, backlog=BACKLOG).start()
        on_start()
        await stop.wait()
        on_stop()
    finally:
        await runner.cleanup()
