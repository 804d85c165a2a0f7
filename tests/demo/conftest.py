"""A raw HTTP client for the stand-in's tests: it sends bytes and hides nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest
from multidict import CIMultiDict

if TYPE_CHECKING:
    from demo.pms import StandIn


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came; the body without its chunks."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


class Send(Protocol):
    """Send a raw request on a connection of its own."""

    async def __call__(self, pms: StandIn, request: bytes) -> RawAnswer:
        """Return the answer."""


@pytest.fixture
def send() -> Send:
    """Give the raw client."""
    return _send


@pytest.fixture
def parse() -> Parse:
    """Give the reader of recorded answers."""
    return _parse


class Parse(Protocol):
    """Read a recorded answer, whose body was written without chunks."""

    def __call__(self, recording: bytes) -> RawAnswer:
        """Return the answer."""


async def _send(pms: StandIn, request: bytes) -> RawAnswer:
    reader, writer = await asyncio.open_connection("127.0.0.1", pms.port)
    try:
        writer.write(request)
        head = _parse(await reader.readuntil(b"\r\n\r\n"))
        body = b""
        if not request.startswith(b"HEAD "):
            if "Content-Length" in head.headers:
                body = await reader.readexactly(int(head.headers["Content-Length"]))
            else:
                body = await _unchunked(reader)
    finally:
        writer.close()
        await writer.wait_closed()
    return RawAnswer(head.status, head.headers, body)


async def _unchunked(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        assert await reader.readline() == b"\r\n"
    assert await reader.readline() == b"\r\n"
    return body


def _parse(recording: bytes) -> RawAnswer:
    head, _, body = recording.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, _, value = line.partition(": ")
        headers.add(name, value)
    return RawAnswer(int(status_line.split(" ")[1]), headers, body)
