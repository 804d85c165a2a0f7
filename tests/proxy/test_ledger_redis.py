"""The ledger of writes with a real Redis that is badly treated (CONTRACT §9)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from config.clock import SystemClock
from fakes.clock import FakeClock
from fakes.redis_server import RedisServer, a_redis
from fakes.writes import BOOKED, a_record
from proxy.fleet.backend import Backend
from proxy.writes.ledger import OPEN_KEY, RECORD_KEY, Ledger
from proxy.writes.records import Standing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from proxy.writes.records import Record

# A busy machine is not to look like a Redis that hangs.
DEADLINE_S = 3.0
NAMESPACE = "pms"


class Pair:
    """Two proxies' ledgers on one Redis."""

    def __init__(self, server: RedisServer) -> None:
        self.server = server
        # Redis' own time goes on while the ledgers' stands still.
        self.clock = FakeClock()
        self.backends = [self._backend() for _ in range(2)]
        self.one, self.other = (Ledger(self.clock, b) for b in self.backends)

    def restarted(self) -> Ledger:
        """Give the ledger of a new process."""
        self.backends.append(self._backend())
        return Ledger(self.clock, self.backends[-1])

    async def close(self) -> None:
        """Close the connections."""
        for backend in self.backends:
            await backend.close()

    async def listed(self) -> list[str]:
        """Return the list of what is open, as Redis has it."""
        found = await self.server.command("GET", f"{NAMESPACE}:{OPEN_KEY}")
        return [] if found is None else list(json.loads(found))

    async def puts(self, key: str, *command: str | bytes) -> None:
        """Do something to a key behind the proxies' backs."""
        await self.server.command(command[0], f"{NAMESPACE}:{key}", *command[1:])

    def _backend(self) -> Backend:
        return Backend(
            self.server.url, SystemClock(), lambda _: None, DEADLINE_S, NAMESPACE
        )


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """Give two ledgers and an empty Redis."""
    async with a_redis() as server:
        pair = Pair(server)
        yield pair
        await pair.close()


def _undo(known: Record) -> Record:
    return known.unsent(None, known.began_at)


async def test_of_two_proxies_that_race_one_wins(pair: Pair) -> None:
    """Thirty keys, each claimed by both at once: thirty winners, and both know them."""
    ids = [f"id-{number:02}" for number in range(30)]
    claims = [
        ledger.move(None, a_record(f"{name}-{id_}", id=id_))
        for id_ in ids
        for name, ledger in (("one", pair.one), ("other", pair.other))
    ]
    won = await asyncio.gather(*claims)
    for number, id_ in enumerate(ids):
        pair_won = won[2 * number : 2 * number + 2]
        assert sorted(pair_won) == [False, True]
        winner = ("one", "other")[pair_won.index(True)]
        for ledger in (pair.one, pair.other):
            known = await ledger.find(id_)
            assert known is not None
            assert known.attempt == f"{winner}-{id_}"
    assert await pair.listed() == ids


async def test_a_history_is_the_same_in_both(pair: Pair) -> None:
    """Claimed, not sent, claimed by the other, answered: replayed by all."""
    begun = a_record()
    assert await pair.one.move(None, begun)
    await pair.other.refresh()
    await pair.one.conclude(begun, _undo)
    void = await pair.other.find("id-1")
    assert void is not None
    assert void.standing is Standing.VOID
    again = void.resent(a_record("a2"))
    assert await pair.other.move(void, again)
    assert (await pair.one.find("id-1") or void).standing is Standing.UNDER_WAY
    await pair.other.conclude(again, lambda known: known.answered(BOOKED))
    for ledger in (pair.one, pair.other, pair.restarted()):
        known = await ledger.find("id-1")
        assert known is not None
        assert known.answer == BOOKED
    assert await pair.listed() == []


async def test_a_new_process_sees_what_is_open(pair: Pair) -> None:
    """All of it, and nothing that is closed."""
    begun = [a_record(id=f"id-{number}") for number in range(3)]
    for record in begun:
        await pair.one.move(None, record)
    await pair.one.conclude(begun[2], lambda known: known.answered(None))
    new = pair.restarted()
    await new.refresh()
    assert {record.id for record in new.held()} == {"id-0", "id-1"}


@pytest.mark.parametrize(
    "command",
    [
        ("SET", b"junk"),
        ("SET", b""),
        ("SET", b"\x00\xff" * 500),
        ("RPUSH", b"a"),
        ("HSET", b"a", b"b"),
        ("SADD", b"a"),
    ],
    ids=["text", "empty", "bytes", "list", "hash", "set"],
)
@pytest.mark.parametrize("key", [RECORD_KEY.format(id="id-1"), OPEN_KEY])
async def test_foreign_values_give_way(
    pair: Pair, key: str, command: tuple[str | bytes, ...]
) -> None:
    """Of whatever type, under a record's key and under the list's."""
    await pair.puts(key, *command)
    await pair.one.refresh()
    assert await pair.one.find("id-1") is None
    begun = a_record()
    assert await pair.one.move(None, begun)
    assert (await pair.other.find("id-1") or a_record("none")).attempt == begun.attempt
    assert not await pair.other.move(None, a_record("a2"))
    assert await pair.listed() == ["id-1"]


async def test_redis_that_dies_in_the_middle_loses_nothing(pair: Pair) -> None:
    """Killed after the claim: the answer is kept, and brought when it is back."""
    begun = a_record()
    await pair.one.move(None, begun)
    await pair.server.kill()
    await pair.one.conclude(begun, lambda known: known.answered(BOOKED))
    other = a_record(id="id-2")
    assert await pair.one.move(None, other)
    assert (await pair.one.find("id-1") or begun).answer == BOOKED
    await pair.server.start()
    async with asyncio.timeout(15):
        while not pair.backends[0].is_up:
            await asyncio.sleep(0.05)
    await pair.one.write_all()
    new = pair.restarted()
    assert (await new.find("id-1") or begun).answer == BOOKED
    assert await pair.listed() == ["id-2"]


async def test_flushed_under_way_the_open_ones_come_back(pair: Pair) -> None:
    """An operator's FLUSHALL: what is open is written again."""
    await pair.one.move(None, a_record())
    await pair.server.flush()
    await pair.one.refresh()
    await pair.other.refresh()
    assert len(pair.other.held()) == 1


async def test_a_days_end_in_redis_is_that_of_the_record(pair: Pair) -> None:
    """Its key and the list run out; Redis keeps nothing for ever."""
    await pair.one.move(None, a_record())
    for key in await pair.server.keys():
        left_s = await pair.server.command("TTL", key)
        assert 0 < left_s <= 86400
