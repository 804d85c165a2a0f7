"""`python -m proxy breaker …`: an operator's order from a shell (issue 4)."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from config.proxy_settings import ProxySettings
from fakes.raw_pms import a_raw_pms
from fakes.rig import a_rig
from proxy.__main__ import main
from proxy.front import orders_cli

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fakes.raw_pms import RawRequest
    from fakes.rig import Rig

TOKEN = "an-operators-token"  # noqa: S105
WHY = ("--why", "PMS upgrade")


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy that knows an operator."""
    async with a_rig({"PROXY_ADMIN_TOKEN": TOKEN}) as started:
        yield started


class Shell:
    """What an operator types, and what is then read."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.environ = {"PROXY_ADMIN_TOKEN": TOKEN}
        self._capsys = capsys

    async def types(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, output and errors."""
        code = await asyncio.to_thread(main, self.environ, arguments)
        read = self._capsys.readouterr()
        # The rig's own log goes to the same output: its lines hold a level.
        lines = [line for line in read.out.splitlines() if "[" not in line]
        return code, "\n".join(lines), read.err


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    """Give a shell with the right token in its environment."""
    return Shell(capsys)


async def test_the_breaker_is_held_and_let_go(rig: Rig, shell: Shell) -> None:
    """Each order prints in one line what is true after it."""
    at = ("--url", rig.url)
    code, said, _ = await shell.types("breaker", "open", *WHY, *at)
    assert code == 0
    assert said == (
        "The breaker is open, forced since 2026-11-25T03:00:00Z: PMS upgrade"
    )
    assert await rig.state() == "open"

    code, said, _ = await shell.types("breaker", "close", *WHY, *at)
    assert (code, said.split(":")[0]) == (
        0,
        "The breaker is closed, forced since 2026-11-25T03",
    )

    code, said, _ = await shell.types("breaker", "reset", *WHY, *at)
    assert code == 0
    assert said == "The breaker is closed since 2026-11-25T03:00:00Z, not forced."
    assert (await rig.breaker())["forced"] is None


async def test_the_cache_is_cleared(rig: Rig, shell: Shell) -> None:
    """The copies are gone, and the line says so."""
    await rig.search()
    code, said, _ = await shell.types("cache", "clear", *WHY, "--url", f"{rig.url}/")

    assert (code, said) == (0, "The cache holds 0 copies.")
    assert (await rig.status())["cache"]["entries"] == 0


async def test_the_port_is_the_environments(rig: Rig, shell: Shell) -> None:
    """Beside the proxy, with its own settings, no address is needed."""
    shell.environ["PROXY_PORT"] = rig.url.rpartition(":")[2]

    assert (await shell.types("breaker", "open", *WHY))[0] == 0
    assert int(orders_cli.DEFAULT_PORT) == ProxySettings.model_fields["port"].default


async def test_a_wrong_token_is_refused_and_never_shown(rig: Rig, shell: Shell) -> None:
    """One sentence, exit 1, and the breaker is as it was."""
    shell.environ["PROXY_ADMIN_TOKEN"] = "s3cret-but-wrong-ñ"  # noqa: S105
    code, said, why = await shell.types("breaker", "open", *WHY, "--url", rig.url)

    assert (code, said) == (1, "")
    assert why == (
        "The proxy refused: The field X-Admin-Token does not hold the token.\n"
    )
    assert await rig.state() == "closed"


@pytest.mark.parametrize(
    ("environ", "more", "sentence"),
    [
        ({"PROXY_ADMIN_TOKEN": ""}, WHY, "PROXY_ADMIN_TOKEN is not set."),
        (
            {"PROXY_ADMIN_TOKEN": "s3cret\nX: y"},
            WHY,
            "PROXY_ADMIN_TOKEN cannot be sent in a header.",
        ),
        ({}, (), 'An order needs its reason: --why "…".'),
        ({}, ("--why", " "), 'An order needs its reason: --why "…".'),
        *(
            ({}, (*WHY, "--url", url), "--url must be a base URL such as")
            for url in (
                *("shop", "ftp://x", "http://", "http://[::1", "http://x:99999"),
                *("http://u:s3cret@x", "http://x/ y", "http://x?s3cret"),
            )
        ),
        ({"PROXY_PORT": "0"}, WHY, "--url must be a base URL such as"),
        ({"PROXY_PORT": "s3cret"}, WHY, "--url must be a base URL such as"),
    ],
    ids=str,
)
async def test_an_order_not_well_put_is_not_sent(
    shell: Shell, environ: dict[str, str], more: tuple[str, ...], sentence: str
) -> None:
    """Exit 2 and one sentence that shows nothing secret."""
    shell.environ |= environ
    code, said, why = await shell.types("breaker", "open", *more)

    assert (code, said) == (2, "")
    assert why.startswith(sentence)
    assert why.count("\n") == 1
    assert "s3cret" not in why


async def test_a_reason_too_long_is_the_proxys_to_refuse(
    rig: Rig, shell: Shell
) -> None:
    """Its own sentence is shown."""
    code, _, why = await shell.types(
        "breaker", "open", "--why", "x" * 501, "--url", rig.url
    )

    assert code == 1
    assert why.startswith("The proxy refused: An order needs its reason")


async def test_no_proxy_there(shell: Shell, unused_tcp_port: int) -> None:
    """Exit 1, and the address that did not answer."""
    url = f"http://127.0.0.1:{unused_tcp_port}"
    code, _, why = await shell.types("breaker", "open", *WHY, "--url", url)

    assert code == 1
    assert why == f"The proxy at {url} cannot be reached: Connection refused.\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"breaker": []}',
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
    ids=["redirect", "text", "list", "odd", "ssh", "nothing"],
)
async def test_something_else_answers_there(shell: Shell, answer: bytes) -> None:
    """It is named as not the proxy; the token follows no redirect."""

    async def play(_: RawRequest, writer: asyncio.StreamWriter) -> bool:
        writer.write(answer)
        await writer.drain()
        return False

    async with a_raw_pms(play) as other:
        code, said, why = await shell.types("breaker", "open", *WHY, "--url", other.url)

    assert (code, said) == (1, "")
    assert other.url in why
    assert why.count("\n") == 1
    assert len(other.requests) == 1


async def test_the_help_shows_all() -> None:
    """`python -m proxy --help` tells orders and doctor, and that it serves."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "proxy", "--help"),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await child.communicate()

    assert child.returncode == 0
    for word in (
        b"serve until SIGTERM",
        b"proxy doctor",
        b"open,close,reset",
        b"clear",
    ):
        assert word in said
