from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import aiohttp
import pytest

from fakes.redis_server import a_redis

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
        ({"AGENT_LONG_WEEKENDS": "soon"}, "AGENT_LONG_WEEKENDS must be pairs"),
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


async def test_understand() -> None:
    """Each line is answered by one, in order, empty and unreadable ones too."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent", "understand"),
        *("--now", "2026-11-25T01:30:00+00:00"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    answers, _ = await process.communicate(
        b"una doble para hoy, somos 2\n\n" + b"\xff\nbye\r\n"
    )
    first, *others = [json.loads(line) for line in answers.splitlines()]
    assert first == {
        "lang": "es",
        "intent": "availability",
        "checkin": "2026-11-24",
        "checkout": "2026-11-25",
        "adults": 2,
        "children": None,
        "room_type": "double",
    }
    assert [other["intent"] for other in others] == ["out_of_scope"] * 3
    assert process.returncode == 0


async def test_plays_dialogues(tmp_path: Path) -> None:
    """Written dialogues are played, one line each; 1 where one went otherwise."""
    expected = {"user": "hola", "expect": {"intent": "greeting"}}
    other = {"user": "recepción", "expect": {"handoff": False}}
    path = tmp_path / "dialogues.json"
    turns = {"good": [expected], "bad": [expected, other]}
    dialogues = [{"id": id_, "turns": its} for id_, its in turns.items()]
    path.write_text(json.dumps(dialogues), encoding="utf-8")
    process = await start("play", str(path))
    out, err = await process.communicate()
    verdicts = [json.loads(line) for line in out.decode().splitlines()]
    assert [(v["id"], v["passed"], bool(v["why"])) for v in verdicts] == [
        ("good", True, False),
        ("bad", False, True),
    ]
    assert process.returncode == 1
    assert err.decode() == "1 of 2 passed\n"


async def test_plays_nothing(tmp_path: Path) -> None:
    """A file that is not there is one sentence and exit code 2."""
    process = await start("play", str(tmp_path / "none.json"))
    _, err = await process.communicate()
    assert process.returncode == 2
    assert err.decode().endswith("holds no dialogues that can be read.\n")


async def test_transcript(tmp_path: Path) -> None:
    """What both said goes to the standard error; 0 where all went as written."""
    turn = {"user": "¿tenés lugar mañana para 2?", "pms": "down"}
    path = tmp_path / "dialogues.json"
    path.write_text(json.dumps([{"id": "x", "turns": [turn]}]), encoding="utf-8")
    process = await start("play", "--transcript", str(path), PYTHONUTF8="1")
    out, err = await process.communicate()
    assert json.loads(out) == {"id": "x", "passed": True, "why": ""}
    assert process.returncode == 0
    said = err.decode().splitlines()
    assert said[:3] == ["· x", "· The PMS is down.", "> ¿tenés lugar mañana para 2?"]
    assert said[3].startswith("Del mié 25 nov al jue 26 nov")
    assert said[-1] == "1 of 1 passed"


async def test_forget() -> None:
    """A guest is forgotten by number; what cannot be done is one sentence."""
    async with a_redis() as redis:
        process = await start("forget", "+54 9 11", AGENT_REDIS_URL=redis.url)
        said, errors = await process.communicate()
    assert (said, errors) == (b"Nothing is kept of that guest.\n", b"")
    assert process.returncode == 0
    for variables in ({}, {"AGENT_REDIS_URL": redis.url}):
        process = await start("forget", "5491100000177", **variables)
        _, errors = await process.communicate()
        assert process.returncode == 2
        assert len(errors.splitlines()) == 1
