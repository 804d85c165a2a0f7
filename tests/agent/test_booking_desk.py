"""Bookings by the agent through a real proxy into a stand-in of the PMS."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from agent.messages import (
    Booked,
    BookingRefused,
    BookingSettled,
    BookingUnknown,
    Guest,
)
from demo import faults, houses
from demo.houses import HotelPlan, TypePlan
from demo.pms import StandIn
from demo.rules import Closure, PriceRule
from fakes.agent_desk import ANA, SEARCH, an_agent
from fakes.clock import FakeClock
from fakes.rig import a_rig, a_run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.fault import Fault
    from demo.stays import Booking
    from fakes.agent_desk import Agent
    from fakes.rig import Rig

BIA = Guest(address="BR.1190457730021846", is_phone=False, name="Bia 🌸 2026!")
UNKNOWN, DOWN = BookingUnknown(), BookingRefused(reason="pms_down")
INN = HotelPlan("Inn", (TypePlan("Double", 1000, ("1",)), TypePlan("Suite", 3, ("2",))))
# The longest that the proxy takes from a lost answer to a second try.
PRESUMED_S = 15 + 120 + 30


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Stand before an inn with one double room and one suite."""
    async with a_rig(house=houses.build((INN,))) as rig:
        yield rig


@pytest.fixture
async def agent(rig: Rig) -> AsyncIterator[Agent]:
    """Ask the rig's proxy."""
    async with an_agent(rig.url, rig.clock) as agent:
        yield agent


def the_booking(rig: Rig) -> Booking:
    """Return the only booking of the house."""
    (booking,) = rig.pms.hotel.bookings.values()
    return booking


def sent(rig: Rig) -> int:
    """Count the bookings that were sent to the PMS."""
    posts = [call for call in rig.pms.calls if call.method == "POST"]
    return sum(call.resource == "bookings" for call in posts)


async def test_booked_at_the_quoted_price(rig: Rig, agent: Agent) -> None:
    """The PMS has the stay, the price that was said yes to, and whom to expect."""
    quote = await agent.quote()
    booked = await agent.desk.book(quote, ANA, "yes-1")
    booking = the_booking(rig)
    assert booked == Booked(reference=str(booking.id))
    assert booking.net + booking.tax == pytest.approx(float(quote.room.price), abs=1e-4)
    assert (booking.source, booking.total_paid) == ("WhatsApp:yes-1", 0)
    (stay,) = booking.stays
    assert (stay.date_from, stay.date_to) == (SEARCH.checkin, SEARCH.checkout)
    customer = rig.pms.hotel.customers[booking.customer]
    assert (customer.firstname, customer.lastname) == ("Ana", "Lopez")
    assert customer.phone == "+5491100000001"
    assert customer.email.endswith("@guests.example.com")
    assert ANA.address not in customer.email
    assert booking.remarks[0].text == "WhatsApp. Adults: 2, children: 0"


async def test_without_the_quoted_price_it_would_be_another(
    rig: Rig, agent: Agent
) -> None:
    """The PMS left alone books at less than it quoted: the agent's booking matters."""
    quote = await agent.quote()
    await rig.book()
    booking = the_booking(rig)
    assert booking.net + booking.tax < float(quote.room.price)


async def test_names_that_crash_the_pms(rig: Rig, agent: Agent) -> None:
    """A guest with digits, emojis and no phone number in the profile has a room."""
    assert isinstance(await agent.desk.book(await agent.quote(), BIA, "yes-1"), Booked)
    customer = rig.pms.hotel.customers[the_booking(rig).customer]
    assert (customer.firstname, customer.lastname) == ("Bia", "WhatsApp")
    assert customer.phone == "0000000000"


