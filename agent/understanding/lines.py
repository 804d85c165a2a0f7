"""Pure. One text, understood, as the line of JSON that `understand` prints."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.messages import Understood


def as_line(understood: Understood) -> str:
    """
    Return language, intent and slots.

    An arrival without a day of leaving is one night; what was not said is null.
    """
    slots = understood.slots
    checkout = slots.checkout
    if slots.checkin and checkout is None:
        checkout = slots.checkin + timedelta(days=1)
    return json.dumps(
        {
            "lang": understood.lang,
            "intent": understood.intent,
            "checkin": slots.checkin and slots.checkin.isoformat(),
            "checkout": checkout and checkout.isoformat(),
            "adults": slots.adults,
            "children": slots.children,
            "room_type": slots.room_type,
        }
    )
