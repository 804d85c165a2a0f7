"""Scenario 37: the same key again is never a second booking (CONTRACT §9)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import encode_basic_auth

from demo import faults
from fakes.rig import a_rig

if TYPE_CHECKING:
    from demo.fault import Fault
    from fakes.rig import Got, Rig

KEY = {"Idempotency_Key": "yes-1"}
AS_JSON = {"Accept": "application/json"}
REFUSED = (
    "<qloapps><booking><id_property>1</id_property><currency>XXX</currency>"
    "<booking_status>1</booking_status><payment_status>3</payment_status>"
    "</booking></qloapps>"
)


def _is_replay(got: Got) -> bool:
    return got.headers.get("Idempotent-Replayed") == "true"


async def test_the_first_answer_is_given_again(rig: Rig) -> None:
    """Same status, body and type; the PMS has one booking and saw one call."""
    first = await rig.book(**KEY)
    again = await rig.book(**KEY)

    assert first.status == again.status == 200
    assert first.body == again.body
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert (_is_replay(first), _is_replay(again)) == (False, True)
    assert len(rig.pms.hotel.bookings) == len(rig.pms.calls) == 1
    assert await rig.metric("pms_writes_total", outcome="ok") == 1


async def test_a_refusal_is_given_again_too(rig: Rig) -> None:
    """What the PMS has answered completely is the key's answer, a 4xx too."""
    refused = await rig.ask("POST", "/api/bookings", REFUSED, {"Idempotency-Key": "r"})
    again = await rig.ask("POST", "/api/bookings", REFUSED, {"Idempotency-Key": "r"})

    assert refused.status == again.status == 400
    assert refused.body == again.body
    assert _is_replay(again)
    assert len(rig.pms.calls) == 1


async def test_a_key_lives_for_a_day(rig: Rig) -> None:
    """Its answer is there until 24 h are over; then the key is a new one."""
    await rig.book(**KEY)
    rig.clock.advance(86399)
    assert _is_replay(await rig.book(**KEY))
    rig.clock.advance(1)

    assert not _is_replay(await rig.book(**KEY))
    assert len(rig.pms.hotel.bookings) == 2


async def test_another_request_with_the_key_is_refused(rig: Rig) -> None:
    """422, and the PMS hears nothing of it."""
    await rig.book(**KEY)
    got = await rig.book("Eva", **KEY, **AS_JSON)

    assert got.status == 422
    assert got.json()["type"].endswith("/bad-request")
    assert len(rig.pms.calls) == 1


async def test_a_key_under_way_is_a_conflict(rig: Rig) -> None:
    """409 with Retry-After while the first has no answer; then it is replayed."""
    gate = faults.holds()
    rig.pms.plays(gate)
    first = asyncio.create_task(rig.book(**KEY))
    await gate.arrived.wait()
    second = await rig.book(**KEY, **AS_JSON)
    gate.release()

    assert second.status == 409
    assert second.headers["Retry-After"] == "1"
    assert (await first).status == 200
    assert _is_replay(await rig.book(**KEY))
    assert len(rig.pms.hotel.bookings) == 1


async def test_many_at_once_are_one(rig: Rig) -> None:
    """Fifty at the same moment: one booking, and 409 for who is too early."""
    answers = await asyncio.gather(*(rig.book(**KEY) for _ in range(50)))

    assert {got.status for got in answers} <= {200, 409}
    assert sum(got.status == 200 and not _is_replay(got) for got in answers) == 1
    assert len(rig.pms.hotel.bookings) == 1


@pytest.mark.parametrize(
    "key", ["", '"', "two words", "é", "x" * 256, '"open', '"a"b"', "a\tb"]
)
async def test_what_is_no_key_is_refused(rig: Rig, key: str) -> None:
    """One word of visible ASCII; the booking is not sent."""
    got = await rig.book(**AS_JSON, Idempotency_Key=key)
    assert got.status == 400
    assert rig.pms.calls == []


async def test_quotes_are_not_part_of_a_key(rig: Rig) -> None:
    """The IETF draft's form and the plain one are the same key."""
    await rig.book(**KEY)
    assert _is_replay(await rig.book(Idempotency_Key='"yes-1"'))


async def test_a_read_takes_no_notice_of_a_key(rig: Rig) -> None:
    """A search with a key is a search."""
    for day in (10, 11):
        got = await rig.search(day, Idempotency_Key="yes-1")
        assert got.status == 200


