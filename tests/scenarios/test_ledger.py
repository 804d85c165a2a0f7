"""Scenarios 35, 51 and 53: what is unknown is looked for until it is known (§9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import encode_basic_auth
from defusedxml.ElementTree import fromstring
from structlog.testing import capture_logs

from demo import faults
from fakes.rig import PATIENCE_S, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.fault import Fault
    from fakes.rig import Got, Rig

SOURCE = "WhatsApp:yes-1"
KEY = {"Idempotency_Key": "yes-1", "source": SOURCE}
# The steps in which the clock is turned: a look must not reach its deadline by that.
STEPS = 60
LONGEST_STEP_S = 5.0


async def _passes(rig: Rig, seconds: float) -> None:
    step_s = min(max(1.0, seconds / STEPS), LONGEST_STEP_S)
    while seconds > 0:
        rig.clock.advance(min(step_s, seconds))
        seconds -= step_s
        await rig.settles()


async def _times_out(rig: Rig, fault: Fault, **headers: str) -> Got:
    rig.pms.plays(fault)
    seen = rig.pms.call_count
    asking = asyncio.create_task(rig.book(**headers))
    await rig.until_calls(seen + 1)
    rig.clock.advance(15)
    got = await asking
    assert got.status == 504
    return got


async def _outcomes(rig: Rig) -> dict[str, float]:
    names = ("ok", "unknown", "settled_applied", "presumed_not_applied", "late_applied")
    counted = {
        name: await rig.metric("pms_writes_total", outcome=name) for name in names
    }
    return {name: count for name, count in counted.items() if count}


async def _until(rig: Rig, outcome: str) -> None:
    """Wait for what is due; a busy machine may bring it late."""
    async with asyncio.timeout(PATIENCE_S):
        while outcome not in await _outcomes(rig):
            await asyncio.sleep(0.001)


def _posts(rig: Rig) -> int:
    return sum(call.method == "POST" for call in rig.pms.calls if "book" in call.target)


def _is_replay(got: Got) -> bool:
    return got.headers.get("Idempotent-Replayed") == "true"


async def test_a_booking_applied_late_is_found(rig: Rig) -> None:
    """Scenario 53: unknown at 15 s, written at 58 s, settled, and never sent twice."""
    await _times_out(rig, faults.late(58, sleep=rig.clock.sleep), **KEY)
    assert (await rig.book(**KEY)).status == 504
    await _passes(rig, 42)
    assert await _outcomes(rig) == {"unknown": 1}
    await _passes(rig, 60)
    await _until(rig, "settled_applied")

    assert await _outcomes(rig) == {"unknown": 1, "settled_applied": 1}
    got = await rig.book(**KEY)
    assert got.status == 200
    assert _is_replay(got)
    booking = fromstring(got.body)[0]
    assert booking.tag == "booking"
    assert booking.findtext("id") == "1"
    assert len(rig.pms.hotel.bookings) == _posts(rig) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.reset(resource="bookings"), id="reset"),
        pytest.param(faults.error_page(resource="bookings"), id="500"),
        pytest.param(faults.crash(resource="bookings"), id="empty-500"),
    ],
)
async def test_what_was_written_behind_a_failure_is_found(
    rig: Rig, fault: Fault
) -> None:
    """The answer was lost, or a crash; a second later the booking is known."""
    rig.pms.plays(faults.writes_then(fault))
    first = await rig.book(**KEY)
    assert first.status in {500, 504}
    # A passed-on 500 is no answer for the key.
    assert (await rig.book(**KEY)).status == 504
    await _passes(rig, 2)
    await _until(rig, "settled_applied")

    got = await rig.book(**KEY)
    assert (got.status, _is_replay(got)) == (200, True)
    assert len(rig.pms.hotel.bookings) == _posts(rig) == 1


async def test_the_answer_that_was_found_has_the_askers_format(rig: Rig) -> None:
    """Who asked for JSON gets the booking as JSON."""
    rig.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    await rig.book(**KEY, Output_Format="JSON")
    await _passes(rig, 2)
    await _until(rig, "settled_applied")

    got = await rig.book(**KEY, Output_Format="JSON")
    assert got.json()["booking"]["id"] == 1


async def test_not_found_in_time_it_is_presumed_lost(rig: Rig) -> None:
    """120 s after the deadline; then the key is sent again, after one look more."""
    await _times_out(rig, faults.hang(resource="bookings"), **KEY)
    await _passes(rig, 119)
    assert (await rig.book(**KEY)).status == 504
    assert _posts(rig) == 1
    await _passes(rig, 2)
    await _until(rig, "presumed_not_applied")
    assert await _outcomes(rig) == {"unknown": 1, "presumed_not_applied": 1}
    looks = rig.pms.call_count

    got = await rig.book(**KEY)
    assert (got.status, _is_replay(got)) == (200, False)
    assert rig.pms.call_count == looks + 2
    assert "filter" in rig.pms.calls[-2].target
    assert _is_replay(await rig.book(**KEY))


async def test_no_look_no_second_sending(rig: Rig) -> None:
    """Where the PMS does not answer the look before it, the key stays unknown."""
    await _times_out(rig, faults.hang(resource="bookings"), **KEY)
    await _passes(rig, 121)
    await _until(rig, "presumed_not_applied")
    rig.pms.always(faults.error_page(resource="orders"))

    assert (await rig.book(**KEY)).status == 504
    assert _posts(rig) == 1


async def test_a_look_just_before_the_second_sending_finds_it(rig: Rig) -> None:
    """Presumed lost, and written meanwhile: it is the key's answer, and told late."""
    late = faults.late(200, sleep=rig.clock.sleep)
    await _times_out(rig, late, **KEY)
    await _passes(rig, 121)
    await _until(rig, "presumed_not_applied")
    rig.clock.advance(80)
    await rig.until(lambda: bool(rig.pms.hotel.bookings))

    got = await rig.book(**KEY)
    assert (got.status, _is_replay(got)) == (200, True)
    assert _posts(rig) == 1
    assert (await _outcomes(rig))["late_applied"] == 1


