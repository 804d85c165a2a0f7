"""
Several proxies with one Redis: they agree on the breaker's moves, orders and writes.

The rules are `agreement`'s. One small record is read every `POLL_S`, and changed by
compare-and-set as soon as something moves here. Polling, not publish-subscribe: it
needs no connection of its own, misses nothing while Redis is away, and a quarter of a
second is soon enough. The window of calls stays each proxy's own, so that no call
waits for Redis. While Redis is away each acts alone, and nobody is told: `Backend`
has said it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from proxy.breaker.values import Adopted, Forced
from proxy.errors import BackendDown
from proxy.fleet.agreement import Moved, View, agree, read, remaining_s, write
from proxy.messages import BreakerState
from proxy.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker.guard import Guard
    from proxy.breaker.prober import Prober
    from proxy.breaker.values import Transition
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock

POLL_S = 0.25
# The version is part of the names: another version's proxies agree among themselves.
RECORD_KEY = "agreed:2"
TURN_KEY = "turn:1:{stamp!r}"
# A forced state outlives a week-end without any proxy.
RECORD_TTL_S = 30 * 86400.0
# Another changed the record meanwhile: it is read again, so often at once.
TRIES = 5


class Cluster:
    """
    One proxy's part in the agreement.

    `on_written` is told when another proxy has written to the PMS. `turn_s` is how
    long a probe may take: who was killed with its turn in hand loses it then. `open_s`
    is how long an opening from before this process may hold it (CONTRACT §5).
    """

    def __init__(
        self,
        *,
        shared: Shared,
        guard: Guard,
        prober: Prober,
        clock: Clock,
        on_written: Callable[[], None],
        turn_s: float,
        open_s: float,
    ) -> None:
        self._shared = shared
        self._guard = guard
        self._prober = prober
        self._clock = clock
        self._on_written = on_written
        self._turn_s = turn_s
        self._open_s = open_s
        self._has_begun = False
        self._view = View()
        self._unsaid_writes = 0
        self._turn: str | None = None
        # For people who look into Redis: who has the turn.
        self._name = f"{socket.gethostname()}:{os.getpid()}".encode()
        self._news = asyncio.Event()
        guard.follow(self._moved)

    def written(self) -> None:
        """Tell the others that the PMS may have changed."""
        self._unsaid_writes += 1
        self._news.set()

    async def run(self) -> None:
        """Stay in agreement until cancelled."""
        while True:
            try:
                await self.sync()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._guard.crashed()
            with suppress(TimeoutError):
                async with self._clock.timeout(POLL_S):
                    await self._news.wait()

    async def sync(self) -> None:
        """Take over what is newer in Redis, and write there what is newer here."""
        self._news.clear()
        with suppress(BackendDown):
            for _ in range(TRIES):
                if await self._have_agreed():
                    return

    async def take_turn(self) -> bool:
        """
        Say whether the one probe of this half-open is ours (CONTRACT §2).

        All proxies call the half-open by the opening before it. A turn is never given
        back after its probe, so that nobody who has not heard yet probes again.
        """
        if self._guard.state() is not BreakerState.HALF_OPEN:
            # Another's probe has ended it since ours was due.
            return False
        turn = TURN_KEY.format(stamp=self._view.moved.stamp)
        try:
            if not await self._hold(turn):
                return False
        except BackendDown:
            # Alone: nobody else can be asked.
            return True
        self._turn = turn
        return True

    async def give_turn_back(self) -> None:
        """Let another proxy probe: ours was cut off."""
        turn, self._turn = self._turn, None
        if turn is None:
            return
        # Without Redis it ends by itself.
        with suppress(BackendDown):
            await self._shared.delete(turn)

    async def _hold(self, turn: str) -> bool:
        """Take a turn, or renew it for the next of several probes."""
        if self._turn == turn:
            is_ours = await self._shared.compare_and_set(
                turn, self._name, self._name, self._turn_s
            )
            if is_ours:
                return True
            self._turn = None
        return await self._shared.add(turn, self._name, self._turn_s)

    async def _have_agreed(self) -> bool:
        found = await self._shared.get(RECORD_KEY)
        theirs = None if found is None else read(found)
        if theirs is not None:
            self._take_over(theirs)
        self._has_begun = True
        said = self._unsaid_writes
        ours = replace(self._view, writes=self._view.writes + said)
        if ours == theirs:
            return True
        if not await self._shared.compare_and_set(
            RECORD_KEY, found, write(ours), RECORD_TTL_S
        ):
            return False
        self._unsaid_writes -= said
        self._view = replace(self._view, writes=ours.writes)
        return True

    def _take_over(self, theirs: View) -> None:
        # What is due here happens first, and becomes part of our view.
        self._guard.state()
        mine, agreed = self._view, agree(self._view, theirs)
        self._view = agreed
        if agreed.writes != mine.writes:
            self._on_written()
        if (agreed.ordered, agreed.moved) != (mine.ordered, mine.moved):
            if agreed.moved.hotel is not None:
                self._prober.searched(agreed.moved.hotel)
            self._guard.adopt(self._adopted(agreed))

    def _adopted(self, view: View) -> Adopted:
        now = Moment.now(self._clock)
        moved, ordered = view.moved, view.ordered
        left_s = remaining_s(moved, now.epoch_s)
        if not self._has_begun:
            left_s = min(left_s, self._open_s)
        forced: Forced | None = None
        if ordered.forced is not None:
            at = now.to_monotonic_s(ordered.stamp)
            forced = Forced(state=ordered.forced, why=ordered.why, at=at)
        return Adopted(
            state=moved.to if forced is None else forced.state,
            cause=moved.cause if forced is None else None,
            at=now.to_monotonic_s(moved.stamp),
            began=now.to_monotonic_s(moved.began) if moved.began else None,
            open_until=now.monotonic_s + left_s,
            forced=forced,
        )

    def _moved(self, transition: Transition) -> None:
        """Take note of a move of our own; half-open comes by the clock."""
        if transition.elsewhere or transition.to is BreakerState.HALF_OPEN:
            return
        snapshot = self._guard.snapshot()
        now = Moment.now(self._clock)
        ago_s = now.monotonic_s - transition.at
        is_open = transition.to is BreakerState.OPEN
        began = snapshot.not_closed_since
        moved = Moved(
            stamp=self._view.stamp(now.to_epoch_s(transition.at)),
            to=transition.to,
            cause=transition.cause,
            wait_s=ago_s + snapshot.retry_after_s if is_open else 0.0,
            hotel=self._prober.hotel,
            began=now.to_epoch_s(began) if is_open and began is not None else 0.0,
        )
        if transition.cause is None:
            # Only an operator moves it without a cause.
            forced = snapshot.forced
            self._view = self._view.with_order(
                moved,
                None if forced is None else forced.state,
                "" if forced is None else forced.why,
            )
        else:
            self._view = replace(self._view, moved=moved)
        self._news.set()
