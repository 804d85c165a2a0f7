"""The HTTP client of WhatsApp's Cloud API: it sends texts, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from agent.errors import SendError

if TYPE_CHECKING:
    from agent.clock import Clock
    from agent.messages import Guest

DEFAULT_API_URL = "https://graph.facebook.com/v23.0"
SEND_TIMEOUT_S = 10
# The Cloud API refuses longer texts.
TEXT_LIMIT = 4096


class WhatsApp:
    """Sends texts from the hotel's number."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        access_token: str,
        phone_number_id: str,
        clock: Clock,
    ) -> None:
        self._session = session
        self._url = URL(api_url) / phone_number_id / "messages"
        self._headers = {"Authorization": f"Bearer {access_token}"}
        self._clock = clock

    async def send(self, guest: Guest, text: str) -> None:
        """
        Send `text` to `guest`, once.

        Raises:
            SendError: where the Cloud API did not take it, or did not say.

        """
        try:
            async with (
                self._clock.timeout(SEND_TIMEOUT_S),
                self._session.post(
                    self._url,
                    json=_body(guest, text),
                    headers=self._headers,
                    allow_redirects=False,
                ) as answer,
            ):
                await answer.read()
        except (TimeoutError, aiohttp.ClientError) as exc:
            raise SendError("WhatsApp cannot be reached.", may_pass=True) from exc
        if answer.status != 200:  # noqa: PLR2004  (OK)
            raise SendError(
                f"WhatsApp answered {answer.status}.",
                may_pass=answer.status == 429 or answer.status >= 500,  # noqa: PLR2004
            )


def _body(guest: Guest, text: str) -> dict[str, object]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if guest.is_phone else "recipient": guest.address,
        "type": "text",
        "text": {"preview_url": False, "body": text[:TEXT_LIMIT]},
    }
