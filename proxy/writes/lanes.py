"""
Bookings of one hotel go to the PMS one at a time (CONTRACT §9).

QloApps looks whether a room is free and books it in two steps: of parallel bookings of
its last room all succeed. With Redis the lane is that of all proxies; who is killed in
it holds it no longer than its call could hold the PMS.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from proxy.cache.coalesce import Flights
from proxy.errors import BackendDown

if TYPE_CHECKING:
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock

LANE_KEY = "lane:1:{hotel}"
LOOK_EVERY_S = 0.02
# What a lane is set to when it is left: it is over at once.
LEFT = b""
OVER_S = 0.001
# How often Redis is told again that a lane was left.
TELL_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Lane:
    """The right to book in one hotel; `Lanes.leave` ends it, once."""

    hotel: str
    token: bytes
    lock: asyncio.Lock


class Lanes:
    """
    One lane a hotel, in order of arrival in this proxy.

    `lease_s` is how long a booking may be under way or unknown; `background` keeps
    what is told to Redis behind an answer.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        lease_s: float,
        background: Flights[None],
        shared: Shared | None = None,
    ) -> None:
        self._clock = clock
        self._lease_s = lease_s
        self._background = background
        self._shared = shared
        self._owing: Flights[None] = Flights()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def enter(self, hotel: str) -> Lane:
        """Wait for the lane of a hotel; who waits bounds the waiting."""
        lock = self._locks.get(hotel)
        if lock is None:
            lock = self._locks[hotel] = asyncio.Lock()
        await lock.acquire()
        lane = Lane(hotel, secrets.token_hex(8).encode(), lock)
        try:
            await self._enter_everywhere(lane)
        except BaseException:
            # Redis may have been told all the same.
            self.leave(lane)
            raise
        return lane

    def leave(self, lane: Lane) -> None:
        """Let the next one in, behind what is under way here."""
        if self._shared is None:
            lane.lock.release()
        else:
            _ = self._background.begin(self._leave_everywhere(lane, self._shared))

    async def _enter_everywhere(self, lane: Lane) -> None:
        if self._shared is None:
            return
        name = LANE_KEY.format(hotel=lane.hotel)
        try:
            while not await self._shared.add(name, lane.token, self._lease_s):
                while (holder := await self._shared.get(name)) is not None:
                    if holder == lane.token:
                        # An answer of Redis was lost, but not the lane.
                        return
                    if holder == LEFT and await self._shared.compare_and_set(
                        name, LEFT, lane.token, self._lease_s
                    ):
                        return
                    await self._clock.sleep(LOOK_EVERY_S)
        except BackendDown:
            # Alone: nobody else can be asked.
            return

    async def close(self) -> None:
        """Leave to Redis what it has not heard: it runs out."""
        await self._owing.cancel()

    async def _leave_everywhere(self, lane: Lane, shared: Shared) -> None:
        try:
            await self._tell_left(lane, shared)
        except BackendDown:
            _ = self._owing.begin(self._leave_later(lane, shared))
        finally:
            lane.lock.release()

    async def _leave_later(self, lane: Lane, shared: Shared) -> None:
        """Tell Redis when it is back: it would keep the hotel shut for the lease."""
        over_at = self._clock.monotonic() + self._lease_s
        while self._clock.monotonic() < over_at:
            await self._clock.sleep(TELL_AGAIN_S)
            with suppress(BackendDown):
                await self._tell_left(lane, shared)
                return

    async def _tell_left(self, lane: Lane, shared: Shared) -> None:
        name = LANE_KEY.format(hotel=lane.hotel)
        await shared.compare_and_set(name, lane.token, LEFT, OVER_S)
