"""
What can go wrong with the PMS, one fault per function, in toxiproxy's manner.

A fault is a value: `pms.always(faults.hang())`, `pms.plays(None, faults.reset())`.
With `resource=` only that resource is hit. Here are those of time and of the wire;
what the shop itself says when it is broken is in `ailments`, and offered here too.
`StandIn.refuses` is apart: it concerns the listening socket, not a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from demo.ailments import (
    bad_gateway,
    crash,
    debug_mode,
    error_page,
    expired_key,
    fatal_error,
    gateway_timeout,
    maintenance,
    missing_table,
    webservice_off,
)
from demo.fault import Fault, Gate, Trickle
from demo.wire import LAST_CHUNK, chunk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from demo.exchange import Exchange
    from demo.wire import Headers

__all__ = [
    "Fault",
    "Gate",
    "Trickle",
    "answers",
    "bad_gateway",
    "closes_after_reading",
    "crash",
    "debug_mode",
    "error_page",
    "expired_key",
    "fatal_error",
    "gateway_timeout",
    "hang",
    "holds",
    "late",
    "maintenance",
    "missing_table",
    "raw",
    "reset",
    "slow",
    "trickles",
    "truncated",
    "webservice_off",
    "writes_then",
]

# The longest that a booking was seen to be written after its request.
LATE_S = 58

Framing = Literal["length", "chunked", "unfinished", "none"]
GivenHeaders = Mapping[str, str] | Sequence[tuple[str, str]]


def hang(*, resource: str | None = None) -> Fault:
    """Never answer; once healed, the requests that still wait are worked on."""

    async def play(exchange: Exchange) -> None:
        await exchange.healed.wait()
        exchange.respond(await exchange.worked_on())

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
        exchange.respond(await exchange.worked_on())

    return Fault("slow", play, resource)


def late(
    seconds: float = LATE_S,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Fault:
    """
    Write a new booking `seconds` after it came, whether or not its client waits.

    Until then nothing of it can be found. Whatever else concerns bookings is answered
    at once: only the write is stuck.
    """

    async def play(exchange: Exchange) -> None:
        if exchange.call.method == "POST":
            await sleep(seconds)
        exchange.respond(await exchange.worked_on())

    return Fault("late", play, "bookings")


def writes_then(fault: Fault) -> Fault:
    """Do what the request asks for, then play another fault over the answer."""

    async def play(exchange: Exchange) -> None:
        await exchange.worked_on()
        await fault.play(exchange)

    return Fault(f"writes_then_{fault.name}", play, fault.resource)


def truncated(*, resource: str | None = None) -> Fault:
    """Promise the whole healthy answer, send half of its body, close."""

    async def play(exchange: Exchange) -> None:
        answer = await exchange.worked_on()
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


def holds(*, resource: str | None = None) -> Gate:
    """Hold requests until `release`; then they are worked on as in health."""
    arrived, opened = asyncio.Event(), asyncio.Event()

    async def play(exchange: Exchange) -> None:
        arrived.set()
        await exchange.until(opened.wait())
        exchange.respond(await exchange.worked_on())

    return Gate("holds", play, resource, arrived, opened)


def answers(
    status: int,
    headers: GivenHeaders = (),
    body: bytes = b"",
    *,
    framing: Framing = "length",
    resource: str | None = None,
) -> Fault:
    """
    Answer anything at all.

    `framing` "chunked" sends one chunk, "unfinished" closes without the last one, and
    "none" lets the close end the body. Headers that frame the body are taken as given.
    """
    given = _pairs(headers)

    async def play(exchange: Exchange) -> None:
        framed = _framing(given, framing, len(body))
        exchange.send_head(status, [*given, *framed])
        if exchange.call.method != "HEAD":
            is_chunked = framing in ("chunked", "unfinished")
            exchange.send(chunk(body) if is_chunked else body)
            exchange.send(LAST_CHUNK if framing == "chunked" else b"")
        exchange.keeps = bool(framed) and framing != "unfinished"

    return Fault("answers", play, resource)


def raw(data: bytes, *, resource: str | None = None) -> Fault:
    """Send these bytes, HTTP or not, and close."""

    async def play(exchange: Exchange) -> None:
        exchange.send(data)

    return Fault("raw", play, resource)


def trickles(
    status: int,
    headers: GivenHeaders = (),
    body: bytes = b"",
    *,
    resource: str | None = None,
) -> Trickle:
    """Send the head at once, and one byte of the body for each `release`."""
    given = _pairs(headers)
    permits = asyncio.Semaphore(0)

    async def play(exchange: Exchange) -> None:
        length = _framing(given, "length", len(body))
        exchange.send_head(status, [*given, *length])
        for place in range(len(body)):
            await exchange.until(permits.acquire())
            exchange.send(body[place : place + 1])
        exchange.keeps = True

    return Trickle("trickles", play, resource, permits)


def _pairs(headers: GivenHeaders) -> Headers:
    return list(headers.items() if isinstance(headers, Mapping) else headers)


def _framing(given: Headers, framing: Framing, length: int) -> Headers:
    names = {name.lower() for name, _ in given}
    if framing == "none" or names & {"content-length", "transfer-encoding"}:
        return []
    if framing == "length":
        return [("Content-Length", str(length))]
    return [("Transfer-Encoding", "chunked")]
