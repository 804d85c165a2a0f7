"""
The agent's HTTP road to the proxy; whatever goes wrong on it comes back as a value.

No breaker, no cache of answers and no retry are here: those are the proxy's. The
breaker's state is kept for a second, lest every message ask twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import aiohttp
from pydantic import BaseModel, ValidationError
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.clock import Clock
    from agent.messages import BreakerState
    from agent.tracing import Tracer

# The proxy gives a booking 5 s for its turn, 5 s for a place and 15 s for the PMS.
ANSWER_TIMEOUT_S = 27
STATUS_TIMEOUT_S = 0.5
BREAKER_KEPT_S = 1
# A year of a large hotel is smaller.
ANSWER_LIMIT_BYTES = 2 * 1024 * 1024

OK = 200
_STATES = ("closed", "open", "half_open")


@dataclass(frozen=True, slots=True)
class Got:
    """A complete answer; `breaker` is the state that came with it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    breaker: BreakerState


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer: `why` in one sentence, and whether the request may have arrived."""

    why: str
    may_have_arrived: bool


class _Breaker(BaseModel):
    state: str


class _Status(BaseModel):
    breaker: _Breaker


class Proxy:
    """
    Asks the proxy.

    `calls` and `states` are apart, so that calls that hang take no connection from the
    breaker's state.
    """

    def __init__(
        self,
        calls: aiohttp.ClientSession,
        states: aiohttp.ClientSession,
        *,
        url: str,
        token: str | None,
        tracer: Tracer,
        clock: Clock,
    ) -> None:
        self._calls = calls
        self._states = states
        self._url = url
        self._headers = {"X-Proxy-Token": token} if token else {}
        self._tracer = tracer
        self._clock = clock
        self._breaker: BreakerState = "unknown"
        self._told_at: float | None = None
        self._asking = asyncio.Lock()

    async def ask(
        self,
        method: str,
        target: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Got | Lost:
        """Send one request, once; `target` goes out as it stands."""
        with self._tracer.span("ask the proxy", "client") as span:
            sent = {**(headers or {}), **dict(span.fields())}
            got = await self._ask(
                self._calls, method, target, body, sent, ANSWER_TIMEOUT_S
            )
            if isinstance(got, Got):
                span.tell("http.response.status_code", got.status)
                span.tell("pms.circuit_breaker", got.breaker)
            else:
                span.fail("lost")
            return got

    async def breaker(self) -> BreakerState:
        """Return the breaker's state, at most a second old."""
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
        got = await self._ask(self._states, "GET", path, None, None, STATUS_TIMEOUT_S)
        return got.body if isinstance(got, Got) and got.status == OK else None

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str] | None,
        timeout_s: float,
    ) -> Got | Lost:
        try:
            async with (
                self._clock.timeout(timeout_s),
                session.request(
                    method,
                    URL(f"{self._url}{target}", encoded=True),
                    data=body,
                    headers={**self._headers, **(headers or {})},
                    allow_redirects=False,
                ) as answer,
            ):
                breaker = self._heard(answer.headers)
                read = await _read(answer.content)
        except TimeoutError:
            return Lost(f"The proxy did not answer within {timeout_s} s.", True)
        except aiohttp.ClientConnectorError:
            return Lost("The proxy cannot be reached.", False)
        except aiohttp.ClientError:
            return Lost("The proxy's connection broke.", True)
        if read is None:
            return Lost(f"The answer is over {ANSWER_LIMIT_BYTES} bytes.", True)
        return Got(answer.status, answer.headers, read, breaker)

    def _heard(self, headers: Mapping[str, str]) -> BreakerState:
        """Take the state that came with an answer."""
        state = _state(headers.get("X-PMS-Circuit-Breaker", ""))
        if state != "unknown":
            self._breaker, self._told_at = state, self._clock.monotonic()
        return state


async def _read(content: aiohttp.StreamReader) -> bytes | None:
    """Read a body, None where it is too long to be an answer."""
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            return None
    return bytes(body)


def _state(word: str) -> BreakerState:
    return cast("BreakerState", word) if word in _STATES else "unknown"
