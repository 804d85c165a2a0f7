"""
Tells the team of an outage, beside the requests: nothing of a proxy waits for it.

When what is told is `story`'s rules. All proxies with one Redis have one story there,
changed by compare-and-set, so that each notice is made once; who sends it holds a lease
until the story says that it is told. A holder that is killed loses the lease, and
another sends: so a notice may come twice around a kill and while Redis is away, but
not never. Without Redis each proxy has a story of its own.
"""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.beside import beside
from proxy.errors import BackendDown
from proxy.fleet.backoff import delays_s
from proxy.messages import BreakerState
from proxy.moment import Moment
from proxy.notices import codec
from proxy.notices.lease import LEASE_S, lease
from proxy.notices.story import LIFE_S, Telling, agree, agrees, forget_old, settled
from proxy.notices.values import Outcome, Seen, Story, Team
from proxy.notices.webhook import Refused, Taken, Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from proxy.breaker.guard import Guard
    from proxy.breaker.values import Transition
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock
    from proxy.notices.values import Notice
    from proxy.telemetry import Telemetry

STORY_KEY = "story:1"
LEASE_KEY = "notice:1:{notice}:{team}"
# Longer than any incident that still matters.
STORY_TTL_S = 30 * 86400.0
LOOK_EVERY_S = 1.0
# Another changed the story meanwhile: it is read again, so often at once.
TRIES = 5
# The proxy that moved tells; the others are this much behind, and tell only where it
# was killed in between (the fleet agrees within 0.5 s).
OTHERS_AFTER_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePolicy:
    """The PMS as people know it (its host), and each team's webhook."""

    pms: str
    urls: Mapping[Team, str]


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
        self._policy = policy
        self._guard = guard
        self._shared = shared
        self._clock = clock
        self._telemetry = telemetry
        self._webhooks = Webhooks(clock)
        self._owner = uuid.uuid4().hex.encode()
        self._story = Story()
        self._watchers: list[Callable[[], None]] = []
        self._news = asyncio.Event()
        self._to_send = {team: asyncio.Event() for team in Team}
        # Whether this very proxy has just moved the breaker.
        self._has_moved = False
        self._recovered = True
        self._differs_since: float | None = None
        guard.follow(self._moved)

    def use(self, policy: NoticePolicy) -> None:
        """Send to other webhooks from now on."""
        self._policy = policy

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when there is more to keep than before."""
        self._watchers.append(watcher)

    def kept(self) -> str:
        """Return what the next run of this proxy must know."""
        return codec.write(self._story).decode()

    def restore(self, kept: str) -> None:
        """Take up what the last run has told; what is odd is nothing."""
        self._story = codec.read(kept.encode()) or self._story

    async def run(self) -> None:
        """Look and send, until cancelled."""
        async with self._webhooks, AsyncExitStack() as stack:
            for team in Team:
                await stack.enter_async_context(beside(self._serve(team)))
            while True:
                try:
                    await self.look()
                except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                    self._guard.crashed()
                with suppress(TimeoutError):
                    async with self._clock.timeout(LOOK_EVERY_S):
                        await self._news.wait()

    async def look(self) -> None:
        """Make what is due to be told, and hear what others have made."""
        self._news.clear()
        moved, self._has_moved = self._has_moved, False
        await self._change(lambda story: self._after(story, moved=moved))

    def _after(self, story: Story, *, moved: bool) -> Story:
        now = Moment.now(self._clock)
        seen = self._seen(now)
        kept = forget_old(story, now.epoch_s)
        if agrees(story, seen):
            self._differs_since = None
        elif self._shared is not None and not moved:
            # It may be we who have not heard yet.
            since = self._differs_since = self._differs_since or now.monotonic_s
            if now.monotonic_s - since < OTHERS_AFTER_S:
                return kept
        telling = Telling(self._policy.pms, frozenset(self._policy.urls))
        return telling.tell(kept, seen, now.epoch_s)

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

    async def _change(self, change: Callable[[Story], Story]) -> None:
        """Change the story that all have; while Redis is away, our own."""
        if self._shared is not None:
            with suppress(BackendDown):
                for _ in range(TRIES):
                    if await self._change_shared(self._shared, change):
                        return
        self._take(change(self._story))

    async def _change_shared(
        self, shared: Shared, change: Callable[[Story], Story]
    ) -> bool:
        found = await shared.get(STORY_KEY)
        theirs = None if found is None else codec.read(found)
        after = change(self._story if theirs is None else agree(self._story, theirs))
        if after != theirs and not await shared.compare_and_set(
            STORY_KEY, found, codec.write(after), STORY_TTL_S
        ):
            return False
        self._take(after)
        return True

    def _take(self, story: Story) -> None:
        if story == self._story:
            return
        self._story = story
        for is_news in self._to_send.values():
            is_news.set()
        for watcher in self._watchers:
            watcher()

    async def _serve(self, team: Team) -> None:
        """Send a team its notices in their order, until cancelled."""
        while True:
            self._to_send[team].clear()
            notice = self._story.first_for(team)
            if notice is None or team not in self._policy.urls:
                await self._to_send[team].wait()
                continue
            try:
                await self._send(team, notice)
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._guard.crashed()
                await self._clock.sleep(LOOK_EVERY_S)

    async def _send(self, team: Team, notice: Notice) -> None:
        """Send a notice, where no other proxy has or does, and say that it is told."""
        if self._shared is None:
            await self._send_ours(team, notice)
            return
        name = LEASE_KEY.format(notice=notice.name, team=team)
        async with lease(self._shared, name, self._owner, self._clock) as is_ours:
            if not is_ours:
                await self._clock.sleep(LEASE_S / 4)
                return
            # Another may have sent it since we looked.
            await self.look()
            now = self._story.first_for(team)
            if now is not None and now.name == notice.name:
                await self._send_ours(team, notice)

    async def _send_ours(self, team: Team, notice: Notice) -> None:
        outcome, why = await self._deliver(team, notice)
        now_s = self._clock.wall().timestamp()
        await self._change(lambda story: settled(story, notice, team, now_s))
        self._telemetry.notice(notice.kind, team, outcome, why)

    async def _deliver(self, team: Team, notice: Notice) -> tuple[Outcome, str]:
        """Try until a webhook has a notice, refuses it, or it is too old to send."""
        left_s = notice.at + LIFE_S - self._clock.wall().timestamp()
        until = self._clock.monotonic() + min(left_s, LIFE_S)
        why = ""
        for pause_s in delays_s():
            answer = await self._webhooks.post(self._policy.urls[team], notice.text)
            match answer:
                case Taken():
                    return Outcome.DELIVERED, why
                case Refused(why=why):
                    return Outcome.REFUSED, why
                case unanswered:
                    why = unanswered.why
                    wait_s = max(pause_s, unanswered.wait_s)
            if self._clock.monotonic() + wait_s >= until:
                break
            await self._clock.sleep(wait_s)
        return Outcome.EXPIRED, why
