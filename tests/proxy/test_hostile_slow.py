"""Clients that come and say nothing, or hardly anything, keep nobody out."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from config.crowd import HEAD_S
from config.serving import BACKLOG, BATCHES, MAX_CONNECTIONS, RESERVED_FILES
from fakes.front import CHUNKED, Front, answer_well, post, request
from fakes.process import a_process
from fakes.raw_client import a_raw_client, once
from fakes.raw_pms import a_raw_pms

IDLE = 10_000
MOST_FILES = MAX_CONNECTIONS + BATCHES * BACKLOG + RESERVED_FILES
# Holds connections open, tells when all are there, then how many were closed on it.
CROWD = """
import resource, socket, sys, time
port, count = map(int, sys.argv[1:])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
idle = []
for number in range(count):
    idle.append(socket.create_connection(("127.0.0.1", port)))
    if number % 100 == 0:
        # Else the kernel would drop some, and try these again a second later.
        time.sleep(0.01)
print(len(idle), flush=True)
sys.stdin.readline()
closed = 0
for one in idle:
    one.settimeout(5)
    try:
        closed += one.recv(1) == b""
    except ConnectionError:
        closed += 1
print(closed, flush=True)
"""


def _files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.fixture
def hard_limit() -> int:
    """Return how many files a process of ours may open."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return hard if hard != resource.RLIM_INFINITY else 2**20


async def test_ten_thousand_idle_connections_keep_nobody_out(
    front: Front, hard_limit: int
) -> None:
    """The proxy serves meanwhile, keeps files for itself, and closes them all."""
    count = min(IDLE, hard_limit - RESERVED_FILES)
    port = front.rig.url.rpartition(":")[2]
    crowd = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CROWD, port, str(count)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    here = asyncio.create_task(crowd.stdout.readline())
    try:
        while not here.done():
            await front.still_serves()
            await asyncio.sleep(0.05)
            assert _files() < MOST_FILES
        assert int(await here) == count
        await front.still_serves()

        front.rig.clock.advance(HEAD_S)
        await front.rig.until(lambda: _files() < 100)

        crowd.stdin.write(b"\n")
        assert int(await crowd.stdout.readline()) == count
        await front.still_serves()
    finally:
        here.cancel()
        await asyncio.wait([here])
        crowd.kill()
        await crowd.communicate()


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux only")
async def test_a_process_with_few_files_keeps_some_for_the_pms() -> None:
    """Of 256 files silent clients get no more than leaves the rest to work with."""
    async with (
        AsyncExitStack() as silent,
        a_raw_pms(answer_well) as pms,
        a_process({"PROXY_UPSTREAM_URL": pms.url}) as running,
    ):
        # In time: Python itself takes longer to start.
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (256, 256))
        url = f"http://127.0.0.1:{await running.port()}"
        for _ in range(600):
            await silent.enter_async_context(a_raw_client(url))

        for _ in range(5):
            assert (await once(url, request(method=b"DELETE"))).status == 200
        status = (await once(url, request(b"/status.json"))).text

    assert json.loads(status)["breaker"]["last_failures"] == []
    assert pms.connections == 5


async def test_five_hundred_slow_heads_keep_nobody_out(front: Front) -> None:
    """Each is a 408 in its time, and others are served until then."""

    async def trickle() -> int:
        async with a_raw_client(front.rig.url) as client:
            client.send(b"GET /api/hotels HTTP/1.1\r\nX-a: b\r\n")
            return (await client.reply()).status

    slow = [asyncio.create_task(trickle()) for _ in range(500)]
    for _ in range(round(HEAD_S) - 1):
        await front.rig.settles()
        front.rig.clock.advance(1)
        await front.still_serves()
    assert not any(one.done() for one in slow)
    front.rig.clock.advance(HEAD_S)

    assert set(await asyncio.gather(*slow)) == {408}
    assert front.seen == []


@pytest.mark.parametrize(
    "fields", [b"Content-Length: 100\r\n", CHUNKED], ids=["length", "chunks"]
)
async def test_a_body_that_trickles_is_bounded_as_a_whole(
    front: Front, fields: bytes
) -> None:
    """A byte a second is no way to hold a connection."""
    byte = b"1\r\na\r\n" if fields == CHUNKED else b"a"
    async with a_raw_client(front.rig.url) as client:
        client.send(post(fields))
        for _ in range(15):
            client.send(byte)
            await front.rig.settles()
            front.rig.clock.advance(1)
        got = await client.reply()

    assert (got.status, front.seen) == (408, [])
    await front.still_serves()
