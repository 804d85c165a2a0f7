"""
WhatsApp's webhook: proves who calls, takes each message once, answers in time.

Without a WhatsApp account the replies are in the webhook's own answer. A reply that is
not there in time is a holding one; with an account the real one follows behind, and
the delivery is a 503 until then: nothing else would bring it back after a crash.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from agent.errors import PayloadError, SendError
from agent.inbound import read_payload
from agent.messages import Phrase
from agent.problems import BODY_LIMIT_BYTES, problem
from agent.runner import shortened

if TYPE_CHECKING:
    from agent.clock import Clock
    from agent.messages import Guest, InboundText
    from agent.pms import PmsClient
    from agent.runner import Runner
    from agent.sessions import Seen
    from agent.telemetry import Outcome, Telemetry
    from agent.whatsapp import WhatsApp

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

# Together with the 0.5 s that the breaker's state may take: 2.5 s, CONTRACT §7.
REPLY_WITHIN_S = 1.9
ANSWER_WITHIN_S = 2
FINISH_WITHIN_S = 4
BODY_WITHIN_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """The secrets of the webhook; without an app secret nothing is verified."""

    app_secret: str | None
    verify_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """The handlers of `/webhooks/whatsapp` and what they need."""

    policy: WebhookPolicy
    runner: Runner
    pms: PmsClient
    whatsapp: WhatsApp | None
    seen: Seen
    telemetry: Telemetry
    clock: Clock
    # By the message's id.
    _under_way: dict[str, asyncio.Task[_Handled]] = field(
        default_factory=dict[str, "asyncio.Task[_Handled]"], init=False
    )

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
        """Take a delivery: answer its texts, tell the breaker's state."""
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
            inbound = read_payload(raw)
        except PayloadError as exc:
            return problem(400, str(exc))
        fresh = [text for text in inbound.texts if self.seen.take(text.id)]
        self.telemetry.message("ignored", inbound.ignored)
        self.telemetry.message("repeated", len(inbound.texts) - len(fresh))
        tasks = [self._start(message) for message in fresh]
        # What is delivered again while it is under way is waited for like the rest.
        awaited = [
            self._under_way[text.id]
            for text in inbound.texts
            if text.id in self._under_way
        ]
        await self._wait(awaited)
        if any(not task.done() or task.result().deliver_again for task in awaited):
            return problem(503, "A message is not answered yet; deliver this again.")
        handled = [task.result() for task in tasks]
        answer: dict[str, object] = {
            "pms_circuit_breaker": await self.pms.breaker(),
            "processed": sum(result.text is not None for result in handled),
        }
        if self.whatsapp is None:
            answer["replies"] = [
                {"to": result.guest.address, "text": result.text}
                for result in handled
                if result.text is not None
            ]
        return web.json_response(answer)

    async def finish(self) -> None:
        """Let the replies under way go out, for a while."""
        if self._under_way:
            await self._wait(list(self._under_way.values()), FINISH_WITHIN_S)
        late = list(self._under_way.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _is_signed(self, raw: bytes, signature: str) -> bool:
        if self.policy.app_secret is None:
            return True
        key = self.policy.app_secret.encode()
        return _same(
            signature, f"sha256={hmac.new(key, raw, hashlib.sha256).hexdigest()}"
        )

    def _start(self, message: InboundText) -> asyncio.Task[_Handled]:
        task = asyncio.create_task(self._handle(message))
        self._under_way[message.id] = task
        return task

    async def _wait(
        self, tasks: list[asyncio.Task[_Handled]], within_s: float = ANSWER_WITHIN_S
    ) -> None:
        """Wait for tasks without stopping those that are late."""
        try:
            async with self.clock.timeout(within_s):
                await asyncio.gather(*map(asyncio.shield, tasks))
        except TimeoutError:
            return

    async def _handle(self, message: InboundText) -> _Handled:
        """Answer one text; whatever goes wrong is logged and stays here."""
        try:
            text, outcome = await self._answer(message)
        except SendError as exc:
            _log.warning(
                "reply.failed", guest=shortened(message.guest), reason=str(exc)
            )
            if exc.may_pass:
                self.seen.forget(message.id)
            self.telemetry.message("failed")
            return _Handled(message.guest, deliver_again=exc.may_pass)
        except Exception:  # noqa: BLE001  (one guest's trouble stays his)
            _log.exception("message.failed", guest=shortened(message.guest))
            self.telemetry.message("failed")
            return _Handled(message.guest)
        finally:
            del self._under_way[message.id]
        self.telemetry.message(outcome)
        return _Handled(message.guest, text=text)

    async def _answer(self, message: InboundText) -> tuple[str, Outcome]:
        guest = message.guest
        outcome: Outcome = "answered"
        turn = asyncio.create_task(self.runner.converse(guest, message.text))
        try:
            async with self.clock.timeout(REPLY_WITHIN_S):
                text = (await asyncio.shield(turn)).text
        except TimeoutError:
            outcome = "held"
            if self.whatsapp is None:
                text = await self.runner.phrase(guest, Phrase.HOLDING_ASK_AGAIN)
            else:
                holding = await self.runner.phrase(guest, Phrase.HOLDING)
                await self.whatsapp.send(guest, holding)
                text = (await turn).text
        finally:
            turn.cancel()
        if self.whatsapp is not None:
            await self.whatsapp.send(guest, text)
        return text, outcome


@dataclass(frozen=True, slots=True)
class _Handled:
    """A text that was handled; `text` is the reply, None where there was none."""

    guest: Guest
    text: str | None = None
    deliver_again: bool = False


def _same(given: str, expected: str) -> bool:
    """Compare in constant time, whatever the letters."""
    return hmac.compare_digest(
        given.encode(errors="replace"), expected.encode(errors="replace")
    )
