"""The HTTP client of WhatsApp's Cloud API: sends replies, and shows that one comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aiohttp
from pydantic import BaseModel, ValidationError
from yarl import URL

from agent.errors import SendError
from agent.whatsapp.bodies import message_body, typing_body

if TYPE_CHECKING:
    from agent.clock import Clock
    from agent.messages import Guest, Reply
    from agent.whatsapp.bodies import Body

DEFAULT_API_URL = "https://graph.facebook.com/v23.0"
# Below the lease of a claim, so that no two workers ever send the same reply.
SEND_TIMEOUT_S = 5
ANSWER_LIMIT_BYTES = 65_536


class _Error(BaseModel):
    code: int | None = None


class _Failure(BaseModel):
    error: _Error = _Error()


class _Message(BaseModel):
    id: str


class _Taken(BaseModel):
    messages: tuple[_Message]


class WhatsApp:
    """Sends from the hotel's number; each call is one try."""

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

    async def send(self, guest: Guest, reply: Reply) -> str:
        """
        Send `reply` to `guest`, once; return WhatsApp's id of it, empty if not told.

        Raises:
            SendError: where the Cloud API did not take it, or did not say.

        """
        return _id(await self._post(message_body(guest, reply)))

    async def show_typing(self, message_id: str) -> None:
        """
        Mark a message as read, and show that an answer is being written.

        Raises:
            SendError: where the Cloud API did not take it, or did not say.

        """
        await self._post(typing_body(message_id))

    async def _post(self, body: Body) -> bytes:
        try:
            async with (
                self._clock.timeout(SEND_TIMEOUT_S),
                self._session.post(
                    self._url, json=body, headers=self._headers, allow_redirects=False
                ) as answer,
            ):
                raw = b""
                async for chunk in answer.content.iter_any():
                    raw += chunk
                    if len(raw) > ANSWER_LIMIT_BYTES:
                        break
        except (TimeoutError, aiohttp.ClientError) as exc:
            raise SendError("WhatsApp cannot be reached.") from exc
        if answer.status == 200:  # noqa: PLR2004  (OK)
            return raw
        code = _code(raw)
        raise SendError(
            f"WhatsApp answered {answer.status}"
            + (f", error {code}." if code is not None else "."),
            status=answer.status,
            code=code,
            retry_after_s=_seconds(answer.headers.get("Retry-After", "")),
        )


def _id(raw: bytes) -> str:
    try:
        return _Taken.model_validate_json(raw).messages[0].id
    except ValidationError:
        return ""


def _code(raw: bytes) -> int | None:
    try:
        return _Failure.model_validate_json(raw).error.code
    except ValidationError:
        return None


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,6}", text) else None
