"""Pure. What can be tapped instead of typed: at most three buttons, or ten rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.dialogue.taps import answered_by
from agent.messages import Choice
from agent.replies.formats import money
from agent.replies.render import LABELS, room_name

if TYPE_CHECKING:
    from agent.dialogue.state import State
    from agent.messages import Lang, Room

TITLE_LIMIT = 20
DETAIL_LIMIT = 72


def choices(state: State) -> tuple[Choice, ...]:
    """Offer the answers to the open question that are known beforehand."""
    labels, answers_to = LABELS[state.lang], answered_by(state)
    if state.asked == "room_type":
        return tuple(
            _room(number, room, state.lang, answers_to)
            for number, room in enumerate(state.offered, start=1)
        )
    if state.expects != "confirmation":
        return ()
    answers = [
        Choice(text=word, title=word, answers_to=answers_to)
        for word in (labels.yes, labels.no)
    ]
    return (*answers, Choice(text=labels.person, title=labels.person))


def _room(number: int, room: Room, lang: Lang, answers_to: str) -> Choice:
    title = room_name(room, lang)
    return Choice(
        text=room.name,
        title=title if len(title) <= TITLE_LIMIT else f"{title[: TITLE_LIMIT - 1]}…",
        detail=f"{number}. {money(room.price, room.currency, lang)}"[:DETAIL_LIMIT],
        answers_to=answers_to,
    )
