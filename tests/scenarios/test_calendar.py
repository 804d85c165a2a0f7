"""Nights answer what nobody has asked yet (CONTRACT §8)."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from demo import faults
from demo.houses import THE_HOTEL_PRIME, build
from demo.pms import StandIn
from demo.rules import StayRule
from fakes.clock import EPOCH, FakeClock
from fakes.redis_server import a_redis
from fakes.rig import BOOKING, SEARCH, a_rig, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from demo.exchange import Exchange
    from demo.fault import Fault
    from fakes.rig import Got, Rig

NIGHTS = 30
# Tries and nights without end, so that a test need not turn the clock for an hour.
CALENDAR = {
    "PROXY_CALENDAR_NIGHTS": str(NIGHTS),
    "PROXY_REFRESH_PER_MIN": "1000",
    "PROXY_ADMIN_TOKEN": "operator",
}
STEP_S = 5.0


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Give a proxy with a calendar of thirty nights."""
    async with a_rig(CALENDAR) as started:
        yield started


async def _passes(rig: Rig, seconds: float) -> None:
    while seconds > 0:
        rig.clock.advance(min(STEP_S, seconds))
        seconds -= STEP_S
        await rig.settles()


async def _knows_all(rig: Rig) -> None:
    """Let a guest ask once, and the calendar learn all that it can."""
    await _ask(rig, 10, 1)
    seen = -1
    while seen != rig.pms.call_count:
        seen = rig.pms.call_count
        await _passes(rig, 2 * STEP_S)


def _day(number: int) -> str:
    return str(EPOCH.date() + timedelta(days=number))


async def _ask(
    rig: Rig, day: int, nights: int, *, hotel: int = 1, as_json: bool = False
) -> Got:
    """Search from so many days ahead."""
    body = SEARCH.format(hotel=hotel, checkin=_day(day), checkout=_day(day + nights))
    fields = {"Content-Type": "text/xml"}
    if as_json:
        fields["Output-Format"] = "JSON"
    return await rig.ask("POST", "/api/hotel_ari", body, fields)


async def _nights_held(rig: Rig) -> float:
    return await rig.metric("pms_calendar_nights")


def _types(got: Got) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(got.body)["hotel_ari"]["room_types"]
    return found


async def test_a_question_that_nobody_asked_is_answered_in_an_outage(rig: Rig) -> None:
    """The PMS is gone: rooms, prices and all are what it would have said, marked."""
    await _knows_all(rig)
    assert await _nights_held(rig) == NIGHTS
    would_say = [
        await _ask(rig, 12, 3, as_json=True),
        await _ask(rig, 13, 2),
    ]
    rig.clock.advance(301)
    await _passes(rig, STEP_S)
    await rig.pms.refuses()

    said = [await _ask(rig, 12, 3, as_json=True), await _ask(rig, 13, 2)]
    for got, expected in zip(said, would_say, strict=True):
        assert got.status == 200
        assert got.body == expected.body
        assert got.is_marked
        assert got.headers["Cache-Status"].endswith("; detail=calendar")
        assert got.headers["Content-Type"] == expected.headers["Content-Type"]
        assert got.headers["PSWS-Version"] == expected.headers["PSWS-Version"]
        assert got.headers["Content-Sha1"] == expected.headers["Content-Sha1"]
        assert 0 <= int(got.headers["Age"]) <= 300
        assert "X-Availability" not in got.headers
    assert await rig.metric("pms_calendar_composed_total", outcome="whole") == 2


async def test_the_status_says_what_is_not_learned_yet() -> None:
    """Nights that are held answer nobody while no length of stay is known of them."""
    async with a_rig({**CALENDAR, "PROXY_REFRESH_PER_MIN": "20"}) as slow:
        await _ask(slow, 10, 1)
        await _passes(slow, 60)
        held = (await slow.status())["calendar"]
        page = (await slow.get("/status?lang=es")).body.decode()
        assert held["usable"] == NIGHTS
        assert 0 < held["unlearned"] < held["arrivals"] == 4 * NIGHTS
        assert f"por aprender en {held['unlearned']} de {held['arrivals']}" in page

        await _passes(slow, 240)
        assert (await slow.status())["calendar"]["unlearned"] == 0
        page = (await slow.get("/status?lang=en")).body.decode()
        assert "at least one is known for each arrival" in page


