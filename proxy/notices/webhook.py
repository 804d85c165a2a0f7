"""
One text to one webhook, as Slack takes it, and what its answer means.

A URL is a secret: whoever has it can write to the channel. So none is in an exception,
in a log line or in a traceback from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

import aiohttp

from proxy.notices.resolver import OwnThreadResolver
from proxy.notices.story import LIFE_S

if TYPE_CHECKING:
    from proxy.messages import Clock

ATTEMPT_S = 10.0
RETRIED = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class Taken:
    """The webhook has the text."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never take it: the channel is gone, or the URL is wrong."""

    why: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """It may take it later; `wait_s` is what it asks for."""

    why: str
    wait_s: float = 0.0


class Webhooks:
    """The way to the receivers: connections and times of their own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        # Notices are rare: a kept connection would be found dead when it matters.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                force_close=True, resolver=OwnThreadResolver()
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._session.close()

    async def post(self, url: str, text: str) -> Taken | Refused | Unanswered:
        """Send a text once; it never raises what the network or the receiver does."""
        try:
            async with (
                self._clock.timeout(ATTEMPT_S),
                self._session.post(
                    url, json={"text": text}, allow_redirects=False
                ) as response,
            ):
                return _judged(response)
        except TimeoutError:
            return Unanswered("no answer in time")
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            # Its words would quote the URL.
            return Unanswered(type(exc).__name__)


def _judged(response: aiohttp.ClientResponse) -> Taken | Refused | Unanswered:
    status = response.status
    why = f"status {status}"
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Taken()
    if status in RETRIED or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unanswered(why, _retry_after_s(response))
    return Refused(why)


def _retry_after_s(response: aiohttp.ClientResponse) -> float:
    """
    Return the seconds that the field asks for; a date there asks for nothing.

    So does what outlasts every notice: it is a mistake, and obeyed it would lose it.
    """
    asked = response.headers.get("Retry-After", "").strip()
    if not (asked.isascii() and asked.isdigit()):
        return 0.0
    seconds = float(asked)
    return seconds if seconds < LIFE_S else 0.0
