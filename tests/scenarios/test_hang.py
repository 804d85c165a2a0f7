"""Scenario 54 and CONTRACT §4: places, the waiting room, and a PMS that hangs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from demo import faults
from fakes.rig import Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from demo.fault import Gate
    from fakes.rig import Got

Asking = list[asyncio.Task[Any]]


async def _load(rig: Rig) -> dict[str, int]:
    found: dict[str, int] = (await rig.status())["upstream"]
    return {name: found[name] for name in ("inflight", "abandoned", "waiting")}


async def _until_load(rig: Rig, **wanted: int) -> None:
    async with asyncio.timeout(5):
        while wanted.items() - (await _load(rig)).items():
            await asyncio.sleep(0.001)


def _begin(*asking: Coroutine[Any, Any, Got]) -> Asking:
    return [asyncio.create_task(one) for one in asking]


async def _full(rig: Rig) -> tuple[Asking, Gate]:
    """Fill the four places with private reads that the PMS holds."""
    gate = faults.holds(resource="customers")
    rig.pms.always(gate)
    asking = _begin(*(rig.get(f"/api/customers/{number}") for number in range(4)))
    await rig.until_calls(4)
    return asking, gate


async def _hung(rig: Rig, resource: str = "customers") -> Asking:
    """Let the four places be held by calls given up at their deadline."""
    rig.pms.always(faults.holds(resource=resource))
    seen = len(rig.pms.calls)
    asking = _begin(*(rig.get(f"/api/{resource}/{number}") for number in range(4)))
    await rig.until_calls(seen + 4)
    rig.clock.advance(15)
    answers = await asyncio.gather(*asking)
    assert [got.status for got in answers] == [504] * 4
    return asking


async def _end(asking: Asking) -> None:
    for one in asking:
        one.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


async def test_four_calls_are_inside_the_pms_at_most(rig: Rig) -> None:
    """The fifth waits until one of the four is answered."""
    asking, gate = await _full(rig)
    fifth = asyncio.create_task(rig.get("/api/customer_messages"))
    await _until_load(rig, inflight=4, waiting=1)
    await rig.settles()
    assert len(rig.pms.calls) == 4
    assert await rig.metric("pms_inflight") == 4
    assert await rig.metric("pms_queue_waiting") == 1

    gate.release()

    assert (await fifth).status == 200
    await asyncio.gather(*asking)
    assert await _load(rig) == {"inflight": 0, "abandoned": 0, "waiting": 0}


async def test_a_call_waits_five_seconds_for_a_place(rig: Rig) -> None:
    """Then it is 503 with Retry-After, never sent, and no failure."""
    asking, _ = await _full(rig)
    waiting = asyncio.create_task(rig.search(Accept="application/json"))
    await _until_load(rig, waiting=1)
    rig.clock.advance(4.999)
    await rig.settles()
    assert not waiting.done()
    rig.clock.advance(0.001)

    got = await waiting

    assert got.status == 503
    assert got.json()["type"].endswith("/overloaded")
    assert int(got.headers["Retry-After"]) == got.json()["retry_after_s"] >= 1
    assert got.headers["Proxy-Status"] == "pms-proxy; error=connection_limit_reached"
    assert got.headers["X-PMS-Circuit-Breaker"] == "closed"
    assert len(rig.pms.calls) == 4
    assert (await rig.breaker())["failures_in_window"] == 0
    await _end(asking)


async def test_a_write_without_a_place_is_not_sent(rig: Rig) -> None:
    """It is 503 `not_sent` with Retry-After."""
    asking, _ = await _full(rig)
    waiting = asyncio.create_task(rig.book(Accept="application/json"))
    await _until_load(rig, waiting=1)
    rig.clock.advance(5)

    got = await waiting

    assert got.status == 503
    assert got.json()["type"].endswith("/write-not-sent")
    assert got.json()["outcome"] == "not_sent"
    assert got.json()["pms_circuit_breaker"] == "closed"
    assert int(got.headers["Retry-After"]) >= 1
    assert len(rig.pms.calls) == 4
    await _end(asking)


async def test_the_waiting_room_holds_sixty_four(rig: Rig) -> None:
    """The 65th is refused at once, and its refusal is no failure."""
    asking, gate = await _full(rig)
    waiting = _begin(*(rig.get(f"/api/customer_messages/{n}") for n in range(64)))
    await _until_load(rig, waiting=64)

    got = await rig.search(Output_Format="JSON")
    write = await rig.book(Accept="application/json")

    assert (got.status, got.json()["type"].rpartition("/")[2]) == (503, "overloaded")
    assert (write.status, write.json()["outcome"]) == (503, "not_sent")
    assert len(rig.pms.calls) == 4
    gate.release()
    answers = await asyncio.gather(*waiting, *asking)
    assert 503 not in {got.status for got in answers}
    assert (await rig.breaker())["failures_in_window"] == 0


async def test_the_copy_is_served_where_nobody_can_ask(rig: Rig) -> None:
    """With a usable copy a full waiting room is not felt; the copy is marked."""
    await rig.search()
    rig.clock.advance(45)
    asking, _ = await _full(rig)
    waiting = _begin(*(rig.get(f"/api/customer_messages/{n}") for n in range(64)))
    await _until_load(rig, waiting=64)

    got = await rig.search()

    assert (got.status, got.is_marked) == (200, True)
    assert got.headers["Cache-Status"] == (
        "pms-proxy; fwd=stale; ttl=-15; detail=overloaded"
    )
    await _end(asking + waiting)


async def test_writes_go_first(rig: Rig) -> None:
    """A write that came last is sent before the reads that wait."""
    gates = [faults.holds() for _ in range(4)]
    rig.pms.plays(*gates)
    asking = _begin(*(rig.get(f"/api/customers/{number}") for number in range(4)))
    await rig.until_calls(4)
    reads = _begin(*(rig.get(f"/api/customer_messages/{n}") for n in (1, 2)))
    await _until_load(rig, waiting=2)
    write = asyncio.create_task(rig.ask("PUT", "/api/customers/1", "<a/>"))
    await _until_load(rig, waiting=3)
    last = faults.holds()
    rig.pms.plays(last)

    gates[0].release()
    await last.arrived.wait()

    assert rig.pms.calls[4].method == "PUT"
    rig.pms.heals()
    await asyncio.gather(*asking, *reads, write)
    assert [call.method for call in rig.pms.calls[5:]] == ["GET", "GET"]


async def test_the_deadline_counts_from_the_sending(rig: Rig) -> None:
    """A wait of 4 s leaves the PMS its 15 s, and an answer at 14 s is in time."""
    asking, gate = await _full(rig)
    late = faults.holds(resource="customer_messages")
    waiting = asyncio.create_task(rig.get("/api/customer_messages"))
    await _until_load(rig, waiting=1)
    rig.clock.advance(4)
    rig.pms.always(late)
    gate.release()
    await late.arrived.wait()
    rig.clock.advance(14.9)
    await rig.settles()
    assert not waiting.done()
    late.release()

    assert (await waiting).status == 200
    assert (await rig.breaker())["failures_in_window"] == 0
    await asyncio.gather(*asking)


async def test_who_leaves_while_waiting_leaves_no_call(rig: Rig) -> None:
    """Neither a private read nor a write is sent for somebody who is gone."""
    asking, gate = await _full(rig)
    waiting = _begin(rig.get("/api/customer_messages"), rig.book())
    await _until_load(rig, waiting=2)
    await _end(waiting)
    await _until_load(rig, waiting=0)

    gate.release()
    await asyncio.gather(*asking)
    await rig.settles()

    assert len(rig.pms.calls) == 4
    assert await rig.metric("pms_writes_total", outcome="ok") == 0


async def test_a_total_hang_opens_the_breaker(rig: Rig) -> None:
    """Scenario 54: four failures at 15 s, a probe at once, its failure at 30 s."""
    gate = faults.holds()
    rig.pms.always(gate)
    asking = _begin(*(rig.search(day) for day in (1, 2, 3, 4)))
    await rig.until_calls(4)
    rig.clock.advance(15)
    answers = await asyncio.gather(*asking)

    assert [got.status for got in answers] == [504] * 4
    assert (await rig.breaker())["failures_in_window"] == 4
    assert await _load(rig) == {"inflight": 0, "abandoned": 4, "waiting": 0}
    assert await rig.metric("pms_inflight_abandoned") == 4
    await rig.until_calls(5)
    assert rig.pms.calls[4].target == "/api/hotels?limit=1"

    refused = await rig.search(20)
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await rig.book()).status == 503
    rig.clock.advance(14.999)
    await rig.settles()
    assert await rig.state() == "closed"
    assert len(rig.pms.calls) == 5
    rig.clock.advance(0.001)
    await rig.until_state("open")

    breaker = await rig.breaker()
    assert breaker["cause"] == "timeout"
    assert breaker["retry_after_s"] == 30
    assert len(breaker["last_failures"]) == 5


async def test_a_hang_serves_copies_at_once(rig: Rig) -> None:
    """Scenario 54: a guest with a copy gets it without waiting; others are told."""
    await rig.search(1)
    rig.clock.advance(31)
    await _hung(rig)

    got = await rig.search(1)
    bare = await rig.search(2)

    assert (got.status, got.is_marked) == (200, True)
    assert "fwd=stale; ttl=-16; detail=overloaded" in got.headers["Cache-Status"]
    assert bare.status == 503


async def test_a_hang_ends_the_waits(rig: Rig) -> None:
    """Who waits for a place when the last one is abandoned is told at once."""
    asking, _ = await _full(rig)
    rig.clock.advance(11)
    waiting = _begin(rig.get("/api/customer_messages"), rig.book())
    await _until_load(rig, waiting=2)
    rig.clock.advance(4)

    answers = await asyncio.gather(*waiting)

    assert [got.status for got in answers] == [503, 503]
    await _end(asking)


async def test_a_failed_hang_probe_is_followed_at_once() -> None:
    """Probe after probe, so that a total hang opens though nobody may ask."""
    async with a_rig({"PROXY_BREAKER_FAILURES": "7"}) as rig:
        rig.pms.always(faults.holds())
        asking = _begin(*(rig.search(day) for day in (1, 2, 3, 4)))
        await rig.until_calls(4)
        rig.clock.advance(15)
        await asyncio.gather(*asking)
        await rig.until_calls(5)
        rig.pms.always(faults.error_page())
        rig.clock.advance(14.999)
        await rig.settles()
        assert len(rig.pms.calls) == 5
        rig.clock.advance(0.001)
        await rig.until_state("open")

        # The first probe hung; the two after it failed without any pause.
        assert len(rig.pms.calls) == 7
        assert (await rig.breaker())["cause"] == "down"


async def test_a_healthy_hang_probe_is_not_repeated_for_five_seconds(rig: Rig) -> None:
    """While one resource hangs and the PMS is well, a probe goes every 5 s."""
    await _hung(rig)
    await rig.until_calls(5)
    await rig.settles()
    rig.clock.advance(4.999)
    await rig.settles()
    assert len(rig.pms.calls) == 5
    rig.clock.advance(0.001)
    await rig.until_calls(6)
    await rig.settles()

    assert len(rig.pms.calls) == 6
    assert await rig.state() == "closed"


@pytest.mark.parametrize(("passed_s", "abandoned"), [(44.999, 4), (45, 0)])
async def test_an_abandoned_place_is_held_forty_five_seconds(
    rig: Rig, passed_s: float, abandoned: int
) -> None:
    """Then the worker is taken to be free again."""
    await _hung(rig)
    rig.clock.advance(passed_s)

    await _until_load(rig, abandoned=abandoned)


async def test_each_later_answer_of_the_resource_frees_one_place() -> None:
    """Two searches answered after two were abandoned free both, one by one."""
    async with a_rig({"PROXY_MAX_INFLIGHT": "3"}) as rig:
        gate = faults.holds(resource="customers")
        rig.pms.plays(gate, gate)
        asking = _begin(*(rig.get(f"/api/customers/{n}") for n in (1, 2)))
        await rig.until_calls(2)
        rig.clock.advance(15)
        await asyncio.gather(*asking)
        assert (await _load(rig))["abandoned"] == 2

        await rig.get("/api/customer_messages")
        assert (await _load(rig))["abandoned"] == 2
        await rig.get("/api/customers/3")
        assert (await _load(rig))["abandoned"] == 1
        await rig.get("/api/customers/4")
        assert (await _load(rig))["abandoned"] == 0


async def test_only_the_pms_itself_frees_a_place() -> None:
    """A page of nginx, or an answer begun before, says nothing about the worker."""
    async with a_rig() as rig:
        early = faults.holds(resource="customers")
        rig.pms.plays(early, faults.holds(resource="customers"))
        first = asyncio.create_task(rig.get("/api/customers/1"))
        await rig.until_calls(1)
        rig.clock.advance(1)
        second = asyncio.create_task(rig.get("/api/customers/2"))
        await rig.until_calls(2)
        rig.clock.advance(14)
        assert (await first).status == 504
        rig.pms.plays(faults.bad_gateway())
        assert (await rig.get("/api/customers/3")).status == 502
        rig.clock.advance(1)
        assert (await second).status == 504

        assert (await _load(rig))["abandoned"] == 2


async def test_an_earlier_call_answered_late_frees_nothing() -> None:
    """Only a call begun after the abandoned one shows that its worker is free."""
    async with a_rig() as rig:
        early = faults.holds(resource="customers")
        rig.pms.plays(faults.holds(resource="customers"), early)
        lost = asyncio.create_task(rig.get("/api/customers/1"))
        await rig.until_calls(1)
        same = asyncio.create_task(rig.get("/api/customers/2"))
        await rig.until_calls(2)
        early.release()
        assert (await same).status in {200, 404}
        rig.clock.advance(15)

        assert (await lost).status == 504
        assert (await _load(rig))["abandoned"] == 1


async def test_a_refused_connection_holds_no_place(rig: Rig) -> None:
    """Nobody at the other end works on it."""
    await rig.pms.refuses()
    for number in range(4):
        assert (await rig.get(f"/api/customers/{number}")).status == 502

    assert await _load(rig) == {"inflight": 0, "abandoned": 0, "waiting": 0}


async def test_the_breaker_may_open_while_one_waits(rig: Rig) -> None:
    """Who waits for a place is not sent then: the copy, marked as open, or 503."""
    await rig.search(1)
    rig.clock.advance(31)
    await rig.fails(1)
    asking, _ = await _full(rig)
    seen = len(rig.pms.calls)
    waiting = _begin(
        rig.search(1),
        rig.search(2, Accept="application/json"),
        rig.book(Accept="application/json"),
    )
    await _until_load(rig, waiting=3)
    await rig.pms.refuses()

    copy, bare, write = await asyncio.gather(*waiting)

    assert await rig.state() == "open"
    assert copy.is_marked
    assert copy.headers["Cache-Status"] == (
        "pms-proxy; hit; ttl=-1; detail=breaker-open"
    )
    assert (bare.status, bare.headers["Retry-After"]) == (503, "30")
    assert bare.json()["type"].endswith("/breaker-open")
    assert (write.status, write.json()["outcome"]) == (503, "not_sent")
    assert write.json()["pms_circuit_breaker"] == "open"
    assert len(rig.pms.calls) == seen
    assert await _load(rig) == {"inflight": 0, "abandoned": 0, "waiting": 0}
    await _end(asking)


async def test_a_hang_of_writes_holds_places_too(rig: Rig) -> None:
    """A write given up at its deadline is still worked on by the PMS."""
    gate = faults.holds(resource="customers")
    rig.pms.always(gate)
    asking = _begin(
        *(
            rig.ask(
                "PUT", f"/api/customers/{n}", "<a/>", {"Accept": "application/json"}
            )
            for n in range(4)
        )
    )
    await rig.until_calls(4)
    rig.clock.advance(15)
    answers = await asyncio.gather(*asking)

    assert [got.json()["outcome"] for got in answers] == ["unknown"] * 4
    assert (await _load(rig))["abandoned"] == 4
