"""
Sends each team its notices in their order, one proxy at a time.

Who sends holds a lease until the story says that it is told. A holder that is killed
loses it, and another sends: so a notice may come twice around a kill and while Redis is
away, but not never.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.fleet.backoff import delays_s
from proxy.notices.lease import LEASE_S, lease
from proxy.notices.story import LIFE_S, settled
from proxy.notices.values import Outcome, Team
from proxy.notices.webhook import Refused, Taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.breaker.guard import Guard
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock
    from proxy.notices.shared_story import SharedStory
    from proxy.notices.values import Notice, Story
    from proxy.notices.webhook import Webhooks
    from proxy.telemetry import Telemetry

LEASE_KEY = "notice:1:{notice}:{team}"
AFTER_A_CRASH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePolicy:
    """The PMS as people know it (its host), and each team's webhook."""

    pms: str
    urls: Mapping[Team, str]


class Deliveries:
    """What is to be sent of a story, and where to."""

    def __init__(
        self,
        *,
        policy: NoticePolicy,
        story: SharedStory,
        webhooks: Webhooks,
        guard: Guard,
        shared: Shared | None,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self.policy = policy
        self._story = story
        self._webhooks = webhooks
        self._guard = guard
        self._shared = shared
        self._clock = clock
        self._telemetry = telemetry
        self._owner = uuid.uuid4().hex.encode()
        self._news = {team: asyncio.Event() for team in Team}
        story.watch(self._look)

    async def serve(self, team: Team) -> None:
        """Send a team its notices, until cancelled."""
        while True:
            self._news[team].clear()
            notice = self._story.now.first_for(team)
            if notice is None or team not in self.policy.urls:
                await self._news[team].wait()
                continue
            try:
                await self._send(team, notice)
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._guard.crashed()
                await self._clock.sleep(AFTER_A_CRASH_S)

    def _look(self) -> None:
        for news in self._news.values():
            news.set()

    async def _send(self, team: Team, notice: Notice) -> None:
        """Send a notice, where no other proxy has or does."""
        if self._shared is None:
            await self._send_ours(team, notice)
            return
        name = LEASE_KEY.format(notice=notice.name, team=team)
        async with lease(self._shared, name, self._owner, self._clock) as is_ours:
            if not is_ours:
                await self._clock.sleep(LEASE_S / 4)
                return
            # Another may have sent it since we looked.
            await self._story.change(_same)
            first = self._story.now.first_for(team)
            if first is not None and first.name == notice.name:
                await self._send_ours(team, notice)

    async def _send_ours(self, team: Team, notice: Notice) -> None:
        outcome, why = await self._deliver(team, notice)
        now_s = self._clock.wall().timestamp()
        await self._story.change(lambda story: settled(story, notice, team, now_s))
        self._telemetry.notice(notice.kind, team, outcome, why)

    async def _deliver(self, team: Team, notice: Notice) -> tuple[Outcome, str]:
        """Try until a webhook has a notice, refuses it, or it is too old to send."""
        left_s = notice.at + LIFE_S - self._clock.wall().timestamp()
        until = self._clock.monotonic() + min(left_s, LIFE_S)
        why = ""
        for pause_s in delays_s():
            answer = await self._webhooks.post(self.policy.urls[team], notice.text)
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


def _same(story: Story) -> Story:
    return story
