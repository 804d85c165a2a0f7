"""The doctor on Redis and on clocks: beside the PMS, and told after it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from config.clock import SystemClock
from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.doctor import HurriedClock, TurnedClock, examine
from fakes.redis_server import a_redis, free_port

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator

    from fakes.doctor import Report


@pytest.fixture
async def pms() -> AsyncIterator[StandIn]:
    """Give a PMS that is well."""
    async with StandIn() as started:
        yield started


@asynccontextmanager
async def _a_slow_way_to(port: int) -> AsyncIterator[int]:
    """Pass on each piece of a conversation 30 ms late."""

    async def late(reader: StreamReader, writer: StreamWriter) -> None:
        while data := await reader.read(65536):
            await asyncio.sleep(0.03)
            writer.write(data)
        writer.close()

    async def meet(reader: StreamReader, writer: StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(late(reader, back), late(there, writer))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _examine(pms: StandIn, url: str, clock: SystemClock | None = None) -> Report:
    environ = {"PROXY_UPSTREAM_URL": pms.url, "PROXY_REDIS_URL": url}
    return await examine(environ, clock=clock)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param((), "redis_good", id="as-it-should-be"),
        pytest.param(
            ("--maxmemory-policy", "allkeys-lru"), "redis_evicts", id="forgets"
        ),
        pytest.param(("--maxmemory", "1000"), "redis_full", id="full"),
        pytest.param(("--requirepass", "s3cret"), "redis_password", id="password"),
    ],
)
async def test_what_redis_says_of_itself(
    pms: StandIn, arguments: tuple[str, ...], code: str
) -> None:
    """A Redis that loses or refuses records is wrong, although it answers."""
    async with a_redis(*arguments) as server:
        report = await _examine(pms, server.url)

    assert report.code_of("redis") == code
    is_well = code == "redis_good"
    assert report.judgement == ("well" if is_well else "redis")
    assert report.code == (0 if is_well else 1)


async def test_a_redis_that_is_down(pms: StandIn) -> None:
    """The PMS was examined all the same, and is not blamed."""
    report = await _examine(pms, f"redis://127.0.0.1:{free_port()}")

    assert report.code_of("redis") == "redis_unreachable"
    assert report.check("search")["outcome"] == "passed"
    assert report.judgement == "redis"


async def test_a_redis_that_hangs(pms: StandIn) -> None:
    """It is given up after 3 s."""
    async with a_redis() as server:
        server.hang()
        report = await _examine(pms, server.url, HurriedClock())
        server.go_on()

    assert report.code_of("redis") == "redis_silent"


async def test_a_redis_that_is_slow(pms: StandIn) -> None:
    """Guests wait for it for 20 ms and no longer: 30 ms are told."""
    async with a_redis() as server, _a_slow_way_to(server.port) as port:
        report = await _examine(pms, f"redis://127.0.0.1:{port}")

    assert report.code_of("redis") == "redis_slow"


@pytest.mark.parametrize(
    "words",
    [b"220 mail.example ESMTP\r\n", b"*1\r\n" * 50_000],
    ids=["another", "deep"],
)
async def test_what_is_no_redis(pms: StandIn, words: bytes) -> None:
    """Another server on its port is told, without a traceback."""

    async def speaks(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read(1024)
        writer.write(words)
        # Until the other side has had enough.
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(speaks, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        report = await _examine(pms, f"redis://127.0.0.1:{port}", HurriedClock())

    assert report.check("redis")["outcome"] == "failed"


async def test_the_pms_counts_more_than_redis(pms: StandIn) -> None:
    """Where both are wrong the PMS is what is named."""
    pms.always(faults.error_page())
    report = await _examine(pms, f"redis://127.0.0.1:{free_port()}")

    assert report.check("redis")["outcome"] == "failed"
    assert report.judgement == "down"


@pytest.mark.parametrize(
    ("ahead_s", "code"),
    [(0, "clock_good"), (-1, "clock_good"), (3, "clock_redis_off")],
)
async def test_redis_clock_is_compared(pms: StandIn, ahead_s: float, code: str) -> None:
    """More than the 2 s that proxies may differ by is wrong."""

    class Ahead(SystemClock):
        def wall(self) -> datetime:
            return super().wall() + timedelta(seconds=ahead_s)

    async with a_redis() as server:
        report = await _examine(pms, server.url, Ahead())

    assert report.code_of("clock") == code
    assert report.judgement == ("well" if code == "clock_good" else "clock")


async def test_the_pms_clock_is_compared() -> None:
    """Its Date field tells; a minute is allowed."""
    clock = FakeClock()
    environ = {}
    codes = []
    async with StandIn(clock=clock) as pms:
        environ["PROXY_UPSTREAM_URL"] = pms.url
        for ahead_s in (0, 58, 62):
            there = FakeClock()
            there.advance(ahead_s)
            report = await examine(environ, clock=TurnedClock(there))
            codes.append(report.code_of("clock"))

    assert codes == ["clock_good", "clock_good", "clock_pms_off"]


async def test_nobody_tells_the_time() -> None:
    """Without an answer and without Redis nothing is compared."""
    url = f"http://127.0.0.1:{free_port()}"
    report = await examine({"PROXY_UPSTREAM_URL": url})
    assert report.code_of("clock") == "clock_untold"
