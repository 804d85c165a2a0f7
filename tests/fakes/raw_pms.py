"""An upstream that answers each request as a test plays it, byte by byte."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multidict import CIMultiDict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One request as it came."""

    method: str
    target: str
    headers: CIMultiDict[str]
    body: bytes
    head: str = ""


@dataclass(slots=True)
class RawPms:
    """
    What it answers with next, and what it has seen.

    `play` writes the answer; the connection is kept where it returns True.
    """

    play: Callable[[RawRequest, asyncio.StreamWriter], Awaitable[bool]]
    url: str
    requests: list[RawRequest]
    connections: int = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the requests of one connection."""
        self.connections += 1
        try:
            while await self.play(await self._read(reader), writer):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> RawRequest:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        headers: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(":")
            headers.add(name, value.strip())
        body = await reader.readexactly(int(headers.get("Content-Length", "0")))
        method, target, _ = request_line.split(" ")
        request = RawRequest(method, target, headers, body, head)
        self.requests.append(request)
        return request


@asynccontextmanager
async def a_raw_pms(
    play: Callable[[RawRequest, asyncio.StreamWriter], Awaitable[bool]],
) -> AsyncIterator[RawPms]:
    """Listen on a free port of 127.0.0.1."""
    pms = RawPms(play, "", [])
    connections: set[asyncio.Task[None]] = set()

    async def accept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        await pms.serve(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    pms.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield pms
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
