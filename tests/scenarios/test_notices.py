"""Several proxies tell each notice once, whoever is killed, with a real Redis."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from demo import faults
from demo.pms import StandIn
from fakes.clock import FakeClock
from fakes.fleet import a_fleet
from fakes.pair import Pair, a_pair
from fakes.receiver import Receiver, a_receiver
from fakes.redis_server import a_redis
from fakes.rig import a_run
from proxy.notices.lease import LEASE_S, RENEW_EVERY_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MINUTE_S = 60.0
FIRST_LINES = {
    "opened": "Circuit breaker opened at ",
    "l2": "Escalamiento, más de 30 minutos",
    "critical": "Crítico, más de 2 horas",
    "recovered": "PMS recovered, all systems nominal",
}


@asynccontextmanager
async def a_told_pair() -> AsyncIterator[tuple[Pair, Receiver]]:
    """Start two proxies with one Redis and a receiver of the team's."""
    async with (
        a_receiver() as receiver,
        a_pair({"PROXY_NOTICES_TEAM_URL": receiver.url}) as pair,
    ):
        yield pair, receiver


def _told(receiver: Receiver) -> list[str]:
    """Return what the texts are, in their order."""
    return [
        kind
        for text in receiver.texts
        for kind, begins in FIRST_LINES.items()
        if text.startswith(begins)
    ]


async def _jumps(pair: Pair, seconds: float) -> None:
    """Let much time pass, and a little more as it really does."""
    pair.clock.advance(seconds)
    await pair.passes(3)


async def test_two_proxies_tell_once() -> None:
    """Each notice of an outage, though each proxy sees the whole of it."""
    async with a_told_pair() as (pair, receiver):
        pair.pms.always(faults.error_page())
        await pair.one.fails(5)
        await pair.passes(4)
        assert await pair.two.state() in {"open", "half_open"}
        assert _told(receiver) == ["opened"]

        await _jumps(pair, 30 * MINUTE_S)
        assert _told(receiver) == ["opened", "l2"]
        await _jumps(pair, 90 * MINUTE_S)
        pair.pms.heals()
        await _jumps(pair, 31)
        assert [await rig.state() for rig in (pair.one, pair.two)] == ["closed"] * 2
        assert _told(receiver) == ["opened", "l2", "critical", "recovered"]

        sent = [
            await rig.metric("pms_notices_total", kind=kind, outcome="delivered")
            for rig in (pair.one, pair.two)
            for kind in ("opened", "over_30_min", "over_2_h", "recovered")
        ]
        assert sum(sent) == 4


async def test_without_redis_both_tell_rather_than_none() -> None:
    """While it is away each tells what it sees; afterwards they are one again."""
    async with a_told_pair() as (pair, receiver):
        await pair.server.kill()
        pair.pms.always(faults.error_page())
        for rig in (pair.one, pair.two):
            await rig.fails(5)
        for rig in (pair.one, pair.two):
            rig.clock.advance(1)
            await rig.settles()
        await pair.one.until(lambda: _told(receiver) == ["opened", "opened"])

        await pair.server.start()
        await _jumps(pair, 60)
        await _jumps(pair, 30 * MINUTE_S)
        assert _told(receiver) == ["opened", "opened", "l2"]


async def test_a_lease_is_renewed_while_a_webhook_hangs() -> None:
    """The other proxy does not send what is being sent, however long that takes."""
    async with a_told_pair() as (pair, receiver):
        receiver.hangs()
        pair.pms.always(faults.error_page())
        await pair.one.fails(5)
        await pair.one.until(lambda: receiver.tries == 1)
        (lease,) = [key for key in await pair.server.keys() if b"notice:" in key]
        assert await pair.server.command("PEXPIRE", lease, 800) == 1
        await pair.passes(RENEW_EVERY_S + 0.1)
        left_ms = await pair.server.command("PTTL", lease)
        assert left_ms > (LEASE_S - 1) * 1000

        await pair.passes(LEASE_S)
        assert receiver.tries == 1
        receiver.goes_on()
        await pair.passes(2)
        assert _told(receiver) == ["opened"]
        # Given back once it is told: nobody waits for its end.
        assert not [key for key in await pair.server.keys() if b"notice:" in key]


async def test_a_restart_with_redis_goes_on_where_it_was() -> None:
    """The 30 minutes count from the first opening, which is not told again."""
    clock = FakeClock()
    async with (
        a_receiver() as receiver,
        a_redis() as server,
        StandIn(clock=clock) as pms,
    ):
        environ = {
            "PROXY_REDIS_URL": server.url,
            "PROXY_NOTICES_TEAM_URL": receiver.url,
        }
        async with a_run(pms, clock, environ) as rig:
            pms.always(faults.error_page())
            await rig.fails(5)
            await rig.until(lambda: _told(receiver) == ["opened"])
        clock.advance(20 * MINUTE_S)
        async with a_run(pms, clock, environ) as rig:
            pair = Pair(rig, rig, server)
            await pair.passes(40)
            await _jumps(pair, 9 * MINUTE_S)
            assert _told(receiver) == ["opened"]
            await _jumps(pair, MINUTE_S)
            assert _told(receiver) == ["opened", "l2"]
            assert "opened at 2026-11-25T03:00:00Z" in receiver.texts[1]
        pms.heals()


async def test_who_is_killed_while_sending_is_replaced() -> None:
    """SIGKILL in the middle of a delivery: another proxy delivers, once."""
    async with a_receiver() as receiver:
        receiver.hangs()
        environ = {"PROXY_NOTICES_TEAM_URL": receiver.url}
        async with a_fleet(environ, size=2) as fleet:
            fleet.pms.always(faults.error_page())
            await fleet.proxies[0].fails()
            await fleet.until(lambda: receiver.tries == 1)
            fleet.proxies[0].kill()
            killed_at = asyncio.get_running_loop().time()
            await fleet.until(receiver.is_left)
            receiver.goes_on()
            async with asyncio.timeout(3 * LEASE_S):
                while not receiver.texts:
                    await asyncio.sleep(0.01)
            assert asyncio.get_running_loop().time() - killed_at < 2 * LEASE_S
            assert _told(receiver) == ["opened"]
