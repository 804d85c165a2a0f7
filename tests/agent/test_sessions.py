from __future__ import annotations

from typing import TYPE_CHECKING

from agent.dialogue.step import State
from agent.messages import Guest
from agent.play.sessions import Sessions

if TYPE_CHECKING:
    from fakes.clock import FakeClock


async def keep(sessions: Sessions, address: str) -> None:
    """Let a guest have spoken Portuguese."""
    async with sessions.turn(guest(address)) as session:
        await session.keep(State(lang="pt"))


async def language(sessions: Sessions, address: str) -> str:
    """Return the language of a guest's conversation."""
    return (await sessions.state(guest(address))).lang


def guest(address: str) -> Guest:
    """Make a guest."""
    return Guest(address=address, is_phone=True)


async def test_conversation_is_kept(clock: FakeClock) -> None:
    """A guest finds the conversation where it was left."""
    sessions = Sessions(clock)
    await keep(sessions, "a")
    assert await language(sessions, "a") == "pt"
    assert await language(sessions, "b") == "es"


async def test_conversation_ends(clock: FakeClock) -> None:
    """A conversation unused for its time is forgotten, one in use is not."""
    sessions = Sessions(clock, ttl_s=10)
    await keep(sessions, "old")
    clock.advance(5)
    await keep(sessions, "new")
    clock.advance(5)
    assert await language(sessions, "old") == "es"
    clock.advance(4.9)
    assert await language(sessions, "new") == "pt"


async def test_conversations_are_bounded(clock: FakeClock) -> None:
    """Over the limit the one used longest ago goes."""
    sessions = Sessions(clock, limit=2)
    for address in ("a", "b", "a", "c"):
        await keep(sessions, address)
    assert await language(sessions, "a") == "pt"
    assert await language(sessions, "b") == "es"
