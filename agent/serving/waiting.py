"""
Looks for what guests wait for: the PMS's return, a booking's outcome.

It only wakes their conversations, each by the guest's own record and so once, whoever
else looks too; what is said then, the dialogue says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from agent.errors import StoreError
from agent.kept import inbox

if TYPE_CHECKING:
    from agent.clock import Clock
    from agent.kept.store import Store
    from agent.messages import Waits
    from agent.ports import Pms
    from agent.serving.worker import Worker

LOOK_S = 1
# The proxy looks for a lost booking itself, for about two minutes.
BOOKINGS_S = 15
# Each asks for rooms again, of a PMS that has just come back: 1,200 guests a minute.
WOKEN_AT_ONCE = 20

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Waiting:
    """Wakes guests who wait; asks the proxy only while somebody does."""

    def __init__(self, store: Store, worker: Worker, pms: Pms, *, clock: Clock) -> None:
        self._store = store
        self._worker = worker
        self._pms = pms
        self._clock = clock

    async def run(self) -> None:
        """Look until cancelled."""
        bookings_at = 0.0
        while True:
            await self._clock.sleep(LOOK_S)
            now = self._clock.monotonic()
            try:
                await self._wake_for_the_pms()
                if now >= bookings_at:
                    bookings_at = now + BOOKINGS_S
                    await self._wake("booking", await self._store.waiting("booking"))
            except StoreError:
                continue  # The store tells of it.

    async def _wake_for_the_pms(self) -> None:
        guests = await self._store.waiting("pms")
        if guests and await self._pms.breaker() == "closed":
            await self._wake("pms", guests[:WOKEN_AT_ONCE])

    async def _wake(self, wait: Waits, guests: list[str]) -> None:
        now = self._clock.wall().timestamp()
        woken = 0
        for address in guests:
            woken += await self._store.change(
                address, lambda kept: inbox.wake(kept, wait, now=now)
            )
        if woken:
            _log.info("guests.woken", wait=wait, guests=woken)
            self._worker.nudge()
