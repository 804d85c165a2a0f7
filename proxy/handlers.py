"""The I/O shell: an aiohttp request becomes a `Request`, a `Reply` a response."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import uuid
from contextlib import aclosing
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, web
from multidict import CIMultiDict

from proxy import headers as fields
from proxy import problems, replies
from proxy.admin import ADMIN_ROOT, read_order, why_closed
from proxy.errors import UpstreamError
from proxy.messages import Cause, Operation, Reply, Request
from proxy.problems import Problem, bad_request
from proxy.request_line import BadTarget, split_target
from proxy.telemetry import NO_CACHE, OTHER, RequestRecord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from proxy.admin import Order
    from proxy.callers import Callers
    from proxy.guard import Guard
    from proxy.messages import BodyStream, Clock, Reading
    from proxy.pms import Pms
    from proxy.service import Service
    from proxy.telemetry import Telemetry

MAX_BODY_BYTES = 1024 * 1024
CLIENT_CLOSED = 499
# The part of the drain after which what is still under way gets its last answer.
CUT_AT = 0.9
TURN_AWAY_S = 0.01
# A client that takes nothing of a large answer for so long gives its place away.
CLIENT_STALL_S = 30.0
# SO_LINGER on, for no time: the close is a TCP reset.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
UNTYPED = web.ResponseKey("untyped", bool)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_NOT_FORWARDED = frozenset({"CONNECT", "TRACE"})


class Handlers:
    """Every request enters at `handle`, whatever its path or method."""

    def __init__(
        self,
        *,
        service: Service,
        pms: Pms,
        guard: Guard,
        callers: Callers,
        telemetry: Telemetry,
        clock: Clock,
        status: Callable[[], dict[str, object]],
        orders: Callable[[Order, str], Awaitable[None]],
        admin_token: str | None,
        body_timeout_s: float,
        drain_s: float,
        on_cut: Callable[[], None],
    ) -> None:
        self._service = service
        self._pms = pms
        self._guard = guard
        self._callers = callers
        self._telemetry = telemetry
        self._clock = clock
        self._status = status
        self._orders = orders
        self._admin_token = admin_token
        self._body_timeout_s = body_timeout_s
        self._drain_s = drain_s
        self._on_cut = on_cut
        self.draining_since: float | None = None
        self._cutting: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Timeout] = set()
        self._own_paths = {
            "/health/live": self._live,
            "/health/ready": self._ready,
            "/metrics": self._metrics,
            "/status.json": self._status_json,
        }

    def drain(self) -> None:
        """Ask for no new guests, and answer those here before the drain is over."""
        self.draining_since = self._clock.monotonic()
        self._cutting = asyncio.get_running_loop().create_task(self._cut())

    async def _cut(self) -> None:
        await self._clock.sleep(self._drain_s * CUT_AT)
        # Who still waits for a place is told that nothing was sent, and goes first.
        self._on_cut()
        await self._clock.sleep(TURN_AWAY_S)
        now = asyncio.get_running_loop().time()
        for bound in self._under_way:
            bound.reschedule(now)

    async def handle(self, incoming: web.Request) -> web.StreamResponse:
        """Answer any request; an unexpected exception is logged and answered once."""
        request_id = incoming.headers.get("X-Request-ID", "")
        if not _REQUEST_ID.fullmatch(request_id):
            request_id = uuid.uuid4().hex
        try:
            path, query = split_target(incoming.raw_path)
            if self._pms.serves(path):
                return await self._forward(incoming, path, query, request_id)
            if path.startswith(ADMIN_ROOT):
                reply = await self._obey(incoming, path, query)
            else:
                reply = self._answer_own(incoming.method, path)
        except BadTarget as exc:
            problem = bad_request(HTTPStatus.BAD_REQUEST, str(exc))
            reply = self._refusal_under_api(incoming, problem)
        except Exception:  # noqa: BLE001  (the last line of defence)
            self._telemetry.crashed()
            reply = self._refusal_under_api(incoming, problems.internal_error())
        return self._response(reply, request_id)

    async def expect(self, incoming: web.Request) -> None:
        """Ask for a body that waits to be asked for; other expectations are ignored."""
        waits = incoming.headers.get("Expect", "").lower() == "100-continue"
        if waits and incoming.version >= HttpVersion11 and incoming.transport:
            incoming.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    async def leave_untyped(
        self, incoming: web.Request, response: web.StreamResponse
    ) -> None:
        """Take back the type that aiohttp guesses where the PMS named none."""
        del incoming
        if response.get(UNTYPED):
            response.headers.popall("Content-Type", None)

    def refuse_unreadable(self, status: int, sentence: str) -> web.Response:
        """Answer what is not HTTP, or too much of it, before it became a request."""
        reply = self._refusal(bad_request(status, sentence))
        return self._response(reply, uuid.uuid4().hex)

    # The proxy's own paths

    def _answer_own(self, method: str, path: str) -> Reply:
        handler = self._own_paths.get(path)
        if handler is None:
            return self._refusal(
                bad_request(
                    HTTPStatus.NOT_FOUND,
                    "There is nothing here: the PMS is under /api/, the proxy's state "
                    "at /status.json.",
                )
            )
        if method not in {"GET", "HEAD"}:
            return self._refusal(
                bad_request(
                    HTTPStatus.METHOD_NOT_ALLOWED,
                    "This path answers GET and HEAD only.",
                    allow="GET, HEAD",
                )
            )
        return handler()

    def _live(self) -> Reply:
        return _json(HTTPStatus.OK, {"status": "live"})

    def _ready(self) -> Reply:
        if self.draining_since is not None:
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "draining"})
        if not self._service.can_serve_guests():
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "nothing to serve"})
        return _json(HTTPStatus.OK, {"status": "ready"})

    def _metrics(self) -> Reply:
        return Reply(
            status=HTTPStatus.OK,
            headers=(("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),),
            body=self._telemetry.exposition(),
        )

    def _status_json(self) -> Reply:
        return _json(HTTPStatus.OK, self._status())

    async def _obey(self, incoming: web.Request, path: str, query: str) -> Reply:
        """Do what an operator orders, and answer with the status after it."""
        token = incoming.headers.get("X-Admin-Token", "")
        body = why_closed(self._admin_token, token) or await self._body(incoming)
        if isinstance(body, Problem):
            return self._refusal(body)
        order = read_order(incoming.method, path, query, body)
        if isinstance(order, Problem):
            return self._refusal(order)
        await self._orders(*order)
        return self._status_json()

    # The PMS's paths

    async def _forward(
        self, incoming: web.Request, path: str, query: str, request_id: str
    ) -> web.StreamResponse:
        began_at = self._clock.monotonic()
        request = Request(
            method=incoming.method,
            path=path,
            query=query,
            headers=fields.to_forward(
                fields.end_to_end(tuple(incoming.headers.items()))
            ),
            request_id=request_id,
        )
        caller = self._callers.name_of(incoming.headers.get("X-Proxy-Token", ""))
        reading: Reading | None = None
        reply: Reply | None = None
        try:
            why_not = _why_not(request, caller) or _why_unframed(incoming)
            body = why_not or await self._body(incoming)
            if isinstance(body, Problem):
                reply = self._pms_refusal(request, body)
            else:
                request = replace(request, body=body)
                reading = self._pms.read(request)
                got = await self._answer(request, reading)
                if isinstance(got, Problem):
                    got = self._pms_refusal(request, got)
                reply = got
            if reply.stream is not None:
                return await self._stream(incoming, reply, reply.stream, request_id)
            return self._response(reply, request_id)
        finally:
            record = RequestRecord(
                request_id=request_id,
                method=request.method,
                operation=OTHER if reading is None else reading.operation.value,
                resource="" if reading is None else reading.resource,
                status=CLIENT_CLOSED if reply is None else reply.status,
                cache=NO_CACHE if reply is None else reply.cache,
                stale_reason="" if reply is None else reply.stale_reason,
                caller=caller or "",
                duration_s=self._clock.monotonic() - began_at,
            )
            self._telemetry.request(record)

    async def _answer(self, request: Request, reading: Reading) -> Reply | Problem:
        """Let the service answer, unless the process ends before it does."""
        bound = asyncio.timeout(None)
        try:
            async with bound:
                self._under_way.add(bound)
                return await self._service.answer(request, reading)
        except TimeoutError:
            if reading.operation is Operation.WRITE:
                return problems.write_unknown(Cause.TIMEOUT)
            return problems.stopping()
        finally:
            self._under_way.discard(bound)

    async def _body(self, incoming: web.Request) -> bytes | Problem:
        """Read the whole body, bounded in bytes and time, before anything is sent."""
        too_large = bad_request(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is larger than {MAX_BODY_BYTES} bytes.",
        )
        if (incoming.content_length or 0) > MAX_BODY_BYTES:
            return too_large
        try:
            async with self._clock.timeout(self._body_timeout_s):
                return await incoming.read()
        except web.HTTPRequestEntityTooLarge:
            return too_large
        except TimeoutError:
            return bad_request(
                HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time."
            )
        except (web.RequestPayloadError, web.PayloadAccessError, ConnectionError):
            return bad_request(
                HTTPStatus.BAD_REQUEST, "The body is broken off or badly framed."
            )

    # Responses

    def _refusal(self, problem: Problem) -> Reply:
        return replies.refusal(problem, *problems.as_json(problem))

    def _refusal_under_api(self, incoming: web.Request, problem: Problem) -> Reply:
        """Refuse in the words of the PMS where the target is one of its paths."""
        path, _, query = incoming.raw_path.partition("?")
        if not self._pms.serves(path):
            return self._refusal(problem)
        headers = tuple(incoming.headers.items())
        request = Request(
            method=incoming.method, path=path, query=query, headers=headers
        )
        return self._pms_refusal(request, problem)

    def _pms_refusal(self, request: Request, problem: Problem) -> Reply:
        as_json = self._pms.wants_json(request)
        return replies.refusal(problem, *self._pms.error_body(problem, as_json=as_json))

    def _fields(self, reply: Reply, request_id: str) -> CIMultiDict[str]:
        # Else aiohttp would sign for it, with its version and Python's.
        signed = fields.has(reply.headers, "server")
        return CIMultiDict(
            (
                *reply.headers,
                *(() if signed else (("Server", fields.PROXY_NAME),)),
                ("X-PMS-Circuit-Breaker", self._guard.told().value),
                ("X-Request-ID", request_id),
                ("Via", fields.VIA),
            )
        )

    def _response(self, reply: Reply, request_id: str) -> web.Response:
        headers = self._fields(reply, request_id)
        response = web.Response(status=reply.status, headers=headers, body=reply.body)
        response[UNTYPED] = "Content-Type" not in headers
        return response

    async def _stream(
        self,
        incoming: web.Request,
        reply: Reply,
        stream: BodyStream,
        request_id: str,
    ) -> web.StreamResponse:
        headers = self._fields(reply, request_id)
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


def _reset(transport: asyncio.Transport) -> None:
    """Break a connection off: a close would be a good end to HTTP/1.0."""
    bound = transport.get_extra_info("socket")
    if bound is not None:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    transport.abort()


def _why_not(request: Request, caller: str | None) -> Problem | None:
    """Say why a request is not taken, before its body is read."""
    if caller is None:
        return bad_request(
            HTTPStatus.UNAUTHORIZED,
            "This proxy wants its own token in the field X-Proxy-Token.",
        )
    if request.method in _NOT_FORWARDED:
        return bad_request(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"The method {request.method} is not forwarded.",
            allow="GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        )
    try:
        "".join(value for _, value in request.headers).encode()
    except UnicodeEncodeError:
        return bad_request(HTTPStatus.BAD_REQUEST, "A header field is not UTF-8 text.")
    return None


def _why_unframed(incoming: web.Request) -> Problem | None:
    """Say why a body cannot be handed on as it is (RFC 9112 §6.1)."""
    coding = incoming.headers.get("Transfer-Encoding")
    if coding is None:
        return None
    if coding.strip().lower() == "chunked" and incoming.version >= HttpVersion11:
        return None
    return bad_request(
        HTTPStatus.BAD_REQUEST,
        "Only chunked is taken as Transfer-Encoding, and only in HTTP/1.1.",
    )


def _json(status: int, document: dict[str, object]) -> Reply:
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return Reply(status=status, headers=headers, body=json.dumps(document).encode())
