"""Sockets: IPv4 and IPv6 on one port, and one sentence where it cannot be had."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from config.serving import LOOPBACK, ServingError, open_sockets

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
