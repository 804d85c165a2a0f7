"""
How the PMS is: as quick as the recorded one, or ill in one of four ways.

Well, it takes 24 ms for a search and 16 ms for each night of a breakdown, two at once.
Called by `day`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from demo import faults
from demo.fault import Fault
from demo.searches import Search, read_search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from demo.exchange import Exchange
    from demo.pms import StandIn

SEARCH_S, NIGHT_S, CORES = 0.024, 0.016, 2
# Beside these it may be "refused": nobody listens.
ILL: Mapping[str, Callable[[], Fault]] = {
    "hang": faults.hang,
    "error_page": faults.error_page,
    "expired_key": faults.expired_key,
}


async def falls_ill(pms: StandIn, kind: str) -> None:
    """Let the PMS fail in that way until it recovers."""
    if kind in ILL:
        pms.always(ILL[kind]())
    else:
        await pms.refuses()


def recovers(pms: StandIn) -> None:
    """Let the PMS work; what hung is answered now."""
    pms.heals()
    pms.always(_working())


def _working() -> Fault:
    """Take the time that the recorded one took."""
    cores = asyncio.Semaphore(CORES)

    async def play(exchange: Exchange) -> None:
        async with cores:
            await asyncio.sleep(_work_s(exchange.call.body))
            answer = await exchange.worked_on()
        exchange.respond(answer)

    return Fault("working", play)


def _work_s(body: bytes) -> float:
    search = read_search(body)
    if isinstance(search, Search) and search.is_broken_down:
        return NIGHT_S * (search.date_to - search.date_from).days
    return SEARCH_S
