"""What aiohttp needs to parse requests and to keep its hands off the answers."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.http import RawRequestMessage
    from aiohttp.streams import StreamReader
    from aiohttp.web_protocol import RequestHandler

LOCALHOST = "127.0.0.1"
BODY_LIMIT_BYTES = 16 * 1024 * 1024


class Sent(web.StreamResponse):
    """An answer that the exchange has put on the wire already."""

    def __init__(self, *, keeps: bool) -> None:
        super().__init__()
        self._keeps = keeps

    @property
    def keep_alive(self) -> bool:
        """Say whether the connection may be used again."""
        return self._keeps

    async def prepare(self, request: web.BaseRequest) -> None:
        """Leave the wire alone."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Leave the wire alone."""


def make_request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: asyncio.Task[None],
) -> web.BaseRequest:
    """Make a request whose body may be as large as a test likes."""
    return web.BaseRequest(
        message,
        payload,
        protocol,
        writer,
        task,
        asyncio.get_running_loop(),
        client_max_size=BODY_LIMIT_BYTES,
    )


def drop(transport: asyncio.Transport | None) -> None:
    """Reset a connection: unsent data is lost and the peer gets an RST."""
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
