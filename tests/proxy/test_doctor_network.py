"""The doctor below HTTP: names, ports and certificates; all are cause `network`."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import sys
import threading
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.clock import SystemClock
from demo.pms import StandIn
from fakes.doctor import HurriedClock, Report, examine
from fakes.redis_server import free_port
from proxy.doctor.certificates import validity
from proxy.doctor.lookups import PatientLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TLS = Path(__file__).parent.parent / "data/tls"
NAMED = {"PROXY_UPSTREAM_URL": "http://pms.example:8080"}
# Which of the chain is looked at; the rest is not tried.
CHAIN = ("dns", "tcp", "tls", "http", "host", "credentials", "search")


class Late(SystemClock):
    """The time of day shortly before the tests' own certificate ends."""

    def wall(self) -> datetime:
        """Return it."""
        return datetime(2126, 10, 25, tzinfo=UTC)


@asynccontextmanager
async def _a_tls_server(name: str) -> AsyncIterator[str]:
    """Listen with one of the tests' certificates, and say nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / name, TLS / "key.pem")

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(close, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def _a_silent_port(*, backlog_full: bool = False) -> AsyncIterator[str]:
    """Take connections, or let them wait to be taken, and never say a word."""
    with socket.socket() as bound, socket.socket() as other:
        bound.bind(("127.0.0.1", 0))
        bound.listen(0)
        if backlog_full:
            other.connect(bound.getsockname())
        yield f"127.0.0.1:{bound.getsockname()[1]}"


def _ends_at(report: Report, check: str, code: str) -> bool:
    """Say whether a check failed for its reason, and no later one was tried."""
    later = CHAIN[CHAIN.index(check) + 1 :]
    return (
        report.code_of(check) == code
        and report.check(check)["cause"] == "network"
        and all(report.code_of(one) == "not_tried" for one in later)
        and (report.code, report.judgement) == (1, "network")
    )


async def test_a_name_that_does_not_resolve() -> None:
    """The reason is the resolver's own."""

    def unknown(*_: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    report = await examine(NAMED, new_loop=partial(PatientLoop, unknown))

    assert _ends_at(report, "dns", "dns_unknown")
    assert "Name or service not known" in report.check("dns")["says"]


async def test_a_resolver_that_hangs_holds_nobody() -> None:
    """After 3 s the name is given up, and the end does not wait for it either."""
    released = threading.Event()

    def hangs(*_: object) -> Any:
        released.wait(60)
        return []

    clock = HurriedClock()
    began_at = clock.monotonic()
    report = await examine(NAMED, clock=clock, new_loop=partial(PatientLoop, hangs))
    took_s = clock.monotonic() - began_at
    released.set()

    assert _ends_at(report, "dns", "dns_silent")
    assert took_s < 8


async def test_a_resolver_that_hangs_holds_no_process() -> None:
    """Whoever runs the doctor has the prompt back, whatever a thread waits for."""
    program = """
import asyncio, threading
from proxy.doctor.lookups import PatientLoop

async def look():
    async with asyncio.timeout(0.01):
        await asyncio.get_running_loop().getaddrinfo("pms.example", 80)

loop = lambda: PatientLoop(lambda *_: threading.Event().wait(60))
with asyncio.Runner(loop_factory=loop) as runner:
    try:
        runner.run(look())
    except TimeoutError:
        print("given up")
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(15):
        said, _ = await process.communicate()

    assert (process.returncode, said) == (0, b"given up\n")


async def test_a_name_that_resolves() -> None:
    """It is told with its addresses, and the way goes on."""
    async with StandIn() as pms:
        there = socket.getaddrinfo("127.0.0.1", pms.port, type=socket.SOCK_STREAM)
        report = await examine(
            {
                "PROXY_UPSTREAM_URL": f"http://pms.example:{pms.port}",
                "PROXY_UPSTREAM_HOST": pms.host,
            },
            new_loop=partial(PatientLoop, lambda *_: there),
        )

    assert report.check("dns")["says"] == "pms.example es 127.0.0.1."
    assert report.judgement == "well"


async def test_a_port_that_refuses() -> None:
    """Nobody listens: told as such, at once."""
    url = f"http://127.0.0.1:{free_port()}"
    report = await examine({"PROXY_UPSTREAM_URL": url})
    assert _ends_at(report, "tcp", "tcp_refused")


async def test_a_port_behind_a_silent_firewall() -> None:
    """What answers no connection is the network's fault, not a slow PMS."""
    async with _a_silent_port(backlog_full=True) as at:
        report = await examine(
            {"PROXY_UPSTREAM_URL": f"http://{at}"}, clock=HurriedClock()
        )
    assert _ends_at(report, "tcp", "tcp_silent")


async def test_a_handshake_that_hangs() -> None:
    """A port that takes connections and does not speak TLS is given up after 3 s."""
    async with _a_silent_port() as at:
        report = await examine(
            {"PROXY_UPSTREAM_URL": f"https://{at}"}, clock=HurriedClock()
        )
    assert _ends_at(report, "tls", "tls_silent")


async def test_a_port_that_speaks_no_tls() -> None:
    """Plain HTTP where TLS was due."""
    async with StandIn() as pms:
        report = await examine({"PROXY_UPSTREAM_URL": f"https://{pms.host}"})
    assert _ends_at(report, "tls", "tls_broken")


async def test_a_certificate_that_is_nobodys() -> None:
    """A self-signed one is told with OpenSSL's own reason."""
    async with _a_tls_server("cert.pem") as url:
        report = await examine({"PROXY_UPSTREAM_URL": url})

    assert _ends_at(report, "tls", "tls_untrusted")
    assert "self-signed certificate" in report.check("tls")["says"]


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("expired.pem", "tls_expired", "2025-01-01"),
        ("not-yet.pem", "tls_not_yet", "2120-01-01"),
        ("other-name.pem", "tls_wrong_name", "127.0.0.1"),
    ],
)
async def test_a_certificate_that_does_not_hold(
    name: str, code: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its days are told, or that it bears another name."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / name))
    async with _a_tls_server(name) as url:
        report = await examine({"PROXY_UPSTREAM_URL": url})

    assert _ends_at(report, "tls", code)
    assert says in report.check("tls")["says"]


@pytest.mark.parametrize(
    ("clock", "code"), [(SystemClock(), "tls_good"), (Late(), "tls_soon_over")]
)
async def test_a_certificate_that_holds(
    clock: SystemClock, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes with its last day, and with a warning in the last two weeks."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "cert.pem"))
    async with _a_tls_server("cert.pem") as url:
        report = await examine({"PROXY_UPSTREAM_URL": url}, clock=clock)

    assert report.check("tls")["outcome"] == "passed"
    assert report.code_of("tls") == code
    assert "2126-11-01" in report.check("tls")["says"]


def test_days_are_read_in_both_forms() -> None:
    """Two digits of a year or four; what is no certificate has no days."""

    def days(name: str) -> tuple[datetime, datetime] | None:
        text = (TLS / name).read_text().partition("-----BEGIN CERTIFICATE-----")[2]
        return validity(base64.b64decode(text.partition("-----END")[0]))

    assert days("cert.pem") == (
        datetime(2026, 11, 25, 18, 49, 28, tzinfo=UTC),
        datetime(2126, 11, 1, 18, 49, 28, tzinfo=UTC),
    )
    assert days("expired.pem") == (
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2025, 1, 1, tzinfo=UTC),
    )
    nonsense = b"\x30\x1e" + b"\x17\x0d999999999999Z" * 2
    assert validity(nonsense) is None
    assert validity(b"") is None
