"""
Other guests, who ask for rooms all the time: without questions no failure is noticed.

They ask the agent's availability API, for forty days in turn, while a page is open.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

import aiohttp

if TYPE_CHECKING:
    from datetime import datetime

    from demo.exchange import Clock

# Where the PMS hangs they wait long; no more than so many do.
WAITING_LIMIT, ANSWER_S = 8, 30.0
KEPT = 6
# Each day comes again when its copy is no longer fresh and still usable: so the PMS is
# asked while it is well, and there is something to show when it is not.
STEP_DAYS, WITHIN_DAYS = 11, 40
OK = 200

Got: TypeAlias = Literal["rooms", "stale", "nothing"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one of them got: so many room types, perhaps marked and `age_s` old."""

    at: datetime
    got: Got
    rooms: int = 0
    age_s: int = 0


class Crowd:
    """Asks every `every_s` while `is_on` and somebody watches."""

    def __init__(
        self, url: str, session: aiohttp.ClientSession, clock: Clock, *, every_s: float
    ) -> None:
        self.is_on = True
        self.watchers = 0
        self.answers: deque[Answer] = deque(maxlen=KEPT)
        self._url = url
        self._session = session
        self._clock = clock
        self._every_s = every_s
        self._asked = 0
        self._waiting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Ask until cancelled."""
        try:
            while True:
                is_asking = self.is_on and self.watchers > 0
                if is_asking and len(self._waiting) < WAITING_LIMIT:
                    task = asyncio.create_task(self._ask())
                    self._waiting.add(task)
                    task.add_done_callback(self._waiting.discard)
                await self._clock.sleep(self._every_s)
        finally:
            for task in self._waiting:
                task.cancel()
            await asyncio.gather(*self._waiting, return_exceptions=True)

    async def _ask(self) -> None:
        self._asked += 1
        days = 1 + self._asked * STEP_DAYS % WITHIN_DAYS
        checkin = self._clock.wall().date() + timedelta(days=days)
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._session.get(self._url, params={"checkin": str(checkin)}) as got,
            ):
                document = await got.json(content_type=None) if got.status == OK else {}
        except (TimeoutError, aiohttp.ClientError, ValueError):
            document = {}
        now, rooms = self._clock.wall(), len(document.get("rooms", ()))
        if "rooms" not in document:
            self.answers.append(Answer(now, "nothing"))
        elif document.get("potentially_stale"):
            age_s = int(document.get("data_age_s", 0))
            self.answers.append(Answer(now, "stale", rooms, age_s))
        else:
            self.answers.append(Answer(now, "rooms", rooms))
