"""The ledger of writes, alone and with a Redis that misbehaves (CONTRACT §9)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.clock import FakeClock
from fakes.machines import SharedMemory
from fakes.writes import BOOKED, a_record
from proxy.errors import BackendDown
from proxy.moment import Moment
from proxy.writes import ledger as ledger_module
from proxy.writes.ledger import OPEN_KEY, RECORD_KEY, Ledger
from proxy.writes.records import KEEP_S, VOID_S, Record, Standing, write

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = RECORD_KEY.format(id="id-1")
UNKNOWN = a_record().unknown(1005, deadline_at=1015)


def _answer(known: Record) -> Record:
    return known.answered(BOOKED)


def _lose(known: Record) -> Record:
    return known.unknown(1005, deadline_at=1015)


def _undo(known: Record) -> Record:
    return known.unsent(None, 1005)


class Wire(SharedMemory):
    """Numbers of commands that are done but not answered, or done twice."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.lost: set[int] = set()
        self.repeated: set[int] = set()

    async def compare_and_set(
        self, key: str, expected: bytes | None, value: bytes, ttl_s: float
    ) -> bool:
        """Do it, and maybe say nothing."""
        done = await super().compare_and_set(key, expected, value, ttl_s)
        if self.asked in self.lost:
            raise BackendDown("it does not answer in time")
        return done and self.asked not in self.repeated


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that is turned by hand."""
    return FakeClock()


@pytest.fixture
def shared(clock: FakeClock) -> Wire:
    """Give what the proxies share."""
    return Wire(clock)


@pytest.fixture
def ledger(clock: FakeClock, shared: Wire) -> Ledger:
    """Give one proxy's ledger."""
    return Ledger(clock, shared)


@pytest.fixture
def other(clock: FakeClock, shared: Wire) -> Ledger:
    """Give another proxy's."""
    return Ledger(clock, shared)


async def _listed(shared: SharedMemory) -> list[str]:
    found: list[str] = json.loads(await shared.get(OPEN_KEY) or b"[]")
    return found


def _puts(shared: SharedMemory, key: str, value: bytes) -> None:
    shared.values[key] = (value, 1e9)


async def test_a_record_is_there_until_its_day_is_over(clock: FakeClock) -> None:
    """24 h, also without Redis; not a moment longer."""
    ledger = Ledger(clock)
    assert await ledger.move(None, a_record())
    clock.advance(KEEP_S - 0.001)
    assert ledger.known("id-1") == await ledger.find("id-1") == a_record()
    clock.advance(0.001)
    assert ledger.known("id-1") is await ledger.find("id-1") is None
    assert ledger.held() == []


async def test_what_is_over_is_forgotten_in_any_order(clock: FakeClock) -> None:
    """A record that came late but began early does not wait for those before it."""
    ledger = Ledger(clock)
    young = a_record(id="young", began_at=1000.0 + 600)
    assert await ledger.move(None, young)
    assert await ledger.move(None, a_record(id="old"))
    clock.advance(KEEP_S)
    assert ledger.held() == [young]


async def test_a_key_of_yesterday_is_new(
    clock: FakeClock, ledger: Ledger, shared: Wire
) -> None:
    """Though Redis, whose clock is another, still has its record."""
    done = a_record().answered(BOOKED)
    _puts(shared, NAME, write(done, Moment.now(clock)))
    clock.advance(KEEP_S)
    assert await ledger.find("id-1") is None
    again = a_record("a2", began_at=clock.monotonic())
    assert await ledger.move(None, again)
    assert ledger.known("id-1") == again


async def test_a_move_needs_what_was_before(ledger: Ledger) -> None:
    """Who knew an older record changes nothing."""
    begun = a_record()
    assert await ledger.move(None, begun)
    assert not await ledger.move(None, a_record("a2"))
    assert await ledger.move(begun, begun.answered(BOOKED))
    assert not await ledger.move(begun, begun.unknown(1005, deadline_at=1015))
    assert ledger.known("id-1") == begun.answered(BOOKED)


@pytest.mark.parametrize("proxies", [1, 2, 3])
async def test_of_many_who_claim_a_key_one_wins(
    clock: FakeClock, shared: Wire, proxies: int
) -> None:
    """In one proxy and in three at the same moment; the others know the winner's."""
    ledgers = [Ledger(clock, shared) for _ in range(proxies)]
    attempts = [a_record(f"a{number}") for number in range(12)]
    won = await asyncio.gather(
        *(
            ledgers[number % proxies].move(None, attempt)
            for number, attempt in enumerate(attempts)
        )
    )
    assert sum(won) == 1
    winner = attempts[won.index(True)].attempt
    for ledger in ledgers:
        known = await ledger.find("id-1")
        assert known is not None
        assert known.attempt == winner


