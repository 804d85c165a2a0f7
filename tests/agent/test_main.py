from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).parents[2]


async def start(*arguments: str, **variables: str) -> asyncio.subprocess.Process:
    """Start `python -m agent` with these variables alone."""
    environ = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **variables}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agent",
        *arguments,
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_serves_until_sigterm() -> None:
    """The agent says where it listens, serves, and leaves with 0 on SIGTERM."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free_port = taken.getsockname()[1]
    process = await start(
        AGENT_BIND="127.0.0.1",
        AGENT_PORT=str(free_port),
        AGENT_PRT="1",
        AGENT_WHATSAPP_APP_SECRET="app-secret-of-the-test",  # noqa: S106
    )
    url = f"http://127.0.0.1:{free_port}"
    logged = ""
    assert process.stdout is not None
    while "agent.listening" not in logged:
        line = await process.stdout.readline()
        assert line, "the agent left"
        logged += line.decode()
    assert url in logged
    assert "AGENT_PRT is not a setting" in logged
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/health/live") as answer:
            assert answer.status == 200
        async with session.post(f"{url}/webhooks/whatsapp", data=b"{}") as answer:
            assert answer.status == 401
    reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
    writer.write(b"GET / HTTP/9.9 or so\r\n\r\n")
    assert b"application/problem+json" in await reader.read()
    writer.close()
    process.send_signal(signal.SIGTERM)
    rest, errors = await process.communicate()
    assert process.returncode == 0
    assert errors == b""
    assert "agent.stopped" in rest.decode()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"AGENT_PORT": "http"}, "AGENT_PORT is 'http', which is not allowed"),
        ({"AGENT_HOTEL_TIMEZONE": "Mars"}, "AGENT_HOTEL_TIMEZONE is 'Mars'"),
        (
            {"AGENT_WHATSAPP_ACCESS_TOKEN": "EAAG"},
            "AGENT_WHATSAPP_PHONE_NUMBER_ID is required",
        ),
        ({"AGENT_PROXY_TOKEN": "a\nb"}, "AGENT_PROXY_TOKEN is (hidden)"),
    ],
)
async def test_bad_setting(variables: dict[str, str], sentence: str) -> None:
    """A bad setting is one sentence and exit code 2."""
    process = await start(**variables)
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert sentence in errors.decode()
    assert len(errors.splitlines()) == 1


async def test_taken_port() -> None:
    """A port that is taken is one sentence and exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = await start(AGENT_BIND="127.0.0.1", AGENT_PORT=str(port))
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert "is taken by another program." in errors.decode()
    assert len(errors.splitlines()) == 1
