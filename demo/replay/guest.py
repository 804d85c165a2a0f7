"""
A guest asks, and waits as long as the agent would; the answer is judged.

Called by `day`, which knows how the PMS was when the question came.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from demo.answers import Refusal
from demo.availability import answer_search
from demo.replay.judge import ROUNDING, is_right, read
from demo.replay.tally import Told
from demo.replay.turning import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from demo.exchange import Clock
    from demo.hotel import House
    from demo.replay.demand import Question
    from demo.replay.hotel import History
    from demo.replay.judge import Ari

KEY = "A" * 32
TARGET = f"/api/hotel_ari?output_format=JSON&ws_key={KEY}"
PATIENCE_S = 25.0
AGE_STEP_S = 1  # `Age` is in whole seconds.
DAY_S = 86400


async def asks(
    question: Question,
    url: str,
    session: aiohttp.ClientSession,
    clock: Clock,
    history: History,
) -> Told:
    """Ask the proxy, or the PMS itself, and judge the answer by the hotel's history."""
    asked_s = clock.monotonic()
    headers: Mapping[str, str] = {}
    answer = b""
    try:
        async with (
            asyncio.timeout(PATIENCE_S),
            session.post(
                f"{url}{TARGET}",
                data=_search_body(question),
                allow_redirects=False,
            ) as response,
        ):
            if response.ok:
                headers, answer = response.headers, await response.read()
    except (aiohttp.ClientError, TimeoutError):
        pass  # No answer is one of the outcomes.
    now_s = clock.monotonic()
    said = read(answer)
    if said is None:
        return Told(outcome="none", took_s=now_s - asked_s)
    return _judged(question, said, headers, history, asked_s=asked_s, now_s=now_s)


def _judged(
    question: Question,
    said: Ari,
    headers: Mapping[str, str],
    history: History,
    *,
    asked_s: float,
    now_s: float,
) -> Told:
    age_s = float(headers.get("Age", "0"))
    is_partial = headers.get("X-Availability") == "incomplete"
    is_composed = "detail=calendar" in headers.get("Cache-Status", "")
    stay = question.stay
    states = history.between(now_s - age_s - AGE_STEP_S, now_s)
    is_wrong = not is_right(
        said,
        [_pms_says(house, question) for house in states],
        is_partial=is_partial,
        slack=ROUNDING * stay.nights * len(stay.adults) if is_composed else 0,
    )
    return Told(
        outcome="partial" if is_partial else "whole",
        took_s=now_s - asked_s,
        is_marked=headers.get("X-Potentially-Stale") == "true",
        is_wrong=is_wrong,
        age_s=age_s,
    )


def _search_body(question: Question) -> bytes:
    """Write the search as the agent does."""
    stay = question.stay
    checkin = EPOCH.date() + timedelta(
        days=int(question.at_s // DAY_S) + stay.lead_days
    )
    rooms = "".join(
        f"<room_occupancy><adults>{adults}</adults><children>0</children>"
        "</room_occupancy>"
        for adults in stay.adults
    )
    return (
        f"<qloapps><hotel_ari><id_hotel>1</id_hotel><date_from>{checkin}</date_from>"
        f"<date_to>{checkin + timedelta(days=stay.nights)}</date_to>"
        f"<associations><room_occupancies>{rooms}</room_occupancies></associations>"
        "</hotel_ari></qloapps>"
    ).encode()


def _pms_says(house: House, question: Question) -> Ari:
    """Give what the PMS would say of that house."""
    answer = answer_search(house, _search_body(question), "json", api="")
    said = None if isinstance(answer, Refusal) else read(answer.body)
    if said is None:
        raise ValueError("The replay asks what the PMS cannot answer.")
    return said
