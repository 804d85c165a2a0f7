"""A hotel tool's own places inside the PMS: it fills these, and no other tool's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from demo import faults
from fakes.rig import Got, Rig, a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AGENT, DESK = "s3cret-of-the-agent", "s3cret-of-the-desk"
TOKENS = {"PROXY_CLIENT_TOKENS": f"agent:{AGENT},desk:{DESK}"}
JSON = "application/json"


@pytest.fixture
async def limited() -> AsyncIterator[Rig]:
    """Give a rig whose desk may have two calls inside the PMS at once."""
    async with a_rig({**TOKENS, "PROXY_CLIENT_LIMITS": "desk::2"}) as rig:
        yield rig


def _desk(rig: Rig, day: int) -> asyncio.Task[Got]:
    return asyncio.create_task(rig.search(day, X_Proxy_Token=DESK, Accept=JSON))


async def _waits(rig: Rig, count: int) -> None:
    async with asyncio.timeout(5):
        while (await rig.status())["upstream"]["waiting"] != count:
            await asyncio.sleep(0.001)


async def test_a_tool_at_its_places_waits_while_others_pass(limited: Rig) -> None:
    """Ten searches of the desk: two inside the PMS, eight wait, the agent passes."""
    gate = faults.holds()
    limited.pms.always(gate)
    desk = [_desk(limited, day) for day in range(1, 11)]
    await limited.until_calls(2)
    await _waits(limited, 8)

    agent = asyncio.create_task(limited.search(20, X_Proxy_Token=AGENT))
    await limited.until_calls(3)
    await limited.settles()

    assert len(limited.pms.calls) == 3
    gate.release()
    got = await asyncio.gather(agent, *desk)
    assert {each.status for each in got} == {200}
    assert len(limited.pms.calls) == 11


async def test_after_its_wait_it_is_told_whose_limit_it_is(limited: Rig) -> None:
    """503 after 5 s, with its name and places; a booking says that it was not sent."""
    limited.pms.always(faults.hang())
    held = [_desk(limited, day) for day in (1, 2)]
    await limited.until_calls(2)
    read = _desk(limited, 3)
    booking = asyncio.create_task(limited.book(X_Proxy_Token=DESK, Accept=JSON))
    await _waits(limited, 2)

    limited.clock.advance(5.1)
    refused, unsent = await asyncio.gather(read, booking)

    for got, kind in ((refused, "overloaded"), (unsent, "write-not-sent")):
        told = got.json()
        assert (got.status, told["type"].rpartition("/")[2]) == (503, kind)
        assert (told["caller"], told["places"]) == ("desk", 2)
        assert "The caller desk is at its limit of 2 calls" in told["detail"]
        assert got.headers["Retry-After"] == "5"
    assert unsent.json()["outcome"] == "not_sent"
    assert len(limited.pms.calls) == 2
    name = "pms_caller_requests_total"
    assert await limited.metric(name, caller="desk", outcome="limited") == 2
    limited.clock.advance(10)
    await asyncio.gather(*held)


async def test_a_limit_never_hides_a_copy(limited: Rig) -> None:
    """At its places the desk gets fresh copies as ever, and older ones marked."""
    for day in (10, 11):
        await limited.search(day, X_Proxy_Token=AGENT)
    limited.pms.always(faults.hang())
    held = [_desk(limited, day) for day in (1, 2)]
    await limited.until_calls(4)

    fresh = await limited.search(10, X_Proxy_Token=DESK)
    limited.clock.advance(31)
    await asyncio.gather(*held)
    held = [_desk(limited, day) for day in (3, 4)]
    await limited.settles()
    old = _desk(limited, 11)
    await _waits_any(limited)
    limited.clock.advance(0.9)
    got = await old

    assert (fresh.status, fresh.is_marked) == (200, False)
    assert (got.status, got.is_marked) == (200, True)
    limited.clock.advance(60)
    await asyncio.gather(*held)


async def _waits_any(rig: Rig) -> None:
    async with asyncio.timeout(5):
        while not (await rig.status())["upstream"]["waiting"]:
            await asyncio.sleep(0.001)


async def test_nobody_waits_for_another_tools_places(limited: Rig) -> None:
    """The agent asks what the desk waits to ask: its own call goes at once."""
    gate = faults.holds()
    limited.pms.always(gate)
    desk = [_desk(limited, day) for day in (1, 2, 3)]
    await limited.until_calls(2)
    await _waits(limited, 1)

    agent = [
        asyncio.create_task(limited.search(day, X_Proxy_Token=AGENT))
        for day in (1, 2, 3)
    ]
    await limited.until_calls(3)
    await limited.settles()

    # Two of them share the calls that the desk has begun.
    assert len(limited.pms.calls) == 3
    gate.release()
    assert {got.status for got in await asyncio.gather(*agent, *desk)} == {200}


async def test_no_booking_waits_for_another_tools_places(limited: Rig) -> None:
    """The desk's booking waits for its own place outside of the hotel's one lane."""
    gate = faults.holds(resource="hotel_ari")
    limited.pms.always(gate)
    desk = [_desk(limited, day) for day in (1, 2)]
    await limited.until_calls(2)
    late = asyncio.create_task(limited.book("Eva", X_Proxy_Token=DESK))
    await _waits(limited, 1)

    got = await limited.book("Ana", X_Proxy_Token=AGENT)

    assert got.status == 200
    gate.release()
    assert {each.status for each in await asyncio.gather(late, *desk)} == {200}


async def test_what_a_tool_waits_to_ask_is_asked_once(limited: Rig) -> None:
    """At its places too, many equal questions of one tool are one call."""
    gate = faults.holds()
    limited.pms.always(gate)
    held = [_desk(limited, day) for day in (1, 2)]
    await limited.until_calls(2)
    same = [_desk(limited, 3) for _ in range(6)]
    await _waits(limited, 1)
    gate.release()

    got = await asyncio.gather(*held, *same)

    assert {each.status for each in got} == {200}
    assert len(limited.pms.calls) == 3


async def test_a_hung_call_keeps_its_own_tools_place(limited: Rig) -> None:
    """After two timeouts of the desk its places are held; the agent's are not."""
    limited.pms.always(faults.hang())
    held = [_desk(limited, day) for day in (1, 2)]
    await limited.until_calls(2)
    limited.clock.advance(15.1)
    assert {got.status for got in await asyncio.gather(*held)} == {504}
    limited.pms.heals()

    waiting = asyncio.create_task(
        limited.get("/api/hotels?limit=1", X_Proxy_Token=DESK)
    )
    await _waits(limited, 1)
    agent = await limited.get("/api/hotels?limit=2", X_Proxy_Token=AGENT)

    assert agent.status == 200
    # A search answered later shows that one of the stuck workers is free.
    assert (await limited.search(5, X_Proxy_Token=AGENT)).status == 200
    assert (await waiting).status == 200


async def test_a_caller_who_leaves_the_queue_leaves_nothing(limited: Rig) -> None:
    """A write that waits for a place and hangs up is not sent, and takes no place."""
    gate = faults.holds()
    limited.pms.always(gate)
    held = [_desk(limited, day) for day in (1, 2)]
    await limited.until_calls(2)
    booking = asyncio.create_task(limited.book(X_Proxy_Token=DESK))
    await _waits(limited, 1)
    booking.cancel()
    await _waits(limited, 0)
    gate.release()
    await asyncio.gather(*held)

    again = [_desk(limited, day) for day in (3, 4)]
    assert {got.status for got in await asyncio.gather(*again)} == {200}
    assert len(limited.pms.calls) == 4
