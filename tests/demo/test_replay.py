"""
The recorded QloApps against the stand-in, request by request, byte by byte.

Recordings are in `tests/data/exchanges/`, keys replaced by placeholders. Each story
is one stand-in that gets its requests in the recorded order.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo import faults, houses
from demo.answers import sha1
from demo.keys import DISABLED_KEY, POWERLESS_KEY, READ_ONLY_KEY, Key
from demo.pms import StandIn
from demo.stays import Booking, Guest, Stay
from fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.conftest import Parse, RawAnswer, Send
    from demo.fault import Fault

RECORDINGS = Path(__file__).parents[1] / "data" / "exchanges"
SHOP = "127.0.0.1:8081"
KEY = "K" * 32
KEYS = {
    "QLOAPPS_TEST_KEY": KEY,
    "QLOAPPS_WRONG_KEY": "W" * 32,
    "QLOAPPS_DISABLED_KEY": DISABLED_KEY,
    "QLOAPPS_NOPERM_KEY": POWERLESS_KEY,
    "QLOAPPS_READONLY_KEY": READ_ONLY_KEY,
}

# Compared with their values masked: random, or of a clock six hours behind the shop's.
HASHED = re.compile(
    rb'(<|")(secure_key|passwd|last_passwd_gen|reference)(><!\[CDATA\[|":")[^]"]+'
)
MASKED = {"111", "113", "113e", "135b", "150", "151", "165"}
# Compared in status and headers only: the shop's front page, 58 KB of theme.
HEADERS_ONLY = {"167"}

# Each on a fresh house: nothing in them depends on what came before.
ALONE = """
    01 02 03 04 05 06 07 08 09 10 11 12 13 20 21 22 23 24 25 26 27 28 28b 29 30 31 31b
    31c 32 33 33b 34 34b 35 36 37 38 39 39b 39c 39d 39e 39e2 39f 39g 39h 39i 39j 50 51
    52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 68b 69 70 71 72 73 74 74b 75 76
    77 78 79 80 81 82 82b 83 84 84b 84c 84d 84e 85 86 87 88 89 90 91 92 93 94 95 96 97
    98 99
    113c 113f 115 116 117 118 120 121 122 122b 122c 122d 122e 122f 122h 137 140 140b 142
    143 144 145 146 147 148 149 164 166 167 168 169 170 175 180 181 182 183 184 201 201b
    201c 202b 212
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
    story("200 200b 200c", plays(faults.webservice_off())),
    story("202", key_is_unlinked),
    story("203 203c 204 204b 204c", plays(faults.crash())),
    story("205 205b 205c 206 206b 206c 207 207b 207c 207d", plays(faults.error_page())),
    story("207e 207f 207g", plays(faults.error_page())),
    story("208 208b 208c", plays(faults.bad_gateway())),
    story("211", plays(faults.gateway_timeout())),
)

EXACT_HEADERS = ("Content-Type", "Content-Sha1", "WWW-Authenticate", "Location")
PRESENT_HEADERS = (
    *EXACT_HEADERS,
    "PSWS-Version",
    "X-Powered-By",
    "Access-Time",
    "Execution-Time",
    "Set-Cookie",
    "Server",
    "Date",
    "Content-Length",
    "Transfer-Encoding",
    "ETag",
    "Last-Modified",
    "Cache-Control",
)


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
            request, recording = _recorded(number)
            expected = parse(recording)
            clock.set_wall(_when(request, expected))
            answer = await send(pms, _with_keys(request))
            _compare(number, answer, expected)


@pytest.mark.parametrize("number", ["01", "12", "24", "30", "51", "67"])
async def test_a_changed_recording_is_noticed(
    number: str, send: Send, parse: Parse
) -> None:
    """The comparison fails where a single byte of the body differs."""
    request, recording = _recorded(number)
    expected = parse(recording[:-1] + bytes([recording[-1] ^ 1]))
    async with StandIn(KEY, SHOP, clock=FakeClock()) as pms:
        answer = await send(pms, _with_keys(request))
    with pytest.raises(AssertionError):
        _compare(number, answer, expected)


def test_every_recording_is_told() -> None:
    """Each file in the directory belongs to exactly one story."""
    numbers = [number for told in STORIES for number in told.numbers]
    files = [path.name.partition("-")[0] for path in RECORDINGS.glob("*.request")]
    assert sorted(files) == sorted(numbers)


def _recorded(number: str) -> tuple[bytes, bytes]:
    (request,) = RECORDINGS.glob(f"{number}-*.request")
    return request.read_bytes(), request.with_suffix(".response").read_bytes()


def _with_keys(request: bytes) -> bytes:
    head, blank, body = request.partition(b"\r\n\r\n")
    for placeholder, key in KEYS.items():
        head = head.replace(_basic(placeholder), _basic(key))
        head = head.replace(placeholder.encode(), key.encode())
    return head + blank + body


def _basic(key: str) -> bytes:
    return base64.b64encode(f"{key}:".encode())


def _when(request: bytes, expected: RawAnswer) -> datetime:
    """Give the instant of the recording; what is made says it to the second."""
    stamp = re.search(
        rb"(?:booking_date|date_add)\W+(?:CDATA\W+)?([\d-]+ [\d:]+)", expected.body
    )
    if stamp is not None and request.startswith(b"POST"):
        return datetime.fromisoformat(f"{stamp[1].decode()}+00:00")
    return parsedate_to_datetime(expected.headers["Date"])


def _compare(number: str, answer: RawAnswer, expected: RawAnswer) -> None:
    assert answer.status == expected.status
    for name in PRESENT_HEADERS:
        assert (name in answer.headers) == (name in expected.headers), name
    if number in HEADERS_ONLY:
        return
    if number in MASKED:
        assert HASHED.sub(rb"\2", answer.body) == HASHED.sub(rb"\2", expected.body)
        assert answer.headers["Content-Sha1"] == sha1(answer.body)
        return
    assert answer.body == expected.body
    for name in EXACT_HEADERS:
        assert answer.headers.get(name) == expected.headers.get(name), name
