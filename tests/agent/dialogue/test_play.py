from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.play.player import Dialogue, DialogueError, play, read_dialogues
from agent.understanding.grammar import Grammar

if TYPE_CHECKING:
    from agent.play.player import Verdict

DATA = Path(__file__).parent.parent / "data"
WRITTEN = [
    dialogue
    for name in ("dialogues-dev.json", "dialogues.json")
    for dialogue in read_dialogues(DATA / name)
]
BAD_SLOTS = '[{"id":"x","turns":[{"user":"x","expect":{"slots":2}}]}]'
BOOKS = {"user": "reservame una doble mañana para 2", "expect": {"books": False}}


async def played(dialogue: Dialogue) -> Verdict:
    """Play with the grammar that is built in."""
    return await play(dialogue, understander=Grammar())


@pytest.mark.parametrize("dialogue", WRITTEN, ids=lambda dialogue: dialogue.id)
async def test_dialogue(dialogue: Dialogue) -> None:
    """Each written dialogue goes as it was written."""
    verdict = await played(dialogue)
    assert verdict.passed, verdict.why


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        ({"books": False}, "books is True, not False"),
        ({"intent": "greeting"}, "intent is 'confirm_yes', not 'greeting'"),
        ({"asks_for": "adults"}, "asks_for is None, not 'adults'"),
        ({"slots": {"adults": 3}}, "adults is 2, not 3"),
        ({"slots": {"checkin": "2026-12-01"}}, "checkin is '2026-11-25', not"),
        ({"reply_any": ["nunca"]}, "reply_any ['nunca'] of '¡Listo"),
        ({"reply_none": ["LISTO"]}, "reply_none ['LISTO'] of '¡Listo"),
        ({"color": "red"}, "nothing is known of 'color'"),
    ],
    ids=["books", "intent", "question", "slot", "day", "any", "none", "stranger"],
)
async def test_what_is_not_as_written(expect: dict[str, object], why: str) -> None:
    """What goes otherwise is named with its turn."""
    turns = [BOOKS, {"user": "sí", "expect": expect}]
    dialogue = Dialogue.model_validate({"id": "x", "turns": turns})
    verdict = await played(dialogue)
    assert not verdict.passed
    assert verdict.why.startswith("turn 2 ('sí'): ")
    assert why in verdict.why


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '[{"id": "x"}]', BAD_SLOTS, "[" * 9999]
)
def test_file_without_dialogues(tmp_path: Path, text: str) -> None:
    """What cannot be read as dialogues is one sentence."""
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DialogueError, match="no dialogues"):
        read_dialogues(path)
    with pytest.raises(DialogueError):
        read_dialogues(tmp_path / "none.json")


def test_own_dialogues_are_in_all_languages() -> None:
    """The written dialogues are in three languages, well and down, warm and cold."""
    own = json.loads((DATA / "dialogues.json").read_text(encoding="utf-8"))
    assert len(own) >= 15
    assert {dialogue["lang"] for dialogue in own} == {"es", "en", "pt"}
    assert {(d["pms"], d["cache"]) for d in own} >= {("up", "warm"), ("down", "cold")}
