"""Writes under hostile circumstances: never twice, never stuck, nothing half done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fakes.clock import FakeClock
from fakes.desk import KEY, Desk, Pms, orders, steps, told
from fakes.machines import SharedMemory
from fakes.writes import a_record
from proxy.writes import ledger as ledger_module
from proxy.writes.records import Standing

if TYPE_CHECKING:
    from proxy.messages import Answer
    from proxy.writes.records import Record

SOURCE = f"WhatsApp:{KEY}"


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that is turned by hand."""
    return FakeClock()


@pytest.fixture
def pms(clock: FakeClock) -> Pms:
    """Give the PMS."""
    return Pms(clock)


@pytest.fixture
def shared(clock: FakeClock) -> SharedMemory:
    """Give what proxies share."""
    return SharedMemory(clock)


@pytest.fixture
def desk(clock: FakeClock, pms: Pms) -> Desk:
    """Give a proxy of its own."""
    return Desk(clock, pms)


def _record(desk: Desk) -> Record:
    (record,) = desk.ledger.held()
    return record


async def _presumed(desk: Desk) -> None:
    desk.pms.next.append(desk.pms.breaks)
    assert await desk.outcome() == "504"
    await desk.settles(140)
    assert _record(desk).standing is Standing.PRESUMED
    assert desk.metric("presumed_not_applied") == 1


@pytest.mark.parametrize("with_redis", [False, True])
@pytest.mark.parametrize("is_lost", [False, True])
async def test_whoever_hangs_up_whenever_books_once(
    *, with_redis: bool, is_lost: bool
) -> None:
    """Cancelled at each step of the way: the key is free, or its answer is kept."""
    sent = 0
    for cut_at in range(40):
        clock = FakeClock()
        pms = Pms(clock)
        shared = SharedMemory(clock) if with_redis else None
        desk, other = Desk(clock, pms, shared=shared), Desk(clock, pms, shared=shared)
        if is_lost:
            await _presumed(desk)
        booking = desk.books()
        await steps(cut_at)
        booking.cancel()
        await steps()
        sent += bool(pms.bookings)
        here = other if with_redis else desk
        assert await here.outcome() in ("200 again" if pms.bookings else "200", "200")
        assert await desk.outcome() == "200 again"
        assert pms.bookings == [SOURCE]
        assert await desk.outcome("yes-2") == "200"
    assert 0 < sent < 40


async def test_whoever_hangs_up_in_the_queue_holds_up_nobody(
    clock: FakeClock, pms: Pms, desk: Desk
) -> None:
    """Behind a slow booking of the hotel: gone before its turn, nothing is left."""
    pms.next.append(pms.hangs)
    first = desk.books("first")
    waiting = [desk.books(f"w{number}") for number in range(5)]
    await steps()
    for each in waiting[:4]:
        each.cancel()
    await steps()
    assert len(desk.ledger.held()) == 2
    clock.advance(5)
    await steps()
    assert told(waiting[4]) == "503"
    assert told(first) == "waits"
    assert pms.posts == ["WhatsApp:first"]


async def test_a_fault_of_ours_leaves_the_lane_and_tells_the_truth(
    pms: Pms, desk: Desk
) -> None:
    """It may have been sent: unknown, then found; the hotel's next booking goes."""
    pms.next.append(pms.upsets_us)
    failing = desk.books()
    await steps()
    assert isinstance(failing.exception(), RuntimeError)
    assert _record(desk).standing is Standing.UNKNOWN
    assert desk.metric("unknown") == 1
    assert await desk.outcome("yes-2") == "200"
    assert await desk.outcome() == "504"
    await desk.settles(3)
    assert await desk.outcome() == "200 again"
    assert pms.bookings.count(SOURCE) == 1


async def test_a_second_sending_has_a_time_of_its_own(
    clock: FakeClock, pms: Pms, desk: Desk
) -> None:
    """The look before it took 14 s; while it is out, it is under way."""
    await _presumed(desk)

    async def slowly() -> Answer | None:
        await clock.sleep(14)
        return None

    pms.on_look = slowly
    pms.next.append(pms.hangs)
    again = desk.books()
    await steps()
    clock.advance(14)
    await steps()
    assert len(pms.posts) == 2
    assert _record(desk).began_at == clock.monotonic()
    clock.advance(14.9)
    assert await desk.outcome() == "409"
    clock.advance(0.1)
    await steps()
    assert told(again) == "504"
    assert _record(desk).deadline_at == clock.monotonic()


