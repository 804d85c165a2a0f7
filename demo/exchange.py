"""
One request on its connection: what a fault may do to it.

A fault gets an `Exchange` and plays on it; `pms` makes them. Writes go straight to
the transport, so that a fault can break HTTP in any way it likes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from demo.answers import Unwritten
from demo.cookies import cookie_for
from demo.sockets import drop
from demo.wire import Headers, head, headers_of, wire

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import datetime

    from demo.answers import Answer, Refusal
    from demo.calls import Call
    from demo.webservice import Shop


class Clock(Protocol):
    """Time of day and durations; `config.clock.SystemClock` has this shape."""

    def monotonic(self) -> float:
        """Return monotonic seconds."""

    def wall(self) -> datetime:
        """Return the time of day, in UTC."""

    async def sleep(self, delay_s: float) -> None:
        """Wait `delay_s` seconds."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """
    A call and the connection that waits for its answer.

    The connection is kept open after `respond` and closed after anything else,
    unless `keeps` is set. `booking_gap_s` lies between a new booking's check and its
    write.
    """

    call: Call
    shop: Shop
    clock: Clock
    transport: asyncio.Transport | None
    healed: asyncio.Event
    came_at: float
    booking_gap_s: float = 0
    keeps: bool = False
    _answer: Answer | None = None

    def healthy(self) -> Answer:
        """Let the shop work on the call, now; a booking is written by this."""
        return self.shop.answer(self.call, self.clock.wall())

    async def worked_on(self) -> Answer:
        """Let the shop work on the call, once; a booking is written after the gap."""
        if self._answer is None:
            begun = self.shop.begin(self.call, self.clock.wall())
            if isinstance(begun, Unwritten):
                if self.booking_gap_s:
                    await self.clock.sleep(self.booking_gap_s)
                begun = begun.write(self.clock.wall())
            self._answer = begun
        return self._answer

    def refused(self, refusal: Refusal) -> Answer:
        """Give an error list in the call's format."""
        return self.shop.refuses(self.call, refusal)

    def respond(self, answer: Answer) -> None:
        """Send a whole answer and keep the connection."""
        now = self.clock.wall()
        self.send(wire(answer, self.headers_of(answer, now), self.call.method, now))
        self.keeps = True

    def headers_of(self, answer: Answer, now: datetime) -> Headers:
        """Give all headers of an answer but those that frame its body."""
        took_s = self.clock.monotonic() - self.came_at
        return [*headers_of(answer, now, took_s), *cookie_for(answer, now)]

    def send_head(self, status: int, headers: Headers) -> None:
        """Send a status line and headers, whatever they promise."""
        self.send(head(status, headers, self.clock.wall()))

    def send(self, data: bytes) -> None:
        """Send raw bytes; nothing where the client has left."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def reset(self) -> None:
        """Drop the connection with a TCP reset."""
        drop(self.transport)

    async def until(self, wish: Coroutine[None, None, object]) -> None:
        """Wait for what is wished, or for the stand-in to be healed."""
        waits = [asyncio.ensure_future(one) for one in (wish, self.healed.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
