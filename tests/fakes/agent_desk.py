"""The agent's way to the PMS: its clients, a real proxy, a real stand-in."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import aiohttp

from agent.messages import Guest, Quote, RoomsFound, Search
from agent.pms.booking import BookingPolicy
from agent.pms.booking_desk import BookingDesk
from agent.pms.client import PmsClient
from agent.pms.proxy import Proxy
from config.tracing import OFF

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from fakes.clock import FakeClock

SEARCH = Search(checkin=date(2027, 1, 10), checkout=date(2027, 1, 12), adults=2)
ANA = Guest(address="5491100000001", is_phone=True, name="Ana Lopez")
POLICY = BookingPolicy(
    hotel_id=1, email_domain="guests.example.com", email_secret=b"secret"
)


@dataclass(frozen=True, slots=True)
class Agent:
    """What the agent asks the PMS by."""

    proxy: Proxy
    pms: PmsClient
    desk: BookingDesk

    async def rooms(self, search: Search = SEARCH) -> RoomsFound:
        """Search, and hold that rooms are found."""
        found = await self.pms.search(search)
        assert isinstance(found, RoomsFound)
        return found

    async def quote(self, search: Search = SEARCH, *, room: int = 1) -> Quote:
        """Quote a type of room by its id."""
        found = await self.rooms(search)
        (chosen,) = (one for one in found.rooms if one.id == room)
        return Quote(search=search, room=chosen)


@asynccontextmanager
async def an_agent(
    url: str,
    clock: FakeClock,
    *,
    token: str | None = None,
    room_types: Mapping[str, str] | None = None,
) -> AsyncIterator[Agent]:
    """Open an agent's connections to a proxy."""
    async with aiohttp.ClientSession() as calls, aiohttp.ClientSession() as states:
        proxy = Proxy(calls, states, url=url, token=token, tracer=OFF, clock=clock)
        pms = PmsClient(proxy, hotel_id=1, room_types=room_types or {})
        yield Agent(proxy, pms, BookingDesk(pms, proxy, POLICY))
