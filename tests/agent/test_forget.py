from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agent.kept.forget import address_of, forget
from agent.kept.inbox import Kept, Letter
from agent.kept.store import MemoryStore
from agent.messages import Guest

if TYPE_CHECKING:
    from fakes.clock import FakeClock

GUEST = Guest(address="5491100000177", is_phone=True, name="Lucía")


async def test_forget(clock: FakeClock) -> None:
    """All that is kept of one guest is deleted and told; of others nothing."""
    store = MemoryStore(clock)
    letter = Letter(id="a", kind="text", at=0, text="hola")
    kept = Kept(
        guest=GUEST,
        wrote_at=0,
        state="{}",
        inbox=(letter,),
        waits="pms",
        seen=(("a", 0.0),),
    )
    for address in (GUEST.address, "5491100000178"):
        await store.change(address, lambda _: (kept, None))
    said = await forget(store, "+54 9 11 0000-0177")
    assert said == (
        "Deleted: the guest's address and name, the conversation, 1 messages not "
        "answered yet, that the guest waits for the pms, the ids of 1 messages."
    )
    assert await forget(store, GUEST.address) == "Nothing is kept of that guest."
    assert await store.waiting("pms") == ["5491100000178"]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("5491100000177", "5491100000177"),
        ("+54 9 (11) 0000-0177 ", "5491100000177"),
        (" BR.1190457730021846", "BR.1190457730021846"),
    ],
)
def test_address(said: str, address: str) -> None:
    """A guest is named by a phone number, as people write it, or by a user id."""
    assert address_of(said) == address
