"""The limits of WhatsApp's Cloud API on a message, and the errors that it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the Cloud API."""

    code: int
    message: str
    status: int = 400
    details: str = ""

    @property
    def body(self) -> dict[str, Any]:
        """The error as it is sent."""
        error: dict[str, Any] = {
            "message": self.message,
            "type": "OAuthException",
            "code": self.code,
        }
        if self.details:
            error["error_data"] = {
                "messaging_product": "whatsapp",
                "details": self.details,
            }
        return {"error": {**error, "fbtrace_id": "Az8N0dEx4mpleTrAcE"}}


def limits(body: dict[str, Any]) -> Refusal | None:
    """Return what the Cloud API refuses about a message."""
    if body.get("messaging_product") != "whatsapp":
        return _parameter("(#100) The parameter messaging_product is required.")
    if bool(body.get("to")) == bool(body.get("recipient")):
        return Refusal(
            131008,
            "(#131008) Required parameter is missing",
            details="Exactly one of to and recipient is required.",
        )
    match body.get("type"):
        case "text":
            return _text(body["text"]["body"], "text['body']", 4096)
        case "interactive":
            return _interactive(body["interactive"])
        case other:
            return _parameter(f"(#100) Param type must be one of …, got {other}.")


def _interactive(part: dict[str, Any]) -> Refusal | None:
    wrong = _text(part["body"]["text"], "interactive['body']['text']", 1024)
    if wrong is not None:
        return wrong
    action = part["action"]
    if part["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        if not 1 <= len(replies) <= 3:
            return _value("Invalid buttons count. Min allowed: 1, Max allowed: 3")
        return _items(replies, title=20, id_=256)
    rows = [row for section in action["sections"] for row in section["rows"]]
    if not 1 <= len(action["button"]) <= 20:
        return _value("Button label is too long. Max length is 20.")
    if not 1 <= len(rows) <= 10:
        return _value("Total row count exceed max allowed count: 10")
    if any(len(row.get("description", "x")) not in range(1, 73) for row in rows):
        return _value("Row description is too long. Max length is 72")
    if len(action["sections"]) > 1 and not all(
        1 <= len(section.get("title", "")) <= 24 for section in action["sections"]
    ):
        return _value("Section title is missing or too long. Max length is 24")
    return _items(rows, title=24, id_=200)


def _items(items: list[dict[str, Any]], *, title: int, id_: int) -> Refusal | None:
    if not all(1 <= len(item["title"]) <= title for item in items):
        return _value(f"Title length invalid. Min length: 1, Max length: {title}")
    if not all(1 <= len(item["id"]) <= id_ for item in items):
        return _value(f"Id length invalid. Min length: 1, Max length: {id_}")
    for name in ("id", "title"):
        if len({item[name] for item in items}) < len(items):
            return _value(f"Duplicated {name}")
    return None


def _text(text: str, name: str, limit: int) -> Refusal | None:
    if not text.strip():
        return _parameter(f"(#100) The parameter {name} is required.")
    if len(text) > limit:
        return _parameter(
            f"(#100) Param {name} must be at most {limit} characters long."
        )
    return None


def _parameter(message: str) -> Refusal:
    return Refusal(100, message)


def _value(details: str) -> Refusal:
    return Refusal(131009, "(#131009) Parameter value is not valid", details=details)