async def test_while_open_nobody_is_asked(rig: Rig) -> None:
    """Forced open: answers go on, the PMS hears nothing, and it is ready for guests."""
    await _knows_all(rig)
    await rig.ask(
        "POST", "/admin/breaker/open?why=x", headers={"X-Admin-Token": "operator"}
    )
    seen = rig.pms.call_count
    got = await _ask(rig, 14, 4)
    await _passes(rig, 60)

    assert got.status == 200
    assert got.headers["Cache-Status"].startswith("pms-proxy; hit; ttl=")
    assert rig.pms.call_count == seen
    assert (await rig.get("/health/ready")).status == 200


async def test_no_night_past_300_s_is_in_an_answer(rig: Rig) -> None:
    """Then there is nothing to say, and nothing is invented."""
    await _knows_all(rig)
    await rig.pms.refuses()
    while (await _ask(rig, 14, 4)).status == 200:
        assert int((await _ask(rig, 14, 4)).headers["Age"]) <= 300
        await _passes(rig, STEP_S)

    assert await _nights_held(rig) == 0
    assert await rig.metric("pms_calendar_oldest_seconds") > 300


async def test_clearing_the_copies_clears_the_nights(rig: Rig) -> None:
    """Wrong prices are not composed again, and what is under way brings none back."""
    await _knows_all(rig)
    gate = faults.holds()
    rig.pms.always(gate)
    async with asyncio.timeout(STEP_S):
        while not gate.arrived.is_set():
            await _passes(rig, STEP_S)
    operator = {"X-Admin-Token": "operator"}
    await rig.ask("POST", "/admin/cache/clear?why=prices", headers=operator)
    gate.release()
    await rig.settles()
    assert await _nights_held(rig) == 0

    await rig.pms.refuses()
    assert (await _ask(rig, 12, 3)).status == 502
    await rig.pms.listens()
    rig.pms.heals()
    await _passes(rig, 2 * STEP_S)
    assert await _nights_held(rig) == NIGHTS


async def test_a_slow_pms_is_not_waited_for(rig: Rig) -> None:
    """Past the soft timeout nights answer, and the PMS's own answer is kept."""
    await _knows_all(rig)
    gate = faults.holds(resource="hotel_ari")
    rig.pms.plays(gate)
    asking = asyncio.create_task(_ask(rig, 12, 3))
    await gate.arrived.wait()
    rig.clock.advance(0.8)
    got = await asking
    gate.release()

    assert got.headers["Cache-Status"].endswith("; detail=calendar")
    await rig.settles()
    own = await _ask(rig, 12, 3)
    assert not own.is_marked
    assert own.body == got.body


async def test_a_type_nobody_knows_the_rules_of_is_not_offered(rig: Rig) -> None:
    """Before it has learned them: a 503, never "sold out", and nothing is guessed."""
    await _ask(rig, 10, 1)
    await _passes(rig, STEP_S)
    await rig.pms.refuses()
    got = await _ask(rig, 20, 5)

    assert got.status == 502
    assert await rig.metric("pms_calendar_composed_total", outcome="withheld") == 1
    assert await rig.metric("pms_calendar_types_withheld") == 4


async def test_a_restriction_is_learned() -> None:
    """A type that takes three nights at least is sold out for two, and not for four."""
    general, *others = THE_HOTEL_PRIME.types
    ruled = replace(general, stays=[StayRule(min_nights=3)])
    house = build([replace(THE_HOTEL_PRIME, types=[ruled, *others])])
    async with a_rig(CALENDAR, house=house) as rig:
        await _knows_all(rig)
        # A refusal is believed when the next nights say that a room was free.
        for _ in range(3):
            await _passes(rig, 210)
            await _knows_all(rig)
        await rig.pms.refuses()
        free = [
            {
                one["name"]: bool(one["rooms"]["available"])
                for one in _types(await _ask(rig, 12, nights, as_json=True))
            }
            for nights in (1, 2, 3, 4)
        ]

    assert [one["General Rooms"] for one in free] == [False, False, True, True]
    assert all(one["Delux Rooms"] for one in free)


