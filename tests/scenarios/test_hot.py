"""Hot searches are refreshed ahead, never before a guest (CONTRACT §4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import encode_basic_auth

from demo import faults
from fakes.rig import SEARCH, Rig, a_rig

if TYPE_CHECKING:
    from fakes.rig import Got


async def _hot(rig: Rig, *days: int) -> None:
    """Make searches hot; their copies are of now."""
    for day in days or (10,):
        for _ in range(3):
            await rig.search(day)


async def _passes(rig: Rig, seconds: float) -> None:
    """Turn the clock so that the refresher, too, sees each second pass."""
    for _ in range(int(seconds)):
        rig.clock.advance(1)
        await rig.settles()


async def test_a_hot_search_stays_fresh(rig: Rig) -> None:
    """One call before the copy is 30 s old, and the guest never waits for it."""
    await _hot(rig)
    await _passes(rig, 24)
    assert len(rig.pms.calls) == 1
    await _passes(rig, 3)
    assert len(rig.pms.calls) == 2
    await _passes(rig, 7)

    got = await rig.search()

    assert got.headers["Cache-Status"].startswith("pms-proxy; hit; ttl=2")
    assert not got.is_marked
    assert len(rig.pms.calls) == 2


async def test_a_search_asked_twice_is_not_hot(rig: Rig) -> None:
    """Nobody asks the PMS for what few want."""
    await rig.search()
    await rig.search()
    await _passes(rig, 31)

    assert len(rig.pms.calls) == 1


async def test_what_guests_stop_asking_is_let_go(rig: Rig) -> None:
    """A minute after the last question the PMS has peace."""
    await _hot(rig)
    await _passes(rig, 60)
    seen = len(rig.pms.calls)
    await _passes(rig, 60)

    assert seen == 3
    assert len(rig.pms.calls) == 3


async def test_a_refresh_asks_with_nobodys_credentials(rig: Rig) -> None:
    """What it sends means the same and carries the proxy's key alone."""
    headers = {
        "Authorization": "Basic Z3Vlc3Q6",
        "Cache-Control": "max-age=100",
        "Content-Type": "text/xml",
        "Output-Format": "JSON",
        "X-Guest": "Ana",
    }
    body = SEARCH.format(hotel=1, checkin="2026-12-10", checkout="2026-12-11")
    for _ in range(3):
        await rig.ask("POST", "/api/hotel_ari?ws_key=GUEST", body, headers)
    await _passes(rig, 27)

    asked, refreshed = rig.pms.calls
    assert refreshed.body == asked.body
    assert refreshed.headers["Output-Format"] == "JSON"
    assert refreshed.headers["Authorization"] == asked.headers["Authorization"]
    assert "GUEST" not in refreshed.target
    assert "X-Guest" not in refreshed.headers
    assert "X-Guest" in asked.headers


async def test_without_an_own_key_nothing_is_refreshed() -> None:
    """Clients' credentials are never kept, so there is nobody to ask as."""
    async with a_rig(own_key=False) as rig:
        guest = encode_basic_auth(rig.pms.key)
        answers = [await rig.search(Authorization=guest) for _ in range(3)]
        assert answers[2].headers["Cache-Status"].startswith("pms-proxy; hit")
        await _passes(rig, 31)

        assert len(rig.pms.calls) == 1


async def _calls_in(rig: Rig, seconds: int, days: range) -> int:
    seen = len(rig.pms.calls)
    await _hot(rig, *days)
    guests = len(rig.pms.calls) - seen
    await _passes(rig, seconds)
    return len(rig.pms.calls) - seen - guests


async def test_the_budget_bounds_the_calls() -> None:
    """Ten hot searches, four calls a minute: four in the minute, none with 0."""
    for per_min in (4, 0):
        async with a_rig({"PROXY_REFRESH_PER_MIN": str(per_min)}) as rig:
            assert await _calls_in(rig, 59, range(1, 11)) == per_min