async def test_guests_are_different_customers(rig: Rig, agent: Agent) -> None:
    """A guest's second booking is the same customer's, another guest's is not."""
    for key, guest, room in (("a", ANA, 1), ("b", BIA, 2)):
        quote = await agent.quote(room=room)
        assert isinstance(await agent.desk.book(quote, guest, key), Booked)
    later = replace(
        SEARCH, checkin=SEARCH.checkout, checkout=SEARCH.checkout.replace(day=14)
    )
    assert isinstance(await agent.desk.book(await agent.quote(later), ANA, "c"), Booked)
    customers = [one.customer for one in rig.pms.hotel.bookings.values()]
    assert customers[0] == customers[2] != customers[1]


async def test_sold_out_between(rig: Rig, agent: Agent) -> None:
    """A room that is gone is not booked, and what there is now comes back."""
    quote = await agent.quote()
    assert isinstance(await agent.desk.book(quote, BIA, "yes-1"), Booked)
    refused = await agent.desk.book(quote, ANA, "yes-2")
    assert isinstance(refused, BookingRefused)
    assert (refused.reason, sent(rig)) == ("gone", 1)
    assert refused.found is not None
    assert [room.available for room in refused.found.rooms] == [0, 1]
    assert not refused.found.is_stale


async def test_sold_out_in_the_last_instant(rig: Rig, agent: Agent) -> None:
    """What the PMS itself refuses as taken is gone, with what there is now."""
    quote = await agent.quote()
    gate = faults.holds(resource="bookings")
    rig.pms.plays(None, gate)
    booking = asyncio.create_task(agent.desk.book(quote, ANA, "yes-1"))
    await gate.arrived.wait()
    rig.pms.hotel.closures.append(
        Closure(room=1, date_from=SEARCH.checkin, date_to=SEARCH.checkout)
    )
    gate.release()
    refused = await booking
    assert isinstance(refused, BookingRefused)
    assert refused.reason == "gone"
    assert refused.found is not None
    assert [room.available for room in refused.found.rooms] == [0, 1]
    assert rig.pms.hotel.bookings == {}


async def test_one_last_room(rig: Rig, agent: Agent) -> None:
    """Of two guests who say yes at once to the last room, one gets it."""
    quote = await agent.quote()
    first, second = await asyncio.gather(
        agent.desk.book(quote, ANA, "yes-1"), agent.desk.book(quote, BIA, "yes-2")
    )
    outcomes = {type(first), type(second)}
    assert outcomes == {Booked, BookingRefused}
    the_booking(rig)


@pytest.mark.parametrize("way", ["increase", "decrease"])
async def test_price_changed_between(
    rig: Rig, agent: Agent, way: Literal["increase", "decrease"]
) -> None:
    """At another price nothing is booked, be it lower, and the new one comes back."""
    quote = await agent.quote()
    rig.pms.hotel.price_rules[1].append(PriceRule(way=way, value=10))
    refused = await agent.desk.book(quote, ANA, "yes-1")
    assert isinstance(refused, BookingRefused)
    assert (refused.reason, sent(rig)) == ("price", 0)
    assert refused.found is not None
    assert refused.found.rooms[0].price != quote.room.price


async def test_same_yes_twice(rig: Rig, agent: Agent) -> None:
    """The same key is the same booking, though its room is not free any more."""
    quote = await agent.quote()
    first = await agent.desk.book(quote, ANA, "yes-1")
    assert isinstance(first, Booked)
    assert await agent.desk.book(quote, ANA, "yes-1") == first
    assert await agent.desk.check(quote, ANA, "yes-1") == BookingSettled(
        reference=first.reference
    )
    the_booking(rig)


async def test_same_yes_at_once(rig: Rig, agent: Agent) -> None:
    """A key that is under way is not sent a second time."""
    quote = await agent.quote()
    outcomes = await asyncio.gather(
        *(agent.desk.book(quote, ANA, "yes-1") for _ in range(3))
    )
    assert any(isinstance(outcome, Booked) for outcome in outcomes)
    assert all(isinstance(outcome, Booked | BookingUnknown) for outcome in outcomes)
    the_booking(rig)


