"""`python -m proxy` as a process: start, settings, sockets, SIGTERM (CONTRACT §10)."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from demo import faults
from demo.pms import StandIn
from fakes.process import PATIENCE_S, a_process
from fakes.raw_client import a_raw_client, once
from proxy.__main__ import main

ASK = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
STATUS = b"GET /status.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
UPSTREAM = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:9"}
KEY = "SECRETKEYSECRETKEYSECRETKEY12345"


async def _refusal(environ: dict[str, str]) -> tuple[int | None, str]:
    """Start a proxy that cannot start; return exit code and what it said."""
    async with a_process(environ) as running, asyncio.timeout(PATIENCE_S):
        said, _ = await running.process.communicate()
        return running.process.returncode, said.decode()


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        pytest.param({}, "PROXY_UPSTREAM_URL", id="nothing set"),
        pytest.param({"PROXY_UPSTREAM_URL": "shop"}, "PROXY_UPSTREAM_URL", id="no url"),
        pytest.param(
            {"PROXY_UPSTREAM_URL": "http://x:99999"}, "PROXY_UPSTREAM_URL", id="no port"
        ),
        pytest.param(
            {"PROXY_UPSTREAM_URL": "http://[::1"}, "PROXY_UPSTREAM_URL", id="half IPv6"
        ),
        pytest.param(
            {"PROXY_UPSTREAM_URL": f"http://u:{KEY}@x"},
            "PROXY_UPSTREAM_URL",
            id="secret in the url",
        ),
        pytest.param({**UPSTREAM, "PROXY_PORT": "99999"}, "PROXY_PORT", id="port"),
        pytest.param({**UPSTREAM, "PROXY_PORT": "http"}, "PROXY_PORT", id="port name"),
        pytest.param(
            {**UPSTREAM, "PROXY_BREAKER_OPEN_S": "nan"},
            "PROXY_BREAKER_OPEN_S",
            id="nan",
        ),
        pytest.param({**UPSTREAM, "PROXY_FRESH_S": "-1"}, "PROXY_FRESH_S", id="-1 s"),
        pytest.param(
            {**UPSTREAM, "PROXY_BREAKER_FAILURES": "0"},
            "PROXY_BREAKER_FAILURES",
            id="no failures",
        ),
        pytest.param(
            {**UPSTREAM, "PROXY_CLIENT_TOKENS": KEY}, "PROXY_CLIENT_TOKENS", id="token"
        ),
        pytest.param(
            {**UPSTREAM, "PROXY_UPSTREAM_KEY": f"{KEY} x"},
            "PROXY_UPSTREAM_KEY",
            id="key with a space",
        ),
        pytest.param(
            {**UPSTREAM, "PROXY_UPSTREAM_HOST": "a b"}, "PROXY_UPSTREAM_HOST", id="host"
        ),
        pytest.param(
            {**UPSTREAM, "PROXY_UPSTREAM_KEY": KEY, "PROXY_BIND": "0.0.0.0"},  # noqa: S104
            "PROXY_BIND",
            id="lends its key",
        ),
        pytest.param(
            {**UPSTREAM, "PROXY_UPSTREAM_KEY": KEY, "PROXY_BIND": "::"},
            "PROXY_BIND",
            id="lends its key on IPv6",
        ),
        pytest.param({**UPSTREAM, "PROXY_BIND": "192.0.2.1"}, "192.0.2.1", id="alien"),
        pytest.param(
            {**UPSTREAM, "PROXY_BIND": "no.such.host.invalid"}, "no.such", id="name"
        ),
        pytest.param({**UPSTREAM, "PROXY_BIND": "a..b"}, "a..b", id="no name"),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], named: str
) -> None:
    """It names the setting, shows no secret and no traceback, and exits with 2."""
    code = main({"PROXY_PORT": "0", **environ})
    said = capsys.readouterr().err

    assert code == 2
    assert named in said
    assert said.endswith("\n")
    assert said.count("\n") == 1
    assert KEY not in said


async def test_a_process_that_would_lend_its_key_does_not_start() -> None:
    """PROXY_BIND=0.0.0.0 with an own key and no tokens: a sentence, and exit 2."""
    code, said = await _refusal(
        {**UPSTREAM, "PROXY_UPSTREAM_KEY": KEY, "PROXY_BIND": "0.0.0.0"}  # noqa: S104
    )

    assert code == 2
    assert "PROXY_CLIENT_TOKENS" in said
    assert said.count("\n") == 1
    assert KEY not in said


async def test_a_signal_right_after_the_start_is_heeded() -> None:
    """Once it says that it listens, SIGTERM ends it in good order."""
    async with a_process(UPSTREAM) as running:
        await running.port()
        running.terminate()

        assert await running.ends() == 0


async def test_a_taken_port_is_one_sentence() -> None:
    """Another program's port ends the start with 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, said = await _refusal(
            {**UPSTREAM, "PROXY_BIND": "127.0.0.1", "PROXY_PORT": str(port)}
        )

    assert code == 2
    assert said == f"Port {port} on 127.0.0.1 is taken by another program.\n"


