"""
What can go wrong with the PMS, one fault per function, in toxiproxy's manner.

A fault is a value: `pms.always(faults.hang())`, `pms.plays(None, faults.reset())`.
With `resource=` only that resource is hit. `StandIn.refuses` is apart: it concerns the
listening socket, not a request.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from demo.answers import HTML, Answer, crashed, nginx_page, refuse
from demo.keys import expired
from demo.shopfiles import error_page as recorded_page
from demo.wire import LAST_CHUNK, chunk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from demo.calls import Call
    from demo.exchange import Exchange

SWITCHED_OFF = (
    "The QloApps webservice is disabled. Please activate it in the QloApps Back Office"
)

Framing = Literal["length", "chunked", "unfinished"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to do to a request instead of answering it."""

    name: str
    play: Callable[[Exchange], Awaitable[None]]
    resource: str | None = None

    def hits(self, call: Call) -> bool:
        """Say whether the call is one that the fault is for."""
        return self.resource is None or self.resource == call.resource


@dataclass(frozen=True, slots=True)
class Gate(Fault):
    """A fault that holds requests until the test lets them go."""

    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let all held requests go on, and those to come."""
        self.opened.set()


@dataclass(frozen=True, slots=True)
class Trickle(Fault):
    """A fault that sends its body byte by byte, as the test lets them go."""

    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def release(self, count: int = 1) -> None:
        """Let `count` bytes go."""
        for _ in range(count):
            self.permits.release()


def hang(*, resource: str | None = None) -> Fault:
    """Never answer; once healed, the requests that still wait are worked on."""

    async def play(exchange: Exchange) -> None:
        await exchange.healed.wait()
        exchange.respond(exchange.healthy())

    return Fault("hang", play, resource)


def slow(
    seconds: float,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    resource: str | None = None,
) -> Fault:
    """Answer as in health, `seconds` later."""

    async def play(exchange: Exchange) -> None:
        await sleep(seconds)
        exchange.respond(exchange.healthy())

    return Fault("slow", play, resource)


def error_page(*, resource: str | None = None) -> Fault:
    """Show the page of a shop whose database is away, to any key or none."""
    page = Answer(
        status=500,
        body=recorded_page(),
        content_type=HTML,
        speaker="php",
        has_cookie=False,
    )
    return _answering("error_page", page, resource)


def bad_gateway(*, resource: str | None = None) -> Fault:
    """Answer as nginx does when PHP is down."""
    return _answering("bad_gateway", nginx_page(502, "Bad Gateway"), resource)


def gateway_timeout(*, resource: str | None = None) -> Fault:
    """Answer as nginx does when it has waited for PHP too long, but at once."""
    page = nginx_page(504, "Gateway Time-out")
    return _answering("gateway_timeout", page, resource)


def crash(*, resource: str | None = None) -> Fault:
    """Answer as PHP does when it dies, or misses a table: 500 and an empty body."""
    return _answering("crash", crashed(), resource)


def truncated(*, resource: str | None = None) -> Fault:
    """Promise the whole healthy answer, send half of its body, close."""

    async def play(exchange: Exchange) -> None:
        answer = exchange.healthy()
        length = ("Content-Length", str(max(len(answer.body), 2)))
        headers = exchange.headers_of(answer, exchange.clock.wall())
        exchange.send_head(answer.status, [*headers, length])
        exchange.send(answer.body[: len(answer.body) // 2])

    return Fault("truncated", play, resource)


def reset(*, resource: str | None = None) -> Fault:
    """Read the request, then reset the connection."""

    async def play(exchange: Exchange) -> None:
        exchange.reset()

    return Fault("reset", play, resource)


def closes_after_reading(*, resource: str | None = None) -> Fault:
    """Read the request, then close the connection in good order, without an answer."""

    async def play(exchange: Exchange) -> None:
        exchange.keeps = False

    return Fault("closes_after_reading", play, resource)


def expired_key(*, resource: str | None = None) -> Fault:
    """Refuse every key, as when it was deleted in the back office."""

    async def play(exchange: Exchange) -> None:
        exchange.respond(exchange.refused(expired()))

    return Fault("expired_key", play, resource)


def webservice_off(*, resource: str | None = None) -> Fault:
    """Refuse everything, as when the webservice is switched off in the back office."""

    async def play(exchange: Exchange) -> None:
        exchange.respond(exchange.refused(refuse(503, 22, SWITCHED_OFF)))

    return Fault("webservice_off", play, resource)


def holds(*, resource: str | None = None) -> Gate:
    """Hold requests until `release`; then they are worked on as in health."""
    arrived, opened = asyncio.Event(), asyncio.Event()

    async def play(exchange: Exchange) -> None:
        arrived.set()
        await exchange.until(opened.wait())
        exchange.respond(exchange.healthy())

    return Gate("holds", play, resource, arrived, opened)


def answers(
    status: int,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    framing: Framing = "length",
    resource: str | None = None,
) -> Fault:
    """
    Answer anything at all.

    `framing` "chunked" sends one chunk, and "unfinished" closes without the last.
    A header that frames the body is taken as given: nothing is added to it.
    """
    given = list((headers or {}).items())

    async def play(exchange: Exchange) -> None:
        exchange.send_head(status, [*given, *_framing(given, framing, len(body))])
        if exchange.call.method != "HEAD":
            exchange.send(body if framing == "length" else chunk(body))
            exchange.send(LAST_CHUNK if framing == "chunked" else b"")
        exchange.keeps = framing != "unfinished" and not _frames(given)

    return Fault("answers", play, resource)


def trickles(
    status: int,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    resource: str | None = None,
) -> Trickle:
    """Send the head at once, and one byte of the body for each `release`."""
    given = list((headers or {}).items())
    permits = asyncio.Semaphore(0)

    async def play(exchange: Exchange) -> None:
        length = _framing(given, "length", len(body))
        exchange.send_head(status, [*given, *length])
        for place in range(len(body)):
            await exchange.until(permits.acquire())
            exchange.send(body[place : place + 1])
        exchange.keeps = True

    return Trickle("trickles", play, resource, permits)


def _answering(name: str, answer: Answer, resource: str | None) -> Fault:
    async def play(exchange: Exchange) -> None:
        exchange.respond(answer)

    return Fault(name, play, resource)


def _frames(headers: list[tuple[str, str]]) -> bool:
    names = {name.lower() for name, _ in headers}
    return bool(names & {"content-length", "transfer-encoding"})


def _framing(
    headers: list[tuple[str, str]], framing: Framing, length: int
) -> list[tuple[str, str]]:
    if _frames(headers):
        return []
    if framing == "length":
        return [("Content-Length", str(length))]
    return [("Transfer-Encoding", "chunked")]
