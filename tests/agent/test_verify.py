"""`python -m agent verify`: the runbook's final validation."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from agent.verify import verification as verifying
from agent.verify.proofs import (
    NOMINAL,
    Heard,
    Proof,
    conclusion,
    hears_closed,
    in_json,
    in_lines,
    is_fast,
    offers_rooms,
    shows_closed,
)
from agent.verify.verification import AddressError, a_day, verify
from config.clock import SystemClock
from fakes.deliveries import PATH
from fakes.redis_server import free_port

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fakes.deliveries import Client
    from fakes.proxy import FakeProxy

DAY = date(2026, 12, 16)
SECRET = "app-secret-of-the-test"  # noqa: S105
NAMES = (
    "/health/live",
    "GET /api/v1/availability?checkin=2026-12-16",
    "pms_circuit_breaker_state",
    "GET",
    "POST /webhooks/whatsapp",
    "POST",
)


class SlowClock(SystemClock):
    """Real time, a hundred times as fast: nobody answers within a second of it."""

    def monotonic(self) -> float:
        """Return seconds of its own."""
        return super().monotonic() * 100_000


async def _verify(
    agent: Client, secret: str | None = None, clock: SystemClock | None = None
) -> list[Proof]:
    url = str(agent.make_url("/"))
    return await verify(
        url, checkin=DAY, app_secret=secret, clock=clock or SystemClock()
    )


async def _types(*arguments: str) -> tuple[int | None, str]:
    """Run the command; return its exit code and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


def _broken(proofs: list[Proof]) -> list[str]:
    return [one.name for one in proofs if not one.holds]


async def test_all_is_nominal(agent: Client, proxy: FakeProxy) -> None:
    """A healthy agent before a healthy proxy: the runbook's sentence."""
    proofs = await _verify(agent)

    assert tuple(one.name for one in proofs) == NAMES
    assert _broken(proofs) == []
    assert in_lines(proofs).endswith(f"\n\n{NOMINAL}")
    assert json.loads(in_json(proofs))["nominal"] is True
    assert "2 room types, unmarked" in in_lines(proofs)
    assert len(proxy.searches) == 1


async def test_copies_and_an_open_breaker_are_not_nominal(
    agent: Client, proxy: FakeProxy
) -> None:
    """The mark, the gauge and the webhook each say so; the rest holds."""
    proxy.goes_stale()
    proofs = await _verify(agent)

    assert _broken(proofs) == [NAMES[1], NAMES[2], NAMES[4]]
    told = in_lines(proofs)
    assert "2 room types, potentially_stale" in told
    assert "pms_circuit_breaker_state: 1 (open)" in told
    assert '"pms_circuit_breaker": "open"' in told
    assert told.endswith(f"Not recovered yet: {', '.join(_broken(proofs))}.")


async def test_an_answer_that_is_late_is_not_nominal(agent: Client) -> None:
    """All is said, but not within 1 s and 2 s."""
    assert _broken(await _verify(agent, clock=SlowClock())) == ["GET", "POST"]


@pytest.mark.parametrize(
    ("secret", "wrong"),
    [("another", "is not the agent's"), (None, "is not set")],
    ids=["another", "none"],
)
async def test_a_shell_without_the_secret_cannot_check_the_webhook(
    start_agent: Callable[..., Awaitable[Client]], secret: str | None, wrong: str
) -> None:
    """A 401 says nothing of the house: it is not checked, and why is named."""
    agent = await start_agent(AGENT_WHATSAPP_APP_SECRET=SECRET)
    proofs = await _verify(agent, secret)

    assert _broken(proofs) == [NAMES[4]]
    told = in_lines(proofs)
    assert (
        "- POST /webhooks/whatsapp: not checked: "
        f"AGENT_WHATSAPP_APP_SECRET {wrong} in this shell\n"
    ) in told
    assert told.endswith("\n\nNot checked: POST /webhooks/whatsapp.")
    assert json.loads(in_json(proofs))["proofs"][4]["is_checked"] is False


async def test_the_delivery_is_signed(
    start_agent: Callable[..., Awaitable[Client]],
) -> None:
    """With the agent's app secret it is taken."""
    agent = await start_agent(AGENT_WHATSAPP_APP_SECRET=SECRET)
    assert _broken(await _verify(agent, SECRET)) == []


async def test_a_token_that_the_proxy_refuses_is_named(
    agent: Client, proxy: FakeProxy
) -> None:
    """Breaker and webhook know nothing of it: the agent's own words tell."""
    proxy.status = 401
    proofs = await _verify(agent)

    assert _broken(proofs) == [NAMES[1]]
    assert proofs[1].figure == (
        "status 503: The proxy refused the agent's token (AGENT_PROXY_TOKEN)."
    )


