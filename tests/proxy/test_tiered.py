"""Facts of Redis behind the memory, with a dictionary where Redis would be."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from fakes.clock import FakeClock
from proxy.cache.codec import decode, encode
from proxy.cache.freshness import Lifetime
from proxy.cache.store import MemoryStore
from proxy.cache.tiered import PAUSE_S, TieredStore
from proxy.errors import BackendDown
from proxy.fleet.patience import Patience
from proxy.messages import CacheKey, Entry
from proxy.moment import Moment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = CacheKey("pms:v1:availability:" + "0" * 64)
OTHER = CacheKey("pms:v1:availability:" + "1" * 64)
ODD_KEY = CacheKey("pms:v9")
NAME = f"copy:0:{KEY}"


class FakeShared:
    """Values and the time that they were given; `down` makes every command fail."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.ttls: dict[str, float] = {}
        self.down = False
        self.gets: list[str] = []
        # Set it to hold up every reading.
        self.gate: asyncio.Event | None = None

    async def get(self, key: str) -> bytes | None:
        """Return a value."""
        self.gets.append(key)
        if self.gate is not None:
            await self.gate.wait()
        if self.down:
            raise BackendDown
        return self.values.get(key)

    async def set(self, key: str, value: bytes, ttl_s: float) -> None:
        """Keep a value."""
        if self.down:
            raise BackendDown
        self.values[key] = value
        self.ttls[key] = ttl_s

    async def add(self, key: str, value: bytes, ttl_s: float) -> bool:
        """Keep a value where there is none."""
        return await self.compare_and_set(key, None, value, ttl_s)

    async def delete(self, key: str) -> None:
        """Forget a value."""
        self.values.pop(key, None)

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Replace a value."""
        if self.down:
            raise BackendDown
        if self.values.get(key) != expected:
            return False
        await self.set(key, value, ttl_s)
        return True


class Bench:
    """One proxy's store; several may share a clock and what is shared."""

    def __init__(self, clock: FakeClock, shared: FakeShared) -> None:
        self.clock = clock
        self.shared = shared
        self.memory = MemoryStore(2**20)
        self.crashes: list[str] = []
        self.store = TieredStore(
            memory=self.memory,
            shared=shared,
            patience=Patience(clock),
            clock=clock,
            lifetime_of=self._lifetime_of,
            on_crash=lambda: self.crashes.append("crashed"),
        )

    def _lifetime_of(self, key: CacheKey) -> Lifetime:
        if key == ODD_KEY:
            raise LookupError(key)
        return Lifetime(fresh_s=30, usable_s=300)

    def entry(self, body: bytes = b"x", age_s: float = 0) -> Entry:
        """Return an answer asked for `age_s` ago."""
        sent_at = self.clock.monotonic() - age_s
        return Entry(
            status=200,
            headers=(("Content-Type", "text/xml"),),
            body=body,
            sent_at=sent_at,
            etag='"e"',
        )

    def value(self, entry: Entry, key: CacheKey = KEY) -> bytes:
        """Return an entry as another proxy writes it."""
        return encode(key, entry, Moment.now(self.clock))

    async def body(self, key: CacheKey = KEY) -> bytes | None:
        """Return what a guest would get."""
        entry = await self.store.get(key)
        return None if entry is None else entry.body

    def shared_body(self, name: str = NAME) -> bytes | None:
        """Return what stands in Redis."""
        value = self.shared.values.get(name)
        entry = value and decode(KEY, value, Moment.now(self.clock))
        return entry.body if isinstance(entry, Entry) else None


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Give a store that writes behind."""
    made = Bench(FakeClock(), FakeShared())
    running = asyncio.get_running_loop().create_task(made.store.run())
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_fresh_copy_is_served_without_redis(bench: Bench) -> None:
    """Not even a look: the way of most requests costs nothing more."""
    await bench.store.put(KEY, bench.entry())
    await _settle()
    bench.shared.gets.clear()
    bench.clock.advance(0.5)

    assert await bench.body() == b"x"
    assert bench.shared.gets == []


async def test_a_copy_that_crashes_the_writing_is_skipped(bench: Bench) -> None:
    """It is logged, and the next copy is written all the same."""
    await bench.store.put(ODD_KEY, bench.entry())
    await bench.store.put(KEY, bench.entry())
    await _settle()

    assert bench.crashes == ["crashed"]
    assert NAME in bench.shared.values


@pytest.mark.parametrize(
    ("here_s", "there_s", "wins"),
    [
        (None, 10, b"there"),
        (31, 10, b"there"),
        (31, 31, b"here"),
        (31, 60, b"here"),
        (31, None, b"here"),
        (None, None, None),
        (30, 10, b"here"),
        (None, 299, b"there"),
    ],
)
async def test_the_younger_wins(
    bench: Bench, here_s: float | None, there_s: float | None, wins: bytes | None
) -> None:
    """A copy that is not fresh, or not there, is looked for in Redis."""
    if there_s is not None:
        bench.shared.values[NAME] = bench.value(bench.entry(b"there", there_s))
    if here_s is not None:
        await bench.memory.put(KEY, bench.entry(b"here", here_s))

    assert await bench.body() == wins
    held = bench.memory.peek(KEY)
    assert (None if held is None else held.body) == wins


async def test_its_age_is_the_true_one(bench: Bench) -> None:
    """Another proxy's copy is as old here as there."""
    bench.shared.values[NAME] = bench.value(bench.entry(age_s=100))
    bench.clock.advance(10)
    found = await bench.store.get(KEY)

    assert found is not None
    assert bench.clock.monotonic() - found.sent_at == pytest.approx(110)