@pytest.mark.parametrize(
    "fault",
    [
        faults.reset(),
        faults.closes_after_reading(),
        faults.truncated(),
        faults.crash(),
        faults.fatal_error(),
        faults.error_page(),
        faults.debug_mode(),
        faults.gateway_timeout(),
        faults.raw(b"SMTP\r\n\r\n"),
        faults.answers(200, {"Content-Type": "application/json"}, b'{"booking":{}}'),
    ],
    ids=lambda fault: fault.name,
)
async def test_unknown_then_found(rig: Rig, agent: Agent, fault: Fault) -> None:
    """A booking that was written without an answer is unknown, then found, once."""
    quote = await agent.quote()
    rig.pms.plays(None, faults.writes_then(fault))
    assert await agent.desk.book(quote, ANA, "yes-1") == UNKNOWN
    rig.pms.heals()
    settled = await agent.desk.check(quote, ANA, "yes-1")
    assert settled == BookingSettled(reference=str(the_booking(rig).id))


async def test_unknown_then_written_late(rig: Rig, agent: Agent) -> None:
    """A booking stays unknown until the PMS has written it, and is sent once."""
    quote = await agent.quote()
    rig.pms.plays(None, faults.late(58, sleep=rig.clock.sleep))
    booking = asyncio.create_task(agent.desk.book(quote, ANA, "yes-1"))
    await rig.until(lambda: sent(rig) == 1)
    rig.clock.advance(15.1)
    assert await booking == UNKNOWN
    assert await agent.desk.check(quote, ANA, "yes-1") == UNKNOWN
    assert rig.pms.hotel.bookings == {}
    rig.clock.advance(43)
    await rig.until(lambda: bool(rig.pms.hotel.bookings))
    settled = await agent.desk.check(quote, ANA, "yes-1")
    assert settled == BookingSettled(reference=str(the_booking(rig).id))
    assert sent(rig) == 1


