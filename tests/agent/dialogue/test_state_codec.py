from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agent.dialogue.state import Deal, Pending
from agent.dialogue.state_codec import VERSION, decode, encode
from agent.dialogue.step import State
from agent.messages import Period, Quote, Search
from fakes.talk import CHECKIN, CHECKOUT, DOUBLE, STAY, SUITE

QUOTE = Quote(
    search=Search(checkin=CHECKIN, checkout=CHECKOUT, adults=2, children=1), room=SUITE
)
FULL = State(
    lang="pt",
    slots=STAY,
    nights=3,
    period=Period(first=date(2026, 12, 1), last=date(2026, 12, 31)),
    room_id=3,
    room_word="cabana",
    naming="delux",
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
    deals=2,
)
DATA = Path(__file__).parent.parent / "data"
GOLDEN = DATA / f"state_v{VERSION}.json"


def test_there_and_back() -> None:
    """A conversation is read as it was written, an empty one too."""
    assert decode(encode(FULL)) == FULL
    assert decode(encode(State()).encode()) == State()


def test_golden() -> None:
    """What this version wrote once can be read for ever, or the version grows."""
    assert decode(GOLDEN.read_bytes()) == FULL
    assert json.loads(encode(FULL)) == json.loads(GOLDEN.read_bytes())


def test_golden_of_the_versions_before() -> None:
    """A conversation that an older version kept goes on, without what it knew not."""
    second = replace(FULL, naming="")
    assert decode((DATA / "state_v2.json").read_bytes()) == second
    first = replace(second, period=None, deals=0)
    assert decode((DATA / "state_v1.json").read_bytes()) == first


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", "[" * 100_000, '{"version": 1, "state": {}}'),
        *(
            json.dumps({**json.loads(encode(FULL)), "version": version})
            for version in (VERSION + 1, 0, None, "2")
        ),
        encode(FULL).replace('"nights"', '"knights"'),
        encode(FULL).replace("2026-12-05", "2026-13-05"),
        encode(FULL).replace('"900"', '"a lot"'),
    ],
)
def test_no_conversation_of_this_version(text: str) -> None:
    """What cannot be read is no conversation, and no error."""
    assert decode(text) is None
