"""WhatsApp's Cloud API on a real socket: keeps what it was sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(slots=True)
class FakeWhatsApp:
    """What the next answers are, and which bodies came."""

    status: int = 200
    sent: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        """Build the server's application."""
        app = web.Application()
        app.add_routes([web.post("/v23.0/205551230001112/messages", self._send)])
        return app

    @property
    def texts(self) -> list[str]:
        """The texts that were sent, in order."""
        return [body["text"]["body"] for body in self.sent]

    async def _send(self, request: web.Request) -> web.Response:
        self.sent.append(await request.json())
        self.authorizations.append(request.headers.get("Authorization", ""))
        self.arrived.set()
        return web.json_response({"messages": [{"id": "wamid.X"}]}, status=self.status)
