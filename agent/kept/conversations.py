"""
The conversations of the turns that this process plays now.

What outlives a turn is in the guest's record and changes with the reply as one: a turn
that is cut short is played again from its start, with the same messages. A booking that
is about to be sent is the exception: it is recorded before.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from agent.dialogue.state import State

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from agent.messages import Guest

    Record: TypeAlias = Callable[[State], Awaitable[None]]


@dataclass(slots=True)
class Held:
    """One guest's conversation, for one turn; `sent` as a booking was about to go."""

    state: State
    record: Record
    sent: State | None = None

    async def keep(self, state: State) -> None:
        """Remember how far the conversation is."""
        if state.pending is not None and state.pending != self.state.pending:
            await self.record(state)
            self.sent = state
        self.state = state


class Conversations:
    """What the runner asks for a guest's conversation; workers open and close them."""

    def __init__(self) -> None:
        self._open: dict[str, Held] = {}

    @contextmanager
    def opened(self, guest: Guest, state: State, record: Record) -> Generator[Held]:
        """Have a conversation for one turn; the worker has the guest to itself."""
        held = self._open[guest.address] = Held(state, record)
        try:
            yield held
        finally:
            del self._open[guest.address]

    @asynccontextmanager
    async def turn(self, guest: Guest) -> AsyncGenerator[Held]:
        """Hold a guest's conversation."""
        yield self._open[guest.address]

    async def state(self, guest: Guest) -> State:
        """Return how far a conversation is; a new one's, where none is under way."""
        held = self._open.get(guest.address)
        return held.state if held is not None else State()
