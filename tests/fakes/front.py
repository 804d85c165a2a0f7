"""A proxy before an upstream that keeps every byte, for clients that mean harm."""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from structlog.testing import capture_logs

from fakes.raw_client import RawReply, a_raw_client
from fakes.raw_pms import RawPms, RawRequest, a_raw_pms
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Mapping

    from structlog.typing import EventDict

HOST = b"Host: x\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
BODY = b"<qloapps><hotels></hotels></qloapps>"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml;charset=utf-8\r\n"
    b"PSWS-Version: 1.6.1.23\r\nContent-Sha1: %s\r\nContent-Length: %d\r\n\r\n"
) % (hashlib.sha1(BODY, usedforsecurity=False).hexdigest().encode(), len(BODY))

_REQUEST_LINE = re.compile(r"[A-Z]+ /[!-~]* HTTP/1\.1")
_FIELD = re.compile(r"[A-Za-z0-9-]+: [ -~\t\x80-\xff]*")


def request(
    target: bytes = b"/api/customers",
    fields: bytes = b"",
    body: bytes = b"",
    *,
    method: bytes = b"GET",
    version: bytes = b"HTTP/1.1",
) -> bytes:
    """Write one request as it stands, with a Host."""
    line = b" ".join((method, target, version))
    return line + b"\r\n" + HOST + fields + b"\r\n" + body


def post(fields: bytes, body: bytes = b"", target: bytes = b"/api/hotel_ari") -> bytes:
    """Write a POST; `fields` say how its body is framed."""
    return request(target, fields, body, method=b"POST")


@dataclass(frozen=True, slots=True)
class Front:
    """The proxy under attack, and what has come through to the upstream."""

    rig: Rig
    pms: RawPms
    lines: list[EventDict]

    @property
    def seen(self) -> list[tuple[str, str, bytes]]:
        """Method, target and body of every request that reached the upstream."""
        return [(one.method, one.target, one.body) for one in self.pms.requests]

    async def once(self, *segments: bytes, method: str = "GET") -> RawReply:
        """Send segments one after the other and return the first answer."""
        async with a_raw_client(self.rig.url) as client:
            for segment in segments:
                client.send(segment)
                await self.rig.settles()
            return await client.reply(method)

    async def statuses(self, count: int, *segments: bytes) -> list[int]:
        """Send segments and return the status of each of `count` answers."""
        async with a_raw_client(self.rig.url) as client:
            for segment in segments:
                client.send(segment)
                await self.rig.settles()
            return [(await client.reply()).status for _ in range(count)]

    async def refuses(self, *segments: bytes, status: int = 400) -> None:
        """Hold that the answer is one refusal and the end, and that others go on."""
        seen = len(self.seen)
        async with a_raw_client(self.rig.url) as client:
            for segment in segments:
                client.send(segment)
                await self.rig.settles()
            got = await client.reply()
            assert got.status == status
            assert got.headers["Proxy-Status"] == "pms-proxy; error=http_request_error"
            assert await client.is_closed()
        assert len(self.seen) == seen
        await self.still_serves()

    async def still_serves(self) -> None:
        """Hold that somebody else is served by the PMS."""
        got = await self.rig.get("/api/carts")
        assert (got.status, got.body) == (200, BODY)
        assert self.pms.requests.pop().target == "/api/carts"


@asynccontextmanager
async def a_front(environ: Mapping[str, str] | None = None) -> AsyncIterator[Front]:
    """
    Start a proxy before an upstream that answers everything with a healthy list.

    In the end all that arrived there must be well-formed, and nothing crashed.
    """
    async with a_raw_pms(answer_well) as pms:
        settings = {"PROXY_UPSTREAM_URL": pms.url, **(environ or {})}
        crashes = _Crashes(logging.ERROR)
        logging.getLogger().addHandler(crashes)
        try:
            with capture_logs() as lines:
                async with a_rig(settings) as rig:
                    yield Front(rig, pms, lines)
        finally:
            logging.getLogger().removeHandler(crashes)
        assert crashes.told == []
        assert not any(line["event"] == "request.crashed" for line in lines)
        for one in pms.requests:
            hold_well_formed(one)


def hold_well_formed(one: RawRequest) -> None:
    """Hold that a request can be read in one way only (RFC 9112 §3, §6)."""
    line, *fields = one.head.removesuffix("\r\n\r\n").split("\r\n")
    assert _REQUEST_LINE.fullmatch(line), line
    assert all(_FIELD.fullmatch(field) for field in fields), fields
    assert len(one.headers.getall("Host")) == 1
    assert "Transfer-Encoding" not in one.headers
    lengths = one.headers.getall("Content-Length", [])
    assert lengths == [str(len(one.body))] or (not lengths and not one.body)


class _Crashes(logging.Handler):
    """Keeps what aiohttp or asyncio report of an exception."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


async def answer_well(one: RawRequest, writer: asyncio.StreamWriter) -> bool:
    """Answer with a healthy list, and keep the connection."""
    writer.write(ANSWER + (b"" if one.method == "HEAD" else BODY))
    return True
