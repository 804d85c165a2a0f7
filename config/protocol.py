"""aiohttp's HTTP with this house's limits: one answer to what is no request."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast

from aiohttp import HttpVersion10, web
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import _ErrInfo  # pyright: ignore[reportPrivateUsage]

from config.heads import fault_of
from config.unreadable import HeadLate, told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.streams import StreamReader

    from config.crowd import Crowd

    _Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

LOOK_EVERY_S = 1.0
HEAD_END = b"\r\n\r\n"


class Clock(Protocol):
    """Time as the connections need it, in monotonic seconds."""

    def monotonic(self) -> float:
        """Return monotonic seconds."""
        ...

    async def sleep(self, delay_s: float) -> None:
        """Wait."""
        ...


class Connection(web.RequestHandler):
    """One client's connection: refuses in one sentence and never with a traceback."""

    __slots__ = ("_body", "_has_spoken", "_last", "_wire")

    # Set by `Server`, which makes no connection for another.
    _manager: Server | None  # pyright: ignore[reportIncompatibleVariableOverride]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place; where none is left, somebody goes."""
        super().connection_made(transport)
        self._wire = cast("asyncio.Transport", transport)
        self._body: StreamReader = EMPTY_PAYLOAD
        self._has_spoken = False
        self._last: object = None
        # So that it is told of every byte that the client does not take.
        self._wire.set_write_buffer_limits(high=0)
        if (server := self._manager) is not None:
            going = server.crowd.begin(self, server.clock.monotonic())
            if going is not None:
                going.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the place back."""
        if (server := self._manager) is not None:
            server.crowd.end(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Note that the client does not take what was sent."""
        super().pause_writing()
        if (server := self._manager) is not None:
            server.crowd.stick(self, server.clock.monotonic())

    def resume_writing(self) -> None:
        """Note that it has taken all."""
        super().resume_writing()
        if (server := self._manager) is not None:
            server.crowd.flow(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes; a badly framed body fails its reader at once, and alone."""
        waiting = len(self._messages)
        super().data_received(data)
        if len(self._messages) > waiting:
            message, body = self._messages[-1]
            if isinstance(message, _ErrInfo):
                self._fail_reader()
            elif message.upgrade:
                is_alone = (
                    body is EMPTY_PAYLOAD and data.find(HEAD_END) == len(data) - 4
                )
                # aiohttp loses what came behind it, and would read on amid a request.
                if not is_alone or bool(self._upgraded):  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
                    self._last = message
        elif data:
            self._has_spoken = True
            if (server := self._manager) is not None:
                server.crowd.hear(self, server.clock.monotonic())

    def _fail_reader(self) -> None:
        """Let who reads the badly framed body answer; aiohttp leaves it waiting."""
        is_queued = len(self._messages) > 1
        body = self._messages[-2][1] if is_queued else self._body
        if body.is_eof():
            return
        self._messages.pop()
        if is_queued or self._request_in_progress:
            self._lingering_time = 0
            body.set_exception(web.RequestPayloadError("badly framed"))
        else:
            # It is answered, and what is left of the body was only thrown away.
            body.feed_eof()
            self.close()

    async def _handle_request(
        self,
        request: web.BaseRequest,
        start_time: float | None,
        request_handler: _Handler,
    ) -> tuple[web.StreamResponse, bool]:
        server = self._manager
        if server is None:
            raise ConnectionError("The client has left.")
        server.crowd.serve(self)
        self._body = request.content
        # The property would keep what it has told once.
        fault = fault_of(request._version, request.raw_headers)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        if fault is not None:
            request_handler = self._refuser(*fault)
            # The answer must be HTTP that everybody reads.
            request._version = HttpVersion10  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        if request._message is self._last:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            request_handler = _closing(request_handler)
        try:
            return await super()._handle_request(request, start_time, request_handler)
        finally:
            server.crowd.rest(self, server.clock.monotonic())

    def give_up_head(self) -> None:
        """Close; with a 408 where a head has begun (RFC 9110 §15.5.9)."""
        if not self._has_spoken or self._waiter is None or self._waiter.done():
            self.abort()
            return
        late = _ErrInfo(status=HTTPStatus.REQUEST_TIMEOUT, exc=HeadLate(), message="")
        self._messages.append((late, EMPTY_PAYLOAD))
        self._waiter.set_result(None)

    def abort(self) -> None:
        """Close at once, whatever the client has not taken."""
        self._wire.abort()

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
        if request.writer.output_size > 0:
            raise ConnectionError("The answer is under way already.")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.logger.error("request.crashed", exc_info=exc)
        return self._refuse(*told(status, exc))

    def _refuser(self, status: int, sentence: str) -> _Handler:
        async def refuse(request: web.BaseRequest) -> web.StreamResponse:
            del request
            return self._refuse(status, sentence)

        return refuse

    def _refuse(self, status: int, sentence: str) -> web.StreamResponse:
        if self._manager is None:
            raise ConnectionError("The client has left.")
        response = self._manager.refuse_unreadable(status, sentence)
        response.force_close()
        return response


def _closing(handler: _Handler) -> _Handler:
    """Let an answer be the last one on its connection."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        response = await handler(request)
        response.force_close()
        return response

    return answer


class Server(web.Server):
    """Makes the connections of one process, and looks after them."""

    refuse_unreadable: Callable[[int, str], web.Response]
    crowd: Crowd[Connection]
    clock: Clock

    def __call__(self) -> web.RequestHandler:
        """Make one connection."""
        return Connection(self, loop=self._loop, **self._kwargs)

    async def look_after(self) -> None:
        """Close, once a second, what takes its place for nothing; without end."""
        while True:
            await self.clock.sleep(LOOK_EVERY_S)
            now = self.clock.monotonic()
            for connection in self.crowd.late(now):
                connection.give_up_head()
            for connection in self.crowd.stalled(now):
                connection.abort()
