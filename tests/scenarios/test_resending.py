"""Scenario 56: nothing is sent twice, reads included (CONTRACT §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.raw_pms import RawPms, RawRequest, a_raw_pms
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

EMPTY = b"HTTP/1.1 404 Not Found\r\nPSWS-Version: 1\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
async def fickle() -> AsyncIterator[tuple[Rig, RawPms]]:
    """Give a PMS that keeps connections, and closes them on whatever says `drop`."""

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        if "drop" in request.target or request.method in {"PUT", "DELETE", "POST"}:
            return False
        writer.write(EMPTY)
        return True

    async with (
        a_raw_pms(play) as upstream,
        a_rig({"PROXY_UPSTREAM_URL": upstream.url}) as rig,
    ):
        yield rig, upstream


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("PUT", "/api/customers/1", 504),
        ("DELETE", "/api/customers/1", 504),
        ("POST", "/api/bookings", 504),
        ("GET", "/api/customers/drop?ps_method=DELETE", 504),
        ("GET", "/api/customers/drop", 502),
        ("HEAD", "/api/customers/drop", 502),
        ("GET", "/api/hotels/drop", 502),
        ("OPTIONS", "/api/customers/drop", 504),
    ],
)
async def test_a_dropped_connection_is_not_tried_again(
    fickle: tuple[Rig, RawPms], method: str, target: str, status: int
) -> None:
    """Exactly one call reaches a PMS that closes a kept connection on it."""
    rig, upstream = fickle
    for number in range(3):
        await rig.get(f"/api/customers/{number}")

    got = await rig.ask(method, target)
    await rig.settles()

    assert got.status == status
    assert [seen.target for seen in upstream.requests[3:]] == [target]
    assert (await rig.breaker())["failures_in_window"] == 1


async def test_a_read_uses_a_kept_connection_and_a_write_a_fresh_one() -> None:
    """Reads share connections; a write never meets one that is just being closed."""
    connections: list[int] = []

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request
        connections.append(id(writer))
        writer.write(EMPTY)
        return True

    async with (
        a_raw_pms(play) as upstream,
        a_rig({"PROXY_UPSTREAM_URL": upstream.url}) as rig,
    ):
        for _ in range(3):
            await rig.get("/api/customers/1")
        for _ in range(2):
            await rig.ask("PUT", "/api/customers/1", "<a/>")
        await rig.get("/api/customers/1")

    reads, writes = connections[:3], connections[3:5]
    assert len(set(reads)) == 1
    assert not set(writes) & set(reads)
    assert connections[5] == reads[0]


async def test_a_probe_is_sent_once() -> None:
    """A probe whose connection is closed has failed; no second one follows."""
    is_down = False

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request
        if is_down:
            return False
        writer.write(EMPTY)
        return True

    async with (
        a_raw_pms(play) as upstream,
        a_rig(
            {"PROXY_UPSTREAM_URL": upstream.url, "PROXY_BREAKER_FAILURES": "1"}
        ) as rig,
    ):
        await rig.get("/api/customers/1")
        is_down = True
        await rig.get("/api/customers/1")
        assert await rig.state() == "open"
        seen = len(upstream.requests)
        rig.clock.advance(30)
        await rig.until(lambda: len(upstream.requests) > seen)
        await rig.until_state("open")
        await rig.settles()

        assert len(upstream.requests) == seen + 1