async def test_applied_after_it_was_presumed_lost_raises_an_alert(rig: Rig) -> None:
    """The watch goes on for a day: a metric and an error line."""
    await _times_out(rig, faults.late(3600, sleep=rig.clock.sleep), **KEY)
    await _passes(rig, 121)
    await _until(rig, "presumed_not_applied")
    with capture_logs() as logs:
        rig.clock.advance(3600)
        await rig.until(lambda: bool(rig.pms.hotel.bookings))
        await _passes(rig, 301)
        await _until(rig, "late_applied")

    (line,) = [line for line in logs if line["event"] == "write.applied_late"]
    assert line["log_level"] == "error"
    assert line["orders"] == ["1"]
    assert (await _outcomes(rig))["late_applied"] == 1
    assert _is_replay(await rig.book(**KEY))


async def test_both_sendings_applied_raise_an_alert(rig: Rig) -> None:
    """The first came late after all: a person must see that there are two bookings."""
    await _times_out(rig, faults.late(1000, sleep=rig.clock.sleep), **KEY)
    await _passes(rig, 121)
    await _until(rig, "presumed_not_applied")
    assert (await rig.book(**KEY)).status == 200
    with capture_logs() as logs:
        rig.clock.advance(1000)
        await rig.until(lambda: len(rig.pms.hotel.bookings) == 2)
        await _passes(rig, 301)
        await _until(rig, "late_applied")

    (line,) = [line for line in logs if line["event"] == "write.applied_late"]
    assert line["orders"] == ["1", "2"]
    await _passes(rig, 302)
    assert (await _outcomes(rig))["late_applied"] == 1


