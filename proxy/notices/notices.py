"""
Tells the team of an outage, beside the requests: nothing of a proxy waits for it.

When what is told is `story`'s rules, and `shared_story` is what all proxies with one
Redis have told; so each notice is made once, by whom it may be, and `deliveries` sends
it.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from proxy.beside import beside
from proxy.messages import BreakerState
from proxy.moment import Moment
from proxy.notices.deliveries import Deliveries
from proxy.notices.shared_story import SharedStory
from proxy.notices.story import agrees, forget_old, tell
from proxy.notices.values import Seen, Story, Team
from proxy.notices.webhook import Webhooks

if TYPE_CHECKING:
    from proxy.breaker.guard import Guard
    from proxy.breaker.values import Transition
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock
    from proxy.notices.deliveries import NoticePolicy
    from proxy.telemetry import Telemetry

LOOK_EVERY_S = 1.0
# The proxy that moved tells; the others are this much behind, and tell only where it
# was killed in between (the fleet agrees within 0.5 s).
OTHERS_AFTER_S = 2.0


class Notices:
    """One proxy's part in telling; `run` until the drain."""

    def __init__(
        self,
        *,
        policy: NoticePolicy,
        guard: Guard,
        shared: Shared | None,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._guard = guard
        self._is_alone = shared is None
        self._clock = clock
        self._webhooks = Webhooks(clock)
        self.story = SharedStory(shared)
        self._deliveries = Deliveries(
            policy=policy,
            story=self.story,
            webhooks=self._webhooks,
            guard=guard,
            shared=shared,
            clock=clock,
            telemetry=telemetry,
        )
        self._news = asyncio.Event()
        # Whether this very proxy has just moved the breaker.
        self._has_moved = False
        self._recovered = True
        self._differs_since: float | None = None
        guard.follow(self._moved)

    def use(self, policy: NoticePolicy) -> None:
        """Send to other webhooks from now on."""
        self._deliveries.policy = policy

    async def run(self) -> None:
        """Look and send, until cancelled."""
        async with self._webhooks, AsyncExitStack() as stack:
            for team in Team:
                await stack.enter_async_context(beside(self._deliveries.serve(team)))
            while True:
                try:
                    await self._look()
                except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                    self._guard.crashed()
                with suppress(TimeoutError):
                    async with self._clock.timeout(LOOK_EVERY_S):
                        await self._news.wait()

    async def _look(self) -> None:
        """Make what is due to be told, and hear what others have made."""
        self._news.clear()
        moved, self._has_moved = self._has_moved, False
        await self.story.change(lambda story: self._after(story, moved=moved))

    def _after(self, story: Story, *, moved: bool) -> Story:
        now = Moment.now(self._clock)
        seen = self._seen(now)
        kept = forget_old(story, now.epoch_s)
        if agrees(story, seen):
            self._differs_since = None
        elif not (self._is_alone or moved):
            # It may be we who have not heard yet.
            since = self._differs_since = self._differs_since or now.monotonic_s
            if now.monotonic_s - since < OTHERS_AFTER_S:
                return kept
        return tell(kept, seen, now.epoch_s, pms=self._deliveries.policy.pms)

    def _seen(self, now: Moment) -> Seen:
        snapshot = self._guard.snapshot()
        since, forced = snapshot.not_closed_since, snapshot.forced
        return Seen(
            is_closed=snapshot.state is BreakerState.CLOSED,
            since=now.epoch_s if since is None else now.to_epoch_s(since),
            cause=snapshot.cause,
            forced=None if forced is None else forced.why,
            recovered=self._recovered,
        )

    def _moved(self, transition: Transition) -> None:
        if transition.to is BreakerState.HALF_OPEN:
            return
        if transition.to is BreakerState.CLOSED and transition.not_closed_s:
            self._recovered = transition.recovered
        self._has_moved = self._has_moved or not transition.elsewhere
        self._news.set()
