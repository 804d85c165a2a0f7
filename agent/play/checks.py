"""Pure. Holds one played turn to what a written dialogue expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from agent.messages import HandOff, Offer, Phrase, Say
from agent.replies.render import STALE_NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agent.serving.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A turn, and how many bookings the house had more after it."""

    turn: Turn
    books: int


def complaints(expect: Mapping[str, object], played: Played) -> Iterator[str]:
    """Name each thing that is not as expected; only what `expect` names is checked."""
    facts = _facts(played)
    for key, wanted in expect.items():
        if key == "slots":
            yield from _slots(cast("Mapping[str, object]", wanted), played.turn)
        elif key in ("reply_any", "reply_none"):
            words = cast("list[str]", wanted)
            found = [w for w in words if w.casefold() in _text(played).casefold()]
            if bool(found) is not (key == "reply_any"):
                yield f"{key} {found or words} of {_text(played)!r}"
        elif key not in facts:
            yield f"nothing is known of {key!r}"
        elif facts[key] != wanted:
            yield f"{key} is {facts[key]!r}, not {wanted!r}"


def _facts(played: Played) -> dict[str, object]:
    turn = played.turn
    return {
        "intent": turn.understood.intent.value if turn.understood else None,
        "asks_for": turn.state.asked,
        "offers_rooms": any(
            isinstance(effect, Offer) and bool(effect.rooms) for effect in turn.effects
        ),
        "stale_notice": any(n in _text(played) for n in STALE_NOTICE.values()),
        "books": played.books > 0,
        "refuses_pms_down": Say(phrase=Phrase.BOOKING_REFUSED) in turn.effects
        and played.books == 0,
        "handoff": any(isinstance(effect, HandOff) for effect in turn.effects),
        "lang": turn.state.lang,
    }


def _slots(wanted: Mapping[str, object], turn: Turn) -> Iterator[str]:
    for name, value in wanted.items():
        held: object = getattr(turn.state.slots, name, None)
        if isinstance(held, date):
            held = held.isoformat()
        if held != value:
            yield f"{name} is {held!r}, not {value!r}"


def _text(played: Played) -> str:
    return played.turn.reply.text
