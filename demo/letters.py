"""Pure. What WhatsApp delivers to a hotel: a guest's text, or the tap on a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

# The hotel's own number, as a guest sees it, and its id in the Cloud API.
HOTEL_PHONE, HOTEL_ID = "5491100000100", "205551230001112"


def text(guest: str, body: str, *, id_: str, at: datetime) -> dict[str, Any]:
    """Write a text message."""
    return {**_head(guest, id_, at), "type": "text", "text": {"body": body}}


def tap(
    guest: str,
    kind: Literal["button_reply", "list_reply"],
    choice: dict[str, str],
    *,
    of: str,
    id_: str,
    at: datetime,
) -> dict[str, Any]:
    """Write a tap on a button or a row; `of` is the id of the message that had it."""
    return {
        **_head(guest, id_, at),
        "type": "interactive",
        "context": {"from": HOTEL_PHONE, "id": of},
        "interactive": {"type": kind, kind: choice},
    }


def delivery(message: dict[str, Any], name: str) -> dict[str, Any]:
    """Wrap a message as the webhook gets it; `name` is that of the guest's profile."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": HOTEL_PHONE, "phone_number_id": HOTEL_ID},
        "contacts": [{"profile": {"name": name}, "wa_id": message["from"]}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "0", "changes": [change]}],
    }


def _head(guest: str, id_: str, at: datetime) -> dict[str, Any]:
    return {"from": guest, "id": id_, "timestamp": str(int(at.timestamp()))}
