"""
Pure. The bodies of WhatsApp's Cloud API, within its limits.

What does not fit into buttons or a list is sent as text alone: it suffices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from agent.messages import Choice, Guest, Lang, Reply

Body: TypeAlias = dict[str, object]

# WhatsApp's limits, in characters or items.
TEXT_LIMIT = 4096
INTERACTIVE_TEXT_LIMIT = 1024
BUTTONS_LIMIT, BUTTON_TITLE_LIMIT = 3, 20
ROWS_LIMIT, ROW_TITLE_LIMIT, ROW_DETAIL_LIMIT = 10, 24, 72
ID_LIMIT = 200

# Marks the ids of buttons and rows: `say:<what it answers>:<what it says>`.
SAYS = "say:"
# The label that opens a list, at most 20 characters.
MENUS: dict[Lang, str] = {
    "es": "Ver opciones",
    "en": "See options",
    "pt": "Ver opções",
}


def message_body(guest: Guest, reply: Reply) -> Body:
    """Write a reply: with buttons, a list, or as text alone."""
    interactive = _interactive(reply)
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if guest.is_phone else "recipient": guest.address,
        **(interactive or _text(reply.text)),
    }


def typing_body(message_id: str) -> Body:
    """Write that a message is read and that somebody types."""
    return {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_id,
        "typing_indicator": {"type": "text"},
    }


def _text(text: str) -> Body:
    return {"type": "text", "text": {"preview_url": False, "body": _cut(text)}}


def _interactive(reply: Reply) -> Body | None:
    choices = reply.choices
    if not choices or not 0 < len(reply.text) <= INTERACTIVE_TEXT_LIMIT:
        return None
    if not all(_fits(choice) for choice in choices) or _repeat(choices):
        return None
    if len(choices) <= BUTTONS_LIMIT and not any(choice.detail for choice in choices):
        return _of_kind("button", reply.text, {"buttons": [*map(_button, choices)]})
    if len(choices) <= ROWS_LIMIT:
        sections = [{"rows": [*map(_row, choices)]}]
        return _of_kind(
            "list", reply.text, {"button": MENUS[reply.lang], "sections": sections}
        )
    return None


def _of_kind(kind: str, text: str, action: Body) -> Body:
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": text}, "action": action},
    }


def _button(choice: Choice) -> Body:
    return {
        "type": "reply",
        "reply": {"id": _id(choice), "title": choice.title},
    }


def _row(choice: Choice) -> Body:
    row: Body = {"id": _id(choice), "title": choice.title}
    return {**row, "description": choice.detail} if choice.detail else row


def _id(choice: Choice) -> str:
    return f"{SAYS}{choice.answers_to}:{choice.text}"


def _fits(choice: Choice) -> bool:
    return (
        0 < len(choice.title) <= BUTTON_TITLE_LIMIT
        and len(choice.detail) <= ROW_DETAIL_LIMIT
        and bool(choice.text)
        and len(_id(choice)) <= ID_LIMIT
    )


def _repeat(choices: tuple[Choice, ...]) -> bool:
    """Say whether two choices look or mean the same, which WhatsApp refuses."""
    return any(
        len(set(said)) < len(choices)
        for said in ([c.title for c in choices], [c.text for c in choices])
    )


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 1]}…"
