"""Reads a webhook's body: every entry, change and message of it, leniently."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import BaseModel, FailFast, Field, ValidationError

from agent.errors import PayloadError
from agent.messages import Guest, InboundText

_Id = Annotated[str, Field(min_length=1, max_length=256)]
_Item = TypeVar("_Item")
# A million wrong items are one error, not a gigabyte of them.
_List = Annotated[list[_Item], FailFast()]


class _Text(BaseModel):
    body: str


class _Message(BaseModel):
    id: _Id
    type: str
    phone: _Id | None = Field(None, alias="from")
    user_id: _Id | None = Field(None, alias="from_user_id")
    text: _Text | None = None


class _Value(BaseModel):
    messages: _List[_Message] = []


class _Change(BaseModel):
    field: str
    value: object


class _Entry(BaseModel):
    changes: _List[_Change]


class _Payload(BaseModel):
    entry: _List[_Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """The texts of a body, in order, and how many messages are of another kind."""

    texts: tuple[InboundText, ...]
    ignored: int


def read_payload(raw: bytes) -> Inbound:
    """
    Read the raw body of a webhook.

    Raises:
        PayloadError: where it is no JSON, or not of WhatsApp's shape.

    """
    try:
        # Half a surrogate pair is legal JSON and no text: it becomes a "?".
        clean = json.dumps(json.loads(raw), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError) as exc:
        raise PayloadError("The body is not JSON.") from exc
    try:
        messages = _messages(_Payload.model_validate_json(clean))
    except ValidationError as exc:
        place = ".".join(str(part) for part in exc.errors()[0]["loc"]) or "the body"
        raise PayloadError(f"The body is not WhatsApp's: see {place[:80]}.") from exc
    texts = [text for message in messages if (text := _text(message)) is not None]
    return Inbound(texts=tuple(texts), ignored=len(messages) - len(texts))


def _messages(payload: _Payload) -> list[_Message]:
    return [
        message
        for entry in payload.entry
        for change in entry.changes
        if change.field == "messages"
        for message in _Value.model_validate(change.value).messages
    ]


def _text(message: _Message) -> InboundText | None:
    address = message.phone or message.user_id
    if message.type != "text" or message.text is None or address is None:
        return None
    return InboundText(
        id=message.id,
        guest=Guest(address=address, is_phone=message.phone is not None),
        text=message.text.body,
    )