async def test_of_two_who_send_a_lost_one_again_one_wins(
    ledger: Ledger, other: Ledger
) -> None:
    """Both have looked and found nothing; the key is sent once."""
    lost = UNKNOWN.missed(1200, settle_s=120)
    assert await ledger.move(None, lost)
    theirs = await other.find("id-1")
    assert theirs is not None
    won = await asyncio.gather(
        ledger.move(lost, lost.resent(a_record("a2"))),
        other.move(theirs, theirs.resent(a_record("a3"))),
    )
    assert sorted(won) == [False, True]


async def test_a_restart_finds_what_is_open(
    clock: FakeClock, ledger: Ledger, shared: Wire
) -> None:
    """A new process reads the list, and each record of it."""
    await ledger.move(None, a_record())
    await ledger.move(None, replace(UNKNOWN, id="id-2"))
    new = Ledger(clock, shared)
    await new.refresh()
    assert {record.id for record in new.held()} == {"id-1", "id-2"}


async def test_the_list_shrinks_again(ledger: Ledger, shared: Wire) -> None:
    """What is answered, or was never sent, is on it no longer."""
    begun = [a_record(id=f"id-{number}") for number in range(3)]
    for record in begun:
        await ledger.move(None, record)
    assert len(await _listed(shared)) == 3
    await ledger.move(begun[0], begun[0].answered(BOOKED))
    await ledger.move(begun[1], begun[1].unsent(None, 1001))
    assert await _listed(shared) == ["id-2"]


async def test_what_was_never_settled_leaves_the_list_when_its_day_is_over(
    clock: FakeClock, ledger: Ledger, shared: Wire
) -> None:
    """Else each proxy would ask for it each second, for ever."""
    await ledger.move(None, UNKNOWN)
    clock.advance(KEEP_S - 1)
    await ledger.move(None, replace(UNKNOWN, id="id-2", began_at=clock.monotonic()))
    assert await _listed(shared) == ["id-1", "id-2"]
    clock.advance(1)
    await ledger.refresh()
    assert await _listed(shared) == ["id-2"]


async def test_fifty_at_once_are_all_listed(
    ledger: Ledger, other: Ledger, shared: Wire
) -> None:
    """However many change the one list at the same moment, and none stays on it."""
    begun = [a_record(id=f"id-{number:02}") for number in range(50)]
    doers = [(ledger, other)[number % 2] for number in range(50)]
    await asyncio.gather(
        *(doer.move(None, record) for doer, record in zip(doers, begun, strict=True))
    )
    assert await _listed(shared) == [record.id for record in begun]
    await asyncio.gather(
        *(
            doer.move(record, record.answered(BOOKED))
            for doer, record in zip(doers, begun, strict=True)
        )
    )
    await ledger.refresh()
    await other.refresh()
    assert await _listed(shared) == []


@pytest.mark.parametrize(
    "value",
    [b"", b"null", b"5", b'"ab"', b"\xff", b'{"a": 1}', b"[1, null, [], {}]", b"[" * 9],
)
async def test_a_foreign_list_lists_nothing(
    ledger: Ledger, shared: Wire, value: bytes
) -> None:
    """It is written anew with what is open."""
    _puts(shared, OPEN_KEY, value)
    await ledger.refresh()
    assert ledger.held() == []
    await ledger.move(None, UNKNOWN)
    assert await _listed(shared) == ["id-1"]


@pytest.mark.parametrize("value", [b"", b"junk", b"\x00" * 99, b'{"id": "id-1"}'])
async def test_foreign_bytes_under_a_key_are_no_record(
    ledger: Ledger, shared: Wire, value: bytes
) -> None:
    """The key is new, and its record takes their place."""
    _puts(shared, NAME, value)
    assert await ledger.find("id-1") is None
    assert await ledger.move(None, a_record())
    assert b'"attempt": "a1"' in shared.values[NAME][0]


async def test_a_record_under_another_key_is_none(
    clock: FakeClock, ledger: Ledger, shared: Wire
) -> None:
    """Somebody has copied it."""
    _puts(shared, NAME, write(a_record(id="id-2"), Moment.now(clock)))
    assert await ledger.find("id-1") is None
    assert ledger.held() == []


async def test_a_record_of_another_version_is_ignored(
    clock: FakeClock, ledger: Ledger, shared: Wire
) -> None:
    """A later proxy's stand under other names, and in another shape."""
    value = write(UNKNOWN, Moment.now(clock))
    _puts(shared, NAME.replace(":1:", ":2:"), value)
    _puts(shared, "writes:2", b'["id-1"]')
    _puts(shared, NAME, value.replace(b'"payload"', b'"digest"'))
    await ledger.refresh()
    assert await ledger.find("id-1") is None


