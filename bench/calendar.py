"""
What the calendar costs: an answer made of nights, nights read, a hotel in memory.

One hotel of fifty rooms in ten types, its 180 nights held and every restriction known,
asked for seven nights. The cores alone, in one process; the stand-in writes what they
read. Prints figures of one run; judges nothing.
"""

from __future__ import annotations

import gc
import tracemalloc
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from multidict import CIMultiDict, CIMultiDictProxy

from bench.common import KEY, percentiles, say
from demo.calls import Call
from demo.houses import HotelPlan, TypePlan, build
from demo.keys import usual_keys
from demo.webservice import Shop
from proxy.calendar.calendar import LONGEST_TRY, HotelCalendar
from proxy.calendar.refusals import MAX_WAITING
from proxy.calendar.values import ToldSearch
from proxy.messages import Stay
from proxy.qloapps.nights import (
    breakdown_request,
    compose,
    read_nights,
    read_search,
    search_request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.calendar.values import ToldNight
    from proxy.messages import Request

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
NIGHTS = 180
PIECE = 30
TYPES = 10
ROOMS_A_TYPE = 5
STAY_NIGHTS = 7
ROUNDS = 3000
SLOW_ROUNDS = 50
USABLE_S = 300.0
DOMAIN = "pms.example"


def measure() -> None:
    """Run the benchmark and print its table."""
    shop = _shop()
    stays = [
        Stay(hotel="1", checkin=TODAY + timedelta(days=day), nights=STAY_NIGHTS)
        for day in range(NIGHTS - STAY_NIGHTS)
    ]
    bodies = [
        _answer(shop, breakdown_request("1", first, PIECE))
        for first in (TODAY + timedelta(days=day) for day in range(0, NIGHTS, PIECE))
    ]
    told = [read_nights(body) or [] for body in bodies]
    answers = [
        read_search(_answer(shop, search_request(stays[0], as_json=as_json)))
        for as_json in (True, False)
    ]
    gc.collect()
    tracemalloc.start()
    hotel = _full(told)
    for answer in answers:
        if answer is not None:
            hotel.learn(stays[0], answer, 0.0)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    say(f"{TYPES * ROOMS_A_TYPE} rooms, {TYPES} types, {NIGHTS} nights")
    say(f"memory of a hotel: {held / 2**20:.2f} MiB, restrictions and all\n")
    say(f"{'µs':<36}{'best':>9}{'p50':>9}{'p99':>9}")
    _row(f"an offer of {STAY_NIGHTS} nights", lambda n: _offer(hotel, stays, n))
    _row("an answer in JSON", lambda n: _write(hotel, stays, n, as_json=True))
    _row("an answer in XML", lambda n: _write(hotel, stays, n, as_json=False))
    _row("nothing left to try", lambda _: _nothing_to_try(hotel), SLOW_ROUNDS)
    _row(f"{PIECE} nights read", lambda _: read_nights(bodies[0]), SLOW_ROUNDS)
    _row("and put", lambda n: hotel.put(told[0], float(n)), SLOW_ROUNDS)


def _shop() -> Shop:
    plans = [
        TypePlan(
            f"Type {number}",
            100 + number,
            [f"{number}-{room}" for room in range(ROOMS_A_TYPE)],
        )
        for number in range(TYPES)
    ]
    house = build([HotelPlan("The bench", plans)])
    return Shop(house=house, keys=usual_keys(KEY), domain=DOMAIN)


def _answer(shop: Shop, request: Request) -> bytes:
    target = f"{request.target}{'&' if request.query else '?'}ws_key={KEY}"
    headers = CIMultiDictProxy(CIMultiDict({"Host": DOMAIN}))
    return shop.answer(Call(request.method, target, headers, request.body), NOW).body


def _full(told: list[list[ToldNight]]) -> HotelCalendar:
    """
    Hold every night, and know all lengths of each: of half the days from 3 to 7.

    Each refusal was seen by itself, which takes most room; and as many wait as may.
    """
    hotel = HotelCalendar()
    for nights in told:
        hotel.put(nights, 0.0)
    refuses = ToldSearch(free={str(n + 1): frozenset() for n in range(TYPES)})
    for day in range(MAX_WAITING // TYPES):
        checkin = TODAY + timedelta(days=day)
        hotel.learn(Stay(hotel="1", checkin=checkin, nights=1), refuses, 0.0)
    for day in range(TODAY.toordinal(), TODAY.toordinal() + NIGHTS):
        low, high = (3, 7) if day % 2 else (1, LONGEST_TRY)
        for number in range(TYPES):
            for length in range(1, LONGEST_TRY + 1):
                hotel.restrictions.shows(
                    str(number + 1),
                    day,
                    length,
                    length / 7,
                    taken=low <= length <= high,
                )
    return hotel


def _offer(hotel: HotelCalendar, stays: list[Stay], number: int) -> None:
    hotel.offer(stays[number % len(stays)], 1.0, usable_s=USABLE_S)


def _write(
    hotel: HotelCalendar, stays: list[Stay], number: int, *, as_json: bool
) -> None:
    stay = stays[number % len(stays)]
    offer = hotel.offer(stay, 1.0, usable_s=USABLE_S)
    if offer is None or not compose(stay, offer, hotel, as_json=as_json):
        raise RuntimeError("The calendar has no answer.")


def _nothing_to_try(hotel: HotelCalendar) -> None:
    first = TODAY.toordinal()
    # As new nights would, which may have made something worth a try.
    hotel.put([], 0.0)
    if hotel.next_try(first, first + NIGHTS, 1.0) is not None:
        raise RuntimeError("Something is left to try.")


def _row(name: str, do: Callable[[int], object], rounds: int = ROUNDS) -> None:
    took: list[float] = []
    for number in range(rounds):
        began_at = perf_counter()
        do(number)
        took.append(1e6 * (perf_counter() - began_at))
    p50, p99 = percentiles(took)
    say(f"{name:<36}{min(took):>9.1f}{p50:>9.1f}{p99:>9.1f}")


if __name__ == "__main__":
    measure()
