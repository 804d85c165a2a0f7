"""
Reads a webhook's body: every entry, change, message, status and error of it.

Lenient: what is of no known shape is counted and passed over, since WhatsApp adds
shapes at any time, and a delivery that is refused comes again for days.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import BaseModel, FailFast, Field, ValidationError

from agent.dialogue.taps import UNKNOWN
from agent.errors import PayloadError
from agent.kept.inbox import Letter
from agent.messages import Guest
from agent.whatsapp.bodies import SAYS, TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_Id = Annotated[str, Field(min_length=1, max_length=256)]
_Item = TypeVar("_Item")
# A million wrong items are one error, not a gigabyte of them.
_List = Annotated[list[_Item], FailFast()]
_Model = TypeVar("_Model", bound=BaseModel)

# WhatsApp sends no more at once; of a flood the rest is not even looked at.
ITEMS_LIMIT = 1000

# No question to anybody: what they tell is of other messages or of the chat itself.
SILENT_TYPES = frozenset({"reaction", "system", "ephemeral", "request_welcome"})


class _Text(BaseModel):
    body: str


class _Tap(BaseModel):
    id: str
    title: str


class _Interactive(BaseModel):
    button_reply: _Tap | None = None
    list_reply: _Tap | None = None


class _TemplateButton(BaseModel):
    text: str


class _Message(BaseModel):
    id: _Id
    type: str
    phone: _Id | None = Field(None, alias="from")
    user_id: _Id | None = Field(None, alias="from_user_id")
    timestamp: float | None = Field(None, ge=0, allow_inf_nan=False)
    text: _Text | None = None
    interactive: _Interactive | None = None
    button: _TemplateButton | None = None


class _Profile(BaseModel):
    name: str | None = None


class _Contact(BaseModel):
    wa_id: str | None = None
    user_id: str | None = None
    profile: _Profile = _Profile()


class _Trouble(BaseModel):
    code: int
    title: str = ""


class _Status(BaseModel):
    id: str = ""
    status: str
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    errors: _List[_Trouble] = []


class _Value(BaseModel):
    messages: _List[object] = []
    contacts: _List[object] = []
    statuses: _List[object] = []
    errors: _List[object] = []


class _Change(BaseModel):
    field: str
    value: object


class _Entry(BaseModel):
    changes: _List[_Change]


class _Payload(BaseModel):
    entry: _List[_Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """
    What a body holds, in order.

    `undelivered`: replies that did not arrive, each by an address of its guest and
    WhatsApp's id; `failed`: the error codes of them, `account`: those of the hotel's
    own account. `ignored`: messages that ask nothing or are of no shape.
    """

    letters: tuple[tuple[Guest, Letter], ...]
    undelivered: tuple[tuple[str, str], ...] = ()
    failed: tuple[int, ...] = ()
    account: tuple[int, ...] = ()
    ignored: int = 0


def read_payload(raw: bytes, now: float) -> Inbound:
    """
    Read the raw body of a webhook; `now` is the time of messages that tell none.

    Raises:
        PayloadError: where it is no JSON, or not of WhatsApp's shape.

    """
    try:
        # Half a surrogate pair is legal JSON and no text: it becomes a "?".
        clean = json.dumps(json.loads(raw), ensure_ascii=False).encode(errors="replace")
    except (ValueError, RecursionError) as exc:
        raise PayloadError("The body is not JSON.") from exc
    try:
        payload = _Payload.model_validate_json(clean)
    except ValidationError as exc:
        place = ".".join(str(part) for part in exc.errors()[0]["loc"]) or "the body"
        raise PayloadError(f"The body is not WhatsApp's: see {place[:80]}.") from exc
    values = [
        value
        for entry in payload.entry
        for change in entry.changes
        if change.field == "messages"
        for value in _readable(_Value, [change.value])
    ]
    letters = [
        letter
        for value in values
        for message in _readable(_Message, value.messages)
        for letter in _letter(message, _names(value.contacts), now)
    ]
    failed = [
        status
        for value in values
        for status in _readable(_Status, value.statuses)
        if status.status == "failed"
    ]
    return Inbound(
        letters=tuple(letters),
        undelivered=tuple(
            (address, status.id)
            for status in failed
            for address in (status.recipient_id, status.recipient_user_id)
            if address
        ),
        failed=tuple(trouble.code for status in failed for trouble in status.errors),
        account=tuple(
            trouble.code
            for value in values
            for trouble in _readable(_Trouble, value.errors)
        ),
        ignored=sum(len(value.messages) for value in values) - len(letters),
    )


def _letter(
    message: _Message, names: dict[str, str], now: float
) -> Iterable[tuple[Guest, Letter]]:
    address = message.phone or message.user_id
    if message.type in SILENT_TYPES or address is None:
        return
    guest = Guest(
        address=address,
        is_phone=message.phone is not None,
        name=names.get(address) or names.get(message.user_id or ""),
        user_id=message.user_id,
    )
    text, answers_to = _said(message)
    yield (
        guest,
        Letter(
            id=message.id,
            kind="other" if text is None else "text",
            at=now if message.timestamp is None else message.timestamp,
            text=(text or "")[:TEXT_LIMIT],
            answers_to=answers_to,
        ),
    )


def _said(message: _Message) -> tuple[str | None, str]:
    """Return what a message says in words and, of a tap, which question it answers."""
    if message.text is not None:
        return message.text.body, ""
    if message.button is not None:
        return message.button.text, UNKNOWN
    if message.interactive is not None:
        tap = message.interactive.button_reply or message.interactive.list_reply
        if tap is not None:
            return _tapped(tap)
    return None, ""


def _tapped(tap: _Tap) -> tuple[str, str]:
    """Read a button's or a row's id; one of another kind says its title."""
    answers_to, colon, text = tap.id.removeprefix(SAYS).partition(":")
    if not tap.id.startswith(SAYS) or not colon:
        return tap.title, UNKNOWN
    return text, answers_to


def _names(contacts: list[object]) -> dict[str, str]:
    """Map phones and user ids to the names in the profiles."""
    return {
        id_: contact.profile.name
        for contact in _readable(_Contact, contacts)
        if contact.profile.name
        for id_ in (contact.wa_id, contact.user_id)
        if id_
    }


def _readable(model: type[_Model], items: Sequence[object]) -> list[_Model]:
    """Return those items that are of a shape."""
    found: list[_Model] = []
    for item in items[:ITEMS_LIMIT]:
        try:
            found.append(model.model_validate(item))
        except ValidationError:
            continue
    return found
