"""Pure. A story as bytes, for Redis and for the next run; what is odd is none."""

from __future__ import annotations

import json
from typing import Any

from proxy.fleet.agreement import LAST_STAMP_S, number
from proxy.notices.values import Kind, Notice, Story, Team

# Many times what the rules can make; a foreign value must not fill the memory.
MAX_NOTICES = 50
MAX_LETTERS = 4000


def write(story: Story) -> bytes:
    """Return a story as bytes; equal stories are equal bytes."""
    document = {
        "stamp": story.stamp,
        "began_at": story.began_at,
        "opened_at": story.opened_at,
        "ended_at": story.ended_at,
        "levels": story.levels,
        "notices": [
            {"kind": one.kind, "at": one.at, "text": one.text, "left": sorted(one.left)}
            for one in story.notices
        ],
    }
    return json.dumps(document, sort_keys=True).encode()


def read(value: bytes) -> Story | None:
    """Return a story from bytes; None where they are not one in every detail."""
    try:
        document = json.loads(value)
        notices = document["notices"]
        if len(notices) > MAX_NOTICES:
            return None
        return Story(
            stamp=_instant(document["stamp"]),
            began_at=_instant_or_none(document["began_at"]),
            opened_at=_instant_or_none(document["opened_at"]),
            ended_at=_instant_or_none(document["ended_at"]),
            levels=tuple(Kind(level) for level in document["levels"]),
            notices=tuple(_notice(notice) for notice in notices),
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _notice(given: Any) -> Notice:
    said = given["text"]
    if not isinstance(said, str) or len(said) > MAX_LETTERS:
        raise TypeError("it is no text, or too long")
    return Notice(
        kind=Kind(given["kind"]),
        at=_instant(given["at"]),
        text=said,
        left=frozenset(Team(team) for team in given["left"]),
    )


def _instant_or_none(given: Any) -> float | None:
    return None if given is None else _instant(given)


def _instant(given: Any) -> float:
    return number(given, LAST_STAMP_S)
