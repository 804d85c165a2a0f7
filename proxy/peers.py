"""
A question that several proxies ask at once goes to the PMS once (CONTRACT §4).

Who asks first marks the question in Redis as under way; the others wait for the answer
there, but never longer than a call may wait for a place, and then ask themselves. A
question whose asker was killed, or got no answer worth keeping, is free again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.codec import decode, encode
from proxy.errors import BackendDown

if TYPE_CHECKING:
    from proxy.cluster import Shared
    from proxy.messages import CacheKey, Clock, Entry

FLIGHT_KEY = "flight:1:{digest}"
UNDER_WAY = b"?"
LOOK_EVERY_S = 0.05
# The answer stays there until all who wait have looked, and who came too late.
TELL_FOR_S = 1.0


@dataclass(frozen=True, slots=True)
class Lead:
    """The right to ask the PMS for all proxies; ended exactly once."""

    peers: Peers
    key: CacheKey

    async def end(self, entry: Entry | None) -> None:
        """Tell the others what came of it; None: nothing that they may have."""
        await self.peers.tell(self.key, entry)


class Peers:
    """The other proxies, as a reader sees them."""

    def __init__(
        self, *, shared: Shared, clock: Clock, wait_s: float, lead_s: float
    ) -> None:
        self._shared = shared
        self._clock = clock
        self._wait_s = wait_s
        self._lead_s = lead_s

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
        try:
            while True:
                if await self._shared.add(_name(key), UNDER_WAY, self._lead_s):
                    return Lead(self, key)
                found = await self._shared.get(_name(key))
                if found not in (None, UNDER_WAY):
                    return self._younger(key, found, younger_than)
                if self._clock.monotonic() >= wait_until:
                    return None
                await self._clock.sleep(LOOK_EVERY_S)
        except BackendDown:
            return None

    async def tell(self, key: CacheKey, entry: Entry | None) -> None:
        """Put an answer where the others wait for it, or let one of them ask."""
        with suppress(BackendDown):
            if entry is None:
                await self._shared.delete(_name(key))
                return
            age_s = self._clock.monotonic() - entry.sent_at
            sent_at_epoch_s = self._clock.wall().timestamp() - age_s
            value = encode(key, entry, sent_at_epoch_s=sent_at_epoch_s)
            await self._shared.set(_name(key), value, TELL_FOR_S)

    def _younger(self, key: CacheKey, value: bytes, than: float | None) -> Entry | None:
        epoch_s = self._clock.wall().timestamp()
        entry = decode(key, value, epoch_s=epoch_s, now=self._clock.monotonic())
        if entry is None or (than is not None and entry.sent_at <= than):
            return None
        return entry


def _name(key: CacheKey) -> str:
    return FLIGHT_KEY.format(digest=hashlib.sha256(key.encode()).hexdigest())