async def _answers(host: str, port: int) -> bool:
    try:
        return (await once(f"http://{host}:{port}", ASK)).status == 200
    except (OSError, asyncio.IncompleteReadError):
        # Refused, or taken from the queue and closed in the moment of the signal.
        return False


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def _outward_address() -> str | None:
    """Return an address of this machine that is not loopback, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address = str(asking.getsockname()[0])
    return None if address.startswith("127.") else address


@pytest.mark.parametrize(
    ("environ", "outward"),
    [
        pytest.param({}, True, id="clients' credentials"),
        pytest.param({"PROXY_UPSTREAM_KEY": KEY}, False, id="own key"),
        pytest.param(
            {"PROXY_UPSTREAM_KEY": KEY, "PROXY_CLIENT_TOKENS": f"agent:{KEY}"},
            True,
            id="own key and tokens",
        ),
    ],
)
async def test_it_listens_where_it_may(
    environ: dict[str, str], *, outward: bool
) -> None:
    """Loopback alone where it lends its key; else every address, IPv4 and IPv6."""
    async with a_process({**UPSTREAM, **environ}) as running:
        port = await running.port()

        assert await _answers("127.0.0.1", port)
        assert await _answers("[::1]", port) is _has_ipv6()
        address = _outward_address()
        if address is not None:
            assert await _answers(address, port) is outward
        assert not any(KEY in line for line in running.lines)


async def test_a_bound_address_is_the_only_one() -> None:
    """PROXY_BIND names one address, and no other answers."""
    async with a_process({**UPSTREAM, "PROXY_BIND": "127.0.0.1"}) as running:
        port = await running.port()

        assert await _answers("127.0.0.1", port)
        assert not await _answers("[::1]", port)


async def test_sigterm_ends_an_idle_proxy_quickly() -> None:
    """With an idle connection open it exits with 0, long before the drain's end."""
    async with a_process({**UPSTREAM, "PROXY_DRAIN_S": "60"}) as running:
        port = await running.port()
        async with a_raw_client(f"http://127.0.0.1:{port}") as client:
            assert await client.is_open()
            running.terminate()

            assert await running.ends() == 0


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_sigterm_waits_for_a_request_under_way(method: str) -> None:
    """What was sent is answered, then the exit is 0; new ones are not taken."""
    async with StandIn() as pms:
        gate = faults.holds()
        pms.always(gate)
        environ = {"PROXY_UPSTREAM_URL": pms.url, "PROXY_UPSTREAM_KEY": pms.key}
        async with a_process(environ) as running:
            port = await running.port()
            async with a_raw_client(f"http://127.0.0.1:{port}") as client:
                client.send(
                    f"{method} /api/customers/1 HTTP/1.1\r\nHost: x\r\n"
                    "Content-Length: 0\r\n\r\n".encode()
                )
                await gate.arrived.wait()
                running.terminate()
                async with asyncio.timeout(PATIENCE_S):
                    while await _answers("127.0.0.1", port):
                        await asyncio.sleep(0.01)
                gate.release()

                assert (await client.reply()).headers["X-PMS-Circuit-Breaker"]
                assert await client.is_closed()
                assert await running.ends() == 0
            assert len(pms.calls) == 1


