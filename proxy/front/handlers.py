"""The I/O shell: every request comes in here, whatever its path or method."""

from __future__ import annotations

import uuid
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from proxy import problems, replies
from proxy.errors import CutOff
from proxy.front.admin import ADMIN_ROOT, read_order, why_closed
from proxy.front.incoming import read_body, read_head, request_id_of, why_not_taken
from proxy.front.request_line import BadTarget, split_target
from proxy.front.status_page import EVENTS_PATH
from proxy.front.status_words import language_of
from proxy.messages import Cause, Operation, Reply, Request
from proxy.metrics import FAILED, GONE, LIMITED, NO_CACHE, OTHER, REFUSED, SERVED
from proxy.problems import BAD_REQUEST, Problem, bad_request
from proxy.telemetry import RequestRecord
from proxy.tracing import tell_request
from proxy.writes.sending import NOT_SENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

    from proxy.front.admin import Order
    from proxy.front.callers import Callers
    from proxy.front.drain import Drain
    from proxy.front.outgoing import Outgoing
    from proxy.front.own_paths import OwnPaths
    from proxy.front.rates import Rates
    from proxy.messages import Clock, Reading
    from proxy.pms import Pms
    from proxy.service import Service
    from proxy.telemetry import Telemetry
    from proxy.tracing import Span, Tracer

CLIENT_CLOSED = 499


