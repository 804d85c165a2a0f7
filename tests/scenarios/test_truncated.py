"""Scenarios 31-33: answers that are not whole, and one that is (CONTRACT §2)."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.raw_pms import RawRequest, a_raw_pms
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from demo.fault import Fault

XML = {"Content-Type": "text/xml;charset=utf-8", "PSWS-Version": "1.6.1.23"}
JSON = {"Content-Type": "application/json", "PSWS-Version": "1.6.1.23"}
BODY = b"<qloapps>" + b"a" * 991 + b"</qloapps>"


def _sha1(body: bytes) -> dict[str, str]:
    return {"Content-Sha1": hashlib.sha1(body, usedforsecurity=False).hexdigest()}


BROKEN: list[tuple[str, Fault, str]] = [
    (
        "length-too-long",
        faults.answers(200, {**XML, "Content-Length": "1000"}, BODY[:400]),
        "network",
    ),
    ("half-the-body", faults.truncated(), "network"),
    (
        "no-last-chunk",
        faults.answers(200, {**XML, **_sha1(BODY)}, BODY, framing="unfinished"),
        "network",
    ),
    (
        "truncated-gzip",
        faults.answers(
            200, {**XML, "Content-Encoding": "gzip"}, gzip.compress(BODY)[:-9]
        ),
        "down",
    ),
    (
        "invalid-json",
        faults.answers(200, {**JSON, **_sha1(b'{"a":')}, b'{"a":'),
        "down",
    ),
    ("invalid-xml", faults.answers(200, {**XML, **_sha1(b"<a>")}, b"<a>"), "down"),
    ("another-sha1", faults.answers(200, {**XML, **_sha1(b"x")}, BODY), "down"),
    (
        "notice-in-front",
        faults.answers(200, {**XML, **_sha1(BODY)}, b"<br />Notice" + BODY),
        "down",
    ),
    (
        "cut-by-the-close",
        faults.answers(200, {**XML, **_sha1(BODY)}, BODY[:99], framing="none"),
        "down",
    ),
    (
        "fatal-error",
        faults.answers(200, {"Content-Type": "text/html"}, b"Fatal error"),
        "down",
    ),
    ("empty", faults.answers(200, {"Content-Type": "text/html"}), "down"),
    ("not-http", faults.raw(b"SSH-2.0-OpenSSH\r\n\r\n"), "down"),
    ("half-a-head", faults.raw(b"HTTP/1.1 200 OK\r\nContent-"), "network"),
]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [pytest.param(fault, cause, id=name) for name, fault, cause in BROKEN],
)
async def test_an_answer_that_is_not_whole_is_a_failure(
    rig: Rig, fault: Fault, cause: str
) -> None:
    """Scenario 32: 502, or the copy; one failure each; the copy stays as it was."""
    first = await rig.search(1)
    rig.clock.advance(40)
    rig.pms.plays(fault)
    stale = await rig.search(1)
    rig.pms.plays(fault)
    bare = await rig.search(2, Accept="application/json")

    assert (stale.status, stale.body, stale.is_marked) == (200, first.body, True)
    assert stale.headers["Age"] == "40"
    assert bare.status == 502
    assert bare.json()["cause"] == cause
    assert bare.json()["type"].endswith("/upstream-failed")
    assert (await rig.breaker())["failures_in_window"] == 2
    assert (await rig.status())["cache"]["entries"] == 1
    assert len(rig.pms.calls) == 3


async def test_a_body_that_trickles_ends_at_the_deadline(rig: Rig) -> None:
    """Scenario 31: a byte every 5 s ends at 15 s in all; one failure, nothing kept."""
    trickle = faults.trickles(200, {**XML, **_sha1(BODY)}, BODY)
    rig.pms.plays(trickle)
    asking = asyncio.create_task(rig.search())
    await rig.until_calls(1)
    for _ in range(2):
        rig.clock.advance(5)
        trickle.release()
        await rig.settles()
        assert not asking.done()
    rig.clock.advance(4.999)
    trickle.release()
    await rig.settles()
    assert not asking.done()
    rig.clock.advance(0.001)

    got = await asking

    assert got.status == 504
    assert (await rig.breaker())["failures_in_window"] == 1
    assert (await rig.status())["cache"]["entries"] == 0
    assert (await rig.status())["upstream"]["abandoned"] == 1


@pytest.mark.parametrize("framing", ["length", "chunked", "none"])
async def test_a_whole_answer_before_a_half_close_is_a_success(framing: str) -> None:
    """Scenario 33: the PMS says all and closes its side; that is no failure."""

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request
        head = {**XML, **_sha1(BODY)}
        body = BODY
        if framing == "length":
            head["Content-Length"] = str(len(BODY))
        if framing == "chunked":
            head["Transfer-Encoding"] = "chunked"
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        writer.write(f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + body)
        await writer.drain()
        writer.write_eof()
        return True

    async with (
        a_raw_pms(play) as upstream,
        a_rig({"PROXY_UPSTREAM_URL": upstream.url}) as rig,
    ):
        got = await rig.get("/api/hotels")

        assert (got.status, got.body) == (200, BODY)
        assert got.headers["Cache-Status"] == "pms-proxy; fwd=miss; stored"
        assert (await rig.get("/api/hotels/2")).status == 200
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_whole_gzip_that_was_not_asked_for_passes(rig: Rig) -> None:
    """It is passed on as it came, and not kept, since no SHA-1 covers it."""
    packed = gzip.compress(BODY)
    rig.pms.plays(faults.answers(200, {**XML, "Content-Encoding": "gzip"}, packed))

    got = await rig.ask(
        "GET", "/api/hotels", headers={"Accept-Encoding": "gzip, deflate"}
    )

    assert got.status == 200
    assert rig.pms.calls[-1].headers["Accept-Encoding"] == "identity"
    assert (await rig.status())["cache"]["entries"] == 0
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_an_early_hint_is_not_the_answer() -> None:
    """A 1xx before the answer is skipped (RFC 9110 §15.2)."""

    async def play(request: RawRequest, writer: asyncio.StreamWriter) -> bool:
        del request
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n")
        lines = "".join(f"{k}: {v}\r\n" for k, v in {**XML, **_sha1(BODY)}.items())
        writer.write(
            f"HTTP/1.1 200 OK\r\n{lines}Content-Length: {len(BODY)}\r\n\r\n".encode()
            + BODY
        )
        return True

    async with (
        a_raw_pms(play) as upstream,
        a_rig({"PROXY_UPSTREAM_URL": upstream.url}) as rig,
    ):
        assert (await rig.get("/api/hotels")).body == BODY
