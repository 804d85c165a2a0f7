"""Guests who race for the last room of a night, through one proxy or several."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from demo.fault import Fault
from demo.houses import HotelPlan, TypePlan, build
from fakes.shop import booking

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redis.asyncio import Redis

    from demo.exchange import Exchange
    from demo.hotel import House
    from fakes.clock import FakeClock
    from fakes.rig import Got, Rig

RACERS = 8
# Between a booking's check and its write, in the PMS.
GAP_S = 0.03
# What is under way gets so many turns of the loop before the clock goes on.
TURNS = 12
FIRST_NIGHT = date(2027, 1, 1)
NO_ROOM = b"Requested room(s) not available."
OK, REFUSED, NOT_SENT, UNKNOWN = "ok", "refused", "not_sent", "unknown"
STEPS = 2000
# By then only what hangs is still under way, and nothing is missed by longer ones.
MANY_STEPS, MANY_AT_ONCE = 280, 20
# What is due after a long time takes so many: a look is two calls.
DUE_STEPS = 6
SETTLING_S = (2, 60, 80, 2)
DAY_S = 86400


def a_small_house() -> House:
    """Build a house of one room."""
    return build([HotelPlan("Small", [TypePlan("Attic", 100, ["A1"])])])


def lingers(seconds: float) -> Fault:
    """Check at once, and write so much later, whoever waits: nothing is held by it."""

    async def play(exchange: Exchange) -> None:
        exchange.booking_gap_s = seconds
        exchange.respond(await exchange.worked_on())

    return Fault("lingers", play, "bookings")


def outcome_of(got: Got) -> str:
    """Say what an answer promises, and hold that it is one of those that there are."""
    told = got.headers.get("X-Write-Outcome")
    if told is not None:
        assert told == UNKNOWN
        return told
    if got.status in {503, 504}:
        outcome = str(got.json()["outcome"])
        assert outcome == {503: NOT_SENT, 504: UNKNOWN}[got.status]
        return outcome
    if got.status == 400:
        assert NO_ROOM in got.body
        return REFUSED
    assert got.status == 200, (got.status, got.body)
    assert b"<booking>" in got.body
    return OK


@dataclass(frozen=True, slots=True)
class Night:
    """The room of one night, and who wants it: each has a key of its own."""

    number: int

    @property
    def keys(self) -> list[str]:
        """The keys of all who want it."""
        return [f"night-{self.number}-of-{guest}" for guest in range(RACERS)]

    def body(self, key: str) -> bytes:
        """Write the booking that a key stands for."""
        start = FIRST_NIGHT + timedelta(days=self.number)
        end = start + timedelta(days=1)
        email = f"{key}@example.com"
        return booking(source=key, email=email, start=str(start), end=str(end))


class Race:
    """
    Races on a clock that goes on only when everybody had a turn.

    That holds for the Redis behind the proxies too, which is a process of its own.
    """

    def __init__(self, rigs: Sequence[Rig], client: Redis | None = None) -> None:
        self.pms = rigs[0].pms
        self._rigs = rigs
        self._clock: FakeClock = rigs[0].clock
        self._redis = client
        # Smaller where a command to Redis takes a step.
        self._step_s = 0.03 if client is None else 0.01

    async def books(self, night: Night, keys: Sequence[str]) -> dict[str, str]:
        """Post the bookings of these keys at once; return what each was told."""
        return await self.answers(night, self.begins(night, keys))

    async def answers(
        self, night: Night, racing: dict[str, asyncio.Task[Got]]
    ) -> dict[str, str]:
        """Wait for answers, hold that each is honest, and return what they say."""
        await self.until(lambda: all(task.done() for task in racing.values()))
        told = {key: outcome_of(task.result()) for key, task in racing.items()}
        self._holds_honest(night, told)
        return told

    def begins(self, night: Night, keys: Sequence[str]) -> dict[str, asyncio.Task[Got]]:
        """Post bookings, those of one night through the proxies in turn."""
        return {
            key: asyncio.create_task(self._book(night, key, number))
            for number, key in enumerate(keys, night.number)
        }

    async def settles(self, night: Night, told: dict[str, str]) -> dict[str, str]:
        """Let who was told nothing final ask again, until the room is somebody's."""
        written = self.written(night)
        final = dict(told)
        for seconds in SETTLING_S:
            asking = [key for key in night.keys if final[key] in {UNKNOWN, NOT_SENT}]
            if asking:
                await self.passes(seconds)
                final |= await self.books(night, asking)
        assert sorted(final.values()) == [OK] + [REFUSED] * (RACERS - 1)
        # What was in the PMS then is the answer of its key, and was sent once.
        assert all((final[key], self.posts(key)) == (OK, 1) for key in written)
        return final

    def written(self, night: Night) -> list[str]:
        """Return the keys of the bookings that the PMS has of a night."""
        found = self.pms.hotel.bookings.values()
        return [one.source for one in found if one.source in night.keys]

    def posts(self, key: str) -> int:
        """Return how often a booking came to the PMS."""
        named = f"<source>{key}<".encode()
        return sum(named in call.body for call in self.pms.calls)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let time pass until something holds."""
        for number in range(STEPS):
            if condition():
                return
            await self.step(1 if number < MANY_STEPS else MANY_AT_ONCE)
        raise AssertionError("it did not happen")

    async def step(self, times: int = 1) -> None:
        """Let everybody have a turn, and a little time pass."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if self._redis is not None:
            # What was asked of it before this has its answer before this.
            await self._redis.ping()
        self._clock.advance(self._step_s * times)

    async def passes(self, seconds: float) -> None:
        """Turn the clock far, and let happen what is then due."""
        self._clock.advance(seconds)
        if self._redis is not None:
            # Its clock is not ours: whose turn it is to look must run out by hand.
            async for key in self._redis.scan_iter("*look:*"):
                await self._redis.delete(key)
        for _ in range(DUE_STEPS):
            await self.step()

    async def ends(self) -> None:
        """Begin another day: what was told yesterday is forgotten."""
        self.pms.calls.clear()
        self.pms.hotel.bookings.clear()
        await self.passes(DAY_S)

    def _holds_honest(self, night: Night, told: dict[str, str]) -> None:
        written = self.written(night)
        assert len(written) <= 1, f"sold to {written}, told {told}"
        for key, outcome in told.items():
            if outcome == OK:
                assert key in written
            elif outcome in {REFUSED, NOT_SENT}:
                assert key not in written

    async def _book(self, night: Night, key: str, number: int) -> Got:
        rig = self._rigs[number % len(self._rigs)]
        headers = {
            "Content-Type": "text/xml",
            "Accept": "application/json",
            "Idempotency-Key": key,
        }
        return await rig.ask("POST", "/api/bookings", night.body(key), headers)
