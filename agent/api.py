"""The availability API, health and metrics: aiohttp requests in, answers out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from agent.availability_query import read_query
from agent.errors import FieldError
from agent.messages import NothingToShow
from agent.pms.slugs import slugs
from agent.problems import problem

if TYPE_CHECKING:
    from datetime import tzinfo

    from agent.availability_query import Query
    from agent.clock import Clock
    from agent.messages import Room, RoomsFound
    from agent.pms.client import PmsClient
    from agent.telemetry import Telemetry

# Set on SIGTERM, so that nobody new is sent here.
STOPPING = web.AppKey("stopping", asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The handlers and what they need."""

    pms: PmsClient
    telemetry: Telemetry
    hotel_id: int
    zone: tzinfo
    clock: Clock

    async def availability(self, request: web.Request) -> web.Response:
        """Answer which types of room are free, sold out ones left out."""
        today = self.clock.wall().astimezone(self.zone).date()
        try:
            query = read_query(request.query.items(), today)
            found = await self.pms.search(query.search)
            if isinstance(found, NothingToShow):
                return problem(
                    503,
                    found.why,
                    retry_after_s=found.retry_after_s,
                    pms_circuit_breaker=found.breaker,
                )
            rooms = _chosen(found.rooms, query.room_type)
        except FieldError as bad:
            return problem(400, str(bad), field=bad.field)
        return web.json_response(self._answer(query, found, rooms))

    async def live(self, _request: web.Request) -> web.Response:
        """Answer that the process runs."""
        return web.json_response({"status": "live"})

    async def ready(self, request: web.Request) -> web.Response:
        """Answer whether guests can be served, as the proxy says."""
        if request.app[STOPPING].is_set():
            return problem(503, "The agent is stopping.")
        if not await self.pms.is_ready():
            return problem(503, "The proxy is not ready or cannot be reached.")
        return web.json_response({"status": "ready"})

    async def metrics(self, _request: web.Request) -> web.Response:
        """Answer the metrics, with the breaker as the proxy tells it."""
        return self.telemetry.render(await self.pms.breaker())

    def _answer(
        self, query: Query, found: RoomsFound, rooms: list[Room]
    ) -> dict[str, object]:
        names = slugs(found.rooms)
        answer: dict[str, object] = {
            "hotel": self.hotel_id,
            "checkin": str(query.search.checkin),
            "checkout": str(query.search.checkout),
            "rooms": [
                {
                    "room_type": room.room_type or names[room.id],
                    "name": room.name,
                    "available": room.available,
                    "price": {
                        "amount": float(room.price),
                        "currency": room.currency,
                    },
                }
                for room in rooms
            ],
        }
        if found.is_stale:
            answer["potentially_stale"] = True
            if found.age_s is not None:
                answer["data_age_s"] = found.age_s
        return answer


def _chosen(rooms: tuple[Room, ...], room_type: str | None) -> list[Room]:
    """
    Keep what is free, of one type where it is named.

    By the known word, which several types may share, by the type's own name, or by
    the PMS's id.
    """
    names = slugs(rooms)
    chosen = [
        room
        for room in rooms
        if room_type in (None, room.room_type, names[room.id], str(room.id))
    ]
    if room_type is not None and not chosen:
        known = dict.fromkeys(room.room_type or names[room.id] for room in rooms)
        raise FieldError(
            "room_type",
            f"This house has no such room_type; it has {', '.join(known)}.",
        )
    return [room for room in chosen if room.available > 0]