async def test_what_is_known_of_some_types_is_offered_and_said() -> None:
    """One type's rule is not known yet: the list is marked incomplete."""
    async with a_rig(CALENDAR) as rig:
        await _ask(rig, 10, 1)
        await _passes(rig, STEP_S)
        body = SEARCH.format(hotel=1, checkin=_day(12), checkout=_day(14))
        body = body.replace("<date_from>", "<id_room_type>2</id_room_type><date_from>")
        await rig.ask("POST", "/api/hotel_ari", body, {"Content-Type": "text/xml"})
        await rig.pms.refuses()
        got = await _ask(rig, 12, 2, as_json=True)

    assert got.headers["X-Availability"] == "incomplete"
    assert [one["name"] for one in _types(got)] == ["Delux Rooms"]
    found = json.loads(got.body)["hotel_ari"]
    assert (found["total_rooms"], found["total_available_rooms"]) == (5, 5)


async def test_a_sold_room_is_not_offered(rig: Rig) -> None:
    """After a booking through the proxy its nights are asked for anew."""
    await _knows_all(rig)
    booking = BOOKING.format(name="Ana", source="WhatsApp")
    booking = booking.replace("2027-01-10", _day(12)).replace("2027-01-12", _day(14))
    got = await rig.ask("POST", "/api/bookings", booking, {"Content-Type": "text/xml"})
    assert got.status == 200
    assert await _nights_held(rig) == NIGHTS - 2
    await _passes(rig, 2 * STEP_S)
    assert await _nights_held(rig) == NIGHTS
    await rig.pms.refuses()

    # Stays of two nights, which no try has left a copy of.
    free = {
        day: len(_types(await _ask(rig, day, 2, as_json=True))[0]["rooms"]["available"])
        for day in (10, 11, 12, 13, 14)
    }
    assert free == {10: 5, 11: 4, 12: 4, 13: 4, 14: 5}


async def test_it_asks_little(rig: Rig) -> None:
    """Thirty nights are one call each 200 s, and no night grows older than 240 s."""
    await _knows_all(rig)
    ok = await rig.metric("pms_calendar_refresh_total", outcome="ok")
    oldest = 0.0
    for _ in range(82):
        await _passes(rig, STEP_S)
        oldest = max(oldest, await rig.metric("pms_calendar_oldest_seconds"))

    # In 410 s: two for nights. Nothing else is left to learn.
    assert await rig.metric("pms_calendar_refresh_total", outcome="ok") - ok == 2
    assert oldest <= 240


async def test_nights_that_the_pms_fails_on_open_no_breaker() -> None:
    """A breakdown too large for PHP is the calendar's trouble, not guests'."""
    plans = [replace(THE_HOTEL_PRIME, name=f"Hotel {n}") for n in range(8)]
    hotels = ",".join(str(number) for number in range(1, 9))
    environ = {**CALENDAR, "PROXY_CALENDAR_NIGHTS": "180", "PROXY_HOTELS": hotels}
    crash = faults.crash()
    fails = replace(crash, play=_only_breakdowns(crash))
    async with a_rig(environ, house=build(plans)) as rig:
        rig.pms.always(fails)
        for day in range(24):
            await _passes(rig, STEP_S)
            assert (await _ask(rig, day, 1)).status == 200
        assert await rig.metric("pms_calendar_refresh_total", outcome="failed") > 5
        assert not await rig.metric(
            "pms_circuit_breaker_transitions_total", to="open", cause="down"
        )
        rig.pms.heals()
        await _passes(rig, 120)
        assert await _nights_held(rig) == 8 * 180


def _only_breakdowns(fault: Fault) -> Callable[[Exchange], Coroutine[None, None, None]]:
    async def play(exchange: Exchange) -> None:
        if b"date_wise" in exchange.call.body:
            await fault.play(exchange)
        else:
            exchange.respond(await exchange.worked_on())

    return play


async def test_without_a_calendar_nothing_is_asked() -> None:
    """0 nights is off, and so is a budget of 0 or no key of our own."""
    for more in (
        {"PROXY_CALENDAR_NIGHTS": "0"},
        {"PROXY_REFRESH_PER_MIN": "0"},
    ):
        async with a_rig({**CALENDAR, **more}) as rig:
            await _ask(rig, 10, 1)
            await _passes(rig, 60)
            assert rig.pms.call_count == 1
    async with a_rig(CALENDAR, own_key=False) as rig:
        await _ask(rig, 10, 1)
        await _passes(rig, 60)
        assert rig.pms.call_count == 1


