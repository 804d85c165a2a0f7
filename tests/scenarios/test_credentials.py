"""Scenarios 18, 46, 55: whose key is at fault, and whose nobody ever sees."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from demo import faults
from fakes import recorded
from fakes.rig import Got, Rig, a_rig

if TYPE_CHECKING:
    from demo.fault import Fault

JSON = {"Accept": "application/json"}
WRONG = "Basic " + base64.b64encode(b"B" * 32 + b":").decode()
OWN_PATHS = ("/status.json", "/metrics", "/health/live", "/health/ready", "/nowhere")


def _recording(name: str) -> Fault:
    answer = recorded.answer(name)
    return faults.answers(answer.status, answer.headers, answer.body, framing="chunked")


OUR_KEYS_FAULT = [
    pytest.param("04-", id="codes-20-and-21"),
    pytest.param("06-", id="code-21"),
    pytest.param("07-", id="code-18"),
    pytest.param("08-", id="code-17"),
    pytest.param("03-", id="plain-text"),
    pytest.param("202-", id="403-code-132"),
]


@pytest.mark.parametrize("name", OUR_KEYS_FAULT)
async def test_our_own_bad_key_opens(rig: Rig, name: str) -> None:
    """Scenarios 18 and 55: five times: open, the cause is credentials; 502, no 401."""
    rig.pms.always(_recording(name))

    for number in range(5):
        got = await rig.ask("GET", f"/api/hotels/{number}", headers=JSON)
        assert got.status == 502
        assert got.json()["cause"] == "credentials"
        assert "WWW-Authenticate" not in got.headers

    breaker = await rig.breaker()
    assert (breaker["state"], breaker["cause"]) == ("open", "credentials")
    assert {each["cause"] for each in breaker["last_failures"]} == {"credentials"}
    transitions = "pms_circuit_breaker_transitions_total"
    assert await rig.metric(transitions, to="open", cause="credentials") == 1
    refused = await rig.ask("GET", "/api/hotels/9", headers=JSON)
    assert (refused.status, refused.json()["cause"]) == (503, "credentials")


async def test_a_head_tells_our_bad_key_from_a_missing_permission(rig: Rig) -> None:
    """Without a body the challenge alone tells them apart: 502 and counted, or 401."""
    rig.pms.always(_recording("11-"))
    assert (await rig.ask("HEAD", "/api/customers/1")).status == 401
    assert (await rig.breaker())["failures_in_window"] == 0

    rig.pms.always(faults.expired_key())
    for number in range(5):
        got = await rig.ask("HEAD", f"/api/hotels/{number}")
        assert got.status == 502
        assert "WWW-Authenticate" not in got.headers

    breaker = await rig.breaker()
    assert (breaker["state"], breaker["cause"]) == ("open", "credentials")


@pytest.mark.parametrize("name", OUR_KEYS_FAULT)
async def test_a_guest_gets_the_copy_not_our_401(rig: Rig, name: str) -> None:
    """Scenario 18: with a usable copy a bad key costs freshness alone."""
    whole = await rig.search(10)
    rig.clock.advance(31)
    rig.pms.always(_recording(name))

    got = await rig.search(10)

    assert (got.status, got.body) == (200, whole.body)
    assert got.is_marked
    assert got.headers["Cache-Status"].endswith("detail=credentials")


async def test_a_write_says_that_it_was_refused(rig: Rig) -> None:
    """A write answered with our key's 401 has surely changed nothing."""
    rig.pms.plays(faults.expired_key())

    got = await rig.book()

    assert got.status == 401
    assert got.headers["X-Write-Outcome"] == "refused"
    assert (await rig.breaker())["failures_in_window"] == 1


@pytest.mark.parametrize("name", OUR_KEYS_FAULT)
async def test_a_clients_bad_key_opens_nothing(name: str) -> None:
    """Scenario 18: where credentials pass through, the PMS's refusal passes too."""
    async with a_rig(own_key=False) as rig:
        rig.pms.always(_recording(name))

        for number in range(6):
            got = await rig.get(f"/api/hotels/{number}", Authorization=WRONG)
            assert got.status in {401, 403}
            assert got.body == recorded.answer(name).body

        assert await rig.state() == "closed"
        assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_missing_permission_opens_nothing(rig: Rig) -> None:
    """Scenario 55: 401 with code 26 five times is passed through: closed."""
    rig.pms.always(_recording("11-"))

    for _ in range(6):
        got = await rig.get("/api/customers")
        assert (got.status, got.body) == (401, recorded.answer("11-").body)

    assert await rig.state() == "closed"
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_a_key_that_works_again_recovers(rig: Rig) -> None:
    """The probe with the restored key closes; a permission 401 would not."""
    rig.pms.always(faults.expired_key())
    for number in range(5):
        await rig.get(f"/api/hotels/{number}")
    rig.pms.always(_recording("11-"))
    rig.clock.advance(30)
    await rig.until_calls(6)
    await rig.until_state("open")
    assert (await rig.breaker())["cause"] == "credentials"

    rig.pms.heals()
    rig.clock.advance(30)
    await rig.until_state("closed")


async def test_without_an_own_key_a_plain_401_is_the_probes_success() -> None:
    """The probe without credentials finds PHP alive, and closes."""
    async with a_rig(own_key=False) as rig:
        await rig.fails(5)
        rig.clock.advance(30)
        await rig.until_state("closed")

        probe = rig.pms.calls[-1]
        assert (probe.method, probe.target) == ("GET", "/api/")
        assert "Authorization" not in probe.headers