async def test_a_long_search_is_never_refreshed(rig: Rig) -> None:
    """Over 31 nights cost the PMS too much to be asked for nobody."""
    for nights, is_refreshed in ((31, True), (32, False)):
        seen = len(rig.pms.calls)
        checkout = f"2027-02-{nights - 30:02}"
        body = SEARCH.format(hotel=1, checkin="2027-01-01", checkout=checkout)
        for _ in range(3):
            await rig.ask("POST", "/api/hotel_ari", body, {"Content-Type": "text/xml"})
        await _passes(rig, 28)

        assert len(rig.pms.calls) == seen + 1 + is_refreshed
        rig.clock.advance(100)


async def test_an_open_breaker_is_not_asked_through(rig: Rig) -> None:
    """While the PMS is not asked for guests, the refresher does not even try."""
    await _hot(rig)
    await _passes(rig, 20)
    await rig.fails(5)
    seen = len(rig.pms.calls)
    await _passes(rig, 9)

    assert await rig.state() == "open"
    assert len(rig.pms.calls) == seen
    refused = await rig.metric(
        "pms_circuit_breaker_rejected_total", operation="availability"
    )
    assert refused == 0


async def test_a_guest_who_asks_meanwhile_joins(rig: Rig) -> None:
    """The refresh under way is the guest's own call."""
    await _hot(rig)
    gate = faults.holds()
    rig.pms.plays(gate)
    await _passes(rig, 26)
    await gate.arrived.wait()
    asking = asyncio.create_task(rig.search(Cache_Control="no-cache"))
    await rig.settles()
    gate.release()

    got = await asking

    assert got.headers["Cache-Status"] == "pms-proxy; fwd=request; collapsed; stored"
    assert len(rig.pms.calls) == 2


async def test_a_refresh_goes_before_no_guest() -> None:
    """With the places full it waits for none; once one is free it goes."""
    async with a_rig({"PROXY_MAX_INFLIGHT": "2"}) as rig:
        await _hot(rig)
        gate = faults.holds(resource="orders")
        rig.pms.always(gate)
        await _passes(rig, 15)
        guests = [asyncio.create_task(rig.get(f"/api/orders/{n}")) for n in (1, 2)]
        await rig.until_calls(3)
        await _passes(rig, 12)
        assert len(rig.pms.calls) == 3
        assert (await rig.status())["upstream"]["waiting"] == 0

        gate.release()
        await asyncio.gather(*guests)
        await _passes(rig, 2)
        assert [call.resource for call in rig.pms.calls][3:] == ["hotel_ari"]


async def test_a_refresh_that_fails_counts_and_is_not_repeated(rig: Rig) -> None:
    """One failure a copy: a search that always fails cannot open the breaker."""
    await _hot(rig)
    rig.pms.always(faults.error_page(resource="hotel_ari"))
    await _passes(rig, 59)

    assert len(rig.pms.calls) == 2
    failures = await rig.metric("pms_circuit_breaker_failures_total", cause="down")
    assert failures == 1
    assert await rig.state() == "closed"


async def test_a_guest_is_not_slower_for_a_stuck_refresh(rig: Rig) -> None:
    """While one hangs, other guests get their answers and hits are hits."""
    await _hot(rig)
    rig.pms.plays(faults.holds())
    await _passes(rig, 26)
    await rig.until_calls(2)

    answers: list[Got] = [await rig.search(), await rig.search(20)]

    assert [got.status for got in answers] == [200, 200]
    assert answers[0].headers["Cache-Status"].startswith("pms-proxy; hit")


async def test_no_store_makes_nothing_hot(rig: Rig) -> None:
    """Who wants nothing kept is not counted."""
    await rig.search()
    for _ in range(3):
        await rig.search(Cache_Control="no-store")
    seen = len(rig.pms.calls)
    await _passes(rig, 31)

    assert len(rig.pms.calls) == seen
