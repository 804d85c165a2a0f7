"""Several proxies with one Redis have one ledger of writes (CONTRACT §9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo import faults
from fakes.pair import Pair, a_pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.redis_server import RedisServer
    from fakes.rig import Got

KEY = {"Idempotency_Key": "yes-1", "source": "WhatsApp:yes-1"}
OTHER = {"Idempotency_Key": "yes-2", "source": "WhatsApp:yes-2"}
THIRD = {"Idempotency_Key": "yes-3", "source": "WhatsApp:yes-3"}
UNFINDABLE = {"Idempotency_Key": "yes-4", "source": "WhatsApp"}


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    """Give two proxies with one Redis before one PMS."""
    async with a_pair() as started:
        yield started


def _is_replay(got: Got) -> bool:
    return got.headers.get("Idempotent-Replayed") == "true"


async def test_one_key_at_once_on_two_proxies_is_one_booking(pair: Pair) -> None:
    """Of twenty one is sent; who is too early for its answer gets 409."""
    asking = [rig.book(**KEY) for _ in range(10) for rig in (pair.one, pair.two)]
    answers = await asyncio.gather(*asking)

    assert {got.status for got in answers} <= {200, 409}
    assert sum(got.status == 200 and not _is_replay(got) for got in answers) == 1
    assert pair.posts() == len(pair.pms.hotel.bookings) == 1


async def test_the_other_proxy_gives_the_same_answer_again(pair: Pair) -> None:
    """Byte for byte, and another request with that key is refused there too."""
    first = await pair.one.book(**KEY)
    again = await pair.two.book(**KEY)
    other = await pair.two.book("Eva", **KEY)

    assert (again.status, again.body, _is_replay(again)) == (200, first.body, True)
    assert other.status == 422
    assert pair.posts() == 1


async def test_under_way_on_one_it_is_a_conflict_on_the_other(pair: Pair) -> None:
    """409 until there is an answer, which then is both proxies'."""
    gate = faults.holds()
    pair.pms.plays(gate)
    first = asyncio.create_task(pair.one.book(**KEY))
    await gate.arrived.wait()
    assert (await pair.two.book(**KEY)).status == 409
    gate.release()
    assert (await first).status == 200

    assert _is_replay(await pair.two.book(**KEY))


async def test_what_one_did_not_send_the_other_may_send(pair: Pair) -> None:
    """It waited for its lane in vain, and the other had seen it under way."""
    gate = faults.holds()
    pair.pms.plays(gate)
    first = asyncio.create_task(pair.one.book(**OTHER))
    await gate.arrived.wait()
    waiting = asyncio.create_task(pair.one.book(**KEY))
    await pair.passes(3)
    assert (await pair.two.book(**KEY)).status == 409
    await pair.passes(3)
    assert (await waiting).status == 503
    gate.release()
    assert (await first).status == 200

    await pair.jumps(60)
    got = await pair.two.book(**KEY)
    assert (got.status, _is_replay(got)) == (200, False)
    assert _is_replay(await pair.one.book(**KEY))
    assert pair.posts() == 2


async def test_one_look_settles_it_for_both(pair: Pair) -> None:
    """Unknown on both; one of them looks, and both have the answer."""
    pair.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    assert (await pair.one.book(**KEY)).status == 504
    assert (await pair.two.book(**KEY)).status == 504

    async def is_settled() -> bool:
        return await pair.counted("settled_applied") == 1

    await pair.until(is_settled)
    await pair.passes(5)
    assert pair.looks() == 1
    assert await pair.counted("settled_applied") == 1
    for rig in (pair.one, pair.two):
        got = await rig.book(**KEY)
        assert (got.status, _is_replay(got)) == (200, True)
    assert pair.posts() == 1


async def test_presumed_lost_it_is_sent_once_again_by_one(pair: Pair) -> None:
    """Both are asked at once; the other says 409, or has the answer already."""
    pair.pms.plays(faults.reset(resource="bookings"))
    assert (await pair.one.book(**KEY)).status == 504
    await pair.jumps(136)

    async def is_presumed() -> bool:
        return await pair.counted("presumed_not_applied") == 1

    await pair.until(is_presumed)
    await pair.passes(2)
    rigs = (pair.one, pair.two) * 4
    answers = await asyncio.gather(*(rig.book(**KEY) for rig in rigs))

    assert {got.status for got in answers} <= {200, 409}
    assert sum(got.status == 200 and not _is_replay(got) for got in answers) == 1
    assert pair.posts() == 2
    assert len(pair.pms.hotel.bookings) == 1


async def test_what_no_read_can_find_leaves_the_list_after_a_day(pair: Pair) -> None:
    """Redis holds the list of what is open no longer than the ledger."""
    pair.pms.plays(faults.reset(resource="bookings"))
    assert (await pair.one.book(**UNFINDABLE)).status == 504
    await pair.passes(2)
    assert await _listed(pair.server) != b"[]"
    await pair.jumps(86400)
    await pair.passes(2)

    assert await _listed(pair.server) == b"[]"


async def _listed(server: RedisServer) -> bytes:
    (name,) = [key for key in await server.keys() if key.endswith(b"writes:1")]
    listed: bytes = await server.command("GET", name)
    return listed


async def test_without_redis_each_goes_on_alone_and_tells_later(pair: Pair) -> None:
    """Away, it is said once by each; back and empty, it has all that they know."""
    before = await pair.one.book(**KEY)
    with capture_logs() as lines:
        await pair.server.kill()
        first = await pair.turned(pair.one.book(**OTHER))
        others = await pair.turned(pair.two.book(**THIRD))
        assert first.status == others.status == 200
        # What is known needs no Redis.
        for known, key in ((first, OTHER), (before, KEY)):
            got = await pair.turned(pair.one.book(**key))
            assert (got.body, _is_replay(got)) == (known.body, True)

        await pair.server.start()

        async def are_told() -> bool:
            return [line["event"] for line in lines].count("redis.up") == 2

        await pair.until(are_told)
        await pair.passes(0.5)
    assert [line["event"] for line in lines].count("redis.down") == 2

    for rig, known, key in (
        (pair.two, before, KEY),
        (pair.two, first, OTHER),
        (pair.one, others, THIRD),
    ):
        got = await rig.book(**key)
        assert (got.status, got.body, _is_replay(got)) == (200, known.body, True)
    assert pair.posts() == 3


async def test_a_write_through_one_makes_the_others_copies_stale(pair: Pair) -> None:
    """Within half a second; a read that is out on the other does not put it back."""
    await pair.two.search(10)
    assert "hit" in (await pair.two.search(10)).headers["Cache-Status"]
    gate = faults.holds()
    pair.pms.plays(gate)
    reading = asyncio.create_task(pair.two.search(11))
    await gate.arrived.wait()
    assert (await pair.one.book(**KEY)).status == 200
    await pair.passes(0.5)
    seen = pair.pms.call_count
    # Nobody who asks after the write joins a read from before it.
    assert (await pair.two.search(11)).status == 200
    assert pair.pms.call_count == seen + 1
    gate.release()
    assert (await reading).status == 200

    for day in (10, 11):
        seen = pair.pms.call_count
        got = await pair.two.search(day)
        assert "fwd=stale" in got.headers["Cache-Status"]
        assert pair.pms.call_count == seen + 1
    await pair.passes(2)
    await pair.two.search(10)
    assert "hit" in (await pair.two.search(10)).headers["Cache-Status"]
