"""`python -m agent forget GUEST`: deletes all that is kept of one guest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.kept.inbox import Kept
    from agent.kept.store import Store
    from agent.messages import Guest


async def forget(store: Store, guest: str) -> str:
    """
    Delete a guest, named by phone number or user id; say in a sentence what it was.

    A guest who hides the number since yesterday has a record under each of both, and
    all go. A turn of that guest that is under way ends without a reply.
    """
    named = address_of(guest)
    found: list[Kept] = []
    for address in (named, *_others(named, await store.guests())):
        kept = await store.change(address, lambda kept: (None, kept))
        found += [] if kept is None else [kept]
    if not found:
        return "Nothing is kept of that guest."
    return f"Deleted: {'; and '.join(', '.join(_parts(kept)) for kept in found)}."


def _others(named: str, guests: Sequence[Guest]) -> list[str]:
    """Name the other addresses of the guest who has this phone number or user id."""
    told = (guest.user_id for guest in guests if guest.address == named)
    user_id = next(filter(None, told), named)
    return [
        guest.address
        for guest in guests
        if guest.address != named and user_id in (guest.address, guest.user_id)
    ]


def address_of(guest: str) -> str:
    """Take a phone number as people write it: "+54 9 11 0000-0177"."""
    is_phone = re.fullmatch(r"\+?[0-9 ().-]+", guest.strip())
    return re.sub(r"[^0-9]", "", guest) if is_phone else guest.strip()


def _parts(kept: Kept) -> list[str]:
    open_messages = len(kept.inbox) + len(kept.turn)
    parts = {
        "the guest's address and name": True,
        "the conversation": kept.state is not None,
        f"{open_messages} messages not answered yet": open_messages > 0,
        "a reply not sent yet": kept.reply is not None or bool(kept.left),
        f"that the guest waits for the {kept.waits}": kept.waits is not None,
        f"the ids of {len(kept.seen)} messages": bool(kept.seen),
    }
    return [part for part, is_kept in parts.items() if is_kept]
