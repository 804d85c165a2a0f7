from __future__ import annotations

from agent.dialogue import State
from agent.sessions import Seen, Sessions


def test_conversation_is_kept() -> None:
    """A guest finds the conversation where it was left."""
    sessions = Sessions()
    sessions.of("a", 0).state = State(lang="pt")
    assert sessions.of("a", 1).state.lang == "pt"
    assert sessions.of("b", 1).state.lang == "es"


def test_conversation_ends() -> None:
    """A conversation unused for its time is forgotten, one in use is not."""
    sessions = Sessions(ttl_s=10)
    sessions.of("old", 0).state = State(lang="pt")
    sessions.of("new", 5).state = State(lang="pt")
    assert sessions.of("old", 10).state.lang == "es"
    assert sessions.of("new", 14.9).state.lang == "pt"


def test_conversations_are_bounded() -> None:
    """Over the limit the one used longest ago goes."""
    sessions = Sessions(limit=2)
    for address in ("a", "b", "a", "c"):
        sessions.of(address, 0).state = State(lang="pt")
    assert sessions.of("a", 0).state.lang == "pt"
    assert sessions.of("b", 0).state.lang == "es"


def test_seen_once() -> None:
    """A message is taken once, unless it is let go."""
    seen = Seen()
    assert seen.take("x")
    assert not seen.take("x")
    seen.forget("x")
    assert seen.take("x")


def test_seen_is_bounded() -> None:
    """Only the newest ids are remembered."""
    seen = Seen(limit=2)
    assert [seen.take(i) for i in ("a", "b", "c", "a", "c")] == [True] * 4 + [False]