class Handlers:
    """Sends each request where it belongs, and logs what came of those to the PMS."""

    def __init__(
        self,
        *,
        service: Service,
        pms: Pms,
        callers: Callers,
        rates: Rates,
        own_paths: OwnPaths,
        outgoing: Outgoing,
        drain: Drain,
        telemetry: Telemetry,
        tracer: Tracer,
        clock: Clock,
        orders: Callable[[Order, str], Awaitable[None]],
        admin_token: str | None,
        body_timeout_s: float,
    ) -> None:
        self._service = service
        self._pms = pms
        self._callers = callers
        self._rates = rates
        self._own_paths = own_paths
        self._outgoing = outgoing
        self._drain = drain
        self._telemetry = telemetry
        self._tracer = tracer
        self._clock = clock
        self._orders = orders
        self._admin_token = admin_token
        self._body_timeout_s = body_timeout_s

    def use_admin_token(self, token: str) -> None:
        """Open the admin paths to this token from now on, and to no other."""
        self._admin_token = token

    async def handle(self, incoming: web.Request) -> web.StreamResponse:
        """Answer any request; an unexpected exception is logged and answered once."""
        request_id = request_id_of(incoming)
        try:
            path, query = split_target(incoming.raw_path)
            if self._pms.serves(path):
                request = read_head(incoming, path, query, request_id)
                with self._tracer.span(
                    "request", "server", parent=incoming.headers
                ) as span:
                    return await self._forward(incoming, request, span)
            language = language_of(query, incoming.headers.get("Accept-Language", ""))
            got: Reply | Problem | None
            if path == EVENTS_PATH:
                got = self._own_paths.events.why_not(incoming.method)
            elif path.startswith(ADMIN_ROOT):
                got = await self._obey(incoming, path, query)
            else:
                got = self._own_paths.answer(incoming.method, path, language)
            if got is None:
                events = self._own_paths.events
                return await events.tell(incoming, language, request_id)
            reply = self._refusal(got) if isinstance(got, Problem) else got
        except BadTarget as exc:
            self._telemetry.turned_away(HTTPStatus.BAD_REQUEST, str(exc))
            problem = bad_request(HTTPStatus.BAD_REQUEST, str(exc))
            reply = self._refusal_under_api(incoming, problem)
        except Exception:  # noqa: BLE001  (the last line of defence)
            self._telemetry.crashed()
            reply = self._refusal_under_api(incoming, problems.internal_error())
        return self._outgoing.response(reply, request_id)

    def refuse_unreadable(self, status: int, sentence: str) -> web.Response:
        """Answer what is not HTTP, or too much of it, before it became a request."""
        self._telemetry.turned_away(status, sentence)
        reply = self._refusal(bad_request(status, sentence))
        return self._outgoing.response(reply, uuid.uuid4().hex)

    async def _obey(
        self, incoming: web.Request, path: str, query: str
    ) -> Reply | Problem:
        """Do what an operator orders, and answer with the status after it."""
        closed = why_closed(
            self._admin_token, incoming.headers.get("X-Admin-Token", "")
        )
        body = closed or await self._body(incoming)
        if isinstance(body, Problem):
            return body
        order = read_order(incoming.method, path, query, body)
        if isinstance(order, Problem):
            return order
        await self._orders(*order)
        return self._own_paths.status()

    async def _forward(
        self, incoming: web.Request, request: Request, span: Span
    ) -> web.StreamResponse:
        began_at = self._clock.monotonic()
        caller = self._callers.name_of(incoming.headers.get("X-Proxy-Token", ""))
        reading: Reading | None = None
        reply: Reply | None = None
        outcome = GONE
        try:
            why_not = why_not_taken(incoming, request, caller)
            body = why_not or await self._body(incoming)
            got: Reply | Problem
            if isinstance(body, Problem):
                got = body
            else:
                request = replace(request, body=body, caller=caller or "")
                reading = self._pms.read(request)
                over = self._why_over_rate(request, reading)
                got = over or await self._answer(request, reading)
            outcome = _outcome(got)
            reply = self._pms_refusal(request, got) if isinstance(got, Problem) else got
            if reply.stream is not None:
                return await self._outgoing.stream(
                    incoming, reply, reply.stream, request.request_id
                )
            return self._outgoing.response(reply, request.request_id)
        finally:
            record = RequestRecord(
                request_id=request.request_id,
                method=request.method,
                operation=OTHER if reading is None else reading.operation.value,
                resource="" if reading is None else reading.resource,
                status=CLIENT_CLOSED if reply is None else reply.status,
                cache=NO_CACHE if reply is None else reply.cache,
                stale_reason="" if reply is None else reply.stale_reason,
                caller=caller or "",
                outcome=outcome,
                duration_s=self._clock.monotonic() - began_at,
            )
            self._telemetry.request(record)
            tell_request(span, record, self._outgoing.breaker())

    def _why_over_rate(self, request: Request, reading: Reading) -> Problem | None:
        """Count the request of a caller who has a limit, or say no before the rest."""
        over = self._rates.take(request.caller, self._clock.monotonic())
        if over is None:
            return None
        is_write = reading.operation is Operation.WRITE
        if is_write:
            self._telemetry.write(NOT_SENT)
        return problems.over_rate(over, is_write=is_write)

    async def _answer(self, request: Request, reading: Reading) -> Reply | Problem:
        try:
            return await self._drain.outlast(self._service.answer(request, reading))
        except CutOff:
            if reading.operation is Operation.WRITE:
                return problems.write_unknown(Cause.TIMEOUT)
            return problems.stopping()

    async def _body(self, incoming: web.Request) -> bytes | Problem:
        return await read_body(incoming, self._clock, self._body_timeout_s)

    def _refusal(self, problem: Problem) -> Reply:
        return replies.refusal(problem, *problems.as_json(problem))

    def _refusal_under_api(self, incoming: web.Request, problem: Problem) -> Reply:
        """Refuse in the words of the PMS where the target is one of its paths."""
        path, _, query = incoming.raw_path.partition("?")
        if not self._pms.serves(path):
            return self._refusal(problem)
        return self._pms_refusal(read_head(incoming, path, query, ""), problem)

    def _pms_refusal(self, request: Request, problem: Problem) -> Reply:
        as_json = self._pms.wants_json(request)
        return replies.refusal(problem, *self._pms.error_body(problem, as_json=as_json))


def _outcome(got: Reply | Problem) -> str:
    """Name what came of a caller's request, as `pms_caller_requests_total` does."""
    if isinstance(got, Reply):
        return SERVED
    if got.is_of_a_callers_limit:
        return LIMITED
    return REFUSED if got.kind == BAD_REQUEST else FAILED
