"""
The hotel's WhatsApp account, played: a Graph API for the agent, phones for the guests.

What guests write goes to the agent's webhook, signed, and again until it is taken.
What the agent sends arrives at `/v23.0/{number}/messages`. Only for the demo: it has
none of WhatsApp's limits.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import uuid
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from demo import letters
from demo.page.chats import Chats

if TYPE_CHECKING:
    from demo.exchange import Clock
    from demo.page.chats import Bubble, Chat
    from demo.page.news import News

API = "/v23.0"
SECRET, TOKEN = "the-demo-app-secret", "the-demo-access-token"
# A 503 means: not answered yet. WhatsApp itself goes on for days.
TRIES, AGAIN_S, ANSWER_S = 60, 0.5, 5.0
OPEN_LIMIT = 50
OK, UNAVAILABLE = 200, 503


class Account:
    """Carries messages between the chats and the agent's webhook."""

    def __init__(
        self, news: News, session: aiohttp.ClientSession, clock: Clock
    ) -> None:
        self.chats = Chats()
        self.webhook = ""
        self._news = news
        self._session = session
        self._clock = clock
        self._open: set[asyncio.Task[None]] = set()

    def settings(self, url: str) -> dict[str, str]:
        """Return the agent's settings for this account, served at `url`."""
        return {
            "AGENT_WHATSAPP_API_URL": f"{url}{API}",
            "AGENT_WHATSAPP_APP_SECRET": SECRET,
            "AGENT_WHATSAPP_ACCESS_TOKEN": TOKEN,
            "AGENT_WHATSAPP_PHONE_NUMBER_ID": letters.HOTEL_ID,
        }

    def graph(self) -> web.Application:
        """Build the Graph API that the agent sends to."""
        app = web.Application()
        app.add_routes([web.post(f"{API}/{letters.HOTEL_ID}/messages", self._receive)])
        return app

    def say(self, chat: Chat, text: str) -> Bubble:
        """Let a guest write; return what the chat shows of it at once."""
        bubble = self.chats.say(chat, text, id_=_new_id(), at=self._clock.wall())
        self._send(chat, letters.text(chat.guest, text, id_=bubble.id, at=bubble.at))
        return bubble

    def tap(self, chat: Chat, offer: Bubble, choice: dict[str, str]) -> None:
        """Let a guest tap a button or a row of one of the hotel's messages."""
        if offer.kind is None:
            return
        bubble = self.chats.say(
            chat, choice["title"], id_=_new_id(), at=self._clock.wall()
        )
        message = letters.tap(
            chat.guest, offer.kind, choice, of=offer.id, id_=bubble.id, at=bubble.at
        )
        self._send(chat, message)

    async def close(self) -> None:
        """Give up what is not delivered."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _send(self, chat: Chat, message: dict[str, Any]) -> None:
        self._news.tell()
        if len(self._open) >= OPEN_LIMIT:
            self.chats.mark(message["id"], "lost")
            return
        task = asyncio.create_task(self._deliver(message, chat.name))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _deliver(self, message: dict[str, Any], name: str) -> None:
        raw = json.dumps(letters.delivery(message, name)).encode()
        signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        for _ in range(TRIES):
            try:
                async with (
                    asyncio.timeout(ANSWER_S),
                    self._session.post(
                        self.webhook, data=raw, headers=headers
                    ) as answer,
                ):
                    if answer.status == OK:
                        return
                    if answer.status != UNAVAILABLE:
                        break
            except (TimeoutError, aiohttp.ClientError):
                pass  # The agent is away: as WhatsApp does, try again.
            await self._clock.sleep(AGAIN_S)
        self.chats.mark(message["id"], "lost")
        self._news.tell()

    async def _receive(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _refused(401, 190, "Invalid OAuth access token")
        body: dict[str, Any] = await request.json()
        if body.get("status") == "read":
            is_typing = "typing_indicator" in body
            self.chats.mark(str(body["message_id"]), "read", is_typing=is_typing)
            self._news.tell()
            return web.json_response({"success": True})
        bubble = self.chats.hear(body, id_=_new_id(), at=self._clock.wall())
        if bubble is None:
            return _refused(400, 100, "(#100) Invalid parameter")
        self._news.tell()
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": body["to"], "wa_id": body["to"]}],
                "messages": [{"id": bubble.id}],
            }
        )


def _new_id() -> str:
    return f"wamid.{uuid.uuid4().hex}"


def _refused(status: int, code: int, message: str) -> web.Response:
    error = {"message": message, "type": "OAuthException", "code": code}
    return web.json_response({"error": error}, status=status)