@pytest.mark.parametrize(
    ("method", "status", "said"),
    [
        ("PUT", 504, b"<outcome>unknown</outcome>"),
        ("GET", 503, b"The proxy is stopping"),
    ],
)
async def test_the_drain_ends_with_an_answer(
    method: str, status: int, said: bytes
) -> None:
    """A call that hangs holds the exit up to PROXY_DRAIN_S; its client is told."""
    async with StandIn() as pms:
        gate = faults.holds()
        pms.always(gate)
        environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": pms.key,
            "PROXY_DRAIN_S": "0.5",
        }
        async with a_process(environ) as running:
            port = await running.port()
            async with a_raw_client(f"http://127.0.0.1:{port}") as client:
                client.send(
                    f"{method} /api/customers/1 HTTP/1.1\r\nHost: x\r\n"
                    "Content-Length: 0\r\n\r\n".encode()
                )
                await gate.arrived.wait()
                running.terminate()
                got = await client.reply()

                assert got.status == status
                assert said in got.body
                assert await running.ends() == 0


async def test_a_write_that_waits_for_a_place_was_not_sent() -> None:
    """At the drain's end it is told so: it may be sent again."""
    async with StandIn() as pms:
        gate = faults.holds()
        pms.always(gate)
        environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": pms.key,
            "PROXY_DRAIN_S": "0.5",
            "PROXY_MAX_INFLIGHT": "1",
        }
        write = b"PUT /api/customers/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        async with a_process(environ) as running:
            url = f"http://127.0.0.1:{await running.port()}"
            async with a_raw_client(url) as sent, a_raw_client(url) as waiting:
                sent.send(write)
                await gate.arrived.wait()
                waiting.send(write)
                while b'"waiting": 1' not in (await once(url, STATUS)).body:
                    pass
                running.terminate()
                answers = await sent.reply(), await waiting.reply()

                assert [got.status for got in answers] == [504, 503]
                assert b"<outcome>not_sent</outcome>" in answers[1].body
                assert await running.ends() == 0
        assert len(pms.calls) == 1


async def test_fractions_of_seconds_are_taken() -> None:
    """0.3 s is as good as 30 s: a failure opens, and 0.3 s later a probe goes."""
    async with StandIn() as pms:
        pms.plays(faults.error_page())
        environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_UPSTREAM_KEY": pms.key,
            "PROXY_BREAKER_FAILURES": "1",
            "PROXY_BREAKER_OPEN_S": "0.3",
            "PROXY_BREAKER_WINDOW_S": "0.3",
            "PROXY_UPSTREAM_TIMEOUT_S": "0.5",
            "PROXY_SOFT_TIMEOUT_S": "0.08",
            "PROXY_FRESH_S": "0.3",
            "PROXY_USABLE_S": "3.5",
            "PROXY_MAX_WAIT_S": "0.05",
            "PROXY_ABANDONED_HOLD_S": "0.45",
            "PROXY_DRAIN_S": "0.1",
        }
        async with a_process(environ) as running:
            url = f"http://127.0.0.1:{await running.port()}"
            got = await once(url, b"GET /api/hotels HTTP/1.1\r\nHost: x\r\n\r\n")
            assert got.status == 502
            assert "opened at" in await running.line("breaker.opened")
            assert "closed at" in await running.line("breaker.closed")
            status = await once(url, b"GET /status.json HTTP/1.1\r\nHost: x\r\n\r\n")
            assert json.loads(status.body)["breaker"]["state"] == "closed"
            running.terminate()
            assert await running.ends() == 0


async def test_a_misspelt_setting_is_told() -> None:
    """It is ignored, with a hint at the one that was meant."""
    async with a_process({**UPSTREAM, "PROXY_FRESHS": "3"}) as running:
        said = await running.line("setting.unknown")

        assert "PROXY_FRESH_S" in said
        assert await _answers("127.0.0.1", await running.port())
        running.terminate()
        assert await running.ends() == 0