async def test_callers_have_keys_of_their_own() -> None:
    """The same word of two tools is two keys."""
    tokens = {"PROXY_CLIENT_TOKENS": "agent:token-of-agent,desk:token-of-desk"}
    agent, desk = ({"X_Proxy_Token": f"token-of-{name}"} for name in ("agent", "desk"))
    async with a_rig(tokens) as rig:
        one = await rig.book(**KEY, **agent)
        other = await rig.book(**KEY, **desk)
        again = await rig.book(**KEY, **agent)

        assert not _is_replay(one)
        assert not _is_replay(other)
        assert _is_replay(again)
        assert len(rig.pms.hotel.bookings) == 2


async def test_clients_with_their_own_credentials_have_keys_of_their_own() -> None:
    """Without an own key, whoever has other credentials is another caller."""
    async with a_rig(own_key=False) as rig:
        mine = {"Authorization": encode_basic_auth(rig.pms.key, "")}
        first = await rig.book(**KEY, **mine)
        stranger = await rig.book(**KEY, Authorization=encode_basic_auth("B" * 32, ""))
        again = await rig.book(**KEY, **mine)

        assert (first.status, stranger.status, again.status) == (200, 401, 200)
        assert (_is_replay(stranger), _is_replay(again)) == (False, True)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.answers(429, {"Retry-After": "1"}), id="429"),
        pytest.param(faults.webservice_off(), id="webservice-off"),
    ],
)
async def test_what_surely_changed_nothing_may_come_again(
    rig: Rig, fault: Fault
) -> None:
    """The key is as new: a refusal for the moment is nobody's answer for a day."""
    rig.pms.plays(fault)
    refused = await rig.book(**KEY)
    got = await rig.book(**KEY)

    assert refused.headers["X-Write-Outcome"] == "refused"
    assert got.status == 200
    assert not _is_replay(got)


async def test_what_was_not_sent_may_come_again(rig: Rig) -> None:
    """Nobody was there: 503 `not_sent`, and the same key is sent later."""
    await rig.pms.refuses()
    assert (await rig.book(**KEY)).status == 503
    await rig.pms.listens()
    got = await rig.book(**KEY)

    assert got.status == 200
    assert not _is_replay(got)


async def test_while_open_a_known_key_is_answered(rig: Rig) -> None:
    """The PMS is not needed for it; an unknown key is not sent, and stays unknown."""
    first = await rig.book(**KEY)
    await rig.fails(5)
    seen = len(rig.pms.calls)
    again = await rig.book(**KEY)
    other = await rig.book(Idempotency_Key="yes-2")
    assert (again.status, other.status) == (200, 503)
    assert again.body == first.body
    assert len(rig.pms.calls) == seen
    assert (
        await rig.metric("pms_circuit_breaker_rejected_total", operation="write") == 1
    )

    rig.clock.advance(30)
    await rig.until_state("closed")
    assert (await rig.book(Idempotency_Key="yes-2")).status == 200


async def test_who_hangs_up_while_waiting_leaves_no_key(rig: Rig) -> None:
    """A booking that was never sent may come again with its key."""
    gates = [faults.holds() for _ in range(4)]
    rig.pms.plays(*gates)
    readers = [
        asyncio.create_task(rig.get(f"/api/orders/{number}")) for number in range(4)
    ]
    await rig.until_calls(4)
    waiting = asyncio.create_task(rig.book(**KEY))
    async with asyncio.timeout(5):
        while (await rig.status())["upstream"]["waiting"] != 1:
            await asyncio.sleep(0.001)
    waiting.cancel()
    async with asyncio.timeout(5):
        while (await rig.status())["upstream"]["waiting"]:
            await asyncio.sleep(0.001)
    for gate in gates:
        gate.release()
    await asyncio.gather(*readers)
    got = await rig.book(**KEY)

    assert got.status == 200
    assert not _is_replay(got)
    assert len(rig.pms.hotel.bookings) == 1


@pytest.mark.parametrize(
    ("method", "target"), [("PUT", "/api/bookings/1"), ("DELETE", "/api/addresses/1")]
)
async def test_every_write_may_have_a_key(rig: Rig, method: str, target: str) -> None:
    """Not only bookings: the second is a replay, whatever the first was answered."""
    key = {"Idempotency-Key": "w"}
    await rig.ask(method, target, "<qloapps/>", key)
    again = await rig.ask(method, target, "<qloapps/>", key)

    assert _is_replay(again) or again.status == 504
    assert [call.method for call in rig.pms.calls].count(method) == 1
