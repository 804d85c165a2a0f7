"""WhatsApp's Cloud API on a real socket: its limits, its errors, what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from fakes.whatsapp_limits import Refusal, limits

if TYPE_CHECKING:
    from agent.clock import Clock

NUMBER = "205551230001112"
TOKEN = "EAAG-a-token"  # noqa: S105
PAIR_S = 6
WINDOW_S = 24 * 3600

BAD_TOKEN = Refusal(
    190, "Invalid OAuth access token - Cannot parse access token", status=401
)
OUT_OF_WINDOW = Refusal(
    131047,
    "(#131047) Re-engagement message",
    details="Message failed to send because more than 24 hours have passed since the "
    "customer last replied to this number.",
)
PAIR_RATE = Refusal(
    131056,
    "(#131056) (Business Account, Consumer Account) pair rate limit hit",
    details="Message failed to send because there were too many messages sent from "
    "this phone number to the same phone number in a short period of time.",
)
RATE = Refusal(
    130429,
    "(#130429) Rate limit hit",
    status=429,
    details="Message failed to send because there were too many messages sent from "
    "this phone number in a short period of time",
)
UNAVAILABLE = Refusal(
    131016, "(#131016) Service unavailable", status=503, details="Try again later."
)


@dataclass(slots=True)
class FakeWhatsApp:
    """Takes what the real one takes; `plays` puts other answers before that."""

    clock: Clock
    # The messages it took, and those that are marked as read with a typing sign.
    sent: list[dict[str, Any]] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    # All tries, by what they were answered: 200 or an error code.
    answers: Counter[int] = field(default_factory=Counter)
    answered_at: list[float] = field(default_factory=list)
    wrote_at: dict[str, float] = field(default_factory=dict)
    # How long an answer takes once a message is taken, in real seconds.
    takes_s: float = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _script: deque[tuple[Refusal, dict[str, str]]] = field(default_factory=deque)
    _sent_at: dict[str, float] = field(default_factory=dict)

    def app(self) -> web.Application:
        """Build the server's application."""
        app = web.Application()
        app.add_routes([web.post("/v23.0/{number}/messages", self._post)])
        return app

    def hears(self, raw: bytes) -> None:
        """Open the window of each guest of a delivery."""
        for entry in json.loads(raw)["entry"]:
            for change in entry["changes"]:
                for message in change["value"].get("messages", []):
                    guest = message.get("from") or message["from_user_id"]
                    self.wrote_at[guest] = self.clock.monotonic()

    def plays(self, *refusals: Refusal, **headers: str) -> None:
        """Answer the next messages so."""
        self._script.extend((refusal, headers) for refusal in refusals)

    @property
    def texts(self) -> list[str]:
        """The texts that were taken, in order."""
        return [text_of(body) for body in self.sent]

    def to(self, guest: str) -> list[str]:
        """Return the texts that one guest got."""
        return [
            text_of(body)
            for body in self.sent
            if guest in (body.get("to"), body.get("recipient"))
        ]

    async def _post(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._refuse(BAD_TOKEN)
        number = request.match_info["number"]
        if number != NUMBER:
            return self._refuse(
                Refusal(
                    100,
                    f"Unsupported post request. Object with ID '{number}' does not "
                    "exist, cannot be loaded due to missing permissions, or does not "
                    "support this operation.",
                )
            )
        body: dict[str, Any] = await request.json()
        if body.get("status") == "read":
            self.typing.append(body["message_id"])
            return web.json_response({"success": True})
        answer = self._take(body)
        await asyncio.sleep(self.takes_s)
        return answer

    def _take(self, body: dict[str, Any]) -> web.Response:
        guest = str(body.get("to") or body.get("recipient") or "")
        now = self.clock.monotonic()
        if self._script:
            refusal, headers = self._script.popleft()
            return self._refuse(refusal, headers)
        if (wrong := limits(body)) is not None:
            return self._refuse(wrong)
        if now - self.wrote_at.get(guest, -WINDOW_S) >= WINDOW_S:
            return self._refuse(OUT_OF_WINDOW)
        if now - self._sent_at.get(guest, -PAIR_S) < PAIR_S:
            return self._refuse(PAIR_RATE)
        self._sent_at[guest] = now
        self.sent.append(body)
        self.answered_at.append(now)
        self.answers[200] += 1
        self.arrived.set()
        id_ = f"wamid.OUT{len(self.sent)}"
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": guest, "wa_id": guest}],
                "messages": [{"id": id_}],
            }
        )

    def _refuse(
        self, refusal: Refusal, headers: dict[str, str] | None = None
    ) -> web.Response:
        self.answers[refusal.code] += 1
        return web.json_response(refusal.body, status=refusal.status, headers=headers)


def text_of(body: dict[str, Any]) -> str:
    """Return the words of a message, whatever its type."""
    part = body["interactive"]["body"]["text"] if "interactive" in body else None
    return str(part if part is not None else body["text"]["body"])
