"""Conversations and message ids in memory: both bounded, both forgotten in time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from agent.dialogue import State

SESSIONS_LIMIT = 10_000
SESSION_TTL_S = 6 * 3600
SEEN_LIMIT = 100_000


@dataclass(slots=True)
class Session:
    """One guest's conversation; `lock` keeps its messages in their order."""

    used_at: float
    state: State = field(default_factory=State)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sessions:
    """The conversations, least recently used out first."""

    def __init__(
        self, *, limit: int = SESSIONS_LIMIT, ttl_s: float = SESSION_TTL_S
    ) -> None:
        self._limit = limit
        self._ttl_s = ttl_s
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def of(self, address: str, now: float) -> Session:
        """Return the guest's conversation, a new one where there is none."""
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


class Seen:
    """The ids of messages already taken, the newest `limit` of them."""

    def __init__(self, *, limit: int = SEEN_LIMIT) -> None:
        self._limit = limit
        self._ids: OrderedDict[str, None] = OrderedDict()

    def take(self, message_id: str) -> bool:
        """Mark a message as taken; False where it was already."""
        if message_id in self._ids:
            return False
        self._ids[message_id] = None
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)
        return True

    def forget(self, message_id: str) -> None:
        """Let a message that could not be answered be taken again."""
        self._ids.pop(message_id, None)
