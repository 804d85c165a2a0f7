"""Pure. A conversation in lines: how replies and the breaker look, what is picked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.messages import BreakerState, Choice, Reply

# Stands before what a guest would not read.
NOTE = "· "
PROMPT = "> "
# As "2", "2)" or "[2]".
_NUMBER = re.compile(r"\[?([1-9][0-9]?)[\]).]?")
_STANDS: dict[BreakerState, str] = {
    "closed": "The PMS can be asked again.",
    "open": "The PMS cannot be asked: {why}",
    "half_open": "The proxy tries whether the PMS is back.",
    "unknown": "The proxy does not answer: guests hear that nothing can be checked.",
}
NO_REASON = "the proxy does not say why."


def reply_lines(reply: Reply) -> str:
    """Show a reply, and beneath it what can be picked, numbered."""
    choices = (
        f"  [{number}] {choice.title}"
        for number, choice in enumerate(reply.choices, start=1)
    )
    return "\n".join((reply.text, *choices))


def breaker_line(state: BreakerState, why: str | None) -> str:
    """Say how the breaker stands; `why` is the proxy's own sentence."""
    return NOTE + _STANDS[state].format(why=why or NO_REASON)


def picked(line: str, choices: Sequence[Choice]) -> Choice | None:
    """
    Return the choice that a line picks by its number, None where it says something.

    A number picks only where choices were shown. No question that a number answers
    (the arrival, how many adults) has any, and a list's rows have the numbers that the
    reply's own text gives them.
    """
    found = _NUMBER.fullmatch(line.strip())
    number = int(found[1]) if found else 0
    return choices[number - 1] if 0 < number <= len(choices) else None
