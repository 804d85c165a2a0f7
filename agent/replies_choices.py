"""Pure. What can be tapped instead of typed: at most three buttons, or ten rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.messages import Choice
from agent.replies import LABELS, room_name
from agent.replies_format import money

if TYPE_CHECKING:
    from agent.dialogue_state import State
    from agent.messages import Lang, Room

TITLE_LIMIT = 20
DETAIL_LIMIT = 72


def choices(state: State) -> tuple[Choice, ...]:
    """Offer the answers to the open question that are known beforehand."""
    labels = LABELS[state.lang]
    if state.asked == "room_type":
        return tuple(
            _room(number, room, state.lang)
            for number, room in enumerate(state.offered, start=1)
        )
    if state.expects != "confirmation":
        return ()
    words = [labels.yes, labels.no, labels.person]
    return tuple(Choice(text=word, title=word) for word in words)


def _room(number: int, room: Room, lang: Lang) -> Choice:
    # The house's own name: a list tapped late never answers another question.
    title = room_name(room, lang)
    return Choice(
        text=room.name,
        title=title if len(title) <= TITLE_LIMIT else f"{title[: TITLE_LIMIT - 1]}…",
        detail=f"{number}. {money(room.price, room.currency, lang)}"[:DETAIL_LIMIT],
    )
