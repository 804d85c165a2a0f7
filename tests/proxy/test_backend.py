"""Facts of the door to Redis, with a real redis-server behind it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.clock import SystemClock
from fakes.clock import FakeClock
from fakes.redis_server import RedisServer, a_redis, free_port
from proxy.errors import BackendDown
from proxy.fleet.backend import Backend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

PATIENCE_S = 5.0
TLS = Path(__file__).parent.parent / "data/tls"
# The deadline, and what a busy machine adds.
QUICK_S = 0.1 + 0.15


@dataclass
class Bench:
    """A backend, its Redis, and what it told of itself."""

    backend: Backend
    server: RedisServer
    clock: FakeClock
    told: list[bool] = field(default_factory=list)

    async def refuses(self, command: Awaitable[object]) -> str:
        """Return why a command fails; the clock is turned until it does."""
        asking = asyncio.ensure_future(command)
        async with asyncio.timeout(PATIENCE_S):
            while not asking.done():
                await asyncio.sleep(0.002)
                self.clock.advance(0.01)
        with pytest.raises(BackendDown) as refusal:
            await asking
        return str(refusal.value)

    async def heals(self) -> None:
        """Turn the clock until all works."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.backend.is_up:
                self.clock.advance(0.05)
                await asyncio.sleep(0.002)

    async def tries(self) -> int:
        """Return how many connections Redis has been asked for."""
        info = await self.server.command("INFO", "stats")
        return int(info["total_connections_received"])


@asynccontextmanager
async def _bench(*arguments: str, url: str = "") -> AsyncIterator[Bench]:
    async with a_redis(*arguments) as server:
        told: list[bool] = []
        clock = FakeClock()
        backend = Backend(url or server.url, clock, told.append)
        try:
            yield Bench(backend, server, clock, told)
        finally:
            await backend.close()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Give a backend whose Redis works."""
    async with _bench() as made:
        yield made


async def test_what_was_set_is_there(bench: Bench) -> None:
    """Any bytes come back as they were; another key has none; what is deleted went."""
    value = bytes(range(256))
    await bench.backend.set("a", value, 10)

    assert await bench.backend.get("a") == value
    assert await bench.backend.get("b") is None
    assert 9000 < await bench.server.command("PTTL", "pms:a") <= 10_000

    await bench.backend.delete("a")
    assert await bench.backend.get("a") is None
    assert bench.told == []


async def test_what_is_no_string_makes_room(bench: Bench) -> None:
    """A list under our key is no value, and does not stay in the way of one."""
    await bench.server.command("LPUSH", "pms:a", "x")

    assert await bench.backend.get("a") is None
    assert await bench.backend.add("a", b"ours", 10)
    assert await bench.backend.get("a") == b"ours"
    assert bench.told == []


async def test_what_is_free_is_added_once(bench: Bench) -> None:
    """Of many who add a key at once one gets it, until its time is over."""
    added = await asyncio.gather(
        *(bench.backend.add("lease", b"%d" % n, 0.05) for n in range(10))
    )
    assert added.count(True) == 1

    async with asyncio.timeout(PATIENCE_S):
        while not await bench.backend.add("lease", b"next", 10):
            await asyncio.sleep(0.01)
    assert await bench.backend.get("lease") == b"next"


async def test_a_value_is_replaced_only_where_it_is_the_expected_one(
    bench: Bench,
) -> None:
    """Of many who replace the same value at once one does; None expects no value."""
    backend = bench.backend
    assert await backend.compare_and_set("a", None, b"1", 10)
    assert not await backend.compare_and_set("a", None, b"2", 10)
    assert not await backend.compare_and_set("b", b"1", b"2", 10)

    done = await asyncio.gather(
        *(backend.compare_and_set("a", b"1", b"n%d" % n, 10) for n in range(10))
    )

    assert done.count(True) == 1
    assert await backend.get("a") == b"n%d" % done.index(True)
    assert 9000 < await bench.server.command("PTTL", "pms:a") <= 10_000


async def test_a_value_of_another_type_is_none(bench: Bench) -> None:
    """Somebody's list under our key is a miss, not an outage of Redis."""
    await bench.server.command("LPUSH", "pms:a", "x")

    assert await bench.backend.get("a") is None
    assert not await bench.backend.compare_and_set("a", b"x", b"y", 10)
    assert bench.told == []


async def test_who_does_not_belong_together_is_kept_apart(bench: Bench) -> None:
    """Proxies of two hotels may share a Redis."""
    other = Backend(bench.server.url, bench.clock, bench.told.append, namespace="x")
    await bench.backend.set("a", b"1", 10)

    assert await other.get("a") is None
    await other.close()


