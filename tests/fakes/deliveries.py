"""Deliveries of WhatsApp's webhook, written by hand."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.test_utils import TestClient

    Client: TypeAlias = TestClient[web.Request, web.Application]

PATH = "/webhooks/whatsapp"
PHONE = "5491100000177"
_ids = count()


def body(*texts: str, phone: str = PHONE) -> bytes:
    """Write a delivery of new texts from one guest."""
    return _delivery(
        phone, *({"type": "text", "text": {"body": text}} for text in texts)
    )


def tap(id_: str, *, phone: str = PHONE) -> bytes:
    """Write a delivery of a tap on the button of an id."""
    reply = {"id": id_, "title": "Sí"}
    interactive = {"type": "button_reply", "button_reply": reply}
    return _delivery(phone, {"type": "interactive", "interactive": interactive})


def failed(id_: str, *, phone: str = PHONE) -> bytes:
    """Write a delivery that says of a message that it did not arrive."""
    errors = [{"code": 131026, "title": "Message undeliverable"}]
    status = {"id": id_, "status": "failed", "recipient_id": phone, "errors": errors}
    return _change({"statuses": [status]})


def _delivery(phone: str, *contents: Mapping[str, object]) -> bytes:
    messages = [
        {"id": f"wamid.{next(_ids)}", "from": phone, **content} for content in contents
    ]
    return _change({"messages": messages})


def _change(value: Mapping[str, object]) -> bytes:
    change = {"field": "messages", "value": value}
    return json.dumps({"entry": [{"changes": [change]}]}).encode()


async def deliver(agent: Client, raw: bytes) -> dict[str, Any]:
    """Deliver a body that is taken."""
    answer = await agent.post(PATH, data=raw)
    assert answer.status == 200
    taken: dict[str, Any] = await answer.json()
    return taken
