"""One question of several proxies is one call: who leads, who waits, and how long."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from fakes.clock import FakeClock
from fakes.machines import SharedMemory, steps
from proxy.fleet.patience import Patience
from proxy.fleet.peers import LEASE_S, TELL_FOR_S, Lead, Peers
from proxy.messages import CacheKey, Entry

KEY = CacheKey("availability /api/hotel_ari 1")
WAIT_S = 5.0


class Two:
    """Two proxies and what is between them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.shared = SharedMemory(self.clock)
        self.cleared_ms = 0
        self.one, self.other = self._peers(), self._peers()

    def entry(self) -> Entry:
        """Return an answer asked for now."""
        return Entry(
            status=200,
            headers=(("Content-Type", "text/xml"),),
            body=b"<qloapps/>",
            sent_at=self.clock.monotonic(),
            etag='"e"',
        )

    async def leads(self) -> Lead:
        """Let the one lead."""
        lead = await self.one.begin(KEY, None)
        assert isinstance(lead, Lead)
        return lead

    def _peers(self) -> Peers:
        return Peers(
            shared=self.shared,
            patience=Patience(self.clock),
            clock=self.clock,
            clearing=lambda: self.cleared_ms,
            wait_s=WAIT_S,
        )


@pytest.fixture
async def two() -> Two:
    """Give two proxies with one Redis."""
    return Two()


async def _waits(two: Two, than: float | None = None) -> asyncio.Task[object]:
    waiting: asyncio.Task[object] = asyncio.create_task(two.other.begin(KEY, than))
    await steps(two.clock, 1)
    return waiting


async def test_who_asks_second_gets_the_firsts_answer(two: Two) -> None:
    """It waits while the call is under way, and takes what it brought."""
    entry = two.entry()
    lead = await two.leads()
    waiting = await _waits(two)
    assert not waiting.done()
    await two.one.end(lead, entry)
    await steps(two.clock, 0.05)

    found = waiting.result()
    assert isinstance(found, Entry)
    assert found.sent_at == pytest.approx(entry.sent_at)
    assert replace(found, sent_at=entry.sent_at) == entry


async def test_who_comes_just_after_gets_it_too(two: Two) -> None:
    """Between looking for a copy and asking, another's answer may have come."""
    await two.one.end(await two.leads(), two.entry())
    assert isinstance(await two.other.begin(KEY, None), Entry)

    two.clock.advance(TELL_FOR_S)
    assert isinstance(await two.other.begin(KEY, None), Lead)


async def test_another_question_is_not_waited_for(two: Two) -> None:
    """The one's call under way holds up nobody who asks something else."""
    await two.leads()
    assert isinstance(await two.other.begin(CacheKey("another"), None), Lead)


async def test_a_failed_call_hands_the_lead_on(two: Two) -> None:
    """Where the first got nothing worth keeping, the second asks, at once."""
    lead = await two.leads()
    waiting = await _waits(two)
    await two.one.end(lead, None)
    await steps(two.clock, 0.05)

    assert isinstance(waiting.result(), Lead)


async def test_nobody_waits_longer_than_for_a_place(two: Two) -> None:
    """Then it asks for itself alone, and the first keeps its lead."""
    await two.leads()
    waiting = await _waits(two)
    await steps(two.clock, WAIT_S - 1.1)
    assert not waiting.done()
    await steps(two.clock, 0.3)

    assert waiting.result() is None


async def test_the_lead_of_a_killed_proxy_ends(two: Two) -> None:
    """It no longer renews its mark, and the others wait for a second at most."""
    lead = await two.leads()
    lead.renewing.cancel()
    waiting = await _waits(two)
    await steps(two.clock, LEASE_S + 0.1)
    assert isinstance(waiting.result(), Lead)


async def test_a_long_call_keeps_its_lead(two: Two) -> None:
    """The mark is renewed for as long as the call takes."""
    lead = await two.leads()
    await steps(two.clock, 20)
    waiting = await _waits(two)
    assert not waiting.done()

    await two.one.end(lead, two.entry())
    await steps(two.clock, 0.05)
    assert isinstance(waiting.result(), Entry)


async def test_an_answer_from_before_a_clearing_is_none(two: Two) -> None:
    """An operator has cleared the copies: what was under way answers nobody."""
    lead = await two.leads()
    two.cleared_ms = 1
    assert isinstance(await two.other.begin(KEY, None), Lead)
    await two.one.end(lead, two.entry())
    two.clock.advance(LEASE_S)

    assert isinstance(await two.one.begin(KEY, None), Lead)


async def test_an_answer_from_before_a_write_is_none(two: Two) -> None:
    """What was asked before the write is not what this question wants."""
    entry = two.entry()
    lead = await two.leads()
    two.clock.advance(0.1)
    waiting = await _waits(two, than=two.clock.monotonic())
    await two.one.end(lead, entry)
    await steps(two.clock, 0.05)

    assert waiting.result() is None


async def test_just_after_a_write_each_asks_alone(two: Two) -> None:
    """While clocks may not agree which was first, Redis is not even asked."""
    assert await two.one.begin(KEY, two.clock.monotonic() + 2) is None
    assert two.shared.asked == 0


async def test_foreign_bytes_are_no_answer(two: Two) -> None:
    """What stands there and cannot be read makes a proxy ask for itself."""
    await two.leads()
    (name,) = two.shared.values
    await two.shared.set(name, b"\x00", 60)
    assert await two.other.begin(KEY, None) is None


async def test_without_redis_each_asks_alone(two: Two) -> None:
    """It is no reason to fail, before, while and after the call."""
    lead = await two.leads()
    waiting = await _waits(two)
    two.shared.is_down = True
    await steps(two.clock, 0.05)

    assert waiting.result() is None
    await two.one.end(lead, two.entry())
    assert await two.other.begin(KEY, None) is None