async def test_callers_with_other_credentials_never_share() -> None:
    """Scenario 46: one caller's copy is not shown to another, open or closed."""
    async with a_rig(own_key=False) as rig:
        good = "Basic " + base64.b64encode(f"{rig.pms.key}:".encode()).decode()
        assert (await rig.get("/api/hotels", Authorization=good)).status == 200

        assert (await rig.get("/api/hotels", Authorization=WRONG)).status == 401
        assert (await rig.get("/api/hotels")).status == 401
        by_key = await rig.get(f"/api/hotels?ws_key={rig.pms.key}")
        assert by_key.status == 200
        assert len(rig.pms.calls) == 4
        await rig.fails(5)
        assert (await rig.get("/api/hotels", Authorization=good)).is_marked
        assert (await rig.get("/api/hotels", Authorization=WRONG)).status == 503


async def test_with_our_own_key_everybody_shares(rig: Rig) -> None:
    """Scenario 46: credentials, query order and slashes make no second call."""
    first = await rig.get("/api/hotels?display=full&limit=5", Authorization=WRONG)
    key = "B" * 32
    second = await rig.get(f"/api//hotels/?limit=5&ws_key={key}&display=full")

    assert first.body == second.body
    assert len(rig.pms.calls) == 1
    call = rig.pms.calls[0]
    assert key not in call.target
    assert WRONG not in call.headers.values()


async def test_languages_never_share(rig: Rig) -> None:
    """Scenario 46: another Accept-Language is another question."""
    for language in ("es", "en", "es", ""):
        named = {"Accept-Language": language} if language else {}
        await rig.ask("GET", "/api/hotels", headers=named)

    assert len(rig.pms.calls) == 3


# Nothing that leaves the proxy shows its key.


def _shown(got: Got) -> bytes:
    fields = b"".join(f"{k}: {v}\n".encode() for k, v in got.headers.items())
    return fields + got.body


def _echo(status: int, key: str, kind: str = "text/html") -> Fault:
    """Repeat the request's credentials in every place of a failure."""
    basic = base64.b64encode(f"{key}:".encode()).decode()
    body = f"Authorization: Basic {basic} ws_key={key}".encode()
    headers = [("Content-Type", kind), ("X-Debug", key), ("Location", f"/?k={key}")]
    return faults.answers(status, headers, body)


async def test_our_key_is_never_shown(rig: Rig) -> None:
    """Whatever fails, no answer, metric, status or log line holds the PMS key."""
    key = rig.pms.key
    basic = base64.b64encode(f"{key}:".encode()).decode()
    got: list[Got] = []
    with capture_logs() as lines:
        got += [
            await rig.get("/api/hotels"),
            await rig.search(10),
            await rig.get("/api/hotels?ws_key=" + "B" * 32),
            await rig.get("/api/customers/99?ws_key[]=" + "B" * 32),
            await rig.ask("TRACE", "/api/hotels"),
            await rig.get("/api/hotels/%00"),
        ]
        plays: list[Fault] = [
            faults.expired_key(),
            faults.error_page(),
            faults.raw(b"HTTP/1.1 nonsense " + key.encode() + b"\r\n\r\n"),
            faults.truncated(),
            faults.closes_after_reading(),
            _recording("203b-"),
            *(_echo(status, key) for status in (200, 302, 429, 500, 502, 503)),
            _echo(200, key, kind="text/xml"),
        ]
        for number, fault in enumerate(plays):
            rig.pms.plays(fault)
            got.append(await rig.ask("GET", f"/api/hotels/{number}", headers=JSON))
            rig.pms.plays(fault)
            got.append(await rig.search(11 + number))
            if await rig.state() != "closed":
                rig.pms.heals()
                rig.clock.advance(120)
                await rig.until_state("closed")
        rig.pms.always(faults.expired_key())
        got += [await rig.get(f"/api/services/{number}") for number in range(6)]
        got += [await rig.book(), await rig.get("/api/hotels")]
        got += [await rig.get(path) for path in OWN_PATHS]

    told = b"\n".join(map(_shown, got)) + json.dumps(lines, default=str).encode()
    told += repr(lines).encode()
    assert any(
        call.headers.get("Authorization") == f"Basic {basic}" for call in rig.pms.calls
    )
    assert len(lines) > 20
    for secret in (key, basic, base64.b64encode(key.encode()).decode().rstrip("=")):
        assert secret.encode() not in told


async def test_a_clients_key_is_never_told_on() -> None:
    """Where clients' keys pass through, they stand in no log, metric or status."""
    key = "C" * 32
    basic = base64.b64encode(f"{key}:".encode()).decode()
    async with a_rig(own_key=False) as rig:
        with capture_logs() as lines:
            await rig.get(f"/api/hotels?ws_key={key}")
            await rig.get("/api/hotels", Authorization=f"Basic {basic}")
            rig.pms.always(faults.error_page())
            got = [
                await rig.get(f"/api/hotels/{number}?ws_key={key}")
                for number in range(6)
            ]
            got += [await rig.get(path) for path in OWN_PATHS]

    told = b"\n".join(map(_shown, got)) + repr(lines).encode()
    assert key.encode() not in told
    assert basic.encode() not in told
