"""What the agent finds through a real proxy is what the PMS has."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from agent.messages import NothingToShow, Search
from agent.pms.hotel_ari import search_body
from demo import faults, houses
from demo.houses import HotelPlan, TypePlan
from demo.rules import Closure, PriceRule
from fakes.agent_desk import SEARCH, an_agent
from fakes.rig import a_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.hotel import House
    from fakes.agent_desk import Agent
    from fakes.rig import Rig

WEEKENDS = PriceRule(way="increase", value=12.5, is_percentage=True, weekdays=(4, 5))
INN = HotelPlan(
    "Inn",
    (
        TypePlan("Doble", 1033.33, ("1", "2"), rules=(WEEKENDS,)),
        TypePlan("Triple", 1500, ("3",)),
        TypePlan("Cabaña del lago", 99.9, ("4", "5", "6")),
    ),
)


def an_inn() -> House:
    """Build a house whose triple takes three adults, and whose cabin takes one."""
    house = houses.build((INN,))
    (hotel,) = house.hotels
    double, triple, cabin = hotel.room_types
    kinds = (
        replace(double, adults=2, children=1),
        replace(triple, adults=3, children=1),
        replace(cabin, adults=1, children=0),
    )
    house.hotels = (replace(hotel, room_types=kinds),)
    return house


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Stand before the inn."""
    async with a_rig(house=an_inn()) as rig:
        yield rig


@pytest.fixture
async def agent(rig: Rig) -> AsyncIterator[Agent]:
    """Ask the rig's proxy, for a hotel that has a name of its own for a single."""
    types = {"Cabaña del Lago": "single"}
    async with an_agent(rig.url, rig.clock, room_types=types) as agent:
        yield agent


@pytest.mark.parametrize("nights", [1, 2, 7, 31])
async def test_prices_are_the_pmss(rig: Rig, agent: Agent, nights: int) -> None:
    """Names, numbers of rooms and the stay's prices are those of the house."""
    first = date(2027, 1, 1)
    stay = Search(checkin=first, checkout=first + nights * date.resolution, adults=1)
    found = await agent.rooms(stay)
    offers = rig.pms.hotel.search(1, stay.checkin, stay.checkout)
    assert [
        (room.id, room.name, room.available, room.price, room.currency)
        for room in found.rooms
    ] == [
        (
            offer.room_type.id,
            offer.room_type.name,
            len(offer.free),
            Decimal(f"{offer.total_price_with_tax:.2f}"),
            "USD",
        )
        for offer in offers
    ]
    assert [room.room_type for room in found.rooms] == ["double", "triple", "single"]
    assert not found.is_stale


@pytest.mark.parametrize(
    ("adults", "children", "available"),
    [
        (1, 0, [2, 1, 3]),
        (2, 0, [2, 1, 0]),
        (2, 1, [2, 1, 0]),
        (3, 0, [0, 1, 0]),
        (3, 1, [0, 1, 0]),
        (2, 2, [0, 0, 0]),
        (12, 0, [0, 0, 0]),
    ],
)
async def test_capacity(
    agent: Agent, adults: int, children: int, available: list[int]
) -> None:
    """The PMS lists every room for any party; only those that take it are free."""
    found = await agent.rooms(replace(SEARCH, adults=adults, children=children))
    assert [room.available for room in found.rooms] == available


async def test_sold_out(rig: Rig, agent: Agent) -> None:
    """What is booked is not free, and what is sold out has no room."""
    house = rig.pms.hotel
    for room in (1, 3):
        house.closures.append(
            Closure(room=room, date_from=SEARCH.checkin, date_to=SEARCH.checkout)
        )
    found = await agent.rooms()
    assert [room.available for room in found.rooms] == [1, 0, 0]


async def test_outage(rig: Rig, agent: Agent) -> None:
    """With the PMS down the copy comes marked with its age, up to five minutes."""
    fresh = await agent.rooms()
    rig.clock.advance(100)
    await rig.fails(5)
    assert await agent.pms.breaker() == "open"
    assert await agent.rooms() == replace(fresh, is_stale=True, age_s=100)
    rig.clock.advance(201)
    found = await agent.pms.search(SEARCH)
    assert isinstance(found, NothingToShow)
    assert found.breaker != "closed"
    assert found.why.startswith("Circuit breaker is open: the PMS is not asked now")


async def test_failure(rig: Rig, agent: Agent) -> None:
    """A PMS that fails and no copy is told with its cause, the breaker still closed."""
    rig.pms.plays(faults.error_page())
    found = await agent.pms.search(SEARCH)
    assert isinstance(found, NothingToShow)
    assert found.breaker == "closed"
    assert "crashes" in found.why


async def test_made_of_nights() -> None:
    """What the proxy makes of nights is marked, and says that types may be missing."""
    environ = {"PROXY_CALENDAR_NIGHTS": "30", "PROXY_REFRESH_PER_MIN": "1000"}
    stay = Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 7), adults=1)
    of_triples = search_body(1, stay).replace(
        b"<date_from>", b"<id_room_type>2</id_room_type><date_from>"
    )
    async with (
        a_rig(environ, house=an_inn()) as rig,
        an_agent(rig.url, rig.clock) as agent,
    ):
        await agent.rooms(replace(stay, checkin=date(2026, 12, 6)))
        rig.clock.advance(5)
        await rig.settles()
        # Whether the other types take a stay of two nights nobody knows yet.
        await agent.proxy.ask("POST", "/api/hotel_ari", body=of_triples)
        await rig.pms.refuses()
        found = await agent.rooms(stay)
    assert (found.is_stale, found.is_incomplete) == (True, True)
    assert [(room.name, room.available) for room in found.rooms] == [("Triple", 1)]
