from __future__ import annotations

from datetime import date
from decimal import Decimal

from agent.dialogue.state import Pending, State
from agent.kept.conversations import Conversations
from agent.messages import Guest, Quote, Room, Search

GUEST = Guest(address="5491100000177", is_phone=True)
PENDING = Pending(
    quote=Quote(
        search=Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2),
        room=Room(
            id=1,
            room_type="double",
            name="Doble",
            available=1,
            price=Decimal(1300),
            currency="USD",
        ),
    ),
    key="k",
)


async def test_a_booking_is_recorded_before_it_is_sent() -> None:
    """Of a turn's steps the one that is about to book is recorded at once, once."""
    recorded: list[State] = []

    async def record(state: State) -> None:
        recorded.append(state)

    conversations = Conversations()
    with conversations.opened(GUEST, State(), record):
        async with conversations.turn(GUEST) as held:
            await held.keep(State(lang="pt"))
            assert recorded == []
            await held.keep(State(lang="pt", pending=PENDING))
            await held.keep(State(lang="en", pending=PENDING))
        assert recorded == [State(lang="pt", pending=PENDING)]
        assert (await conversations.state(GUEST)).lang == "en"
    assert await conversations.state(GUEST) == State()