async def test_without_redis_the_memory_goes_on(ledger: Ledger, shared: Wire) -> None:
    """Every move is made, and goes to Redis when it is back."""
    shared.is_down = True
    begun = a_record()
    assert await ledger.move(None, begun)
    assert await ledger.find("id-1") == begun
    unknown = begun.unknown(1005, deadline_at=1015)
    assert await ledger.move(begun, unknown)
    shared.is_down = False
    await ledger.write_all()
    assert b'"unknown"' in shared.values[NAME][0]
    assert await _listed(shared) == ["id-1"]


async def test_redis_may_lose_everything(ledger: Ledger, shared: Wire) -> None:
    """What is open is written again at the next look."""
    await ledger.move(None, UNKNOWN)
    shared.values.clear()
    await ledger.refresh()
    assert NAME in shared.values
    assert await _listed(shared) == ["id-1"]


async def test_what_stays_open_is_not_read_each_second(
    ledger: Ledger, other: Ledger, shared: Wire
) -> None:
    """Five hundred for a day cost one question; who asks for one has its news."""
    for number in range(500):
        await ledger.move(None, replace(UNKNOWN, id=f"id-{number}"))
    await other.refresh()
    assert len(other.opened()) == 500
    asked = shared.asked
    await other.refresh()
    assert shared.asked == asked + 1
    missed = replace(UNKNOWN, id="id-7").missed(1200, settle_s=120)
    await ledger.move(replace(UNKNOWN, id="id-7"), missed)
    assert await other.find("id-7") == missed
    done = missed.found(BOOKED, 1201)
    await ledger.move(missed, done)
    await other.refresh()
    assert other.known("id-7") == done
    assert len(other.opened()) == len(ledger.opened()) == 499


async def test_a_lost_answer_of_redis_is_no_rival(
    ledger: Ledger, other: Ledger, shared: Wire
) -> None:
    """It was written though nobody heard: the attempt is still its own."""
    shared.lost = {2}
    begun = a_record()
    assert await ledger.move(None, begun)
    assert not await other.move(None, a_record("a2"))
    await ledger.write_all()
    assert ledger.known("id-1") == begun
    assert await ledger.move(begun, begun.answered(BOOKED))
    assert (await other.find("id-1") or begun).standing is Standing.ANSWERED


async def test_a_repeated_command_is_no_rival(ledger: Ledger, shared: Wire) -> None:
    """Redis' client asked twice: the second time its own record was in the way."""
    shared.repeated = {2}
    assert await ledger.move(None, a_record())


async def test_other_proxies_learn_that_it_was_not_sent(
    clock: FakeClock, ledger: Ledger, other: Ledger
) -> None:
    """They saw it under way; the key is free for them too, and stays so."""
    begun = a_record()
    await ledger.move(None, begun)
    await other.refresh()
    assert len(other.held()) == 1
    await ledger.conclude(begun, _undo)
    await other.refresh()
    clock.advance(VOID_S + 5)
    await other.refresh()
    assert other.held() == []
    assert await other.find("id-1") is None
    assert await other.move(None, a_record("a2", began_at=clock.monotonic()))


async def test_undoing_never_undoes_anothers(
    ledger: Ledger, other: Ledger, shared: Wire
) -> None:
    """Claimed while Redis was away, and by another in Redis: that one stays."""
    shared.is_down = True
    ours = a_record("ours")
    assert await ledger.move(None, ours)
    shared.is_down = False
    theirs = a_record("theirs")
    assert await other.move(None, theirs)
    await ledger.conclude(ours, _undo)
    assert (await ledger.find("id-1") or ours).attempt == "theirs"
    assert await other.find("id-1") == theirs
    assert await other.move(theirs, theirs.answered(BOOKED))


async def test_an_answer_is_kept_though_others_took_it_for_unknown(
    clock: FakeClock, ledger: Ledger, other: Ledger, shared: Wire
) -> None:
    """Redis was away for one proxy when the PMS answered; the others looked in vain."""
    begun = a_record()
    await ledger.move(None, begun)
    seen = await other.find("id-1")
    shared.is_down = True
    await ledger.conclude(begun, _answer)
    shared.is_down = False
    clock.advance(40)
    for _ in range(3):
        assert seen is not None
        missed = seen.missed(clock.monotonic(), settle_s=120)
        assert await other.move(seen, missed)
        seen = missed
    await ledger.refresh()
    await ledger.write_all()
    await other.refresh()
    for each in (ledger, other):
        known = await each.find("id-1")
        assert known is not None
        assert known.answer == BOOKED


async def test_an_answer_counts_though_a_look_came_before_it(
    clock: FakeClock, ledger: Ledger
) -> None:
    """Its time seemed over, so it was looked for; then the PMS answered."""
    begun = a_record()
    await ledger.move(None, begun)
    clock.advance(32)
    await ledger.move(begun, begun.missed(clock.monotonic(), settle_s=120))
    await ledger.conclude(begun, _answer)
    assert (ledger.known("id-1") or begun).answer == BOOKED