async def test_without_a_redis_every_command_fails() -> None:
    """One that is absent at the start is told of once, at the first command."""
    told: list[bool] = []
    url = f"redis://127.0.0.1:{free_port()}/0"
    backend = Backend(url, FakeClock(), told.append)
    for _ in range(3):
        with pytest.raises(BackendDown, match="it cannot be reached"):
            await backend.get("a")
        with pytest.raises(BackendDown, match="it cannot be reached"):
            await backend.set("a", b"1", 1)

    assert told == [False]
    assert backend.why_down == "it cannot be reached"
    await backend.close()


async def test_it_heals_by_itself_when_redis_comes() -> None:
    """The tries come after 1 s, 2 s, 4 s…, without any traffic."""
    async with a_redis() as server:
        await server.kill()
        clock, told = FakeClock(), list[bool]()
        backend = Backend(server.url, clock, told.append)
        with pytest.raises(BackendDown):
            await backend.get("a")
        await asyncio.sleep(0.05)
        for pause_s in (1, 2):
            clock.advance(pause_s)
            await asyncio.sleep(0.05)
        await server.start()
        clock.advance(3.9)
        await asyncio.sleep(0.05)
        assert not backend.is_up

        clock.advance(0.2)
        async with asyncio.timeout(PATIENCE_S):
            while told != [False, True]:
                await asyncio.sleep(0.001)

        assert told == [False, True]
        assert await backend.get("a") is None
        await backend.close()


async def test_a_hung_redis_is_left_alone_after_the_deadline(bench: Bench) -> None:
    """The commands under way fail in 0.1 s, the next ones at once; then it heals."""
    await bench.backend.set("a", b"1", 100)
    bench.server.hang()
    commands = [bench.refuses(bench.backend.get("a")) for _ in range(40)]
    await asyncio.gather(*commands)
    for _ in range(5):
        with pytest.raises(BackendDown, match="in time"):
            await bench.backend.get("a")
    bench.server.go_on()
    await bench.heals()

    assert await bench.backend.get("a") == b"1"
    assert bench.told == [False, True]


async def test_the_deadline_holds_in_real_time() -> None:
    """A hung Redis costs whoever asks first 0.1 s, by the machine's clock."""
    async with a_redis() as server:
        clock = SystemClock()
        backend = Backend(server.url, clock, lambda _: None)
        await backend.get("a")
        server.hang()
        began_at = clock.monotonic()
        with pytest.raises(BackendDown):
            await backend.get("a")
        first_s = clock.monotonic() - began_at
        with pytest.raises(BackendDown):
            await backend.get("a")

        assert 0.09 < first_s < QUICK_S
        assert clock.monotonic() - began_at - first_s < 0.05
        await backend.close()


async def test_one_try_at_a_time(bench: Bench) -> None:
    """However many ask meanwhile, a hung Redis is tried once in its pause."""
    bench.server.hang()
    await bench.refuses(bench.backend.get("a"))
    for _ in range(100):
        with pytest.raises(BackendDown):
            await bench.backend.get("a")
    bench.server.go_on()
    before = await bench.tries()
    await bench.heals()

    # One of the two is how the test itself asks.
    assert await bench.tries() - before <= 2


async def test_a_cancelled_command_gives_its_answer_to_nobody(bench: Bench) -> None:
    """Scenario 40: the value of the question that was given up is never another's."""
    for n in range(20):
        await bench.backend.set(f"{n}", b"%d" % n, 100)
    for _ in range(10):
        bench.server.hang()
        given_up = [asyncio.ensure_future(bench.backend.get(f"{n}")) for n in range(8)]
        await asyncio.sleep(0.005)
        for asking in given_up:
            asking.cancel()
        await asyncio.gather(*given_up, return_exceptions=True)
        bench.server.go_on()

        got = await asyncio.gather(*(bench.backend.get(f"{n}") for n in range(8, 20)))
        assert got == [b"%d" % n for n in range(8, 20)]
    assert bench.told == []


async def test_a_late_answer_is_nobodys(bench: Bench) -> None:
    """Scenario 40 with the deadline: what comes after it is not the next one's."""
    await bench.backend.set("a", b"of a", 100)
    await bench.backend.set("b", b"of b", 100)
    bench.server.hang()
    await bench.refuses(bench.backend.get("a"))
    bench.server.go_on()
    await bench.heals()

    assert await bench.backend.get("b") == b"of b"


async def test_killed_while_it_is_asked(bench: Bench) -> None:
    """Scenario 39: who waits for its answer gets its failure, at once."""
    bench.server.hang()
    asking = asyncio.ensure_future(bench.backend.get("a"))
    await asyncio.sleep(0.02)
    await bench.server.kill()

    with pytest.raises(BackendDown, match="it cannot be reached"):
        await asking
    await bench.server.start()
    await bench.heals()
    assert bench.told == [False, True]


async def test_a_restart_between_two_commands_is_no_outage(bench: Bench) -> None:
    """The old connections are seen to be dead and replaced."""
    await bench.backend.set("a", b"1", 100)
    await bench.server.restart()

    assert await bench.backend.get("a") is None
    assert bench.told == []