async def test_found_twice_it_is_not_sent_a_third_time(pms: Pms, desk: Desk) -> None:
    """The look before the second sending finds two bookings: a person must see."""
    await _presumed(desk)
    pms.bookings += [SOURCE, SOURCE]
    for _ in range(3):
        assert await desk.outcome() == "504"
    assert len(pms.posts) == 1
    assert desk.metric("late_applied") == 1


@pytest.mark.parametrize("own_key", [True, False])
async def test_a_look_that_settles_nothing_sends_nothing(
    clock: FakeClock, pms: Pms, *, own_key: bool
) -> None:
    """It lists another's booking: neither found nor missing."""
    desk = Desk(clock, pms, own_key=own_key)
    pms.next.append(pms.breaks)
    await desk.outcome()

    async def others() -> Answer:
        await asyncio.sleep(0)
        return orders(SOURCE.upper())

    if own_key:
        await desk.settles(140)
        assert _record(desk).standing is Standing.PRESUMED
    else:
        clock.advance(200)
    pms.on_look = others
    for _ in range(3):
        assert await desk.outcome() == "504"
    assert len(pms.posts) == 1


async def test_looks_that_settle_nothing_grow_rarer(pms: Pms, desk: Desk) -> None:
    """A key without the right to see orders is not tried each second for a day."""
    pms.next.append(pms.breaks)
    await desk.outcome()

    async def others() -> Answer:
        await asyncio.sleep(0)
        return orders(SOURCE.upper())

    pms.on_look = others
    await desk.settles(200)
    assert 5 <= pms.looks <= 12


async def test_what_a_look_found_is_not_sent_though_it_came_second(
    pms: Pms, desk: Desk
) -> None:
    """Another sent it meanwhile, in vain; this one's look has seen the booking."""
    await _presumed(desk)
    gate = asyncio.Event()

    async def late() -> Answer | None:
        pms.on_look = None
        await gate.wait()
        return orders(SOURCE)

    pms.on_look = late
    slow = desk.books()
    await steps()
    pms.next.append(pms.is_away)
    assert await desk.outcome() == "503"
    pms.bookings.append(SOURCE)
    gate.set()
    await steps()
    assert told(slow) == "504"
    assert await desk.outcome() == "200 again"
    assert len(pms.posts) == 1


async def test_many_who_come_again_send_it_once(pms: Pms, clock: FakeClock) -> None:
    """Without an own key each looks for itself; of ten at once one sends."""
    desk = Desk(clock, pms, own_key=False)
    pms.next.append(pms.breaks)
    await desk.outcome()
    clock.advance(200)
    coming = [desk.books() for _ in range(10)]
    await steps()
    answers = [told(each) for each in coming]
    assert answers.count("200") == 1
    assert set(answers) <= {"200", "200 again", "409", "504"}
    assert pms.bookings == [SOURCE]
    assert len(pms.posts) == 2


async def test_the_settler_and_a_caller_look_at_once(pms: Pms, desk: Desk) -> None:
    """Whoever finds it first: one answer, counted once."""
    pms.next.append(pms.upsets_us)
    await asyncio.gather(desk.books(), return_exceptions=True)
    record = _record(desk)
    settler = desk.writing._settler
    one, other = await asyncio.gather(settler.look(record), settler.look(record))
    assert one.record == other.record
    assert not one.found_nothing
    assert desk.metric("settled_applied") == 1


async def test_who_was_killed_is_not_counted_as_presumed_lost(
    clock: FakeClock, pms: Pms, shared: SharedMemory
) -> None:
    """Its first look finds nothing: that is unknown, and lost 120 s later."""
    await Desk(clock, pms, shared=shared).ledger.move(None, a_record(source=SOURCE))
    desk = Desk(clock, pms, shared=shared)
    await desk.settles(40)
    assert _record(desk).standing is Standing.UNKNOWN
    assert desk.metric("presumed_not_applied") == 0
    await desk.settles(120)
    assert desk.metric("presumed_not_applied") == 1


async def test_the_first_applied_late_behind_a_refused_second_raises_an_alert(
    pms: Pms, desk: Desk
) -> None:
    """One booking is there, and the key's answer says that there is none."""
    await _presumed(desk)
    pms.next.append(pms.refuses)
    assert await desk.outcome() == "400"
    pms.bookings.append(SOURCE)
    await desk.settles(400)
    assert desk.metric("late_applied") == 1
    assert await desk.outcome() == "400 again"


