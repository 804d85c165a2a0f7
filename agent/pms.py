"""
The agent's HTTP client of the proxy, and the only road to the PMS.

It has no breaker, no cache of answers and no retry: those are the proxy's. It keeps
the breaker's state for a second, lest every message ask twice.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

import aiohttp
import structlog
from pydantic import BaseModel, ValidationError

from agent.hotel_ari import read_answer, search_body
from agent.messages import NothingToShow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.clock import Clock
    from agent.messages import BreakerState, RoomsFound, Search

# The proxy waits up to 5 s for a place and 15 s for the PMS.
SEARCH_TIMEOUT_S = 25
STATUS_TIMEOUT_S = 0.5
BREAKER_KEPT_S = 1

STRANGER = "The proxy refused the agent's token (AGENT_PROXY_TOKEN)."
_WHY = {
    502: "The PMS fails or cannot be reached, and there is no copy to show.",
    503: "The PMS cannot be asked now, and there is no copy to show.",
    504: "The PMS did not answer in time, and there is no copy to show.",
}
_log: structlog.stdlib.BoundLogger = structlog.get_logger()

_STATES = ("closed", "open", "half_open")


class _Breaker(BaseModel):
    state: str


class _Status(BaseModel):
    breaker: _Breaker


class PmsClient:
    """Asks the proxy; whatever goes wrong comes back as a value, never raised."""

    def __init__(
        self,
        searches: aiohttp.ClientSession,
        states: aiohttp.ClientSession,
        *,
        proxy_url: str,
        proxy_token: str | None,
        hotel_id: int,
        clock: Clock,
    ) -> None:
        self._searches = searches
        self._states = states
        self._proxy_url = proxy_url
        self._headers = {"X-Proxy-Token": proxy_token} if proxy_token else {}
        self._hotel_id = hotel_id
        self._clock = clock
        self._breaker: BreakerState = "unknown"
        self._told_at: float | None = None
        self._asking = asyncio.Lock()

    async def search(self, search: Search) -> RoomsFound | NothingToShow:
        """Ask which rooms are free."""
        try:
            async with (
                self._clock.timeout(SEARCH_TIMEOUT_S),
                self._searches.post(
                    f"{self._proxy_url}/api/hotel_ari",
                    data=search_body(self._hotel_id, search),
                    headers={
                        **self._headers,
                        "Content-Type": "text/xml",
                        "Output-Format": "JSON",
                    },
                    allow_redirects=False,
                ) as answer,
            ):
                breaker = self._heard(answer.headers)
                body = await answer.read()
        except TimeoutError:
            return NothingToShow(
                why=f"The proxy did not answer within {SEARCH_TIMEOUT_S} s."
            )
        except aiohttp.ClientError:
            return NothingToShow(why="The proxy cannot be reached.")
        if answer.status != 200:  # noqa: PLR2004  (OK)
            return NothingToShow(
                why=_why(answer.status),
                breaker=breaker,
                retry_after_s=_seconds(answer.headers.get("Retry-After")),
            )
        is_stale = answer.headers.get("X-Potentially-Stale", "").lower() == "true"
        return read_answer(
            body,
            breaker=breaker,
            is_stale=is_stale,
            age_s=_seconds(answer.headers.get("Age")) if is_stale else None,
        )

    async def breaker(self) -> BreakerState:
        """Return the proxy's breaker state, at most a second old."""
        async with self._asking:
            now = self._clock.monotonic()
            if self._told_at is None or now - self._told_at >= BREAKER_KEPT_S:
                self._breaker, self._told_at = await self._read_breaker(), now
            return self._breaker

    async def is_ready(self) -> bool:
        """Say whether the proxy can serve guests."""
        return await self._get("/health/ready") is not None

    async def _read_breaker(self) -> BreakerState:
        body = await self._get("/status.json")
        if body is None:
            return "unknown"
        try:
            return _state(_Status.model_validate_json(body).breaker.state)
        except ValidationError:
            return "unknown"

    async def _get(self, path: str) -> bytes | None:
        """Return the body of a 200, None for everything else."""
        try:
            async with (
                self._clock.timeout(STATUS_TIMEOUT_S),
                self._states.get(
                    f"{self._proxy_url}{path}",
                    headers=self._headers,
                    allow_redirects=False,
                ) as answer,
            ):
                body = await answer.read()
        except (TimeoutError, aiohttp.ClientError):
            return None
        return body if answer.status == 200 else None  # noqa: PLR2004  (OK)

    def _heard(self, headers: Mapping[str, str]) -> BreakerState:
        """Take the state that came with an answer."""
        state = _state(headers.get("X-PMS-Circuit-Breaker", ""))
        if state != "unknown":
            self._breaker, self._told_at = state, self._clock.monotonic()
        return state


def _state(word: str) -> BreakerState:
    return cast("BreakerState", word) if word in _STATES else "unknown"


def _seconds(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else None


def _why(status: int) -> str:
    if status in (401, 403):
        _log.warning("proxy.refused_token", msg=STRANGER)
        return STRANGER
    return _WHY.get(status, f"The proxy answered {status}, which was not expected.")