@pytest.mark.parametrize("value", [b"", b"foreign", b"\x80\x04}", b"PMSE\x01" * 20])
async def test_foreign_bytes_are_a_miss_and_replaced(
    bench: Bench, value: bytes
) -> None:
    """Nobody sees them, and the next answer takes their place."""
    bench.shared.values[NAME] = value
    assert await bench.body() is None

    await bench.store.put(KEY, bench.entry(b"new"))
    await _settle()
    assert bench.shared_body() == b"new"


async def test_anothers_key_is_a_miss(bench: Bench) -> None:
    """A value that was moved under another name answers no other question."""
    bench.shared.values[NAME] = bench.value(bench.entry(), OTHER)

    assert await bench.body() is None


async def test_what_is_put_is_written_behind_with_what_is_left_of_its_time(
    bench: Bench,
) -> None:
    """It is in memory at once, and in Redis for no longer than it is usable."""
    await bench.store.put(KEY, bench.entry(age_s=10))
    assert bench.shared.values == {}
    assert await bench.body() == b"x"

    await _settle()
    assert bench.shared_body() == b"x"
    assert bench.shared.ttls[NAME] == pytest.approx(290)


async def test_an_unusable_copy_is_not_written(bench: Bench) -> None:
    """Nobody could be served with it."""
    await bench.store.put(KEY, bench.entry(age_s=301))
    await _settle()

    assert NAME not in bench.shared.values


async def test_an_older_answer_never_replaces_a_younger(bench: Bench) -> None:
    """Whichever proxy writes last."""
    bench.shared.values[NAME] = bench.value(bench.entry(b"young", 5))
    await bench.store.put(KEY, bench.entry(b"old", 20))
    await _settle()

    assert bench.shared_body() == b"young"