@pytest.mark.parametrize(
    ("spoil", "mend", "why"),
    [
        (("maxmemory", "100kb"), ("maxmemory", "0"), "its memory is full"),
        (
            ("min-replicas-to-write", "1"),
            ("min-replicas-to-write", "0"),
            "it has too few replicas",
        ),
    ],
    ids=["OOM", "NOREPLICAS"],
)
async def test_reads_go_on_where_writes_fail(
    bench: Bench, spoil: tuple[str, str], mend: tuple[str, str], why: str
) -> None:
    """It is told as an outage, but what is there is still read."""
    await bench.backend.set("a", b"1", 100)
    await bench.server.config(*spoil)

    assert await bench.refuses(bench.backend.set("a", b"2", 100)) == why
    assert await bench.refuses(bench.backend.add("b", b"2", 100)) == why
    assert await bench.backend.get("a") == b"1"
    assert bench.told == [False]

    await bench.server.config(*mend)
    await bench.heals()
    assert await bench.backend.compare_and_set("a", b"1", b"3", 100)
    assert bench.told == [False, True]


async def test_a_replica_is_read_only(bench: Bench) -> None:
    """After a fail-over it says so, until it is the master again."""
    await bench.server.command("REPLICAOF", "127.0.0.1", free_port())
    why = await bench.refuses(bench.backend.set("a", b"2", 100))
    await bench.server.command("REPLICAOF", "NO", "ONE")
    await bench.heals()

    assert why == "it is a read-only replica"
    assert bench.told == [False, True]


async def test_a_wrong_password_is_said_without_it() -> None:
    """The reason names what is wrong, and no secret."""
    async with a_redis("--requirepass", "right") as server:
        url = server.url.replace("//", "//:wr%40ng@")
        backend = Backend(url, FakeClock(), lambda _: None)
        with pytest.raises(BackendDown) as refusal:
            await backend.get("a")
        await backend.close()
        assert str(refusal.value) == "it refuses the password"

        backend = Backend(url.replace("wr%40ng", "right"), FakeClock(), print)
        assert await backend.get("a") is None
        await backend.close()


@pytest.mark.parametrize(
    "says", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff\r\n", b"?\r\n", b""]
)
async def test_what_is_not_redis_is_an_outage(says: bytes) -> None:
    """Another program on that port is refused like a dead Redis."""

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read(10)
        writer.write(says)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told: list[bool] = []
    backend = Backend(f"redis://127.0.0.1:{port}/0", FakeClock(), told.append)
    with pytest.raises(BackendDown):
        await backend.get("a")

    assert told == [False]
    await backend.close()
    server.close()


async def test_closing_is_no_outage(bench: Bench) -> None:
    """What is under way at the stop fails without a word about Redis."""
    bench.server.hang()
    asking = asyncio.ensure_future(bench.backend.get("a"))
    await asyncio.sleep(0.01)
    await bench.backend.close()
    bench.server.go_on()

    with pytest.raises(BackendDown):
        await asking
    assert bench.told == []


async def test_a_disk_that_failed_makes_it_read_only() -> None:
    """Redis takes no writes that it cannot save (MISCONF); what it holds is read."""
    async with _bench("--save", "3600", "1", "--dir", "/proc") as bench:
        await bench.backend.set("a", b"1", 100)
        await bench.server.command("BGSAVE")
        async with asyncio.timeout(PATIENCE_S):
            while await _last_save(bench.server) == "ok":
                await asyncio.sleep(0.01)

        why = await bench.refuses(bench.backend.set("a", b"2", 100))
        assert why == "it cannot save to its disk"
        assert await bench.backend.get("a") == b"1"


async def test_a_redis_behind_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """`rediss://` speaks TLS, and only to a Redis whose certificate is trusted."""
    port, cert = free_port(), TLS / "cert.pem"
    tls = (
        *("--tls-port", str(port), "--tls-auth-clients", "no"),
        *("--tls-cert-file", str(cert), "--tls-key-file", str(TLS / "key.pem")),
        *("--tls-ca-cert-file", str(cert)),
    )
    url = f"rediss://127.0.0.1:{port}/0"
    async with _bench(*tls, url=url) as stranger:
        why = await stranger.refuses(stranger.backend.set("a", b"1", 100))
        assert why == "it cannot be reached"
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        async with a_backend(url) as backend:
            await backend.set("a", b"1", 100)
            assert await backend.get("a") == b"1"


async def _last_save(server: RedisServer) -> str:
    info = await server.command("INFO", "persistence")
    return str(info["rdb_last_bgsave_status"])


@asynccontextmanager
async def a_backend(url: str) -> AsyncIterator[Backend]:
    """Open a backend on the real clock."""
    backend = Backend(url, SystemClock(), lambda _: None, deadline_s=PATIENCE_S)
    try:
        yield backend
    finally:
        await backend.close()
