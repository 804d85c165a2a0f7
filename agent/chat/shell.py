"""
`python -m agent chat`: a guest in a terminal, in place of one on WhatsApp.

The same store, worker and turns as behind the webhook: only how messages come in and
replies go out is another. Nothing of it is kept after the end.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from agent.chat.lines import NOTE, breaker_line, picked, reply_lines
from agent.dialogue.state_codec import decode
from agent.errors import AgentError
from agent.kept import inbox
from agent.kept.inbox import Letter
from agent.messages import Guest
from agent.pms.booking import source_of
from agent.pms.proxy import Lost

if TYPE_CHECKING:
    from agent.chat.terminal import Terminal
    from agent.clock import Clock
    from agent.kept.store import Store
    from agent.messages import BreakerState, Choice
    from agent.pms.proxy import Proxy
    from agent.serving.worker import Worker

# How soon the breaker's moves and what comes unasked are seen.
LOOK_S = 0.5
STATUS_WITHIN_S = 3
BEGIN = (
    "Chat with hotel {hotel} through the proxy at {proxy}: what is booked here is a "
    "real booking in its PMS. Ctrl-D ends it."
)
NO_PROXY = "No proxy answers at {proxy}: is it running, and is AGENT_PROXY_URL right?"
IN_DOUBT = (
    "What became of the last booking is not known: look in the PMS for an order whose "
    "source is {source}."
)


class ChatError(AgentError):
    """A chat that cannot begin."""


class _Forced(BaseModel):
    why: str = ""


class _Breaker(BaseModel):
    cause_means: str | None = None
    forced: _Forced | None = None

    @property
    def why(self) -> str | None:
        if self.forced is not None:
            return f"an operator holds the breaker open ({self.forced.why})."
        return self.cause_means


class _Status(BaseModel):
    breaker: _Breaker


def guest_named(name: str) -> Guest:
    """
    Make the guest of a terminal.

    The same name is the same customer of the PMS, whenever the chat is. A byte of it
    that is no UTF-8 becomes a "?".
    """
    name = name.encode(errors="replace").decode()
    return Guest(address=f"terminal:{name}", is_phone=False, name=name)


@dataclass(slots=True, kw_only=True)
class Chat:
    """One guest's conversation; `hotel_id` and `proxy_url` are told at the start."""

    guest: Guest
    terminal: Terminal
    proxy: Proxy
    store: Store
    worker: Worker
    clock: Clock
    hotel_id: int
    proxy_url: str
    _choices: tuple[Choice, ...] = ()
    _told: BreakerState = "closed"
    _telling: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """
        Converse until the input ends.

        Raises:
            ChatError: where the proxy does not answer at the start.

        """
        if await self._standing() is None:
            raise ChatError(NO_PROXY.format(proxy=self.proxy_url))
        self._note(BEGIN.format(hotel=self.hotel_id, proxy=self.proxy_url))
        await self._show()
        looking = asyncio.create_task(self._look())
        try:
            async for line in self.terminal.lines():
                if line:
                    await self._answer(line)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            self.terminal.end()

    async def end(self) -> None:
        """Show what came at the end, and tell of a booking that was not answered."""
        await self._collect()
        kept = await self.store.change(self.guest.address, lambda kept: (kept, kept))
        state = decode(kept.state) if kept is not None and kept.state else None
        if state is not None and state.pending is not None:
            self._note(IN_DOUBT.format(source=source_of(state.pending.key)))

    async def _answer(self, line: str) -> None:
        choice = picked(line, self._choices)
        now = self.clock.wall().timestamp()
        letter = Letter(
            id=uuid4().hex,
            kind="text",
            at=now,
            text=line if choice is None else choice.text,
            answers_to="" if choice is None else choice.answers_to,
        )
        await self.store.change(
            self.guest.address,
            partial(
                inbox.receive, guest=self.guest, letters=[letter], now=now, due=now
            ),
        )
        self.worker.nudge()
        await self.worker.until_idle(self.guest.address)
        await self._show()

    async def _look(self) -> None:
        """Show what nobody asked for: the PMS is back, a booking is settled."""
        while True:
            await self.clock.sleep(LOOK_S)
            await self._show()

    async def _show(self) -> None:
        async with self._telling:
            await self._tell_breaker()
            await self._collect()

    async def _collect(self) -> None:
        for reply in await self.store.change(self.guest.address, inbox.collect):
            self._choices = reply.choices
            self.terminal.say(reply_lines(reply))

    async def _tell_breaker(self) -> None:
        state = await self.proxy.breaker()
        if state == self._told:
            return
        self._told = state
        standing = await self._standing() if state == "open" else None
        self.terminal.say(breaker_line(state, standing.why if standing else None))

    async def _standing(self) -> _Breaker | None:
        """Ask the proxy how its breaker stands, and why."""
        try:
            async with self.clock.timeout(STATUS_WITHIN_S):
                got = await self.proxy.ask("GET", "/status.json")
            if isinstance(got, Lost):
                return None
            return _Status.model_validate_json(got.body).breaker
        except (TimeoutError, ValidationError):
            return None

    def _note(self, sentence: str) -> None:
        self.terminal.say(f"{NOTE}{sentence}")
