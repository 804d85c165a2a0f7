from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.dialogue import State
from agent.dialogue_state import Deal, Pending
from agent.messages import Quote, Search
from agent.state_codec import VERSION, decode, encode
from fakes.talk import CHECKIN, CHECKOUT, DOUBLE, STAY, SUITE

QUOTE = Quote(
    search=Search(checkin=CHECKIN, checkout=CHECKOUT, adults=2, children=1), room=SUITE
)
FULL = State(
    lang="pt",
    slots=STAY,
    nights=3,
    room_id=3,
    room_word="cabana",
    asked="confirmation",
    asks_to_notify=True,
    wants_booking=True,
    wants_kinds=True,
    awaits="check",
    offered=(DOUBLE, SUITE),
    quote=QUOTE,
    key="key",
    pending=Pending(quote=QUOTE, key="key"),
    booked=Deal(quote=QUOTE, reference="77"),
    waits_for_pms=True,
)
GOLDEN = Path(__file__).parent.parent / "data" / f"state_v{VERSION}.json"


def test_there_and_back() -> None:
    """A conversation is read as it was written, an empty one too."""
    assert decode(encode(FULL)) == FULL
    assert decode(encode(State()).encode()) == State()


def test_golden() -> None:
    """What this version wrote once can be read for ever, or the version grows."""
    assert decode(GOLDEN.read_bytes()) == FULL
    assert json.loads(encode(FULL)) == json.loads(GOLDEN.read_bytes())


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", "[" * 100_000, '{"version": 1, "state": {}}'),
        json.dumps({**json.loads(encode(FULL)), "version": VERSION + 1}),
        encode(FULL).replace('"nights"', '"knights"'),
        encode(FULL).replace("2026-12-05", "2026-13-05"),
        encode(FULL).replace('"900"', '"a lot"'),
    ],
)
def test_no_conversation_of_this_version(text: str) -> None:
    """What cannot be read is no conversation, and no error."""
    assert decode(text) is None
