"""
A question that several proxies ask at once goes to the PMS once (CONTRACT §4).

Who asks first marks the question in Redis as under way; the others wait for the answer
there, but never longer than a call may wait for a place, and then ask themselves. The
mark is a short lease that its proxy renews, so that a question whose asker was killed,
or got no answer worth keeping, is soon free again.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.cache.codec import decode, encode
from proxy.errors import BackendDown
from proxy.moment import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.fleet.patience import Patience
    from proxy.fleet.shared import Shared
    from proxy.messages import CacheKey, Clock, Entry

UNDER_WAY = b"?"
LEASE_S = 1.0
RENEW_EVERY_S = 0.3
LOOK_EVERY_S = 0.05
# The answer stays there until all who wait have looked, and who came too late.
TELL_FOR_S = 1.0


@dataclass(frozen=True, slots=True)
class Lead:
    """The right to ask the PMS for all proxies; `Peers.end` ends it, once."""

    key: CacheKey
    name: str
    renewing: asyncio.Task[None]


class Peers:
    """
    The other proxies, as a reader sees them.

    `clearing` is the last clearing of the copies that is known here: what was asked
    before it answers nobody after it.
    """

    def __init__(
        self,
        *,
        shared: Shared,
        patience: Patience,
        clock: Clock,
        clearing: Callable[[], int],
        wait_s: float,
    ) -> None:
        self._shared = shared
        self._patience = patience
        self._clock = clock
        self._clearing = clearing
        self._wait_s = wait_s

    async def begin(
        self, key: CacheKey, younger_than: float | None
    ) -> Entry | Lead | None:
        """
        Return another proxy's answer, or the lead; None: ask, but for us alone.

        An answer counts only where its request was sent later than `younger_than`
        (monotonic s): after the copy that we have, and after the last write.
        """
        now = self._clock.monotonic()
        wait_until = now + self._wait_s
        if younger_than is not None and younger_than > now:
            # A write so near that two clocks may not agree which was first.
            return None
        name = self._name(key)
        try:
            while True:
                mark = self._shared.add(name, UNDER_WAY, LEASE_S)
                if await self._patience.wait(mark):
                    return self._lead(key, name)
                found = await self._patience.wait(self._shared.get(name))
                if found not in (None, UNDER_WAY):
                    return self._younger(key, found, younger_than)
                if self._clock.monotonic() >= wait_until:
                    return None
                await self._clock.sleep(LOOK_EVERY_S)
        except BackendDown:
            # A mark that was made all the same is not renewed.
            return None

    async def end(self, lead: Lead, entry: Entry | None) -> None:
        """Put the answer where the others wait for it; None: let one of them ask."""
        lead.renewing.cancel()
        with suppress(BackendDown):
            if entry is None:
                await self._shared.delete(lead.name)
                return
            value = encode(lead.key, entry, Moment.now(self._clock))
            await self._shared.set(lead.name, value, TELL_FOR_S)

    def _lead(self, key: CacheKey, name: str) -> Lead:
        renewing = asyncio.get_running_loop().create_task(self._renew(name))
        return Lead(key, name, renewing)

    async def _renew(self, name: str) -> None:
        is_ours = True
        with suppress(BackendDown):
            while is_ours:
                await self._clock.sleep(RENEW_EVERY_S)
                is_ours = await self._shared.compare_and_set(
                    name, UNDER_WAY, UNDER_WAY, LEASE_S
                )

    def _younger(self, key: CacheKey, value: bytes, than: float | None) -> Entry | None:
        entry = decode(key, value, Moment.now(self._clock))
        if entry is None or (than is not None and entry.sent_at <= than):
            return None
        return entry

    def _name(self, key: CacheKey) -> str:
        digest = hashlib.sha256(key.encode()).hexdigest()
        return f"flight:1:{self._clearing()}:{digest}"