async def test_looks_wait_for_a_closed_breaker(rig: Rig) -> None:
    """While the PMS is down nobody is asked; on recovery the look comes soon."""
    rig.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    await rig.book(**KEY)
    await rig.fails(4)
    assert await rig.state() == "open"
    seen = rig.pms.call_count
    await _passes(rig, 29)
    assert rig.pms.call_count == seen
    await _passes(rig, 3)

    assert await rig.state() == "closed"
    await _until(rig, "settled_applied")


async def test_what_no_read_can_find_stays_unknown(rig: Rig) -> None:
    """No key in the source: never looked for, never presumed, 504 for a day."""
    for source in ("WhatsApp", "WhatsApp:other", "a|yes-1", "xyes-1"):
        rig.pms.plays(faults.reset(resource="bookings"))
        await rig.book(source=source, Idempotency_Key=f"yes-1-{len(source)}")
    seen = rig.pms.call_count
    await _passes(rig, 200)

    assert rig.pms.call_count == seen
    assert await _outcomes(rig) == {"unknown": 4}
    assert (await rig.book(source="WhatsApp", Idempotency_Key="yes-1-8")).status == 504


async def test_another_source_settles_nothing(rig: Rig) -> None:
    """The PMS's database takes yes-1 and YES-1 for the same; the ledger does not."""
    await rig.book(source=SOURCE.upper())
    rig.pms.plays(faults.reset(resource="bookings"))
    await rig.book(**KEY)
    await _passes(rig, 200)

    assert await _outcomes(rig) == {"ok": 1, "unknown": 1}
    assert (await rig.book(**KEY)).status == 504


async def test_an_unknown_write_without_a_key_is_shown(rig: Rig) -> None:
    """The status has it for a day, with neither guest nor key in it."""
    rig.pms.plays(faults.reset(resource="bookings"))
    await rig.book()
    shown = (await rig.status())["writes"]

    assert shown["unknown"] == 1
    (line,) = shown["open"]
    assert line["resource"] == "bookings"
    assert line["standing"] == "unknown"
    assert "Ana" not in str(shown)
    rig.clock.advance(86400)
    assert (await rig.status())["writes"]["open"] == []


async def test_what_is_settled_makes_older_copies_stale(rig: Rig) -> None:
    """The room is gone: a search from before is asked for anew."""
    await _times_out(rig, faults.late(20, sleep=rig.clock.sleep), **KEY)
    await rig.search()
    await _passes(rig, 16)
    await _until(rig, "settled_applied")

    assert "fwd=stale" in (await rig.search()).headers["Cache-Status"]


@pytest.fixture
async def keyless() -> AsyncIterator[Rig]:
    """Give a proxy whose clients bring their own credentials."""
    async with a_rig(own_key=False) as rig:
        yield rig


async def test_without_an_own_key_the_caller_brings_the_look(keyless: Rig) -> None:
    """No client's credentials are kept: the look is made when it comes again."""
    rig = keyless
    mine = {"Authorization": encode_basic_auth(rig.pms.key)}
    rig.pms.plays(faults.writes_then(faults.reset(resource="bookings")))
    await rig.book(**KEY, **mine)
    await _passes(rig, 30)
    assert rig.pms.call_count == 1

    got = await rig.book(**KEY, **mine)
    assert (got.status, _is_replay(got)) == (200, True)
    assert _posts(rig) == 1
    assert all("Authorization" in call.headers for call in rig.pms.calls)


async def test_without_an_own_key_it_is_presumed_lost_on_asking(keyless: Rig) -> None:
    """The look that finds nothing after 120 s is the one before the second sending."""
    rig = keyless
    mine = {"Authorization": encode_basic_auth(rig.pms.key)}
    rig.pms.plays(faults.reset(resource="bookings"))
    await rig.book(**KEY, **mine)
    assert (await rig.book(**KEY, **mine)).status == 504
    rig.clock.advance(136)

    got = await rig.book(**KEY, **mine)
    assert (got.status, _is_replay(got)) == (200, False)
    assert _posts(rig) == 2
    assert len(rig.pms.hotel.bookings) == 1
