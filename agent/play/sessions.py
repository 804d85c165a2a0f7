"""Conversations in memory, bounded and forgotten in time: for the command line."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.dialogue.step import State

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from agent.clock import Clock
    from agent.messages import Guest

SESSIONS_LIMIT = 10_000
SESSION_TTL_S = 6 * 3600


@dataclass(slots=True)
class Session:
    """One guest's conversation; `lock` keeps its messages in their order."""

    used_at: float
    state: State = field(default_factory=State)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keep(self, state: State) -> None:
        """Remember how far the conversation is."""
        self.state = state


class Sessions:
    """The conversations, least recently used out first."""

    def __init__(
        self,
        clock: Clock,
        *,
        limit: int = SESSIONS_LIMIT,
        ttl_s: float = SESSION_TTL_S,
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._ttl_s = ttl_s
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    @asynccontextmanager
    async def turn(self, guest: Guest) -> AsyncGenerator[Session]:
        """Hold a guest's conversation: the next turn of the same guest waits."""
        session = self._of(guest.address)
        async with session.lock:
            yield session

    async def state(self, guest: Guest) -> State:
        """Return how far a guest's conversation is, whoever holds it."""
        return self._of(guest.address).state

    def _of(self, address: str) -> Session:
        now = self._clock.monotonic()
        self._forget_old(now)
        session = self._sessions.setdefault(address, Session(used_at=now))
        session.used_at = now
        self._sessions.move_to_end(address)
        if len(self._sessions) > self._limit:
            self._sessions.popitem(last=False)
        return session

    def _forget_old(self, now: float) -> None:
        while self._sessions:
            address, oldest = next(iter(self._sessions.items()))
            if now - oldest.used_at < self._ttl_s:
                return
            del self._sessions[address]
