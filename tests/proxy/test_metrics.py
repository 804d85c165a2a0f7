"""What alerts and dashboards need beside the contract's metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.rig import a_rig
from proxy.messages import Cause

if TYPE_CHECKING:
    from fakes.rig import Rig

ADMIN = {"PROXY_ADMIN_TOKEN": "operator-operator"}


async def _causes(rig: Rig) -> dict[str, float]:
    name = "pms_circuit_breaker_cause_info"
    return {cause: await rig.metric(name, cause=cause) for cause in Cause}


async def test_the_cause_is_shown_while_the_outage_lasts() -> None:
    """One cause is 1 from the opening to the recovery; before and after none is."""
    async with a_rig() as rig:
        assert set((await _causes(rig)).values()) == {0}
        await rig.fails(5)
        assert [name for name, value in (await _causes(rig)).items() if value] == [
            "down"
        ]
        rig.clock.advance(30)
        await rig.until_state("closed")
        assert set((await _causes(rig)).values()) == {0}


async def test_an_operators_hand_is_shown_until_the_reset() -> None:
    """`pms_circuit_breaker_forced` is 1 for whichever state is held."""
    async with a_rig(ADMIN) as rig:
        seen = [await rig.metric("pms_circuit_breaker_forced")]
        for order in ("open", "close", "reset"):
            got = await rig.ask(
                "POST",
                f"/admin/breaker/{order}",
                '{"why": "upgrade"}',
                {"X-Admin-Token": ADMIN["PROXY_ADMIN_TOKEN"]},
            )
            assert got.status == 200
            seen.append(await rig.metric("pms_circuit_breaker_forced"))

    assert seen == [0, 1, 1, 0]


async def test_an_unknown_write_is_open_until_it_is_known() -> None:
    """`pms_writes_open` counts what may have been done, and only while it may."""
    async with a_rig() as rig:
        assert await rig.metric("pms_writes_open") == 0
        rig.pms.plays(faults.late(16, sleep=rig.clock.sleep))
        asking = asyncio.create_task(
            rig.book(Idempotency_Key="yes-1", source="WhatsApp:yes-1")
        )
        await rig.until_calls(1)
        rig.clock.advance(15)
        assert (await asking).status == 504
        assert await rig.metric("pms_writes_open") == 1
        rig.clock.advance(1)
        async with asyncio.timeout(5):
            while await rig.metric("pms_writes_open"):
                rig.clock.advance(1)
                await rig.settles()


@pytest.mark.parametrize(
    ("method", "counted_as"), [("GET", "GET"), ("POST", "POST"), ("PUT", "other")]
)
async def test_an_answer_is_timed_by_its_method(method: str, counted_as: str) -> None:
    """The runbook's two methods have series of their own, all others share one."""
    async with a_rig() as rig:
        await rig.ask(method, "/api/hotels")
        counted = {
            name: await rig.metric("pms_request_seconds_count", method=name)
            for name in ("GET", "POST", "other")
        }

    assert counted == {
        name: float(name == counted_as) for name in ("GET", "POST", "other")
    }


async def test_a_client_that_hung_up_had_no_answer() -> None:
    """What nobody waited for says nothing of how long an answer takes."""
    async with a_rig() as rig:
        rig.pms.plays(faults.holds())
        asking = asyncio.create_task(rig.get("/api/orders/1"))
        await rig.until_calls(1)
        rig.clock.advance(9)
        asking.cancel()
        async with asyncio.timeout(5):
            while not await rig.metric(
                "pms_requests_total", operation="private", status="499", cache="none"
            ):
                await asyncio.sleep(0.001)
        assert await rig.metric("pms_request_seconds_count", method="GET") == 0


@pytest.mark.parametrize(("nights", "hotels"), [(30, "1,2"), (0, "1,2"), (30, "")])
async def test_it_is_known_how_many_nights_there_should_be(
    nights: int, hotels: str
) -> None:
    """Each hotel known wants its nights; with the calendar off there are none."""
    settings = {"PROXY_CALENDAR_NIGHTS": str(nights), "PROXY_HOTELS": hotels}
    async with a_rig(settings) as rig:
        wanted = await rig.metric("pms_calendar_nights_wanted")

    assert wanted == nights * len(hotels.split(",")) * bool(hotels)
