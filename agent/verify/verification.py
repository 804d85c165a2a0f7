"""
`python -m agent verify`: the runbook's final validation, against a running agent.

The delivery that it posts tells of a reply's fate and holds no message, so no guest is
written to and nothing is kept. Called by `__main__`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import aiohttp

from agent.errors import AgentError
from agent.verify import proofs
from agent.verify.proofs import GET_LIMIT_S, POST_LIMIT_S, Heard

if TYPE_CHECKING:
    from datetime import date

    from agent.clock import Clock
    from agent.verify.proofs import Proof

# Guests ask some weeks ahead.
DAYS_AHEAD = 21
DAYS_SPREAD = 30
# Well above the limits, so that a slow answer's time is shown.
ANSWER_WITHIN_S = 10.0
ANSWER_LIMIT_BYTES = 2 * 1024 * 1024


class AddressError(AgentError):
    """The agent's address is none."""


def a_day(today: date) -> date:
    """
    Return the day to ask rooms for where none is named, each time another.

    A copy of the last one could answer while the PMS has just gone.
    """
    return today + timedelta(days=DAYS_AHEAD + secrets.randbelow(DAYS_SPREAD))


async def verify(
    url: str, *, checkin: date, app_secret: str | None, clock: Clock
) -> list[Proof]:
    """
    Ask the agent at `url` all that must hold.

    Raises:
        AddressError: where `url` is no base URL.

    """
    _check(url)
    url = url.rstrip("/")
    raw, headers = _delivery(app_secret, clock)
    query = urlencode({"checkin": checkin.isoformat()})
    async with aiohttp.ClientSession() as session:
        asker = _Asker(session, clock)
        live = await asker.ask("GET", f"{url}/health/live")
        rooms = await asker.ask("GET", f"{url}/api/v1/availability?{query}")
        metrics = await asker.ask("GET", f"{url}/metrics")
        webhook = await asker.ask(
            "POST", f"{url}/webhooks/whatsapp", raw=raw, headers=headers
        )
    return [
        proofs.lives(live),
        proofs.offers_rooms(rooms, checkin.isoformat()),
        proofs.shows_closed(metrics),
        proofs.is_fast("GET", [live, rooms, metrics], GET_LIMIT_S),
        proofs.hears_closed(webhook, is_signed=app_secret is not None),
        proofs.is_fast("POST", [webhook], POST_LIMIT_S),
    ]


class _Asker:
    """Asks one question at a time, each within its own time."""

    def __init__(self, session: aiohttp.ClientSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def ask(
        self,
        method: str,
        url: str,
        *,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Heard:
        """Send a request once; whatever goes wrong is a value too."""
        began_at = self._clock.monotonic()
        status, body, why = None, b"", ""
        try:
            async with (
                self._clock.timeout(ANSWER_WITHIN_S),
                self._session.request(
                    method, url, data=raw, headers=headers, allow_redirects=False
                ) as answer,
            ):
                body = await answer.content.read(ANSWER_LIMIT_BYTES)
                while not answer.content.at_eof() and len(body) < ANSWER_LIMIT_BYTES:
                    body += await answer.content.read(ANSWER_LIMIT_BYTES)
                status = answer.status
        except TimeoutError:
            why = f"no answer within {ANSWER_WITHIN_S:.0f} s"
        # A name such as `a..b` is a UnicodeError.
        except (aiohttp.ClientError, OSError, UnicodeError):
            why = "the agent cannot be reached"
        took_s = self._clock.monotonic() - began_at
        return Heard(status=status, body=body, took_s=took_s, why=why)


def _check(url: str) -> None:
    # Not shown: somebody may have put a password in it.
    wrong = AddressError("--agent must be a base URL such as http://127.0.0.1:8080.")
    try:
        parts = urlsplit(url)
        is_port = parts.port != 0
    except ValueError:
        raise wrong from None
    is_plain = parts.username is None and not parts.query
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    if not (is_web and is_port and is_plain):
        raise wrong


def _delivery(app_secret: str | None, clock: Clock) -> tuple[bytes, dict[str, str]]:
    """Return a signed delivery as WhatsApp's, of a status that nobody waits for."""
    status = {
        "id": "wamid.verify",
        "status": "delivered",
        "timestamp": str(int(clock.wall().timestamp())),
        "recipient_id": "0",
    }
    value = {"messaging_product": "whatsapp", "statuses": [status]}
    change = {"field": "messages", "value": value}
    document = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "0", "changes": [change]}],
    }
    raw = json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    if app_secret is not None:
        digest = hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
        headers["X-Hub-Signature-256"] = f"sha256={digest}"
    return raw, headers
