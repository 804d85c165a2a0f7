"""
Pure. What guests and the hotel wrote to each other, as the guests' phones keep it.

Bounded: the last guests, and the last messages of each. Every change gives its chat
the next version, by which a page knows what is new to it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

Tick: TypeAlias = Literal["sent", "read", "lost"]
Kind: TypeAlias = Literal["button_reply", "list_reply"]

GUESTS_LIMIT, BUBBLES_LIMIT = 12, 100
NAMES = ("Ana", "Bruno", "Carla", "Diego", "Elena", "Fabio", "Gloria", "Hugo")
FIRST_PHONE = 5491100000001


@dataclass(slots=True, kw_only=True)
class Bubble:
    """
    One message. `tick` is of a guest's own: sent, read, or lost after many tries.

    `choices` are buttons, or rows behind the label `menu`; each is what a tap on it
    sends back (`id`, `title`, perhaps `description`).
    """

    number: int
    id: str
    is_guests: bool
    at: datetime
    text: str
    tick: Tick | None = None
    kind: Kind | None = None
    menu: str = ""
    choices: tuple[dict[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Chat:
    """One guest's chat with the hotel."""

    guest: str
    name: str
    version: int
    is_typing: bool = False
    bubbles: deque[Bubble] = field(default_factory=lambda: deque(maxlen=BUBBLES_LIMIT))

    def bubble(self, number: int) -> Bubble | None:
        """Find a message that is still kept."""
        return next((one for one in self.bubbles if one.number == number), None)


class Chats:
    """All chats; a guest is known by a phone number."""

    def __init__(self) -> None:
        self.version = 0
        self._chats: dict[str, Chat] = {}
        self._guests = self._numbers = 0

    def __iter__(self) -> Iterator[Chat]:
        return iter(self._chats.values())

    def get(self, guest: str) -> Chat | None:
        """Find a guest's chat."""
        return self._chats.get(guest)

    def open(self) -> Chat:
        """Let a new guest come; the first one leaves where they are too many."""
        number, self._guests = self._guests, self._guests + 1
        again, name = divmod(number, len(NAMES))
        chat = Chat(
            guest=str(FIRST_PHONE + number),
            name=NAMES[name] + (f" {again + 1}" if again else ""),
            version=0,
        )
        self._chats[chat.guest] = chat
        while len(self._chats) > GUESTS_LIMIT:
            del self._chats[next(iter(self._chats))]
        self._changed(chat)
        return chat

    def say(self, chat: Chat, text: str, *, id_: str, at: datetime) -> Bubble:
        """Keep what a guest wrote, or tapped."""
        bubble = Bubble(
            number=self._next(), id=id_, is_guests=True, at=at, text=text, tick="sent"
        )
        return self._keep(chat, bubble)

    def hear(self, body: dict[str, Any], *, id_: str, at: datetime) -> Bubble | None:
        """
        Keep what the hotel sends, in the Cloud API's form.

        None where it is to nobody here, or of no form that a phone could show.
        """
        chat = self.get(str(body.get("to")))
        offer: dict[str, Any] = body.get("interactive", {})
        try:
            text = offer["body"]["text"] if offer else body["text"]["body"]
        except (KeyError, TypeError):
            return None
        if chat is None:
            return None
        bubble = Bubble(
            number=self._next(), id=id_, is_guests=False, at=at, text=str(text)
        )
        action = offer.get("action", {})
        if "buttons" in action:
            bubble.kind = "button_reply"
            bubble.choices = tuple(one["reply"] for one in action["buttons"])
        elif "sections" in action:
            bubble.kind, bubble.menu = "list_reply", action["button"]
            bubble.choices = tuple(
                row for section in action["sections"] for row in section["rows"]
            )
        chat.is_typing = False
        return self._keep(chat, bubble)

    def mark(self, id_: str, tick: Tick, *, is_typing: bool = False) -> bool:
        """Mark a guest's message, and the older ones with it; False if it is gone."""
        for chat in self:
            if all(one.id != id_ for one in chat.bubbles):
                continue
            for bubble in chat.bubbles:
                if bubble.tick == "sent" and (tick == "read" or bubble.id == id_):
                    bubble.tick = tick
                if bubble.id == id_:
                    break
            chat.is_typing = is_typing
            self._changed(chat)
            return True
        return False

    def _keep(self, chat: Chat, bubble: Bubble) -> Bubble:
        chat.bubbles.append(bubble)
        self._changed(chat)
        return bubble

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _changed(self, chat: Chat) -> None:
        self.version += 1
        chat.version = self.version
