"""Facts of notices through the whole proxy, with real receivers and a turned clock."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest

from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.process import a_process
from fakes.receiver import SECRET, Receiver, a_receiver
from fakes.rig import PATIENCE_S, Rig, a_rig, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MINUTE_S = 60.0
ADMIN = {"X-Admin-Token": "an-operators-token"}


class House:
    """A proxy, and the receivers of its three teams."""

    def __init__(self, rig: Rig, receivers: dict[str, Receiver]) -> None:
        self.rig = rig
        self.team = receivers["TEAM"]
        self.l2 = receivers["L2"]
        self.critical = receivers["CRITICAL"]

    async def passes(self, seconds: float, step_s: float = 5 * MINUTE_S) -> None:
        """Let time pass in steps, and all happen that is due in each."""
        end = self.rig.clock.monotonic() + seconds
        while (left_s := end - self.rig.clock.monotonic()) > 0:
            self.rig.clock.advance(min(step_s, left_s))
            await self.rig.settles()

    async def until_texts(self, receiver: Receiver, count: int) -> list[str]:
        """Wait until a receiver has so many texts, and return their first lines."""
        await self.rig.until(lambda: len(receiver.texts) >= count)
        await self.rig.settles()
        assert len(receiver.texts) == count
        return [text.splitlines()[0] for text in receiver.texts]

    async def goes_down(self) -> None:
        """Open the breaker, and let each probe fail too."""
        self.rig.pms.always(faults.error_page())
        for number in range(5):
            assert (await self.rig.get(f"/api/orders/{number}")).status == 502
        assert await self.rig.state() == "open"


@asynccontextmanager
async def _receivers() -> AsyncIterator[tuple[dict[str, Receiver], dict[str, str]]]:
    """Start the three receivers; give them and the settings that name them."""
    async with AsyncExitStack() as stack:
        receivers = {
            team: await stack.enter_async_context(a_receiver())
            for team in ("TEAM", "L2", "CRITICAL")
        }
        yield (
            receivers,
            {f"PROXY_NOTICES_{team}_URL": one.url for team, one in receivers.items()},
        )


@asynccontextmanager
async def a_house(**more: str) -> AsyncIterator[House]:
    """Start all of it; `more` are settings without their prefix."""
    async with _receivers() as (receivers, urls):
        named = {f"PROXY_{name}": value for name, value in more.items()}
        admin = {"PROXY_ADMIN_TOKEN": ADMIN["X-Admin-Token"]}
        async with a_rig({**urls, **admin, **named}) as rig:
            yield House(rig, receivers)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Give a house."""
    async with a_house() as made:
        yield made


async def test_an_outage_is_told_as_the_runbook_has_it(house: House) -> None:
    """At once, at 30 min and 2 h though each probe fails, and when it is over."""
    await house.goes_down()
    (opened,) = await house.until_texts(house.team, 1)
    assert opened == "Circuit breaker opened at 2026-11-25T03:00:00Z"
    assert "responde con errores" in house.team.texts[0]

    await house.passes(30 * MINUTE_S - 2)
    assert (len(house.team.texts), house.l2.texts) == (1, [])
    await house.passes(3, step_s=1)
    (l2,) = await house.until_texts(house.l2, 1)
    assert l2 == "Escalamiento, más de 30 minutos: equipo L2 del PMS."
    assert house.critical.texts == []

    await house.passes(90 * MINUTE_S)
    (critical,) = await house.until_texts(house.critical, 1)
    assert critical.startswith("Crítico, más de 2 horas: dirección (C-level)")
    assert len(await house.until_texts(house.l2, 2)) == 2

    house.rig.pms.heals()
    await house.passes(60, step_s=30)
    assert await house.rig.state() == "closed"
    for receiver, count in ((house.team, 4), (house.l2, 3), (house.critical, 2)):
        texts = await house.until_texts(receiver, count)
        assert texts[-1] == "PMS recovered, all systems nominal"
    for kind, count in (
        *(("opened", 1), ("over_30_min", 2), ("over_2_h", 3), ("recovered", 3)),
        ("closed_by_hand", 0),
    ):
        counted = await house.rig.metric(
            "pms_notices_total", kind=kind, outcome="delivered"
        )
        assert counted == count, kind


async def test_a_forced_breaker_is_told_with_its_reason(house: House) -> None:
    """Opened by an operator, and closed by one: neither is an outage nor its end."""
    await house.rig.ask("POST", "/admin/breaker/open?why=upgrade", headers=ADMIN)
    await house.until_texts(house.team, 1)
    assert "Motivo: upgrade" in house.team.texts[0]
    await house.passes(31 * MINUTE_S)
    assert house.l2.texts == []

    await house.rig.ask("POST", "/admin/breaker/reset?why=done", headers=ADMIN)
    told = await house.until_texts(house.team, 2)
    assert told[1] == "El circuit breaker se cerró a mano, después de 31 min."


async def test_a_webhook_that_hangs_holds_up_nothing(house: House) -> None:
    """No request, no move of the breaker and no other team waits for it."""
    house.team.hangs()
    await house.goes_down()
    await house.rig.until(lambda: house.team.tries == 1)

    loop = asyncio.get_running_loop()
    began_at = loop.time()
    assert (await house.rig.get("/api/orders/1")).status == 503
    house.rig.pms.heals()
    house.rig.clock.advance(30)
    await house.rig.until_state("closed")
    assert (await house.rig.search()).status == 200
    assert loop.time() - began_at < 1

    house.team.goes_on()
    await house.passes(60, step_s=1)
    told = await house.until_texts(house.team, 2)
    assert told[1] == "PMS recovered, all systems nominal"


