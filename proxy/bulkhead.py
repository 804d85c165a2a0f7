"""
The places inside the PMS and the room to wait for one (CONTRACT §4).

A call given up at its deadline still holds a PHP worker, which does not notice that
the client left: its place stays taken until the PMS shows that it is through with
that resource, or for `hold_s`. Every method but `enter` runs without a pause.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.messages import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkheadPolicy:
    """How many calls at once, how many may wait, and how long; seconds."""

    places: int = 4
    waiting: int = 64
    max_wait_s: float = 5
    hold_s: float = 45


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Abandoned:
    resource: str
    began_at: float
    hold: asyncio.Task[None]
    when_free: Callable[[], None]


class Place:
    """
    One place, released or abandoned exactly once by whoever holds it.

    `when_free` is called once the next may have it: an abandoned one is not free yet.
    """

    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead
        self._held = True
        self._hold: asyncio.Task[None] | None = None
        self.when_free: Callable[[], None] = _tell_nobody

    @property
    def is_free(self) -> bool:
        """Whether neither its call nor what the PMS still does for it holds it."""
        return not self._held and (self._hold is None or self._hold.done())

    def release(self) -> None:
        """Give the place to the next; a second call does nothing."""
        if self._held:
            self._held = False
            self.when_free()
            self._bulkhead.leave()

    def abandon(self, resource: str, began_at: float) -> None:
        """Leave the place taken: the PMS is still busy with this call."""
        if self._held:
            self._held = False
            self._hold = self._bulkhead.hold(resource, began_at, self.when_free)


def _tell_nobody() -> None:
    """Do nothing: nobody waits for this very place."""


class Bulkhead:
    """Admits calls to the PMS; writes before reads, each in order of arrival."""

    def __init__(
        self, policy: BulkheadPolicy, clock: Clock, on_hang: Callable[[], None]
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._on_hang = on_hang
        self._inside = 0
        self._is_shut = False
        self._abandoned: list[_Abandoned] = []
        self._writes: deque[asyncio.Future[None]] = deque()
        self._reads: deque[asyncio.Future[None]] = deque()

    @property
    def inside(self) -> int:
        """Calls that somebody waits for."""
        return self._inside

    @property
    def abandoned(self) -> int:
        """Places that are held by calls given up at their deadline."""
        return len(self._abandoned)

    @property
    def waiting(self) -> int:
        """Calls that wait for a place."""
        return len(self._writes) + len(self._reads)

    @property
    def is_hung(self) -> bool:
        """Whether abandoned calls hold every place, so that nobody can ask."""
        return len(self._abandoned) >= self._policy.places

    @property
    def has_room(self) -> bool:
        """Whether a call would get a place at once, ahead of nobody."""
        return self._is_free and self.waiting == 0

    def take(self) -> Place | None:
        """Take a place at once, ahead of nobody; None where there is none."""
        if not self.has_room:
            return None
        self._inside += 1
        return Place(self)

    async def enter(self, *, write: bool, waited_s: float = 0.0) -> Place:
        """
        Take a place, after waiting at most `max_wait_s` for it.

        `waited_s` of these are over: it waited for something else before.

        Raises:
            Overloaded: too many wait already, too long, or the PMS hangs.

        """
        place = self.take()
        if place is not None:
            return place
        if self.is_hung or self._is_shut or self.waiting >= self._policy.waiting:
            raise Overloaded
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = self._writes if write else self._reads
        queue.append(turn)
        bound = self._clock.timeout(max(0.0, self._policy.max_wait_s - waited_s))
        try:
            async with bound:
                await turn
        except BaseException as exc:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()  # Given a place and taken away in the same moment.
            elif turn in queue:
                queue.remove(turn)
            if isinstance(exc, TimeoutError) and bound.expired():
                raise Overloaded from None
            raise
        return Place(self)

    def leave(self) -> None:
        """Free a place that somebody held."""
        self._inside -= 1
        self._admit()

    def hold(
        self,
        resource: str,
        began_at: float,
        when_free: Callable[[], None] = _tell_nobody,
    ) -> asyncio.Task[None]:
        """Turn a held place into one that an abandoned call keeps, until it ends."""
        self._inside -= 1
        hold = asyncio.get_running_loop().create_task(
            self._clock.sleep(self._policy.hold_s)
        )
        abandoned = _Abandoned(
            resource=resource, began_at=began_at, hold=hold, when_free=when_free
        )
        self._abandoned.append(abandoned)
        hold.add_done_callback(lambda _: self._free(abandoned))
        if self.is_hung:
            self.turn_away()
            self._on_hang()
        return hold

    def answered(self, resource: str, began_at: float) -> None:
        """
        Take note that the PMS itself answered a call of `resource`.

        One abandoned call of the same resource that began earlier is then through.
        """
        for abandoned in self._abandoned:
            if abandoned.resource == resource and abandoned.began_at < began_at:
                abandoned.hold.cancel()
                self._free(abandoned)
                return

    def turn_away(self) -> None:
        """Let nobody wait any longer."""
        for queue in (self._writes, self._reads):
            while queue:
                self._wake(queue.popleft(), Overloaded())

    def shut(self) -> None:
        """Admit nobody any more, nor those who wait: the process ends."""
        self._is_shut = True
        self.turn_away()

    def close(self) -> None:
        """Forget the abandoned calls, when the process ends."""
        for abandoned in self._abandoned:
            abandoned.hold.cancel()

    @property
    def _is_free(self) -> bool:
        return self._inside + len(self._abandoned) < self._policy.places

    def _free(self, abandoned: _Abandoned) -> None:
        if abandoned in self._abandoned:
            self._abandoned.remove(abandoned)
            abandoned.when_free()
            self._admit()

    def _admit(self) -> None:
        while self._is_free and self.waiting:
            turn = (self._writes or self._reads).popleft()
            if not turn.done():
                self._inside += 1
                self._wake(turn, None)

    def _wake(self, turn: asyncio.Future[None], refusal: Overloaded | None) -> None:
        if turn.done():
            return
        if refusal is None:
            turn.set_result(None)
        else:
            turn.set_exception(refusal)
