"""Facts of request heads: which of those that the parser takes are refused."""

from __future__ import annotations

import pytest

from config.heads import MAX_FIELDS_BYTES, fault_of


@pytest.mark.parametrize("version", [(0, 9), (1, 2), (2, 0)])
def test_another_version_is_refused(version: tuple[int, int]) -> None:
    """Only HTTP/1.0 and HTTP/1.1 are read as they are meant."""
    assert fault_of(version, []) is not None
    assert fault_of((1, 0), []) is None
    assert fault_of((1, 1), []) is None


@pytest.mark.parametrize(
    ("version", "coding", "is_taken"),
    [
        ((1, 1), b"chunked", True),
        ((1, 1), b"ChUnKeD", True),
        ((1, 0), b"chunked", False),
        ((1, 1), b"gzip, chunked", False),
        ((1, 1), b",chunked", False),
    ],
)
def test_only_chunked_is_a_coding(
    version: tuple[int, int], coding: bytes, *, is_taken: bool
) -> None:
    """In HTTP/1.1, and alone."""
    assert (fault_of(version, [(b"TRANSFER-Encoding", coding)]) is None) is is_taken


@pytest.mark.parametrize(
    ("host", "is_taken"),
    [
        *((host, True) for host in (b"", b"x", b"x:80", b"10.0.0.1", b"[::1]:8081")),
        *((host, True) for host in (b"my_shop.example.com:", b"a%20b")),
        *((host, False) for host in (b"u@x", b"a b", b"a/b", b"a,b c", b"a?b", b"a#b")),
        *(
            (host, False)
            for host in (b"[::1", b"x:999999", b"x:y", b"\xc3\xb6", b"a\\b")
        ),
    ],
)
def test_a_host_is_a_host_and_a_port(host: bytes, *, is_taken: bool) -> None:
    """Nothing before it and nothing behind (RFC 9112 §3.2)."""
    assert (fault_of((1, 1), [(b"Host", host)]) is None) is is_taken


def test_all_fields_together_are_bounded() -> None:
    """The last byte that fits is taken."""
    fields = [(b"A", b"a" * (MAX_FIELDS_BYTES - 1))]

    assert fault_of((1, 1), fields) is None
    assert fault_of((1, 1), [*fields, (b"", b"a")]) == (
        431,
        "The header fields are over 16384 bytes together.",
    )