async def test_an_unknown_hotel_is_not_kept(rig: Rig) -> None:
    """The PMS answers a search of one with 200 and nothing: no calendar begins."""
    await _ask(rig, 10, 1, hotel=77)
    await _passes(rig, 60)
    assert rig.pms.call_count == 1


async def test_a_configured_hotel_needs_no_guest() -> None:
    """It is kept from the start."""
    async with a_rig({**CALENDAR, "PROXY_HOTELS": "1"}) as rig:
        await _passes(rig, 2 * STEP_S)
        assert await _nights_held(rig) == NIGHTS


@pytest.mark.parametrize("kept_by", ["snapshot", "redis"])
async def test_a_restart_in_an_outage_forgets_nothing(
    kept_by: str, tmp_path: Path
) -> None:
    """Nights and what was learned are there, though the PMS cannot be asked."""
    clock = FakeClock()
    async with AsyncExitStack() as stack:
        pms = await stack.enter_async_context(StandIn(clock=clock))
        environ = {**CALENDAR, "PROXY_SNAPSHOT_PATH": str(tmp_path / "snapshot")}
        if kept_by == "redis":
            server = await stack.enter_async_context(a_redis())
            environ = {**CALENDAR, "PROXY_REDIS_URL": server.url}
        async with a_run(pms, clock, environ) as rig:
            await _knows_all(rig)
            would_say = await _ask(rig, 12, 3)
            # Long enough for that copy to be gone.
            await _passes(rig, 301)
        await pms.refuses()
        async with a_run(pms, clock, environ) as rig:
            for _ in range(5):
                await rig.get("/api/orders/1")
            assert await rig.state() == "open"
            await _passes(rig, STEP_S)
            got = await _ask(rig, 12, 3)

    assert got.status == 200
    assert got.body == would_say.body
    assert got.headers["Cache-Status"].endswith("; detail=calendar")


async def test_two_proxies_ask_once() -> None:
    """One asks for nights and tries; the other takes its copies out of Redis."""
    clock = FakeClock()
    async with (
        a_redis() as server,
        StandIn(clock=clock) as pms,
        a_run(pms, clock, {**CALENDAR, "PROXY_REDIS_URL": server.url}) as one,
        a_run(pms, clock, {**CALENDAR, "PROXY_REDIS_URL": server.url}) as other,
    ):
        await _knows_all(one)
        # What was learned is told each minute, and heard in the next.
        await _passes(other, 125)
        calls = pms.call_count
        assert await _nights_held(other) == NIGHTS
        await _passes(one, 60)
        # The nights may have become due once.
        assert pms.call_count <= calls + 1
        calls = pms.call_count
        asked = [
            await proxy.metric("pms_calendar_refresh_total", outcome="ok")
            for proxy in (one, other)
        ]
        assert sum(asked) == calls - 1
        await pms.refuses()
        # Lengths that nobody has tried.
        for proxy in (one, other):
            assert (await _ask(proxy, 12, 5)).status == 200


async def test_many_hotels_stay_within_the_budget() -> None:
    """Of thirty hotels the nearest nights come first, and of the most asked."""
    plans = [replace(THE_HOTEL_PRIME, name=f"Hotel {n}") for n in range(30)]
    more = {"PROXY_REFRESH_PER_MIN": "20", "PROXY_CALENDAR_NIGHTS": "90"}
    async with a_rig({**CALENDAR, **more}, house=build(plans)) as rig:
        for hotel in range(1, 31):
            await _ask(rig, 10, 1, hotel=hotel)
        for _ in range(3):
            await _ask(rig, 11, 1, hotel=17)
        asked = rig.pms.call_count
        await _passes(rig, 55)
        first = [
            call.body for call in rig.pms.calls[asked:] if b"date_wise" in call.body
        ]
        assert rig.pms.call_count - asked <= 20
        await _passes(rig, 120)
        assert rig.pms.call_count - asked <= 60
        searches = [
            call.body
            for call in rig.pms.calls[asked:]
            if b"hotel_ari" in call.body and b"date_wise" not in call.body
        ]

    assert b"<id_hotel>17</id_hotel>" in first[0]
    assert all(_day(-1).encode() in body for body in first)
    # More nights are due than may be asked for; stays are learned all the same.
    tried = {body for body in searches if _day(400 - 1).encode() not in body}
    hotels = {body.split(b"</id_hotel>")[0] for body in tried}
    assert 3 <= len(tried) == len(hotels)
