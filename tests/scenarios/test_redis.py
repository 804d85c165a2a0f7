"""Scenarios 39 to 41: Redis behind the memory, healthy and badly treated."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.redis_server import RedisServer, a_redis, free_port
from fakes.rig import PATIENCE_S, Got, Rig, a_rig, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

ADMIN = {"X-Admin-Token": "operator"}


@pytest.fixture
async def server() -> AsyncIterator[RedisServer]:
    """Give an empty Redis."""
    async with a_redis() as started:
        yield started


def _with(server: RedisServer, **more: str) -> dict[str, str]:
    return {
        "PROXY_REDIS_URL": server.url,
        "PROXY_ADMIN_TOKEN": ADMIN["X-Admin-Token"],
        # The tests say themselves what is asked.
        "PROXY_REFRESH_PER_MIN": "0",
        **more,
    }


@asynccontextmanager
async def _two(server: RedisServer) -> AsyncIterator[tuple[Rig, Rig]]:
    """Run two proxies before one PMS, on one clock."""
    clock = FakeClock()
    async with (
        StandIn() as pms,
        a_run(pms, clock, _with(server)) as one,
        a_run(pms, clock, _with(server)) as two,
    ):
        yield one, two
        pms.heals()


async def _turned(rig: Rig, asking: Awaitable[Got]) -> Got:
    """Wait for an answer, and let time pass as slowly as it really does."""
    task = asyncio.ensure_future(asking)
    async with asyncio.timeout(PATIENCE_S):
        while not task.done():
            await asyncio.sleep(0.005)
            rig.clock.advance(0.005)
    return await task


async def _until_kept(server: RedisServer, copies: int = 1) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(await _copies(server)) != copies:
            await asyncio.sleep(0.002)


async def _copies(server: RedisServer) -> list[bytes]:
    return [key for key in await server.keys() if b":copy:" in key]


def _hit(got: Got) -> bool:
    return got.headers["Cache-Status"].startswith("pms-proxy; hit")


async def test_what_one_proxy_asked_the_other_has(server: RedisServer) -> None:
    """A copy is shared with its true age, and the PMS is asked once."""
    async with _two(server) as (one, two):
        first = await one.search()
        await _until_kept(server)
        one.clock.advance(12)
        got = await two.search()

        assert _hit(got)
        assert got.body == first.body
        assert got.headers["Age"] == "12"
        assert len(one.pms.calls) == 1

        # Now it has it in memory: Redis is not needed again.
        await server.flush()
        assert _hit(await two.search())


async def test_a_fresh_copy_does_without_redis(server: RedisServer) -> None:
    """It is served from memory, however Redis is."""
    async with a_rig(_with(server)) as rig:
        await rig.search()
        await _until_kept(server)
        server.hang()

        # The clock stands still: a look at Redis would never end.
        async with asyncio.timeout(PATIENCE_S):
            assert _hit(await rig.search())
        server.go_on()


async def _is_refused(server: RedisServer) -> None:
    await server.kill()


async def _is_full(server: RedisServer) -> None:
    await server.config("maxmemory", "100kb")


async def _has_no_replicas(server: RedisServer) -> None:
    await server.config("min-replicas-to-write", "1")


async def _is_a_replica(server: RedisServer) -> None:
    await server.command("REPLICAOF", "127.0.0.1", free_port())


async def _hangs(server: RedisServer) -> None:
    server.hang()


async def _starts(server: RedisServer) -> None:
    await server.start()


async def _has_room(server: RedisServer) -> None:
    await server.config("maxmemory", "0")


async def _needs_no_replicas(server: RedisServer) -> None:
    await server.config("min-replicas-to-write", "0")


async def _is_the_master(server: RedisServer) -> None:
    await server.command("REPLICAOF", "NO", "ONE")


async def _goes_on(server: RedisServer) -> None:
    server.go_on()


FAULTS = {
    "refused": (_is_refused, _starts, "it cannot be reached"),
    "hung": (_hangs, _goes_on, "it does not answer in time"),
    "full": (_is_full, _has_room, "its memory is full"),
    "without replicas": (
        _has_no_replicas,
        _needs_no_replicas,
        "it has too few replicas",
    ),
    "a replica": (_is_a_replica, _is_the_master, "it is a read-only replica"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_guests_see_nothing_of_a_bad_redis(
    server: RedisServer, fault: str
) -> None:
    """
    Scenario 39: right answers, one log line each way, and it heals by itself.

    The breaker of the PMS is not touched. What was asked meanwhile is written when
    Redis is back.
    """
    spoil, mend, why = FAULTS[fault]
    async with a_rig(_with(server)) as rig:
        await rig.search(10)
        await _until_kept(server)
        with capture_logs() as lines:
            await spoil(server)
            for day in (11, 12, 13):
                got = await _turned(rig, rig.search(day))
                assert got.status == 200
                assert "fwd=miss" in got.headers["Cache-Status"]
            assert _hit(await rig.search(10))
            await _told(rig, lines, "redis.down")
            assert await rig.metric("pms_cache_backend_up") == 0
            for day in (11, 12, 13):
                assert _hit(await rig.search(day))
            assert await rig.state() == "closed"

            await mend(server)
            await _told(rig, lines, "redis.up")
            assert await rig.metric("pms_cache_backend_up") == 1
            async with asyncio.timeout(PATIENCE_S):
                while len(await _copies(server)) != 4:
                    await rig.settles()
                    rig.clock.advance(0.1)

        told = [line for line in lines if line["event"].startswith("redis.")]
        assert [line["event"] for line in told] == ["redis.down", "redis.up"]
        assert why in told[0]["msg"]
        breaker = await rig.breaker()
        assert (breaker["failures_in_window"], breaker["last_failures"]) == (0, [])
        assert len(rig.pms.calls) == 4


async def _told(rig: Rig, lines: list[Any], event: str) -> None:
    """Turn the clock until the log has a line."""
    async with asyncio.timeout(PATIENCE_S):
        while event not in [line["event"] for line in lines]:
            await asyncio.sleep(0.005)
            rig.clock.advance(0.02)


async def test_killed_while_a_guest_waits_for_it(server: RedisServer) -> None:
    """Scenario 39: the guest is answered from the PMS, at once."""
    async with a_rig(_with(server)) as rig:
        server.hang()
        asking = asyncio.ensure_future(rig.search())
        await asyncio.sleep(0.05)
        assert rig.pms.calls == []
        await server.kill()

        # The clock stands still: no deadline was needed.
        async with asyncio.timeout(PATIENCE_S):
            assert (await asking).status == 200


async def test_a_guest_who_leaves_takes_no_answer_along(server: RedisServer) -> None:
    """Scenario 40: the next question never gets the value of the one given up."""
    async with _two(server) as (one, two):
        bodies = {day: (await one.search(day)).body for day in range(1, 9)}
        await _until_kept(server, 8)
        server.hang()
        leaving = [asyncio.ensure_future(two.search(day)) for day in range(1, 5)]
        await asyncio.sleep(0.05)
        for asking in leaving:
            asking.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        server.go_on()

        for day in (5, 6, 7, 8, 1, 2, 3, 4):
            assert (await two.search(day)).body == bodies[day]
        assert len(one.pms.calls) == 8


async def test_an_outage_is_served_from_redis(server: RedisServer) -> None:
    """The PMS down, a proxy just started serves what another was told before."""
    async with _two(server) as (one, two):
        await one.search()
        await _until_kept(server)
        one.clock.advance(200)
        await two.fails(5)
        got = await two.search()

        assert (got.status, got.is_marked, got.headers["Age"]) == (200, True, "200")
        two.clock.advance(100.5)
        assert (await two.search()).status == 503


async def test_redis_forgets(server: RedisServer) -> None:
    """Flushed by somebody, it is empty and no outage; memory goes on."""
    async with a_rig(_with(server)) as rig:
        await rig.search(10)
        await _until_kept(server)
        with capture_logs() as lines:
            await server.flush()
            assert _hit(await rig.search(10))
            assert (await rig.search(11)).status == 200
            # What is written behind the answer is written.
            await rig.settles()
            await server.restart()
            assert (await rig.search(12)).status == 200
            assert _hit(await rig.search(10))

        assert [e for e in lines if e["event"].startswith("redis.")] == []


@pytest.mark.parametrize("foreign", [b"", b"hello", b"\x80\x04\x95", b"PMSE\x02" * 9])
async def test_foreign_bytes_are_a_miss(server: RedisServer, foreign: bytes) -> None:
    """Whoever wrote them: the PMS is asked, and they are replaced."""
    async with _two(server) as (one, two):
        first = await one.search()
        await _until_kept(server)
        (key,) = await _copies(server)
        await server.flush()
        await server.command("SET", key, foreign)

        got = await two.search()
        assert got.status == 200
        assert got.body == first.body
        assert len(one.pms.calls) == 2
        async with asyncio.timeout(PATIENCE_S):
            while await server.command("GET", key) == foreign:
                await two.settles()


async def test_somebodys_list_is_a_miss(server: RedisServer) -> None:
    """A value of another type is none, and Redis is not blamed for it."""
    async with _two(server) as (one, two):
        await one.search()
        await _until_kept(server)
        (key,) = await _copies(server)
        await server.flush()
        await server.command("LPUSH", key, "x")

        assert (await two.search()).status == 200
        assert await two.metric("pms_cache_backend_up") == 1


async def test_a_wrong_password_is_an_absent_redis() -> None:
    """It is said once, without the password; the proxy starts and serves."""
    async with a_redis("--requirepass", "right") as server:
        url = server.url.replace("//", "//:wr0ng-s3cret@")
        with capture_logs() as lines:
            async with a_rig({"PROXY_REDIS_URL": url}) as rig:
                assert (await rig.search()).status == 200
                assert _hit(await rig.search())
        told = [line for line in lines if line["event"].startswith("redis.")]

        assert len(told) == 1
        assert "refuses the password" in told[0]["msg"]
        assert "s3cret" not in str(lines)


async def test_an_absent_redis_does_not_keep_the_proxy_from_starting() -> None:
    """It starts, says so, and shares its copies as soon as Redis comes."""
    async with a_redis() as server:
        await server.kill()
        with capture_logs() as lines:
            async with a_rig(_with(server)) as rig:
                assert (await rig.search()).status == 200
                assert [line["event"] for line in lines].count("redis.down") == 1
                await server.start()
                await _told(rig, lines, "redis.up")
                async with asyncio.timeout(PATIENCE_S):
                    while not await _copies(server):
                        await asyncio.sleep(0.005)
                        rig.clock.advance(0.1)


async def test_a_clearing_is_for_all(server: RedisServer) -> None:
    """An operator clears on one proxy; a second later no proxy has the copies."""
    async with _two(server) as (one, two):
        await one.search()
        await _until_kept(server)
        await two.search()
        await one.ask("POST", "/admin/cache/clear?why=prices", headers=ADMIN)
        assert "fwd=miss" in (await one.search(11)).headers["Cache-Status"]

        async with asyncio.timeout(PATIENCE_S):
            while (await two.status())["cache"]["entries"]:
                one.clock.advance(0.1)
                await two.settles()
        assert "fwd=miss" in (await two.search()).headers["Cache-Status"]


async def test_two_hotels_may_share_a_redis(server: RedisServer) -> None:
    """What one PMS says is never served for another's."""
    async with a_rig(_with(server)) as one, a_rig(_with(server)) as two:
        await one.search()
        await _until_kept(server)
        await two.search()

        assert len(two.pms.calls) == 1