async def test_unknown_then_sent_again(rig: Rig, agent: Agent) -> None:
    """A booking that is presumed lost is sent again by a check, not by a yes."""
    quote = await agent.quote()
    rig.pms.plays(None, faults.reset(resource="bookings"))
    assert await agent.desk.book(quote, ANA, "yes-1") == UNKNOWN
    assert await agent.desk.check(quote, ANA, "yes-1") == UNKNOWN
    for _ in range(PRESUMED_S // 5):
        rig.clock.advance(5)
        await rig.settles()
    settled = await agent.desk.check(quote, ANA, "yes-1")
    assert settled == BookingSettled(reference=str(the_booking(rig).id))
    assert sent(rig) == 2


async def test_unknown_then_gone(rig: Rig, agent: Agent) -> None:
    """A lost booking whose room another guest took meanwhile was not made."""
    quote = await agent.quote()
    rig.pms.plays(None, faults.reset(resource="bookings"))
    assert await agent.desk.book(quote, ANA, "yes-1") == UNKNOWN
    assert isinstance(await agent.desk.book(quote, BIA, "yes-2"), Booked)
    for _ in range(PRESUMED_S // 5):
        rig.clock.advance(5)
        await rig.settles()
    assert await agent.desk.check(quote, ANA, "yes-1") == BookingSettled(reference=None)
    assert the_booking(rig).source == "WhatsApp:yes-2"


async def test_check_while_the_breaker_is_open(rig: Rig, agent: Agent) -> None:
    """What is unknown stays so while the PMS cannot be asked."""
    quote = await agent.quote()
    rig.pms.plays(None, faults.writes_then(faults.reset(resource="bookings")))
    assert await agent.desk.book(quote, ANA, "yes-1") == UNKNOWN
    await rig.fails(4)
    assert await rig.state() == "open"
    assert await agent.desk.check(quote, ANA, "yes-1") == UNKNOWN
    assert sent(rig) == 1


async def test_a_proxy_that_lost_its_ledger() -> None:
    """After the proxy was killed an unknown booking is found, and not made again."""
    clock = FakeClock()
    async with StandIn(clock=clock) as pms:
        async with a_run(pms, clock) as rig, an_agent(rig.url, clock) as agent:
            quote = await agent.quote()
            pms.plays(None, faults.writes_then(faults.reset(resource="bookings")))
            assert await agent.desk.book(quote, ANA, "yes-1") == UNKNOWN
        async with a_run(pms, clock) as rig, an_agent(rig.url, clock) as agent:
            settled = await agent.desk.check(quote, ANA, "yes-1")
            assert settled == BookingSettled(reference=str(the_booking(rig).id))


async def test_another_name_meanwhile(rig: Rig, agent: Agent) -> None:
    """A guest who changes the profile's name in between has one booking."""
    quote = await agent.quote()
    rig.pms.plays(None, faults.writes_then(faults.reset(resource="bookings")))
    assert await agent.desk.book(quote, ANA, "yes-1") == UNKNOWN
    renamed = replace(ANA, name="Anita")
    settled = await agent.desk.check(quote, renamed, "yes-1")
    assert settled == BookingSettled(reference=str(the_booking(rig).id))


async def test_breaker_open(rig: Rig, agent: Agent) -> None:
    """While the breaker is open nothing of a booking reaches the PMS."""
    quote = await agent.quote()
    await rig.fails(5)
    calls = len(rig.pms.calls)
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    rig.clock.advance(1)
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert len(rig.pms.calls) == calls


async def test_breaker_half_open(rig: Rig, agent: Agent) -> None:
    """A half-open breaker takes no booking either."""
    quote = await agent.quote()
    await rig.fails(5)
    rig.pms.always(faults.hang())
    rig.clock.advance(30.1)
    await rig.until_state("half_open")
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert sent(rig) == 0


async def test_copies_do_not_count(rig: Rig, agent: Agent) -> None:
    """A PMS that fails the search before the booking gets no booking."""
    quote = await agent.quote()
    rig.pms.always(faults.error_page(resource="hotel_ari"))
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert sent(rig) == 0


@pytest.mark.parametrize(
    "fault",
    [faults.expired_key(), faults.webservice_off()],
    ids=lambda fault: fault.name,
)
async def test_surely_refused(rig: Rig, agent: Agent, fault: Fault) -> None:
    """A key that expired just now, or a closed webservice, books nothing."""
    quote = await agent.quote()
    rig.pms.plays(None, fault)
    assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert rig.pms.hotel.bookings == {}
    assert isinstance(await agent.desk.book(quote, ANA, "yes-1"), Booked)


async def test_refused_for_another_reason(rig: Rig, agent: Agent) -> None:
    """What the PMS does not take is said to be invalid."""
    quote = await agent.quote()
    rig.pms.plays(
        None,
        faults.answers(
            400,
            {"Content-Type": "application/json", "PSWS-Version": "1.6.1.23"},
            b'{"errors":[{"code":404,"message":"Please provide valid currency."}]}',
        ),
    )
    refused = await agent.desk.book(quote, ANA, "yes-1")
    assert refused == BookingRefused(reason="invalid")


async def test_no_proxy(clock: FakeClock, unused_tcp_port: int, agent: Agent) -> None:
    """Without the proxy nothing is booked, and nothing is known of what was."""
    quote = await agent.quote()
    async with an_agent(f"http://127.0.0.1:{unused_tcp_port}", clock) as lonely:
        assert await lonely.desk.book(quote, ANA, "yes-1") == DOWN
        assert await lonely.desk.check(quote, ANA, "yes-1") == UNKNOWN


async def test_a_stranger_to_the_proxy(rig: Rig) -> None:
    """An agent whose token the proxy does not know books nothing."""
    environ = {"PROXY_CLIENT_TOKENS": "agent:a-long-enough-secret"}
    async with a_run(rig.pms, rig.clock, environ) as guarded:
        token = "a-long-enough-secret"  # noqa: S105
        async with an_agent(guarded.url, rig.clock, token=token) as agent:
            quote = await agent.quote()
        async with an_agent(guarded.url, rig.clock) as agent:
            assert await agent.desk.book(quote, ANA, "yes-1") == DOWN
    assert sent(rig) == 0
