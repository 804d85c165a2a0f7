"""
One story for all proxies: a record in Redis, changed by compare-and-set.

Without Redis, and while it is away, a proxy goes on with its own; what it and the
others have told meanwhile is put together when Redis is back (`story.agree`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from proxy.errors import BackendDown
from proxy.notices import codec
from proxy.notices.story import agree
from proxy.notices.values import Story

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.fleet.shared import Shared

KEY = "story:1"
# Longer than any incident that still matters.
TTL_S = 30 * 86400.0
# Another changed it meanwhile: it is read again, so often at once.
TRIES = 5


class SharedStory:
    """What the team has been told, as this proxy last knew it, in `now`."""

    def __init__(self, shared: Shared | None) -> None:
        self._shared = shared
        # Parts of this proxy change it too, and each waits for Redis in between.
        self._turn = asyncio.Lock()
        self._watchers: list[Callable[[], None]] = []
        self.now = Story()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when it has changed."""
        self._watchers.append(watcher)

    def kept(self) -> str:
        """Return what the next run of this proxy must know."""
        return codec.write(self.now).decode()

    def restore(self, kept: str) -> None:
        """Take up what the last run knew; what is odd is nothing."""
        self.now = codec.read(kept.encode()) or self.now

    async def change(self, change: Callable[[Story], Story]) -> None:
        """Change the story that all have; `change` is called again on a newer one."""
        async with self._turn:
            if self._shared is not None:
                with suppress(BackendDown):
                    for _ in range(TRIES):
                        if await self._change_in(self._shared, change):
                            return
            self._take(change(self.now))

    async def _change_in(
        self, shared: Shared, change: Callable[[Story], Story]
    ) -> bool:
        found = await shared.get(KEY)
        theirs = None if found is None else codec.read(found)
        after = change(self.now if theirs is None else agree(self.now, theirs))
        if after != theirs and not await shared.compare_and_set(
            KEY, found, codec.write(after), TTL_S
        ):
            return False
        self._take(after)
        return True

    def _take(self, story: Story) -> None:
        if story != self.now:
            self.now = story
            for watcher in self._watchers:
                watcher()
