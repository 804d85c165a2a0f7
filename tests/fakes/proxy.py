"""A proxy that answers what a test tells it to, on a real socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

TYPES = (
    (1, "General Rooms", 1300, 5),
    (2, "Delux Rooms", 1820, 3),
    (3, "Executive Rooms", 2340.5, 0),
)


def hotel_ari(
    types: tuple[tuple[int, str, float, int], ...] = TYPES,
) -> dict[str, object]:
    """Write an availability answer as QloApps does, per type: id, name, total, free."""
    return {
        "hotel_ari": {
            "id_hotel": "1",
            "date_from": "2026-12-05",
            "date_to": "2026-12-08",
            "currency": "USD",
            "total_rooms": 5 * len(types),
            "total_available_rooms": sum(free for *_, free in types),
            "room_types": [
                {
                    "id_room_type": number,
                    "base_price": 1250,
                    "base_price_with_tax": 1300,
                    "total_price": 1250,
                    "total_price_with_tax": total,
                    "name": name,
                    # An object of rooms, or an empty list.
                    "rooms": {
                        "available": {str(n): {"id_room": n} for n in range(free)} or []
                    },
                }
                for number, name, total, free in types
            ],
        }
    }


@dataclass(slots=True)
class FakeProxy:
    """What the next answers are, and what was asked so far."""

    breaker: str = "closed"
    status: int = 200
    body: object = field(default_factory=hotel_ari)
    headers: dict[str, str] = field(default_factory=dict)
    ready: int = 200
    searches: list[str] = field(default_factory=list)
    search_headers: list[dict[str, str]] = field(default_factory=list)
    status_reads: int = 0
    bookings: list[bytes] = field(default_factory=list)
    booking_hangs: bool = False
    # How long a search takes, in real seconds.
    takes_s: float = 0
    hangs: bool = False
    status_hangs: bool = False
    # Set when a search has arrived; set `let_go` to end the hanging ones.
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        """Build the server's application."""
        app = web.Application()
        app.add_routes(
            [
                web.post("/api/hotel_ari", self._search),
                web.post("/api/bookings", self._book),
                web.get("/status.json", self._status),
                web.get("/health/ready", self._ready),
            ]
        )
        return app

    def goes_stale(self, age_s: int = 120) -> None:
        """Answer marked copies from now on, with the breaker open."""
        self.breaker = "open"
        self.headers = {"X-Potentially-Stale": "true", "Age": str(age_s)}

    def has_nothing(self, retry_after_s: int = 17) -> None:
        """Answer 503 from now on, with the breaker open."""
        self.breaker = "open"
        self.status = 503
        self.headers = {"Retry-After": str(retry_after_s)}
        self.body = {"type": "/problems/breaker-open", "pms_circuit_breaker": "open"}

    def is_well(self) -> None:
        """Answer as at first again."""
        self.breaker, self.status = "closed", 200
        self.headers, self.body = {}, hotel_ari()

    async def _search(self, request: web.Request) -> web.Response:
        self.searches.append(await request.text())
        self.search_headers.append(dict(request.headers))
        self.arrived.set()
        if self.hangs:
            await self.let_go.wait()
        await asyncio.sleep(self.takes_s)
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        headers = {"X-PMS-Circuit-Breaker": self.breaker, **self.headers}
        return web.Response(status=self.status, text=text, headers=headers)

    async def _book(self, request: web.Request) -> web.Response:
        self.bookings.append(await request.read())
        if self.booking_hangs:
            await self.let_go.wait()
        return web.json_response({"booking": {"id": 31}})

    async def _status(self, _request: web.Request) -> web.Response:
        self.status_reads += 1
        if self.status_hangs:
            self.arrived.set()
            await self.let_go.wait()
        return web.json_response({"breaker": {"state": self.breaker}})

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.Response(status=self.ready)
