"""Sockets: IPv4 and IPv6 on one port, and one sentence where it cannot be had."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from config import serving
from config.serving import LOOPBACK, Runner, ServingError, open_sockets, serve

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def opened() -> Iterator[list[socket.socket]]:
    """Close whatever a test has opened."""
    sockets: list[socket.socket] = []
    yield sockets
    for each in sockets:
        each.close()


def test_both_families_share_the_port(opened: list[socket.socket]) -> None:
    """With port 0 IPv6 gets the port that IPv4 was given."""
    opened += open_sockets(LOOPBACK, 0)

    assert len({bound.getsockname()[1] for bound in opened}) == 1
    assert opened[0].getsockname()[0] == "127.0.0.1"


def test_both_families_answer(opened: list[socket.socket]) -> None:
    """A client finds it under either address, where the machine has both."""
    opened += open_sockets(LOOPBACK, 0)

    for bound in opened:
        address, port = bound.getsockname()[:2]
        socket.create_connection((address, port), timeout=2).close()


def test_a_taken_port_is_one_sentence() -> None:
    """Whoever starts it twice reads which port is taken."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ServingError) as refusal:
            open_sockets(LOOPBACK, port)

    assert str(refusal.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program."
    )


def test_a_foreign_address_is_refused() -> None:
    """An address that is not this machine's is named."""
    with pytest.raises(ServingError, match=r"Cannot listen on 192\.0\.2\.1 port 0"):
        open_sockets(("192.0.2.1",), 0)


def test_a_half_bound_port_is_given_back() -> None:
    """Where the second address fails the first one is free again."""
    with closing(socket.create_server(("127.0.0.2", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServingError):
            open_sockets(("127.0.0.1", "127.0.0.2"), port)

        socket.create_server(("127.0.0.1", port)).close()


async def test_a_burst_of_guests_is_not_turned_away(
    opened: list[socket.socket],
) -> None:
    """Connections that come while the process is busy wait: none is dropped."""
    bound = open_sockets(("127.0.0.1",), 0)
    address = bound[0].getsockname()

    def come_at_once() -> None:
        # Blocking, so that nothing is accepted meanwhile.
        opened.extend(
            socket.create_connection(address, timeout=0.9) for _ in range(500)
        )
        signal.raise_signal(signal.SIGTERM)

    runner = web.AppRunner(web.Application())
    await serve(runner, bound, on_start=come_at_once, on_stop=lambda: None)

    assert len(opened) == 500


async def test_the_drain_takes_its_time_once(opened: list[socket.socket]) -> None:
    """A request that never ends holds the process up for the drain and no longer."""
    bound = open_sockets(("127.0.0.1",), 0)
    began, left = asyncio.Event(), asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        del request
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return web.Response()

    app = web.Application()
    app.router.add_get("/", never)
    runner = Runner(app, refuse_unreadable=_refuse, shutdown_timeout=1)
    serving = asyncio.create_task(serve(runner, bound, on_stop=lambda: None))
    opened.append(socket.create_connection(bound[0].getsockname()))
    opened[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await began.wait()

    signal.raise_signal(signal.SIGTERM)
    async with asyncio.timeout(1.9):
        await serving

    assert left.is_set()


@pytest.fixture
def few_files() -> Iterator[int]:
    """Let this process open a thousand files at first; return how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1000, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_connections_leave_files_for_the_rest(few_files: int) -> None:
    """For the backlog, which comes in before anybody can be sent away, too."""
    assert serving.backlog() == 125
    assert serving.connections_allowed() == 1000 - 3 * 125 - serving.RESERVED_FILES

    serving.raise_file_limit()

    raised, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == few_files
    assert raised == (
        serving.WANTED_FILES
        if hard == resource.RLIM_INFINITY
        else min(hard, serving.WANTED_FILES)
    )
    if raised == serving.WANTED_FILES:
        assert serving.connections_allowed() == serving.MAX_CONNECTIONS
        assert serving.backlog() == serving.BACKLOG


def _refuse(status: int, sentence: str) -> web.Response:
    return web.Response(status=status, text=sentence)
