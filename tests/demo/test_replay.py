"""
The recorded QloApps against the stand-in, request by request, byte by byte.

Each story is one stand-in that gets its requests in the recorded order. Those in which
the PMS is stuck or away are told in `test_stuck`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from demo import faults, houses
from demo.keys import Key
from demo.pms import StandIn
from demo.stays import Booking, Guest, Stay
from fakes.clock import FakeClock
from fakes.recordings import (
    KEY,
    KEYS,
    RECORDINGS,
    SHOP,
    compare,
    recorded,
    when,
    with_keys,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.conftest import Parse, Send
    from demo.fault import Fault

# Each on a fresh house: nothing in them depends on what came before.
ALONE = """
    01 02 03 04 05 06 07 08 09 10 11 12 13 20 21 22 23 24 25 26 27 28 28b 29 30 31 31b
    31c 32 33 33b 34 34b 35 36 37 38 39 39b 39c 39d 39e 39e2 39f 39g 39h 39i 39j 50 51
    52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 68b 69 70 71 72 73 74 74b 75 76
    77 78 79 80 81 82 82b 83 84 84b 84c 84d 84e 85 86 87 88 89 90 91 92 93 94 95 96 97
    98 99
    113c 113f 115 116 117 118 120 121 122 122b 122c 122d 122e 122f 122h 137 140 140b 142
    143 144 145 146 147 148 149 164 166 167 168 169 170 175 180 181 182 183 184 202b 212
"""

# On one house, in this order, from the shop's very first booking on.
FIRST_DAY = """
    100 101 102 103 104 105 106 107 110 111 112 112b 112c 113 113b 113d 113e 114 119
    122g 123 124 124b 130 131 132 132b 133 134 135 135b 135c 136 138 138b 138c 139 139b
    141 150 151 177
"""


def first_five_taken(pms: StandIn) -> None:
    """Oversell the last luxury room thrice, as the recorded race did."""
    rooms = pms.hotel.hotels[0].room_types[3].rooms
    takers = [(rooms[n], 8) for n in range(4)]
    takers += [(rooms[4], customer) for customer in (11, 9, 10)]
    for number, (room, customer) in enumerate(takers):
        stay = Stay(
            id=8 + number,
            order=7 + number,
            customer=customer,
            room=room,
            date_from=date(2027, 6, 1),
            date_to=date(2027, 6, 2),
        )
        pms.hotel.adds(
            Booking(
                id=stay.order,
                hotel=1,
                currency="USD",
                customer=customer,
                booked_at=datetime(2026, 11, 24, tzinfo=UTC),
                stays=(stay,),
            )
        )


def counters_at_160(pms: StandIn) -> None:
    """Go on counting where the recorded shop stood."""
    pms.hotel.next_order = 17
    pms.hotel.next_customer = 18
    pms.hotel.next_stay = 21


def ana_is_known(pms: StandIn) -> None:
    """Know Ana as customer 2, and stand where the recorded shop stood."""
    guest = Guest(
        firstname="Ana", lastname="Lopez", email="ana@example.com", phone="5550001111"
    )
    pms.hotel.welcomes(guest, datetime(2026, 11, 24, tzinfo=UTC))
    pms.hotel.next_order = 21
    pms.hotel.next_stay = 25


def racers_are_known(pms: StandIn) -> None:
    """Know two of those who raced for the last room."""
    for number, customer in ((0, 11), (1, 16)):
        pms.hotel.next_customer = customer
        email = f"race{number}@example.com"
        guest = Guest(firstname="R", lastname="R", email=email, phone="1")
        pms.hotel.welcomes(guest, datetime(2026, 11, 24, tzinfo=UTC))


def key_is_unlinked(pms: StandIn) -> None:
    """Know the key, but for another shop."""
    pms.keys[KEYS["QLOAPPS_WRONG_KEY"]] = Key(is_linked=False)


def plays(fault: Fault) -> Callable[[StandIn], None]:
    """Make a story in which the fault stands."""
    return lambda pms: pms.always(fault)


@dataclass(frozen=True, slots=True)
class Story:
    """Recordings that one stand-in plays in order, after `prepare`."""

    numbers: tuple[str, ...]
    prepare: Callable[[StandIn], None] = lambda _: None


def story(numbers: str, prepare: Callable[[StandIn], None] = lambda _: None) -> Story:
    """Write a story as its numbers."""
    return Story(tuple(numbers.split()), prepare)


STORIES = (
    *map(story, ALONE.split()),
    story(FIRST_DAY),
    story("152 153 153b 153c 153d 153e 153f", first_five_taken),
    story("160 161 162 163 165", counters_at_160),
    story("176", racers_are_known),
    story("178 179 179b", ana_is_known),
    story("172 173 174", plays(faults.debug_mode())),
    story("200 200b 200c", plays(faults.webservice_off())),
    story("201 201b 201c 201d", plays(faults.maintenance())),
    story("202", key_is_unlinked),
    story("203 203b 203c", plays(faults.missing_table())),
    story("204 204b 204c", plays(faults.crash())),
    story("205 205b 205c 206 206b 206c 207 207b 207c 207d", plays(faults.error_page())),
    story("207e 207f 207g", plays(faults.error_page())),
    story("208 208b 208c", plays(faults.bad_gateway())),
    story("211", plays(faults.gateway_timeout())),
)
STUCK = ("209", "210", "213", "214", "215")


@pytest.mark.parametrize("told", STORIES, ids=lambda told: told.numbers[0])
async def test_answers_are_the_recorded_ones(
    told: Story, send: Send, parse: Parse
) -> None:
    """Status, headers and body are those that the real QloApps sent."""
    clock = FakeClock()
    house = houses.build()
    async with StandIn(KEY, SHOP, hotel=house, clock=clock) as pms:
        told.prepare(pms)
        for number in told.numbers:
            request, recording = recorded(number)
            expected = parse(recording)
            clock.set_wall(when(request, expected))
            answer = await send(pms, with_keys(request))
            compare(number, answer, expected)


@pytest.mark.parametrize("number", ["01", "12", "24", "30", "51", "67"])
async def test_a_changed_recording_is_noticed(
    number: str, send: Send, parse: Parse
) -> None:
    """The comparison fails where a single byte of the body differs."""
    request, recording = recorded(number)
    expected = parse(recording[:-1] + bytes([recording[-1] ^ 1]))
    async with StandIn(KEY, SHOP, clock=FakeClock()) as pms:
        answer = await send(pms, with_keys(request))
    with pytest.raises(AssertionError):
        compare(number, answer, expected)


def test_every_recording_is_told() -> None:
    """Each file in the directory belongs to exactly one story."""
    numbers = [*STUCK]
    numbers += [number for told in STORIES for number in told.numbers]
    files = [path.name.partition("-")[0] for path in RECORDINGS.glob("*.request")]
    assert sorted(files) == sorted(numbers)
