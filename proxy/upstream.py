"""
One call to the upstream over aiohttp; the only file that knows its exceptions.

Nothing is sent twice (CONTRACT §1): aiohttp's own resending on a dropped connection
is off, redirects are not followed, and what must not meet a connection that the
upstream is just closing takes a fresh one.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import contextmanager
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol, Self

import aiohttp
from yarl import URL

from proxy.errors import UpstreamBroken, UpstreamTimeout, UpstreamUnreachable
from proxy.headers import NOT_PASSED_ON, VIA, end_to_end, without
from proxy.messages import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from proxy.messages import BodyStream, Clock, Headers, Request

HELD_BODY_BYTES = 1024 * 1024
CHUNK_BYTES = 64 * 1024
# Apache closes idle connections after 5 s, nginx after 75: leave first, so that a
# read seldom meets a connection that is just being closed.
KEEPALIVE_S = 4
MAX_HEAD_BYTES = 64 * 1024
_BODILESS = frozenset({"GET", "HEAD"})
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_ADDED = ("User-Agent", "Content-Type", "Accept", "Accept-Encoding")


class Upstream(Protocol):
    """The seam at which tests and other transports stand in."""

    async def fetch(
        self, request: Request, *, deadline_s: float, fresh_connection: bool
    ) -> Answer | BodyStream:
        """
        Send a request once and return its complete answer, or a stream of a large one.

        Raises:
            UpstreamError: which says the cause, and whether it was surely not sent.

        """
        ...


class HttpUpstream:
    """Calls `base_url`; used as an async context manager."""

    def __init__(self, base_url: str, clock: Clock) -> None:
        self._base_url = base_url
        self._clock = clock
        self._kept: aiohttp.ClientSession
        self._fresh: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._kept = _session(
            aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S)
        )
        self._fresh = _session(aiohttp.TCPConnector(limit=0, force_close=True))
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._kept.close()
        await self._fresh.close()

    async def fetch(
        self, request: Request, *, deadline_s: float, fresh_connection: bool
    ) -> Answer | BodyStream:
        """See `Upstream.fetch`."""
        # Who takes a GET to have no body would take that for the next request.
        is_odd = bool(request.body) and request.method in _BODILESS
        session = self._fresh if fresh_connection or is_odd else self._kept
        began_at = self._clock.monotonic()
        sending = SimpleNamespace(began=False)
        response: aiohttp.ClientResponse | None = None
        body = bytearray()
        try:
            with _translated(sending):
                async with self._clock.timeout(deadline_s):
                    response = await session.request(
                        request.method,
                        URL(f"{self._base_url}{request.target}", encoded=True),
                        headers=_head(request),
                        data=request.body or None,
                        allow_redirects=False,
                        skip_auto_headers=_NOT_ADDED,
                        trace_request_ctx=sending,
                    )
                    _refuse_no_status(response.status)
                    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                        body += chunk
                        if len(body) > HELD_BODY_BYTES:
                            break
        except BaseException:
            if response is not None:
                response.close()
            raise
        headers = _fields(response)
        if len(body) <= HELD_BODY_BYTES:
            response.release()
            return Answer(status=response.status, headers=headers, body=bytes(body))
        left_s = deadline_s - (self._clock.monotonic() - began_at)
        return _LargeBody(response, headers, bytes(body), left_s, self._clock)


class _LargeBody:
    """What is too large to hold; the deadline counts only the waits for the PMS."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        headers: Headers,
        begun: bytes,
        left_s: float,
        clock: Clock,
    ) -> None:
        self.status = response.status
        self.headers = headers
        self._response = response
        self._begun = begun
        self._left_s = left_s
        self._clock = clock

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body once."""
        yield self._begun
        self._begun = b""
        while chunk := await self._next_chunk():
            yield chunk
        self._response.release()

    async def _next_chunk(self) -> bytes:
        began_at = self._clock.monotonic()
        with _translated(SimpleNamespace(began=True)):
            async with self._clock.timeout(max(0.0, self._left_s)):
                chunk = await self._response.content.read(CHUNK_BYTES)
        self._left_s -= self._clock.monotonic() - began_at
        return chunk

    def close(self) -> None:
        """Give up what is left of it."""
        self._response.close()


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        max_field_size=MAX_HEAD_BYTES,
        trace_configs=[_sending_trace()],
    )
    # aiohttp offers no public switch for this (client.py, `_retry_connection`).
    session._retry_connection = False  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return session


def _sending_trace() -> aiohttp.TraceConfig:
    # aiohttp tells this before the first byte of the head is written.
    async def begin(
        session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestHeadersSentParams,
    ) -> None:
        del session, params
        context.trace_request_ctx.began = True

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(begin)
    return trace


def _head(request: Request) -> list[tuple[str, str]]:
    fields = [*request.headers, ("Via", VIA)]
    if request.request_id:
        fields.append(("X-Request-ID", request.request_id))
    return fields


def _fields(response: aiohttp.ClientResponse) -> Headers:
    sendable = (field for field in response.headers.items() if _is_sendable(field[1]))
    return without(end_to_end(tuple(sendable)), NOT_PASSED_ON)


def _refuse_no_status(status: int) -> None:
    if status < HTTPStatus.CONTINUE:
        # aiohttp reads `HTTP/1.1 099` (RFC 9110 §15).
        raise UpstreamBroken("no status code", surely_not_received=False)


def _is_sendable(value: str) -> bool:
    # aiohttp reads more than it writes: control characters, and what is not UTF-8.
    # QloApps' own fields are printable ASCII.
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return not _CONTROL.search(value)


@contextmanager
def _translated(sending: SimpleNamespace) -> Generator[None]:
    """Turn aiohttp's exceptions into ours; `sending.began` says whether it left."""
    try:
        yield
    except TimeoutError as exc:
        raise UpstreamTimeout(
            "no complete answer in time", surely_not_received=not sending.began
        ) from exc
    except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as exc:
        raise UpstreamUnreachable(
            type(exc).__name__, surely_not_received=not sending.began
        ) from exc
    except (OSError, ssl.SSLError, asyncio.IncompleteReadError) as exc:
        raise UpstreamUnreachable(
            type(exc).__name__, surely_not_received=not sending.began
        ) from exc
    except (aiohttp.ClientError, ValueError) as exc:
        raise UpstreamBroken(
            type(exc).__name__, surely_not_received=not sending.began
        ) from exc
