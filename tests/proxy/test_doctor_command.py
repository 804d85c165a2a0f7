"""`python -m proxy doctor` as it is typed: languages, codes, and no secret."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from config.proxy_settings import ProxySettings
from demo import faults
from demo.pms import StandIn
from fakes.redis_server import free_port
from proxy.__main__ import main
from proxy.doctor import command

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator


def _settings(pms: StandIn, **more: str) -> dict[str, str]:
    return {"PROXY_UPSTREAM_URL": pms.url, "PROXY_PORT": "1", **more}


def test_wrong_settings_are_told_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence names the variable; the rest is not tried."""
    environ = {"PROXY_UPSTREAM_URL": "ftp://pms", "PROXY_PORT": "1"}

    assert main(environ, ["doctor", "--lang", "en"]) == 2

    said = capsys.readouterr().out
    assert "✗ settings" in said
    assert "PROXY_UPSTREAM_URL is 'ftp://pms', which is not allowed" in said
    assert said.count("Not tried: it needs settings.") == 9
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("environ", "heading"),
    [
        ({}, "Causa: Todo bien."),
        ({"LANG": "en_US.UTF-8"}, "Cause: All is well."),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_AR.UTF-8"}, "Causa: Todo bien."),
        ({"LANG": "C.UTF-8"}, "Causa: Todo bien."),
    ],
    ids=["nothing", "english", "the-stronger", "neither"],
)
async def test_people_read_their_language(
    environ: dict[str, str], heading: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the terminal's language, else Spanish; a misspelt variable is hinted at."""
    async with StandIn() as pms:
        given = _settings(pms, PROXY_UPSTREAM_KEY=pms.key, PROXY_PORT="1")
        given["PROXY_HOTEL"] = "1"
        code = await asyncio.to_thread(
            main, {**given, **environ}, ["doctor", "--no-proxy"]
        )
    said = capsys.readouterr().out

    assert code == 0
    assert heading in said
    assert "did you mean PROXY_HOTELS?" in said
    assert len(re.findall(r"(?m)^[✓✗-] ", said)) == 11


@pytest.mark.parametrize("environ", [{}, {"PROXY_ADMIN_TOKEN": "x" * 24}])
def test_a_shell_without_the_proxys_variables_is_told_so(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is the shell that lacks them, and how they are loaded is said."""
    assert main(environ, ["doctor", "--no-proxy"]) == 2

    said = capsys.readouterr().out
    assert "A esta terminal le faltan las variables del proxy (PROXY_…): PROXY_" in said
    assert "set -a; . ARCHIVO; set +a" in said
    assert "docker compose exec proxy" in said
    assert "configuración del proxy está mal" not in said


async def test_no_secret_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither key, token nor Redis' password, whatever fails, in either form."""
    secrets = ["K3Y" * 10, "t0ken-of-a-tool", "adm1n-token-of-ours", "p4ssw0rd"]
    environ = {
        "PROXY_UPSTREAM_KEY": secrets[0],
        "PROXY_CLIENT_TOKENS": f"tool:{secrets[1]}",
        "PROXY_ADMIN_TOKEN": secrets[2],
        "PROXY_REDIS_URL": f"redis://:{secrets[3]}@127.0.0.1:{free_port()}",
        "PROXY_PORT": "1",
    }
    async with StandIn() as pms:
        for more in ({}, {"PROXY_UPSTREAM_URL": "http://u:p4ssw0rd@pms"}):
            given = {**_settings(pms), **environ, **more}
            for form in ([], ["--json"]):
                await asyncio.to_thread(main, given, ["doctor", *form])
    said = capsys.readouterr()

    assert [one for one in secrets if one in said.out + said.err] == []


def test_a_terminal_is_given_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """What others wrote, here a variable's name, is shown without its escapes."""
    environ = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:1", "PROXY_PORT": "1"}

    main({**environ, "PROXY_\x1b[2J\u202e": "1"}, ["doctor"])

    said = capsys.readouterr().out
    assert "PROXY_?[2J?" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    "url", ["pms", "http://u:p4ssw0rd@x", "http://x?a", "http://x:0", "http://[", ""]
)
def test_a_wrong_url_is_a_misuse(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 with one sentence that quotes no password."""
    with pytest.raises(SystemExit) as ended:
        main({}, ["doctor", "--url", url])

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "must be such as http://127.0.0.1:8081" in said
    assert "p4ssw0rd" not in said


def test_the_default_port_is_the_settings() -> None:
    """Beside the proxy no address is needed."""
    default = ProxySettings.model_fields["port"].default
    assert default == int(command.DEFAULT_PORT)


@asynccontextmanager
async def _typed(pms: StandIn, stdout: int) -> AsyncIterator[Process]:
    """Run it as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "proxy", "doctor"),
        env={**os.environ, **_settings(pms, PROXY_UPSTREAM_KEY=pms.key)},
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_ctrl_c_and_a_closed_pipe_end_it_quietly() -> None:
    """Neither is answered with a traceback."""
    reads, writes = os.pipe()
    os.close(reads)
    gate = faults.holds()
    async with StandIn() as pms:
        pms.always(gate)
        async with _typed(pms, writes) as piped:
            os.close(writes)
            assert (await piped.communicate())[1] == b""
            assert piped.returncode == 1
        async with _typed(pms, asyncio.subprocess.DEVNULL) as stopped:
            await gate.arrived.wait()
            stopped.send_signal(signal.SIGINT)
            assert (await stopped.communicate())[1] == b""
            assert stopped.returncode == 130


async def test_the_proxys_own_address_is_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where it is bound to one address, that is where it is looked for."""
    port = str(free_port())
    async with StandIn() as pms:
        environ = _settings(pms, PROXY_BIND="127.0.0.2", PROXY_PORT=port)
        code = await asyncio.to_thread(main, environ, ["doctor", "--lang", "en"])
    assert code == 1
    assert f"No proxy runs at http://127.0.0.2:{port};" in capsys.readouterr().out
