"""
The stand-in itself: a shop on a socket, faults in front of it, every call kept.

A thin shell on aiohttp's request parser; `pms` is its public face.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import TYPE_CHECKING, Self

from aiohttp import web

from config.clock import SystemClock
from demo import houses
from demo.calls import Call
from demo.exchange import Exchange
from demo.keys import usual_keys
from demo.sockets import LOCALHOST, Sent, drop, make_request
from demo.webservice import Shop

if TYPE_CHECKING:
    from types import TracebackType

    from demo.exchange import Clock
    from demo.fault import Fault
    from demo.hotel import House
    from demo.keys import Key

BACKLOG = 1024
# Never reached: nothing is left to wait for. Zero would be no limit at all.
SHUTDOWN_S = 1


class StandIn:
    """
    A QloApps for tests: `async with StandIn() as pms:`.

    `shop_domain` is the Host that it insists on, its own address by default. `keys`
    may be changed while it runs; `calls` holds whatever reached it, in order, unless
    it runs for long and does not keep them; `call_count` counts them always. Between
    a booking's check and its write lie `booking_gap_s` of the clock: while it lasts,
    other bookings find the same room free, and it is sold as often as it was checked.
    """

    def __init__(
        self,
        key: str = "A" * 32,
        shop_domain: str | None = None,
        *,
        hotel: House | None = None,
        clock: Clock | None = None,
        booking_gap_s: float = 0,
        keeps_calls: bool = True,
    ) -> None:
        self.key = key
        self.keys: dict[str, Key] = usual_keys(key)
        self.hotel = hotel or houses.build()
        self.calls: list[Call] = []
        self.call_count = 0
        self._keeps_calls = keeps_calls
        self.booking_gap_s = booking_gap_s
        self.port = 0
        self._clock: Clock = clock or SystemClock()
        self._shop_domain = shop_domain
        self._script: deque[Fault | None] = deque()
        self._standing: Fault | None = None
        self._healed = asyncio.Event()
        self._working: set[asyncio.Task[object]] = set()
        self._shop: Shop | None = None
        self._server: web.Server | None = None
        self._listening: asyncio.Task[asyncio.Server] | None = None

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://{LOCALHOST}:{self.port}"

    @property
    def host(self) -> str:
        """Return the shop's domain."""
        return self._shop_domain or f"{LOCALHOST}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one."""
        self.port = port
        self._server = web.Server(
            self._handle, request_factory=make_request, access_log=None
        )
        await self.listens()
        self._shop = Shop(house=self.hotel, keys=self.keys, domain=self.host)

    async def stop(self) -> None:
        """Stop listening, drop every connection and whatever still waits."""
        await self.refuses()
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        server, self._server = self._server, None
        if server is not None:
            await server.shutdown(SHUTDOWN_S)

    def plays(self, *script: Fault | None) -> None:
        """Add to the script: one fault per request, in order; None is health."""
        self._script.extend(script)

    def always(self, fault: Fault) -> None:
        """Play the fault on every request that the script leaves, until `heals`."""
        self._standing = fault

    def heals(self) -> None:
        """
        Drop script and fault, and listen again.

        Requests that are held are now worked on: bookings are written late.
        """
        self._open()
        self._script.clear()
        self._standing = None
        self._healed.set()
        self._healed = asyncio.Event()

    @property
    def fault(self) -> Fault | None:
        """Return the fault that `always` set."""
        return self._standing

    @property
    def is_listening(self) -> bool:
        """Say whether connections are accepted."""
        return self._listening is not None

    async def refuses(self) -> None:
        """Close the listening socket and drop open connections, until it `listens`."""
        listening, self._listening = self._listening, None
        if listening is None or self._server is None:
            return
        listener = await listening
        listener.close()
        for connection in self._server.connections:
            drop(connection.transport)
        await listener.wait_closed()

    async def listens(self) -> None:
        """Open the listening socket again, on the same port."""
        self._open()
        if self._listening is not None:
            await self._listening

    def _open(self) -> None:
        # Bound at once: who connects before the loop accepts waits in the backlog.
        if self._listening is not None or self._server is None:
            return
        bound = socket.create_server((LOCALHOST, self.port), backlog=BACKLOG)
        self.port = bound.getsockname()[1]
        loop = asyncio.get_running_loop()
        accepting = loop.create_server(self._server, sock=bound, backlog=BACKLOG)
        self._listening = loop.create_task(accepting)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        working = asyncio.current_task()
        if working is None:
            raise RuntimeError("A request is handled in a task.")
        self._working.add(working)
        try:
            exchange = await self._exchange(request)
            fault = self._fault_for(exchange.call)
            if fault is None:
                exchange.respond(await exchange.worked_on())
            else:
                await fault.play(exchange)
        finally:
            self._working.discard(working)
        return Sent(keeps=exchange.keeps and bool(request.keep_alive))

    async def _exchange(self, request: web.BaseRequest) -> Exchange:
        came_at = self._clock.monotonic()
        transport = request.transport
        if request.headers.get("Expect", "").lower() == "100-continue" and transport:
            transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await request.read()
        call = Call(request.method, request.raw_path, request.headers, body)
        self.call_count += 1
        if self._keeps_calls:
            self.calls.append(call)
        shop = self._shop
        if shop is None:
            raise RuntimeError("The stand-in was not started.")
        return Exchange(
            call=call,
            shop=shop,
            clock=self._clock,
            transport=transport,
            healed=self._healed,
            came_at=came_at,
            booking_gap_s=self.booking_gap_s,
        )

    def _fault_for(self, call: Call) -> Fault | None:
        """Take the next of the script, unless it is for another resource."""
        if not self._script:
            standing = self._standing
            return standing if standing is not None and standing.hits(call) else None
        upcoming = self._script[0]
        if upcoming is not None and not upcoming.hits(call):
            return None
        return self._script.popleft()