@pytest.mark.parametrize(("theirs_s", "wins"), [(5, b"theirs"), (40, b"ours")])
async def test_two_writers_end_with_the_younger(
    bench: Bench, theirs_s: float, wins: bytes
) -> None:
    """What another proxy wrote between our look and our writing is looked at again."""
    theirs = bench.value(bench.entry(b"theirs", theirs_s))
    real = bench.shared.compare_and_set

    async def overtaken(
        key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        bench.shared.values.setdefault(NAME, theirs)
        return await real(key, expected, value, ttl_s)

    bench.shared.compare_and_set = overtaken  # type: ignore[method-assign]
    await bench.store.put(KEY, bench.entry(b"ours", 20))
    await _settle()

    assert bench.shared_body() == wins


async def test_what_is_put_while_redis_is_asked_is_written_too(bench: Bench) -> None:
    """The newest copy ends in Redis, whatever was under way."""
    bench.shared.gate = asyncio.Event()
    await bench.store.put(KEY, bench.entry(b"old", 20))
    await _settle()
    await bench.store.put(KEY, bench.entry(b"new"))
    bench.shared.gate.set()
    await _settle()

    assert bench.shared_body() == b"new"


async def test_many_who_ask_the_same_look_once(bench: Bench) -> None:
    """A thousand identical misses are one reading of Redis."""
    bench.shared.values[NAME] = bench.value(bench.entry(b"there", 5))
    bodies = await asyncio.gather(*(bench.body() for _ in range(1000)))

    assert set(bodies) == {b"there"}
    assert bench.shared.gets.count(NAME) == 1


async def test_who_leaves_takes_nothing_from_the_others(bench: Bench) -> None:
    """A guest who hangs up while Redis is asked ends nobody's look."""
    bench.shared.values[NAME] = bench.value(bench.entry(b"there", 5))
    bench.shared.gate = asyncio.Event()
    first, second = (asyncio.ensure_future(bench.body()) for _ in range(2))
    await _settle()
    first.cancel()
    await _settle()
    bench.shared.gate.set()

    assert await second == b"there"


async def test_without_redis_it_is_a_memory(bench: Bench) -> None:
    """What is put and asked while Redis fails is as if there were none."""
    bench.shared.down = True
    assert await bench.body() is None

    await bench.store.put(KEY, bench.entry())
    bench.clock.advance(40)
    assert await bench.body() == b"x"


async def test_what_waits_is_written_when_redis_is_back(bench: Bench) -> None:
    """The newest copy of each key, once."""
    bench.shared.down = True
    for body in (b"1", b"2", b"3"):
        await bench.store.put(KEY, bench.entry(body))
        bench.clock.advance(PAUSE_S)
        await _settle()
    bench.shared.down = False
    bench.clock.advance(PAUSE_S)
    await _settle()

    assert bench.shared_body() == b"3"


async def test_what_redis_lost_is_written_again(bench: Bench) -> None:
    """After a restart of Redis all that memory holds goes there."""
    for key in (KEY, OTHER):
        await bench.store.put(key, bench.entry())
    await _settle()
    bench.shared.values.clear()

    bench.store.write_all()
    await _settle()

    assert {NAME, f"copy:0:{OTHER}"} <= set(bench.shared.values)


async def test_a_clearing_reaches_every_proxy(bench: Bench) -> None:
    """Copies in Redis and in the other proxies' memories are gone, the young stay."""
    other = Bench(bench.clock, bench.shared)
    looking = asyncio.get_running_loop().create_task(other.store.run())
    await bench.store.put(KEY, bench.entry())
    await _settle()
    assert await other.body() == b"x"

    bench.clock.advance(5)
    await bench.store.clear(bench.clock.monotonic())
    assert await bench.body() is None
    bench.clock.advance(3)
    await other.memory.put(OTHER, bench.entry(b"after"))
    await _settle()

    assert await other.body() is None
    assert await other.body(OTHER) == b"after"
    looking.cancel()


async def test_a_clearing_without_redis_is_made_up_for(bench: Bench) -> None:
    """Redis away while it is ordered: what is in it is not served afterwards."""
    await bench.store.put(KEY, bench.entry())
    await _settle()
    bench.shared.down = True
    await bench.store.clear(bench.clock.monotonic())
    bench.shared.down = False

    assert await bench.body() is None
    bench.clock.advance(1)
    await _settle()
    newcomer = Bench(bench.clock, bench.shared)
    await newcomer.store.open()
    assert await newcomer.body() is None


@pytest.mark.parametrize("stamp", [b"9" * 15, b"9" * 400, b"-1", b"soon", b"\xff"])
async def test_a_foreign_clearing_does_no_harm(bench: Bench, stamp: bytes) -> None:
    """The proxy goes on, and keeps what it is told afterwards."""
    bench.shared.values["cleared:1"] = stamp
    bench.clock.advance(1)
    await _settle()
    bench.clock.advance(1)
    await bench.store.put(KEY, bench.entry())
    bench.clock.advance(5)
    await _settle()

    assert await bench.body() == b"x"
    assert any(key.startswith("copy:") for key in bench.shared.values)


async def test_a_new_process_knows_that_there_are_copies(bench: Bench) -> None:
    """Its memory is empty, and it is ready to serve guests all the same."""
    await bench.store.put(KEY, bench.entry())
    await _settle()
    bench.clock.advance(100)
    restarted = Bench(bench.clock, bench.shared)
    assert restarted.store.youngest_sent_at() is None

    await restarted.store.open()
    at = restarted.store.youngest_sent_at()
    assert at is not None
    assert bench.clock.monotonic() - at == pytest.approx(100, abs=1)


async def test_the_wall_clock_may_jump(bench: Bench) -> None:
    """Somebody sets the time of day: own copies keep their age, whatever it says."""
    await bench.store.put(KEY, bench.entry())
    await _settle()
    for jump in (timedelta(days=-1), timedelta(days=2)):
        bench.clock.set_wall(bench.clock.wall() + jump)
        held = await bench.store.get(KEY)
        assert held is not None
        assert held.sent_at == 1000.0


async def test_at_the_stop_what_waits_is_written(bench: Bench) -> None:
    """The answer of the last request is there for the next process."""
    await bench.store.put(KEY, bench.entry())
    await bench.store.finish(bench.clock.timeout(1))

    assert bench.shared_body() == b"x"


async def test_a_stop_does_not_wait_for_a_dead_redis(bench: Bench) -> None:
    """It ends when its time is over."""
    bench.shared.down = True
    await bench.store.put(KEY, bench.entry())
    ending = asyncio.ensure_future(bench.store.finish(bench.clock.timeout(1)))
    await _settle()
    assert not ending.done()

    bench.clock.advance(1)
    await asyncio.wait_for(ending, 1)
