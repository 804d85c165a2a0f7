"""Writing a `Reply` as an aiohttp response, whole or as a stream."""

from __future__ import annotations

import socket
import struct
from contextlib import aclosing
from typing import TYPE_CHECKING

from aiohttp import web
from multidict import CIMultiDict

from proxy import headers as fields
from proxy.errors import UpstreamError

if TYPE_CHECKING:
    import asyncio

    from proxy.breaker.guard import Guard
    from proxy.messages import BodyStream, BreakerState, Clock, Reply

# A client that takes nothing of a large answer for so long gives its place away.
CLIENT_STALL_S = 30.0
# SO_LINGER on, for no time: the close is a TCP reset.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_UNTYPED = web.ResponseKey("untyped", bool)


class Outgoing:
    """Adds the fields of every answer and sends it."""

    def __init__(self, guard: Guard, clock: Clock) -> None:
        self._guard = guard
        self._clock = clock

    def breaker(self) -> BreakerState:
        """Return the breaker's state as clients are told it."""
        return self._guard.told()

    def response(self, reply: Reply, request_id: str) -> web.Response:
        """Return a reply that is all there."""
        headers = self.fields(reply, request_id)
        response = web.Response(status=reply.status, headers=headers, body=reply.body)
        response[_UNTYPED] = "Content-Type" not in headers
        return response

    async def stream(
        self,
        incoming: web.Request,
        reply: Reply,
        stream: BodyStream,
        request_id: str,
    ) -> web.StreamResponse:
        """Send a large reply as it comes; break the connection off where it does."""
        headers = self.fields(reply, request_id)
        response = web.StreamResponse(status=reply.status, headers=headers)
        try:
            await response.prepare(incoming)
            async with aclosing(stream.chunks()) as chunks:
                async for chunk in chunks:
                    async with self._clock.timeout(CLIENT_STALL_S):
                        await response.write(chunk)
        except (UpstreamError, TimeoutError):
            # The head is out: only a broken connection still says that the body is
            # not whole.
            if incoming.transport is not None:
                _reset(incoming.transport)
        except ConnectionError:
            # Not our failure: the client left.
            return response
        finally:
            # Also where not even the head went out: the call holds a place.
            stream.close()
        return response

    def fields(self, reply: Reply, request_id: str) -> CIMultiDict[str]:
        """Return a reply's fields, with those of every answer."""
        # Else aiohttp would sign for it, with its version and Python's.
        signed = fields.has(reply.headers, "server")
        return CIMultiDict(
            (
                *reply.headers,
                *(() if signed else (("Server", fields.PROXY_NAME),)),
                ("X-PMS-Circuit-Breaker", self.breaker().value),
                ("X-Request-ID", request_id),
                ("Via", fields.VIA),
            )
        )


async def leave_untyped(incoming: web.Request, response: web.StreamResponse) -> None:
    """Take back the type that aiohttp guesses where the PMS named none."""
    del incoming
    if response.get(_UNTYPED):
        response.headers.popall("Content-Type", None)


def _reset(transport: asyncio.Transport) -> None:
    """Break a connection off: a close would be a good end to HTTP/1.0."""
    bound = transport.get_extra_info("socket")
    if bound is not None:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    transport.abort()