async def test_an_old_view_is_no_news(
    clock: FakeClock, ledger: Ledger, shared: Wire
) -> None:
    """A value from before a move does not bring it back."""
    old = write(a_record(), Moment.now(clock))
    begun = a_record()
    await ledger.move(None, begun)
    done = begun.answered(BOOKED)
    await ledger.move(begun, done)
    _puts(shared, NAME, old)
    assert await ledger.find("id-1") == done
    ledger.take(begun)
    assert ledger.known("id-1") == done


async def test_a_full_ledger_says_so(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is thrown out; what is over makes room."""
    monkeypatch.setattr(ledger_module, "MAX_RECORDS", 3)
    ledger = Ledger(clock)
    for number in range(3):
        assert not ledger.is_full
        await ledger.move(None, a_record(id=f"id-{number}"))
    assert ledger.is_full
    assert len(ledger.held()) == 3
    clock.advance(KEEP_S)
    assert ledger.held() == []
    assert not ledger.is_full


async def test_a_cancelled_claim_can_be_undone(clock: FakeClock, shared: Wire) -> None:
    """Whoever leaves at whichever command: afterwards the key is free everywhere."""
    for steps in range(12):
        shared.values.clear()
        ledger, other = Ledger(clock, shared), Ledger(clock, shared)
        begun = a_record(began_at=clock.monotonic(), ends_at=clock.monotonic() + 31)
        claiming = asyncio.ensure_future(ledger.move(None, begun))
        for _ in range(steps):
            await asyncio.sleep(0)
        claiming.cancel()
        await asyncio.gather(claiming, return_exceptions=True)
        await ledger.conclude(begun, _undo)
        await ledger.refresh()
        assert await _listed(shared) == []
        for each in (ledger, other):
            known = await each.find("id-1")
            assert known is None or known.standing is Standing.VOID


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["claim", "answer", "lose", "undo", "refresh", "write_all", "down"]
        ),
        st.integers(0, 1),
    ),
    max_size=14,
)


class Proxies:
    """Two ledgers, and which attempts are out to the PMS."""

    def __init__(self, lost: set[int]) -> None:
        self.clock = FakeClock()
        self.shared = Wire(self.clock)
        self.shared.lost = lost
        self.ledgers = [Ledger(self.clock, self.shared) for _ in range(2)]
        self.out: dict[str, tuple[int, Record]] = {}
        self.was_down = False
        self.was_answered = False

    async def plays(self, step: str, which: int) -> None:
        """Play one step in one proxy."""
        ledger = self.ledgers[which]
        if step == "down":
            self.shared.is_down, self.was_down = not self.shared.is_down, True
        elif step == "claim":
            await self._claim(ledger, which)
        elif step == "refresh":
            await ledger.refresh()
        elif step == "write_all":
            await ledger.write_all()
        else:
            await self._ends(ledger, which, step)
        self.clock.advance(0.1)

    async def _claim(self, ledger: Ledger, which: int) -> None:
        known = await ledger.find("id-1")
        if known is not None and known.standing is not Standing.VOID:
            return
        attempt = a_record(f"a{self.clock.monotonic()}")
        if known is not None:
            attempt = known.resent(attempt)
        if await ledger.move(known, attempt):
            assert self.was_down or not self.out
            self.out[attempt.attempt] = (which, attempt)

    async def _ends(self, ledger: Ledger, which: int, step: str) -> None:
        mine = [attempt for at, attempt in self.out.values() if at == which]
        for attempt in mine[:1]:
            del self.out[attempt.attempt]
            if step == "answer":
                self.was_answered = self.was_answered or not self.was_down
            await ledger.conclude(attempt, OUTCOMES[step])

    async def agree(self) -> list[Standing | None]:
        """Have Redis back, and return how the key stands for each."""
        self.shared.is_down, self.shared.lost = False, set()
        for ledger in self.ledgers * 2:
            await ledger.write_all()
            await ledger.refresh()
        found = [await ledger.find("id-1") for ledger in self.ledgers]
        return [None if record is None else record.standing for record in found]


OUTCOMES: dict[str, Callable[[Record], Record]] = {
    "answer": _answer,
    "lose": _lose,
    "undo": _undo,
}


@given(STEPS, st.sets(st.integers(1, 60), max_size=4))
async def test_whatever_redis_does_a_sending_has_one_owner(
    steps: list[tuple[str, int]], lost: set[int]
) -> None:
    """Two proxies, answers of Redis lost here and there: one sends, and both agree."""
    proxies = Proxies(lost)
    for step, which in steps:
        await proxies.plays(step, which)
    one, other = await proxies.agree()
    assert one is other
    if proxies.was_answered:
        assert one is Standing.ANSWERED