async def test_a_second_sending_that_booked_raises_none(pms: Pms, desk: Desk) -> None:
    """One booking of one yes is all right."""
    await _presumed(desk)
    assert await desk.outcome() == "200"
    await desk.settles(400)
    assert desk.metric("late_applied") == 0
    assert len(pms.bookings) == 1


async def test_a_breaker_that_opens_in_between_leaves_the_key_free(
    clock: FakeClock, pms: Pms, desk: Desk
) -> None:
    """Claimed, then refused on the way to its place: 503, and later sent."""
    pms.next.append(pms.hangs)
    first = desk.books("first")
    await steps()
    second = desk.books()
    await steps()
    desk.opens()
    clock.advance(5)
    await steps()
    assert told(second) == "503"
    assert await desk.outcome() == "503"
    desk.guard.reset()
    clock.advance(10)
    await steps()
    assert told(first) == "504"
    for _ in range(2):
        clock.advance(45)
        await steps()
    assert await desk.outcome() == "200"
    assert pms.bookings == [SOURCE]


@pytest.mark.parametrize("with_redis", [False, True])
async def test_the_end_of_the_process_leaves_an_honest_record(
    clock: FakeClock, pms: Pms, *, with_redis: bool, shared: SharedMemory
) -> None:
    """Sent and cut off: unknown at once, and found by the next process."""
    common = shared if with_redis else None
    desk = Desk(clock, pms, shared=common)
    pms.next.append(pms.hangs)
    booking = desk.books()
    await steps()
    booking.cancel()
    await desk.ends()
    record = _record(desk)
    assert record.standing is Standing.UNKNOWN
    assert record.deadline_at == clock.monotonic() + 15
    pms.bookings.append(SOURCE)
    new = Desk(clock, pms, shared=common)
    if not with_redis:
        new.ledger.take(record)
    await new.ledger.refresh()
    assert await new.outcome() == "504"
    await new.settles(3)
    assert await new.outcome() == "200 again"
    assert len(pms.posts) == 1


async def test_the_end_of_the_process_keeps_the_lane_of_what_is_out(
    clock: FakeClock, pms: Pms, shared: SharedMemory
) -> None:
    """The PMS may write it yet: another proxy's booking of the hotel waits."""
    desk, other = Desk(clock, pms, shared=shared), Desk(clock, pms, shared=shared)
    pms.next.append(pms.hangs)
    booking = desk.books()
    await steps()
    booking.cancel()
    await desk.ends()
    waiting = other.books("yes-2")
    for _ in range(60):
        clock.advance(0.1)
        await steps()
    assert told(waiting) == "503"
    clock.advance(65)
    assert await other.outcome("yes-2") == "200"


async def test_who_waits_for_a_lane_at_the_end_is_told_that_nothing_was_sent(
    pms: Pms, desk: Desk
) -> None:
    """Not that nobody knows."""
    pms.next.append(pms.hangs)
    first = desk.books("first")
    waiting = desk.books()
    await steps()
    desk.writing.shut()
    await steps(15)
    assert told(waiting) == "503"
    assert told(first) == "waits"
    assert desk.metric("not_sent") == 1


async def test_a_lane_is_held_until_the_place_is_free_though_nothing_is_kept(
    clock: FakeClock, pms: Pms, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger is full, the write had no key: the PMS may still write it."""
    monkeypatch.setattr(ledger_module, "MAX_RECORDS", 0)
    pms.next.append(pms.hangs)
    first = desk.books(None)
    await steps()
    clock.advance(15)
    await steps()
    assert told(first) == "504"
    assert desk.ledger.held() == []
    second = desk.books(None)
    await steps()
    clock.advance(5)
    await steps()
    assert told(second) == "503"
    clock.advance(40)
    await steps()
    clock.advance(0.1)
    await steps()
    assert await desk.outcome(None) == "200"


async def test_writes_without_a_key_do_not_grow_the_ledger_for_ever(
    pms: Pms, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bodies that crash PHP are unknown each; at the bound they are only counted."""
    monkeypatch.setattr(ledger_module, "MAX_RECORDS", 2)
    for _ in range(4):
        pms.next.append(pms.breaks)
        assert await desk.outcome(None) == "504"
    assert len(desk.ledger.held()) == 2
    assert desk.metric("unknown") == 4


async def test_other_hotels_do_not_wait(pms: Pms, desk: Desk) -> None:
    """One lane a hotel."""
    pms.next.append(pms.hangs)
    first = desk.books("first")
    await steps()
    assert await desk.outcome("yes-2", hotel=2) == "200"
    assert told(first) == "waits"
