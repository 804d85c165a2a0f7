"""
The status page's news: server-sent events to whoever has it open.

Each listener is told at once when the breaker moves, and each 5 s what else has
changed; nothing is computed while nobody listens, and once for all who are told in one
moment. A listener is told only the latest, so one that reads slowly holds no more than
its connection's buffer, and loses its place after `CLIENT_STALL_S`.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp_sse import EventSourceResponse

from proxy.front.outgoing import CLIENT_STALL_S
from proxy.front.status_page import GUARDED
from proxy.messages import Reply
from proxy.problems import Problem, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

    from proxy.front.outgoing import Outgoing
    from proxy.messages import Clock

MAX_LISTENERS = 32
NEWS_EVERY_S = 5.0
# To write the page takes 1 to 2 ms: guests would wait for 32 of them.
SHARED_S = 0.1


class StatusEvents:
    """Tells listeners; `parts` writes what changes of the page in a language."""

    def __init__(
        self, *, parts: Callable[[str], str], outgoing: Outgoing, clock: Clock
    ) -> None:
        self._parts = parts
        self._outgoing = outgoing
        self._clock = clock
        self._listeners: set[asyncio.Event] = set()
        # By language: when it was written, and what.
        self._written: dict[str, tuple[float, str]] = {}
        # The connections that have not yet taken what was last told.
        self._taking: set[asyncio.Transport] = set()
        self._is_over = False

    def wake(self) -> None:
        """Tell every listener now: the breaker has moved."""
        self._written.clear()
        for listener in self._listeners:
            listener.set()

    def end(self) -> None:
        """Let every listener go, since the process ends, and take no more."""
        self._is_over = True
        self.wake()
        # They may take nothing for as long as the drain lasts.
        for connection in self._taking:
            connection.abort()

    def why_not(self, method: str) -> Problem | None:
        """Say why there is no place for a listener; None where there is one."""
        if method != "GET":
            return bad_request(
                HTTPStatus.METHOD_NOT_ALLOWED, "Events are for GET.", allow="GET"
            )
        if self._is_over or len(self._listeners) >= MAX_LISTENERS:
            return Problem(
                kind="overloaded",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                detail="There is no place to listen; the page itself can be read.",
                proxy_error="connection_limit_reached",
                retry_after_s=NEWS_EVERY_S,
            )
        return None

    async def tell(
        self, incoming: web.Request, language: str, request_id: str
    ) -> web.StreamResponse:
        """Tell one listener, until it leaves, stalls or the process ends."""
        reply = Reply(status=HTTPStatus.OK, headers=GUARDED)
        response = EventSourceResponse(headers=self._outgoing.fields(reply, request_id))
        # aiohttp-sse has put its own there.
        response.headers["Cache-Control"] = "no-store"
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            await response.prepare(incoming)
            async with response:
                while not self._is_over:
                    listener.clear()
                    await self._send(response, incoming.transport, language)
                    with suppress(TimeoutError):
                        async with self._clock.timeout(NEWS_EVERY_S):
                            await listener.wait()
        except ConnectionError:
            # Not our failure: the client left.
            return response
        finally:
            self._listeners.discard(listener)
        return response

    async def _send(
        self,
        response: EventSourceResponse,
        connection: asyncio.Transport | None,
        language: str,
    ) -> None:
        if connection is None:
            raise ConnectionResetError
        self._taking.add(connection)
        try:
            async with self._clock.timeout(CLIENT_STALL_S):
                await response.send(self._news(language))
        except TimeoutError:
            # It takes nothing: what is kept for it goes at once.
            connection.abort()
            raise ConnectionResetError from None
        finally:
            self._taking.discard(connection)

    def _news(self, language: str) -> str:
        """Return what is new, as another has just been told it or written now."""
        now = self._clock.monotonic()
        at, news = self._written.get(language, (0.0, ""))
        if not news or now - at > SHARED_S:
            news = self._parts(language)
            self._written[language] = now, news
        return news
