"""
Pure. What the page shows, in words: the house's state, and one chat.

The browser only puts these texts into their places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.page.chats import Bubble, Chat
    from demo.page.crowd import Answer
    from demo.page.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """
    How the house is now.

    `status` is the proxy's `/status.json`, None where it does not answer; `fault` what
    the PMS plays, None in health.
    """

    status: dict[str, Any] | None
    fault: str | None
    is_crowded: bool
    answers: Sequence[Answer]


def house_view(house: House, words: Words) -> dict[str, Any]:
    """
    Say how the house is.

    Shape: `texts` by the name of their place, `lists` of `{at, text, kind}`, and what
    is pressed or coloured: `state`, `fault`, `crowd`.
    """
    say = words.page
    breaker: dict[str, Any] = (house.status or {}).get("breaker", {})
    state = breaker.get("state", "unknown")
    title, means = words.states.get(state, words.states["unknown"])
    copies = (house.status or {}).get("cache", {}).get("entries", 0)
    nights = (house.status or {}).get("calendar", {}).get("usable", 0)
    return {
        "state": state,
        "fault": house.fault,
        "crowd": house.is_crowded,
        "texts": {
            "state": title,
            "means": means if house.status is not None else say["unreachable"],
            "cause": _cause(breaker, words),
            "probe": _probe(state, breaker.get("retry_after_s"), words),
            "held": say["copies"].format(copies=copies, nights=nights),
            "pms": _pms(house.fault, words),
        },
        "lists": {
            "failures": [
                {
                    "at": failure["at"],
                    "text": f"{words.groups.get(failure['cause'], failure['cause'])}"
                    f" ({words.operations.get(failure['operation'], '?')})",
                    "kind": "failure",
                }
                for failure in reversed(breaker.get("last_failures", []))
            ],
            "answers": [_answer(one, words) for one in reversed(house.answers)],
        },
    }


def chat_view(chat: Chat, words: Words) -> dict[str, Any]:
    """Write one chat, its messages in order."""
    return {
        "guest": chat.guest,
        "name": chat.name,
        "typing": chat.is_typing,
        "bubbles": [_bubble(bubble, words) for bubble in chat.bubbles],
    }


def _bubble(bubble: Bubble, words: Words) -> dict[str, Any]:
    return {
        "number": bubble.number,
        "by": "guest" if bubble.is_guests else "hotel",
        "who": words.page["guest" if bubble.is_guests else "hotel"],
        "at": bubble.at.isoformat(),
        "text": bubble.text,
        "tick": bubble.tick,
        "ticked": words.ticks[bubble.tick] if bubble.tick else "",
        "menu": bubble.menu,
        "choices": bubble.choices,
    }


def _cause(breaker: dict[str, Any], words: Words) -> str | None:
    forced = breaker.get("forced")
    if forced:
        return words.page["forced"].format(why=forced["why"])
    return words.causes.get(breaker.get("cause") or "")


def _probe(state: str, retry_after_s: int | None, words: Words) -> str | None:
    if state == "half_open":
        return words.page["probe_now"]
    if state != "open" or retry_after_s is None:
        return None
    return words.page["probe_in"].format(s=retry_after_s)


def _pms(fault: str | None, words: Words) -> str:
    if fault is None:
        return words.page["healthy"]
    title, _ = words.faults.get(fault, (fault, ""))
    return words.page["broken"].format(fault=title)


def _answer(answer: Answer, words: Words) -> dict[str, str]:
    text = words.page[answer.got].format(rooms=answer.rooms, age_s=answer.age_s)
    return {"at": answer.at.isoformat(), "text": text, "kind": answer.got}
