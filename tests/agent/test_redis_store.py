from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agent.errors import ClaimError, StoreError
from agent.kept import inbox
from agent.kept.inbox import DAY_S, Kept, Letter
from agent.kept.redis_store import SCANNED_AT_ONCE, RedisStore
from agent.kept.store import MemoryStore
from agent.messages import Choice, Guest, Reply
from agent.telemetry import Telemetry
from config.clock import SystemClock
from fakes.redis_server import a_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from agent.kept.store import Store
    from fakes.clock import FakeClock
    from fakes.redis_server import RedisServer

GUEST = Guest(address="5491100000177", is_phone=True, name="Lucía")
FULL = Kept(
    guest=GUEST,
    wrote_at=1795525200,
    state='{"version": 1}',
    inbox=(Letter(id="b", kind="text", at=1795525200, text="ñandú 😀"),),
    turn=(Letter(id="a", kind="other", at=1795525199.5),),
    reply=Reply(text="¿Cuál?", choices=(Choice(text="sí", title="Sí", detail="x"),)),
    left=(Reply(text="hola", waits_for="booking"),),
    tries=3,
    sent_at=1795525100.25,
    waits="pms",
    seen=(("a", 1795525199.0), ("b", 1795525200.0)),
    claim="token",
    due=1795525206.0,
)


@pytest.fixture
async def redis_store(redis: RedisServer) -> AsyncIterator[RedisStore]:
    """Keep records in it."""
    store = new_store(redis)
    yield store
    await store.close()


def new_store(redis: RedisServer, telemetry: Telemetry | None = None) -> RedisStore:
    """Open a store as another process would."""
    return RedisStore(
        redis.url,
        hotel_id=1,
        telemetry=telemetry or Telemetry(),
        clock=SystemClock(),
    )


@pytest.fixture(params=["memory", "redis"])
async def store(
    request: pytest.FixtureRequest, clock: FakeClock
) -> AsyncIterator[Store]:
    """Keep records in memory or in Redis: both do the same."""
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    async with a_redis() as server:
        redis_store = new_store(server)
        yield redis_store
        await redis_store.close()


async def put(store: Store, kept: Kept | None, address: str = GUEST.address) -> None:
    """Replace a record."""
    await store.change(address, lambda _: (kept, None))


async def get(store: Store, address: str = GUEST.address) -> Kept | None:
    """Read a record."""
    return await store.change(address, lambda kept: (kept, kept))


async def test_a_record_comes_back(store: Store) -> None:
    """What is kept is read as it was, and gone when it is deleted."""
    await put(store, FULL)
    assert await get(store) == FULL
    await put(store, None)
    assert await get(store) is None
    assert await store.due(2e9) == await store.waiting("pms") == []


async def test_who_is_due(store: Store) -> None:
    """Guests are due in their order, those with nothing to do never."""
    for address, due in (("late", 30.0), ("soon", 10.0), ("idle", None)):
        await put(store, Kept(guest=GUEST, wrote_at=0, due=due), address)
    assert await store.next_due() == 10
    assert await store.due(10) == ["soon"]
    assert await store.due(30) == ["soon", "late"]
    await put(store, Kept(guest=GUEST, wrote_at=0), "soon")
    assert await store.next_due() == 30


async def test_who_waits(store: Store) -> None:
    """Guests are found by what they wait for."""
    for address, waits in (("a", "pms"), ("b", "booking"), ("c", None)):
        await put(store, Kept(guest=GUEST, wrote_at=0, waits=waits), address)  # type: ignore[arg-type]
    assert await store.waiting("pms") == ["a"]
    assert await store.waiting("booking") == ["b"]


async def test_all_guests(store: Store) -> None:
    """All guests of whom something is kept are named, more than are read at once."""
    everyone = {f"54911{number}" for number in range(2 * SCANNED_AT_ONCE)}
    for address in everyone:
        guest = replace(GUEST, address=address)
        await put(store, Kept(guest=guest, wrote_at=0), address)
    assert {guest.address for guest in await store.guests()} == everyone


async def test_a_rule_that_fails_changes_nothing(store: Store) -> None:
    """A claim that was lost leaves the record as it is."""
    await put(store, FULL)
    with pytest.raises(ClaimError):
        await store.change(
            GUEST.address, lambda kept: (inbox.sent(kept, "stale", now=0), None)
        )
    assert await get(store) == FULL


async def test_no_change_is_lost(redis: RedisServer) -> None:
    """Changes of one guest by two processes at once all hold."""
    stores = [new_store(redis), new_store(redis)]

    async def receive(number: int) -> None:
        letter = Letter(id=f"m{number}", kind="text", at=0)
        await stores[number % 2].change(
            GUEST.address,
            lambda kept: inbox.receive(kept, GUEST, [letter], now=0, due=0),
        )

    await asyncio.gather(*map(receive, range(12)))
    kept = await get(stores[0])
    assert kept is not None
    assert {letter.id for letter in kept.inbox} == {f"m{n}" for n in range(12)}
    for store in stores:
        await store.close()


async def test_records_expire(redis: RedisServer, redis_store: RedisStore) -> None:
    """A record is gone a day after its last change; its places are tidied up."""
    await put(redis_store, FULL)
    (record,) = [key for key in await redis.keys() if b":guest:" in key]
    ttl = await redis.command("PTTL", record)
    assert DAY_S * 1000 - 5000 < ttl <= DAY_S * 1000
    await redis.command("DEL", record)
    assert await redis_store.due(2e9) == [GUEST.address]
    await redis_store.change(
        GUEST.address, lambda kept: inbox.claim(kept, "t", now=2e9)
    )
    assert await redis.keys() == []


async def test_an_unreadable_record(
    redis: RedisServer, redis_store: RedisStore
) -> None:
    """A record of no known form counts as none."""
    await put(redis_store, FULL)
    (record,) = [key for key in await redis.keys() if b":guest:" in key]
    await redis.command("SET", record, '{"form": "of the future"}')
    assert await get(redis_store) is None
    await put(redis_store, FULL)
    assert await get(redis_store) == FULL


async def test_redis_goes_and_comes(redis: RedisServer) -> None:
    """Without Redis every step says so, in time; with it again all is well."""
    telemetry = Telemetry()
    store = new_store(redis, telemetry)
    await redis.kill()
    with pytest.raises(StoreError):
        await put(store, FULL)
    assert b"agent_store_up 0.0" in exported(telemetry)
    await redis.start()
    await put(store, FULL)
    assert b"agent_store_up 1.0" in exported(telemetry)
    redis.hang()
    with pytest.raises(StoreError):
        await get(store)
    redis.go_on()
    assert await get(store) == FULL
    await store.close()


def exported(telemetry: Telemetry) -> bytes:
    """Return the metrics."""
    body = telemetry.render("closed").body
    assert isinstance(body, bytes)
    return body


async def test_memory_is_bounded(clock: FakeClock) -> None:
    """Over the limit idle guests go, the oldest first, but none with an open reply."""
    store = MemoryStore(clock, limit=2)
    for address, due in (("busy", 1.0), ("idle", None), ("new", None)):
        await put(store, Kept(guest=GUEST, wrote_at=0, due=due), address)
    assert [await get(store, who) is not None for who in ("busy", "idle")] == [
        True,
        False,
    ]
    clock.advance(DAY_S)
    assert await get(store, "busy") is None
