"""Pure. The connections of one process: which of them must go, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

# A request's head must be whole so long after its first byte; a connection's first
# one so long after the connection.
HEAD_S = 10.0
# What was sent must be taken so long after the client's window was full.
TAKE_S = 60.0

C = TypeVar("C")


class Crowd(Generic[C]):
    """
    Knows what each connection is at; `now` is in monotonic seconds.

    Transitions: awaited → served → resting → awaited | served; where all places are
    taken, who is longest awaited goes for a new one, else who is longest at rest.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._all: set[C] = set()
        # In the order of their instants, so that only the first ones are looked at.
        self._awaited: dict[C, float] = {}
        self._resting: dict[C, float] = {}
        self._stuck: dict[C, float] = {}

    def __len__(self) -> int:
        return len(self._all)

    def begin(self, one: C, now: float) -> C | None:
        """Take in a new connection; return who must go for it, it itself perhaps."""
        going = None
        if len(self._all) >= self._limit:
            going = next(iter(self._awaited or self._resting), one)
            self.end(going)
        if going is not one:
            self._all.add(one)
            self._awaited[one] = now
        return going

    def hear(self, one: C, now: float) -> None:
        """Note bytes from a connection at rest: a head has begun."""
        if self._resting.pop(one, None) is not None:
            self._awaited[one] = now

    def serve(self, one: C) -> None:
        """Note that a head is whole."""
        self._awaited.pop(one, None)
        self._resting.pop(one, None)

    def rest(self, one: C, now: float) -> None:
        """Note that the answer is given; the next head may come when it likes."""
        if one in self._all:
            self._resting[one] = now

    def stick(self, one: C, now: float) -> None:
        """Note that what was sent is not taken."""
        if one in self._all:
            self._stuck[one] = now

    def flow(self, one: C) -> None:
        """Note that all that was sent is taken."""
        self._stuck.pop(one, None)

    def end(self, one: C) -> None:
        """Forget a connection."""
        self._all.discard(one)
        self.serve(one)
        self.flow(one)

    def late(self, now: float) -> list[C]:
        """Return those whose head is overdue."""
        return _due(self._awaited, now - HEAD_S)

    def stalled(self, now: float) -> list[C]:
        """Return those that take nothing any more."""
        return _due(self._stuck, now - TAKE_S)


def _due(since: Mapping[C, float], before: float) -> list[C]:
    due: list[C] = []
    for one, at in since.items():
        if at > before:
            break
        due.append(one)
    return due
