"""
What guests ask the PMS through the proxy: which rooms are free, and how it is.

Whatever goes wrong comes back as a value, never raised.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import structlog
from pydantic import BaseModel, Field, ValidationError

from agent.messages import NothingToShow
from agent.pms.hotel_ari import SEARCH_TARGET, read_answer, search_body
from agent.pms.proxy import OK, Lost
from agent.words import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.messages import BreakerState, RoomsFound, Search
    from agent.pms.proxy import Got, Proxy

STRANGER = "The proxy refused the agent's token (AGENT_PROXY_TOKEN)."
_WHY = {
    429: "The agent asks the proxy for more than it may (PROXY_CLIENT_LIMITS).",
    502: "The PMS fails or cannot be reached, and there is no copy to show.",
    503: "The PMS cannot be asked now, and there is no copy to show.",
    504: "The PMS did not answer in time, and there is no copy to show.",
}
_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class PmsClient:
    """The rooms of one hotel; `room_types` are the known words for its own names."""

    def __init__(
        self, proxy: Proxy, *, hotel_id: int, room_types: Mapping[str, str]
    ) -> None:
        self._proxy = proxy
        self._hotel_id = hotel_id
        self._room_types = {fold(name): known for name, known in room_types.items()}

    async def search(
        self, search: Search, *, is_for_booking: bool = False
    ) -> RoomsFound | NothingToShow:
        """Ask which rooms are free; for a booking the PMS itself, never a copy."""
        headers = {"Content-Type": "text/xml"}
        if is_for_booking:
            headers["Cache-Control"] = "no-cache"
        got = await self._proxy.ask(
            "POST",
            SEARCH_TARGET,
            body=search_body(self._hotel_id, search),
            headers=headers,
        )
        if isinstance(got, Lost):
            return NothingToShow(why=got.why)
        if got.status != OK:
            return _nothing(got)
        is_stale = got.headers.get("X-Potentially-Stale", "").lower() == "true"
        return read_answer(
            got.body,
            search,
            self._room_types,
            breaker=got.breaker,
            is_stale=is_stale,
            age_s=_seconds(got.headers.get("Age")) if is_stale else None,
            is_incomplete=got.headers.get("X-Availability") == "incomplete",
        )

    async def breaker(self) -> BreakerState:
        """Return the breaker's state, at most a second old."""
        return await self._proxy.breaker()

    async def is_ready(self) -> bool:
        """Say whether the proxy can serve guests."""
        return await self._proxy.is_ready()


class _Problem(BaseModel):
    """What the proxy says of an outage, its cause in words at the end."""

    detail: str = Field(min_length=1, max_length=500)


def _nothing(got: Got) -> NothingToShow:
    return NothingToShow(
        why=_why(got),
        breaker=got.breaker,
        retry_after_s=_seconds(got.headers.get("Retry-After")),
    )


def _why(got: Got) -> str:
    if got.status in (401, 403):
        _log.warning("proxy.refused_token", msg=STRANGER)
        return STRANGER
    if got.status not in _WHY:
        return f"The proxy answered {got.status}, which was not expected."
    try:
        return _Problem.model_validate_json(got.body).detail
    except ValidationError:
        return _WHY[got.status]


def _seconds(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else None
