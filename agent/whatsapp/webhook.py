"""
WhatsApp's webhook: proves who calls, takes each message once, answers in time.

What is kept in Redis is accepted, and answered behind the 200. What is only in memory
is delivered again, by a 503, until it is answered. Without a WhatsApp account the
replies are in the webhook's own answer; one that is late is a holding one, and comes
with the next.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from agent.errors import PayloadError, StoreError
from agent.kept import inbox
from agent.messages import Phrase
from agent.problems import BODY_LIMIT_BYTES, problem
from agent.whatsapp.inbound import read_payload

if TYPE_CHECKING:
    from agent.clock import Clock
    from agent.kept.store import Store
    from agent.messages import BreakerState, Guest
    from agent.ports import Pms
    from agent.serving.runner import Runner
    from agent.serving.worker import Worker
    from agent.telemetry import Telemetry
    from agent.whatsapp.inbound import Inbound

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

# Together with the 0.5 s that the breaker's state may take: 2.5 s, CONTRACT §7.
REPLY_WITHIN_S = 1.9
# Redis has half a second for each step; a delivery as a whole no more than this.
KEEP_WITHIN_S = 2
BODY_WITHIN_S = 10
# Guests write in bursts; what comes within it is one turn.
BURST_S = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """
    The secrets of the webhook, and how it answers.

    Without an app secret nothing is verified. `is_durable`: messages outlive this
    process. `has_account`: replies go out by WhatsApp.
    """

    app_secret: str | None
    verify_token: str | None
    is_durable: bool
    has_account: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The handlers of `/webhooks/whatsapp` and what they need."""

    policy: WebhookPolicy
    runner: Runner
    pms: Pms
    store: Store
    worker: Worker
    telemetry: Telemetry
    clock: Clock

    async def verify(self, request: web.Request) -> web.Response:
        """Echo the challenge to whoever knows the verify token."""
        token = self.policy.verify_token
        query = request.query
        if (
            token is None
            or query.get("hub.mode") != "subscribe"
            or "hub.challenge" not in query
            or not _same(query.get("hub.verify_token", ""), token)
        ):
            return problem(403, "The verify token is not the agent's.")
        return web.Response(text=query["hub.challenge"])

    async def receive(self, request: web.Request) -> web.Response:
        """Take a delivery in: keep its messages, tell the breaker's state."""
        length = request.content_length or 0
        if length > BODY_LIMIT_BYTES:  # Known before it has come.
            raise web.HTTPRequestEntityTooLarge(BODY_LIMIT_BYTES, length)
        try:
            async with self.clock.timeout(BODY_WITHIN_S):
                raw = await request.read()
        except TimeoutError:
            return problem(408, "The body did not arrive in time.")
        if not self._is_signed(raw, request.headers.get("X-Hub-Signature-256", "")):
            return problem(401, "X-Hub-Signature-256 is missing or does not match.")
        try:
            inbound = read_payload(raw, self._now())
        except PayloadError as exc:
            return problem(400, str(exc))
        self._count(inbound)
        guests = {guest.address: guest for guest, _ in inbound.letters}
        breaker = asyncio.create_task(self.pms.breaker())
        try:
            return await self._take_in(inbound, guests, breaker)
        except (StoreError, TimeoutError):
            return problem(503, "A message could not be kept; deliver this again.")
        finally:
            breaker.cancel()

    async def _take_in(
        self,
        inbound: Inbound,
        guests: dict[str, Guest],
        breaker: asyncio.Task[BreakerState],
    ) -> web.Response:
        async with self.clock.timeout(KEEP_WITHIN_S):
            for address, id_ in inbound.undelivered:
                rule = partial(inbox.undelivered, sent_id=id_)
                await self.store.change(address, rule)
            taken = await self._keep(inbound, guests)
        is_idle = True
        if not (self.policy.is_durable and self.policy.has_account):
            is_idle = await self._until_idle(guests)
        answer: dict[str, object] = {"processed": taken}
        if not self.policy.has_account:
            # What was late with the last answer comes with this one.
            replies = await self._collected(guests)
            answered = {to for to, _ in replies}
            for guest in guests.values():
                if not is_idle and guest.address not in answered and taken:
                    self.telemetry.message("held")
                    text = await self.runner.phrase(guest, Phrase.HOLDING_ASK_AGAIN)
                    replies.append((guest.address, text))
            answer["replies"] = [{"to": to, "text": text} for to, text in replies]
        elif not is_idle:
            return problem(503, "A message is not answered yet; deliver this again.")
        return web.json_response({"pms_circuit_breaker": await breaker, **answer})

    async def _keep(self, inbound: Inbound, guests: dict[str, Guest]) -> int:
        """Keep what is new, each guest's in its order; return how many that are."""
        now = self._now()
        in_bursts = self.policy.is_durable and self.policy.has_account
        due = now + BURST_S if in_bursts else now
        taken = 0
        for guest in guests.values():
            letters = [
                letter
                for who, letter in inbound.letters
                if who.address == guest.address
            ]
            rule = partial(
                inbox.receive, guest=guest, letters=letters, now=now, due=due
            )
            taken += len(await self.store.change(guest.address, rule))
        self.telemetry.message("repeated", len(inbound.letters) - taken)
        self.worker.nudge()
        return taken

    async def _until_idle(self, guests: dict[str, Guest]) -> bool:
        """Wait for the guests' replies; False where one is late."""
        with suppress(TimeoutError):
            async with self.clock.timeout(REPLY_WITHIN_S):
                for address in guests:
                    await self.worker.until_idle(address)
                return True
        return False

    async def _collected(self, guests: dict[str, Guest]) -> list[tuple[str, str]]:
        return [
            (address, reply.text)
            for address in guests
            for reply in await self.store.change(address, inbox.collect)
        ]

    def _count(self, inbound: Inbound) -> None:
        """Tell of what no guest wrote."""
        self.telemetry.message("ignored", inbound.ignored)
        self.telemetry.reply("undelivered", len(inbound.failed))
        for code in inbound.failed:
            _log.warning("reply.undelivered", code=code)
        for code in inbound.account:
            _log.error("whatsapp.alert", code=code, msg=f"WhatsApp reports {code}.")

    def _is_signed(self, raw: bytes, signature: str) -> bool:
        if self.policy.app_secret is None:
            return True
        key = self.policy.app_secret.encode()
        return _same(
            signature, f"sha256={hmac.new(key, raw, hashlib.sha256).hexdigest()}"
        )

    def _now(self) -> float:
        return self.clock.wall().timestamp()


def _same(given: str, expected: str) -> bool:
    """Compare in constant time, whatever the letters."""
    return hmac.compare_digest(
        given.encode(errors="replace"), expected.encode(errors="replace")
    )
