"""Real exchanges with QloApps, from `tests/data/exchanges`, as the proxy's values."""

from __future__ import annotations

from pathlib import Path

from proxy.headers import end_to_end
from proxy.messages import Answer, Request

EXCHANGES = Path(__file__).parents[1] / "data/exchanges"


def answer(name: str) -> Answer:
    """Return a recorded answer, hop-by-hop fields dropped; `name` is the file's."""
    head, body = _parts(name, "response")
    status_line, *lines = head.split("\r\n")
    status = int(status_line.split(" ")[1])
    return Answer(status=status, headers=_headers(lines), body=body)


def request(name: str) -> Request:
    """Return a recorded request as a client's, credentials included."""
    head, body = _parts(name, "request")
    request_line, *lines = head.split("\r\n")
    method, target, _ = request_line.split(" ")
    path, _, query = target.partition("?")
    return Request(
        method=method, path=path, query=query, headers=_headers(lines), body=body
    )


def _parts(name: str, kind: str) -> tuple[str, bytes]:
    (found,) = EXCHANGES.glob(f"{name}*.{kind}")
    head, _, body = found.read_bytes().partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(": ") for line in lines)
    return end_to_end(tuple((name, value) for name, _, value in pairs))
