"""Pure. What one turn of a conversation came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.dialogue.state import State
    from agent.messages import Effect, Reply, Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """
    The state after it, all effects in their order, and the reply made of them.

    `understood` is None where the turn began without a guest's text.
    """

    understood: Understood | None
    state: State
    effects: tuple[Effect, ...]
    reply: Reply
