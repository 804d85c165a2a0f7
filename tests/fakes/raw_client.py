"""A client that sends bytes as they are and reads answers one by one."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from multidict import CIMultiDict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class RawReply:
    """One answer, its body without chunks."""

    status: int
    headers: CIMultiDict[str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class RawClient:
    """One connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        """Send bytes, HTTP or not."""
        self._writer.write(data)

    @property
    def unsent(self) -> int:
        """How many bytes the other side has not taken."""
        return self._writer.transport.get_write_buffer_size()

    async def reply(self, method: str = "GET") -> RawReply:
        """Read one answer; `method` is that of its request."""
        async with asyncio.timeout(PATIENCE_S):
            status, headers = await self._head()
            body = b""
            if method != "HEAD" and status not in {204, 304}:
                body = await self._body(headers)
            return RawReply(status, headers, body)

    async def line(self) -> bytes:
        """Read one line."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.readuntil(b"\r\n")

    async def some(self) -> bytes:
        """Read what is there; nothing at the end."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read(2**20)

    async def rest(self) -> bytes:
        """Read to the end."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read()

    async def is_closed(self) -> bool:
        """Wait for the other side to close; False where it sends more instead."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._reader.read(1) == b""
        except ConnectionError:
            return True

    async def is_open(self) -> bool:
        """Say whether the connection still answers."""
        self.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            return (await self.reply()).status == 200
        except (ConnectionError, asyncio.IncompleteReadError):
            return False

    def leave(self) -> None:
        """Hang up at once."""
        self._writer.transport.abort()

    async def _head(self) -> tuple[int, CIMultiDict[str]]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = head.strip().split("\r\n")
        headers: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(":")
            headers.add(name, value.strip())
        return int(status_line.split(" ")[1]), headers

    async def _body(self, headers: CIMultiDict[str]) -> bytes:
        if headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(await self._reader.readline(), 16):
                body += await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
            return body
        if "Content-Length" in headers:
            return await self._reader.readexactly(int(headers["Content-Length"]))
        return await self._reader.read()


@asynccontextmanager
async def a_raw_client(url: str, limit: int = 2**16) -> AsyncIterator[RawClient]:
    """Connect to a URL's host and port; `limit` bounds what is read ahead, bytes."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port, limit=limit
    )
    try:
        yield RawClient(reader, writer)
    finally:
        writer.transport.abort()


async def once(url: str, request: bytes, method: str = "GET") -> RawReply:
    """Send one request on a connection of its own and return its answer."""
    async with a_raw_client(url) as client:
        client.send(request)
        return await client.reply(method)