async def test_no_guest_hears_of_it(agent: Client) -> None:
    """The delivery holds no message: nothing is processed, nobody gets a reply."""
    raw, headers = verifying._delivery(None, SystemClock())
    answer = await agent.post(PATH, data=raw, headers=headers)
    taken: dict[str, Any] = await answer.json()

    assert (taken["processed"], taken["replies"]) == (0, [])


async def test_an_agent_that_is_not_there() -> None:
    """Each proof says so, and nothing is called fast."""
    url = f"http://127.0.0.1:{free_port()}"
    proofs = await verify(url, checkin=DAY, app_secret=None, clock=SystemClock())

    assert tuple(_broken(proofs)) == NAMES
    assert in_lines(proofs).count("the agent cannot be reached") == 4


@pytest.mark.parametrize(
    "url", ["agent", "ftp://x", "http://u:s3cret@x", "http://x:0", "http://[", ""]
)
async def test_an_address_that_is_none(url: str) -> None:
    """One sentence, which quotes no password."""
    with pytest.raises(AddressError, match="must be a base URL") as raised:
        await verify(url, checkin=DAY, app_secret=None, clock=SystemClock())
    assert "s3cret" not in str(raised.value)


def _heard(body: bytes, took_s: float = 0.1) -> Heard:
    return Heard(status=200, body=body, took_s=took_s)


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (b'{"rooms": [{}]}', True),
        (b'{"rooms": []}', False),
        (b'{"rooms": [{}], "potentially_stale": true}', False),
        (b'{"rooms": {}}', False),
        (b"[]", False),
        (b"<html>", False),
        (b"[" * 100_000, False),
    ],
)
def test_what_rooms_are(body: bytes, holds: bool) -> None:
    """At least one, unmarked; a page of somebody's is none."""
    assert offers_rooms(_heard(body), "2026-12-16").holds is holds


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (b"# HELP x\npms_circuit_breaker_state 0.0\n", True),
        (b"pms_circuit_breaker_state 1.0\n", False),
        (b'pms_circuit_breaker_state_info{state="closed"} 0.0\n', False),
        (b"pms_circuit_breaker_state 0.0.0\n", False),
        (b"", False),
    ],
)
def test_what_the_gauge_is(body: bytes, holds: bool) -> None:
    """The gauge itself, not its twin."""
    assert shows_closed(_heard(body)).holds is holds


def test_a_strangers_words_are_shown_without_their_commands() -> None:
    """A terminal obeys no agent, and a long word does not fill it."""
    long = {"pms_circuit_breaker": "\x1b[2J" + "x" * 999}
    proof = hears_closed(_heard(json.dumps(long).encode()), is_signed=True)
    assert proof.figure.startswith('"pms_circuit_breaker": "\\u001b[2Jxxx')
    assert len(proof.figure) < 120
    wordy = json.dumps({"detail": "\x1b[2J" + "x" * 999}).encode()
    told = offers_rooms(Heard(status=503, body=wordy, took_s=0.1), "2026-12-16").figure
    assert told.startswith("status 503: ?[2Jxxx")
    assert len(told) < 320


async def test_a_name_that_is_none_is_not_reached() -> None:
    """A slip such as two dots is told as an agent that is not there."""
    proofs = await verify(
        "http://a..b", checkin=DAY, app_secret=None, clock=SystemClock()
    )

    assert {proof.figure for proof in proofs[:3]} == {"the agent cannot be reached"}


def test_limits_are_the_runbooks() -> None:
    """Below 1 s, not at it; the slowest counts."""
    at_limit = [_heard(b"", 0.2), _heard(b"", 1.0)]
    assert not is_fast("GET", at_limit, 1.0).holds
    assert is_fast("GET", [_heard(b"", 0.999)], 1.0).holds
    assert conclusion([]) == NOMINAL


def test_no_copy_of_the_last_run_answers_the_next() -> None:
    """The day is seldom the same, and always some weeks ahead."""
    ahead = {(a_day(DAY) - DAY).days for _ in range(100)}

    assert len(ahead) > 10
    assert ahead <= set(range(21, 51))


async def test_the_command_says_and_exits(agent: Client, proxy: FakeProxy) -> None:
    """Exit 0 with the sentence, 1 with what is missing, 2 where it is misused."""
    url = str(agent.make_url("")).rstrip("/")
    asked = ("verify", "--agent", url, "--checkin", "2026-12-16")
    nominal, misused = await asyncio.gather(
        _types(*asked), _types("verify", "--agent", "nowhere")
    )
    proxy.goes_stale()
    stale = await _types(*asked, "--json")

    assert nominal[0] == 0
    assert nominal[1].endswith(f"\n{NOMINAL}\n")
    assert misused[0] == 2
    assert misused[1] == "--agent must be a base URL such as http://127.0.0.1:8080.\n"
    assert stale[0] == 1
    assert json.loads(stale[1])["nominal"] is False