async def test_a_busy_webhook_is_tried_as_it_asks(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """After its Retry-After, not before; and ever more rarely where it says none."""
    house.team.answers(429, Retry_After="20")
    house.team.answers(503)
    await house.goes_down()
    await house.rig.until(lambda: house.team.tries == 1)

    await house.passes(19, step_s=1)
    assert house.team.tries == 1
    await house.passes(1, step_s=1)
    await house.rig.until(lambda: house.team.tries == 2)
    await house.passes(2, step_s=1)
    await house.until_texts(house.team, 1)

    said = capsys.readouterr().out.splitlines()
    (line,) = [one for one in said if "notice.delivered" in one]
    assert "kind=opened team=team" in line


async def test_a_wait_that_no_notice_outlives_is_not_obeyed(house: House) -> None:
    """Such a Retry-After is a mistake: the notice is tried again at our own pace."""
    house.team.answers(429, Retry_After="9" * 4000)
    await house.goes_down()
    await house.rig.until(lambda: house.team.tries == 1)

    await house.passes(1, step_s=1)
    await house.until_texts(house.team, 1)


@pytest.mark.parametrize(("status", "outcome"), [(404, "refused"), (503, "expired")])
async def test_what_cannot_be_delivered_is_given_up(
    house: House, capsys: pytest.CaptureFixture[str], status: int, outcome: str
) -> None:
    """A refusal at once, its own outage after 10 minutes; and no URL is told."""
    house.team.always = status
    await house.goes_down()
    await house.rig.until(lambda: house.team.tries == 1)
    await house.passes(10 * MINUTE_S, step_s=10)
    tries = house.team.tries
    await house.passes(10 * MINUTE_S)

    assert house.team.tries == tries
    assert tries == 1 if status == 404 else 15 < tries < 30
    counted = await house.rig.metric(
        "pms_notices_total", kind="opened", outcome=outcome
    )
    assert counted == 1
    said = capsys.readouterr().out
    assert f"status {status}" in said
    assert SECRET not in said


async def test_who_only_observes_tells_nobody() -> None:
    """Guests are served all the while."""
    async with a_house(BREAKER_OBSERVE_ONLY="true") as house:
        house.rig.pms.always(faults.error_page())
        for number in range(6):
            await house.rig.get(f"/api/orders/{number}")
        await house.passes(31 * MINUTE_S)
        assert (house.team.tries, house.l2.tries) == (0, 0)


async def test_a_restart_while_open_tells_nothing_again(tmp_path: Path) -> None:
    """With a snapshot the 30 minutes go on, and what was not delivered is."""
    clock = FakeClock()
    async with _receivers() as (receivers, urls), StandIn(clock=clock) as pms:
        kept = tmp_path / "snapshot"
        environ = {**urls, "PROXY_SNAPSHOT_PATH": str(kept)}
        receivers["L2"].always = 503
        async with a_run(pms, clock, environ) as rig:
            house = House(rig, receivers)
            await house.goes_down()
            await house.until_texts(house.team, 1)
            # At once: who is killed now does not tell it again either.
            await rig.until(lambda: rb"\"left\": []" in kept.read_bytes())
            await house.passes(31 * MINUTE_S)
            await house.until_texts(house.team, 2)
            assert (house.l2.texts, house.l2.tries > 0) == ([], True)
        clock.advance(2 * MINUTE_S)
        receivers["L2"].always = None
        async with a_run(pms, clock, environ) as rig:
            house = House(rig, receivers)
            await house.until_texts(house.l2, 1)
            await house.passes(86 * MINUTE_S)
            assert (len(house.team.texts), house.critical.texts) == (2, [])
            await house.passes(2 * MINUTE_S)
            await house.until_texts(house.critical, 1)
            pms.heals()
            await house.passes(60, step_s=30)
            told = await house.until_texts(house.team, 4)
            assert told[-1] == "PMS recovered, all systems nominal"
        clock.advance(PATIENCE_S)


async def test_a_webhook_is_rotated_by_its_file(tmp_path: Path) -> None:
    """After SIGHUP a notice goes to the new one; the log shows neither."""
    path = tmp_path / "url"
    async with a_receiver() as old, a_receiver() as new, StandIn() as pms:
        path.write_text(old.url)
        environ = {
            "PROXY_UPSTREAM_URL": pms.url,
            "PROXY_BREAKER_FAILURES": "1",
            "PROXY_NOTICES_TEAM_URL_FILE": str(path),
        }
        async with a_process(environ) as process, aiohttp.ClientSession() as session:
            port = await process.port()
            path.write_text(new.url)
            process.process.send_signal(signal.SIGHUP)
            await process.line("settings.reloaded")
            pms.always(faults.error_page())
            async with session.get(f"http://127.0.0.1:{port}/api/orders/1") as got:
                assert got.status == 502
            await process.line("notice.delivered")
            process.terminate()
            assert await process.ends() == 0
    assert (len(old.texts), len(new.texts)) == (0, 1)
    assert SECRET not in "".join(process.lines)
