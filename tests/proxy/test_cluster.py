"""Several proxies with one breaker, on turned clocks (CONTRACT §2, scenario 42)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from fakes.clock import FakeClock
from fakes.machines import TURN_S, Machine, Pms, SharedMemory, steps
from proxy.breaker.values import Adopted, BreakerPolicy, Forced
from proxy.fleet.agreement import View, read
from proxy.fleet.cluster import RECORD_KEY
from proxy.messages import BreakerState, Healthy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CLOSED, OPEN, HALF_OPEN = BreakerState
# Three clocks, two seconds apart at most.
SKEWS_S = (0.0, 1.0, -1.0)


@dataclass
class Fleet:
    """Three machines, the Redis and the PMS that they share."""

    clock: FakeClock
    shared: SharedMemory
    pms: Pms
    machines: list[Machine]

    def states(self) -> set[BreakerState]:
        """Return the states that there are."""
        return {machine.state() for machine in self.machines}

    def record(self) -> View:
        """Return what Redis holds."""
        view = read(self.shared.values[RECORD_KEY][0])
        assert view is not None
        return view

    async def passes(self, seconds: float) -> None:
        """Let time pass."""
        await steps(self.clock, seconds)

    def joins(
        self, name: str, skew_s: float = 0.0, policy: BreakerPolicy | None = None
    ) -> Machine:
        """Start one more machine."""
        machine = Machine(
            name,
            clock=self.clock,
            shared=self.shared,
            pms=self.pms,
            skew_s=skew_s,
            policy=policy,
        )
        self.machines.append(machine)
        machine.starts()
        return machine


@asynccontextmanager
async def _fleet(skews_s: tuple[float, ...] = SKEWS_S) -> AsyncIterator[Fleet]:
    clock = FakeClock()
    fleet = Fleet(clock, SharedMemory(clock), Pms(), [])
    for number, skew_s in enumerate(skews_s):
        fleet.joins(f"machine {number}", skew_s)
    await fleet.passes(0.5)
    try:
        yield fleet
    finally:
        fleet.pms.hangs = False
        for machine in fleet.machines:
            await machine.stops()


@pytest.fixture
async def fleet() -> AsyncIterator[Fleet]:
    """Give three machines with clocks up to two seconds apart."""
    async with _fleet() as started:
        yield started


async def test_one_opens_and_all_are_open_within_a_second(fleet: Fleet) -> None:
    """Scenario 42: the others open too, each counts it once, and nobody probes yet."""
    fleet.machines[1].fails()
    await fleet.passes(0.5)

    assert fleet.states() == {OPEN}
    assert [machine.transitions(OPEN) for machine in fleet.machines] == [1, 1, 1]
    assert fleet.pms.probes == []


async def test_failures_are_not_added_up(fleet: Fleet) -> None:
    """Four failures in each of three proxies open none: the window is its own."""
    for machine in fleet.machines:
        machine.fails(4)
    await fleet.passes(1)

    assert fleet.states() == {CLOSED}


async def test_one_probe_in_all_and_all_close(fleet: Fleet) -> None:
    """Half-open is probed once, and the others close within a second of it."""
    fleet.machines[0].fails()
    await fleet.passes(28)
    assert fleet.pms.probes == []
    await fleet.passes(4.5)

    assert len(fleet.pms.probes) == 1
    assert fleet.states() == {CLOSED}
    assert [machine.transitions(CLOSED) for machine in fleet.machines] == [1, 1, 1]


async def test_each_half_open_has_one_probe_more(fleet: Fleet) -> None:
    """A failed probe opens all again; the next half-open is probed once too."""
    fleet.pms.is_well = False
    fleet.machines[2].fails()
    await fleet.passes(45)
    assert len(fleet.pms.probes) == 1
    assert fleet.states() == {OPEN}
    fleet.pms.is_well = True
    await fleet.passes(22)

    assert len(fleet.pms.probes) == 2
    assert fleet.states() == {CLOSED}


async def test_one_turn_is_for_all_the_good_probes_that_it_takes() -> None:
    """Where two good probes must close it, the same proxy sends both, at once."""
    async with _fleet(()) as fleet:
        for number in range(2):
            fleet.joins(f"machine {number}", policy=BreakerPolicy(successes=2))
        await fleet.passes(0.5)
        fleet.machines[0].fails()
        await fleet.passes(31)

        assert fleet.states() == {CLOSED}
        assert len(fleet.pms.probes) == 2
        assert len(set(fleet.pms.probes)) == 1


async def test_a_turn_lasts_as_long_as_its_probes() -> None:
    """Slow good probes, several of them: nobody else probes in between."""
    async with _fleet(()) as fleet:
        for number in range(2):
            fleet.joins(f"machine {number}", policy=BreakerPolicy(successes=4))
        await fleet.passes(0.5)
        fleet.machines[0].fails()
        fleet.pms.hangs = True
        await fleet.passes(31)
        for _ in range(3):
            await fleet.passes(TURN_S / 2)
            fleet.pms.hangs = False
            await asyncio.sleep(0)
            fleet.pms.hangs = True
        await fleet.passes(1)

        assert fleet.states() == {HALF_OPEN}
        assert len(fleet.pms.probes) == 4
        assert len(set(fleet.pms.probes)) == 1


async def test_a_mistake_of_ours_does_not_end_the_agreement(fleet: Fleet) -> None:
    """After an exception that nobody expected they agree all the same."""
    fleet.shared.is_odd = True
    await fleet.passes(1)
    fleet.shared.is_odd = False
    fleet.machines[0].fails()
    await fleet.passes(0.5)

    assert fleet.states() == {OPEN}


async def test_a_killed_prober_is_replaced_after_its_turn(fleet: Fleet) -> None:
    """Another probes once the turn of the dead one has run out, and all close."""
    fleet.pms.hangs = True
    fleet.machines[0].fails()
    await fleet.passes(33)
    (holder,) = fleet.pms.probes
    dead = next(one for one in fleet.machines if one.name == holder)
    fleet.machines.remove(dead)
    # As after SIGKILL: its turn is not given back.
    dead.cluster._turn = None
    await dead.stops()
    await fleet.passes(TURN_S - 6)
    assert len(fleet.pms.probes) == 1
    fleet.pms.hangs = False
    await fleet.passes(7)

    assert len(fleet.pms.probes) == 2
    assert fleet.pms.probes[1] != holder
    assert fleet.states() == {CLOSED}


async def test_a_stopped_prober_gives_its_turn_back(fleet: Fleet) -> None:
    """A shutdown in the middle of a probe costs the others no waiting."""
    fleet.pms.hangs = True
    fleet.machines[0].fails()
    await fleet.passes(33)
    (holder,) = fleet.pms.probes
    leaving = next(one for one in fleet.machines if one.name == holder)
    fleet.machines.remove(leaving)
    await leaving.stops()
    fleet.pms.hangs = False
    await fleet.passes(1)

    assert fleet.states() == {CLOSED}
    assert len(fleet.pms.probes) == 2


async def test_the_hotel_of_the_probe_is_shared(fleet: Fleet) -> None:
    """Who has searched nothing probes with a search all the same."""
    fleet.machines[0].prober.searched("7")
    fleet.machines[0].fails()
    await fleet.passes(1)

    assert {machine.prober.hotel for machine in fleet.machines} == {"7"}


async def test_an_order_holds_everywhere(fleet: Fleet) -> None:
    """Forced open on one is forced open on all, with its reason, until a reset."""
    fleet.machines[1].guard.force(OPEN, "PMS upgrade")
    await fleet.passes(60)

    assert fleet.states() == {OPEN}
    shown = [machine.guard.snapshot().forced for machine in fleet.machines]
    assert [forced.why for forced in shown if forced] == ["PMS upgrade"] * 3
    assert fleet.pms.probes == []

    # From the machine whose clock is two seconds behind the orderer's.
    fleet.machines[2].guard.reset()
    await fleet.passes(0.5)

    assert fleet.states() == {CLOSED}
    assert [machine.guard.snapshot().forced for machine in fleet.machines] == [None] * 3


async def test_what_the_last_process_left_is_told_to_the_others(fleet: Fleet) -> None:
    """A forced state that comes from a file holds for all, until it is reset."""
    now = fleet.clock.monotonic()
    forced = Forced(state=OPEN, why="upgrade", at=now - 60)
    fleet.machines[0].guard.restore(
        Adopted(state=OPEN, cause=None, at=now - 60, open_until=now, forced=forced)
    )
    await fleet.passes(1)
    assert fleet.states() == {OPEN}
    whys = {machine.guard.snapshot().forced for machine in fleet.machines}
    assert {None if each is None else each.why for each in whys} == {"upgrade"}

    fleet.machines[2].guard.reset()
    await fleet.passes(1)
    assert fleet.states() == {CLOSED}


async def test_a_reset_follows_a_force_at_once(fleet: Fleet) -> None:
    """The order that was given last counts, though its clock is behind."""
    fleet.machines[1].guard.force(OPEN, "by mistake")
    await fleet.passes(0.3)
    fleet.machines[2].guard.reset()
    await fleet.passes(0.5)

    assert fleet.states() == {CLOSED}


async def test_a_write_is_told_once_to_each(fleet: Fleet) -> None:
    """The others learn within a second that what they have is old; the writer knows."""
    fleet.machines[0].cluster.written()
    fleet.machines[0].cluster.written()
    await fleet.passes(1)

    assert [machine.writes_seen for machine in fleet.machines] == [0, 1, 1]


async def test_writes_at_the_same_time_are_told_both(fleet: Fleet) -> None:
    """Two who write at once learn of each other."""
    fleet.machines[0].cluster.written()
    fleet.machines[1].cluster.written()
    await fleet.passes(1)

    assert all(machine.writes_seen >= 1 for machine in fleet.machines)


async def test_a_write_in_the_middle_of_agreeing_is_not_lost(fleet: Fleet) -> None:
    """Whatever step the talk with Redis is at, each write is counted there."""
    for _ in range(30):
        fleet.machines[0].cluster.written()
        await asyncio.sleep(0)
    await fleet.passes(1)

    assert fleet.record().writes == 30


async def test_who_joins_late_knows_how_long_it_lasts(fleet: Fleet) -> None:
    """A restart in the second hour of an outage puts no alert back to its start."""
    fleet.pms.is_well = False
    fleet.machines[0].fails(5)
    await fleet.passes(100)
    began = fleet.machines[0].guard.snapshot().not_closed_since
    late = fleet.joins("late")
    await fleet.passes(1)

    snapshot = late.guard.snapshot()
    assert began is not None
    assert snapshot.not_closed_since == pytest.approx(began)
    assert snapshot.since > began + 60


async def test_what_was_taken_over_is_not_said_again(fleet: Fleet) -> None:
    """The record stays the opener's: nobody makes another's move his own."""
    fleet.machines[0].fails()
    opened_at_s = fleet.clock.wall().timestamp()
    await fleet.passes(5)

    assert fleet.record().moved.stamp == opened_at_s


async def test_a_newcomer_starts_as_the_others_are(fleet: Fleet) -> None:
    """Who starts while the others are open starts open, with the same probe time."""
    fleet.machines[0].fails()
    await fleet.passes(10)
    newcomer = fleet.joins("newcomer")
    await fleet.passes(0.05)

    assert newcomer.state() is OPEN
    assert newcomer.guard.snapshot().retry_after_s < 20


async def test_a_newcomer_waits_no_longer_than_an_open_interval(fleet: Fleet) -> None:
    """CONTRACT §5: whatever the PMS asked for before, at most 30 s after a restart."""
    fleet.machines[0].fails(retry_after_s=120)
    await fleet.passes(0.5)
    newcomer = fleet.joins("newcomer")
    await fleet.passes(0.5)

    assert fleet.machines[1].guard.snapshot().retry_after_s > 110
    assert newcomer.guard.snapshot().retry_after_s <= 30


async def test_an_outage_outlives_all_proxies(fleet: Fleet) -> None:
    """A restart of all of them forgets neither an opening nor when its probe is due."""
    fleet.machines[0].fails()
    await fleet.passes(10)
    for machine in fleet.machines:
        await machine.stops()
    fleet.machines.clear()
    reborn = fleet.joins("reborn")
    await fleet.passes(0.05)

    assert reborn.state() is OPEN
    assert reborn.guard.snapshot().retry_after_s == pytest.approx(20, abs=0.1)


async def test_without_redis_each_acts_alone(fleet: Fleet) -> None:
    """Its opening, probe and recovery are its own, as without Redis at all."""
    fleet.shared.is_down = True
    fleet.machines[0].fails()
    await fleet.passes(1)
    assert [one.state() for one in fleet.machines] == [OPEN, CLOSED, CLOSED]
    await fleet.passes(30)

    assert fleet.states() == {CLOSED}
    assert fleet.pms.probes == ["machine 0"]


async def test_redis_is_back_and_the_latest_move_wins(fleet: Fleet) -> None:
    """Who opened while Redis was away opens the others, once it is back."""
    fleet.shared.is_down = True
    fleet.machines[0].fails()
    await fleet.passes(10)
    fleet.machines[1].fails()
    await fleet.passes(5)
    fleet.shared.is_down = False
    fleet.shared.values.clear()
    await fleet.passes(1)

    assert fleet.states() == {OPEN}
    waits_s = [one.guard.snapshot().retry_after_s for one in fleet.machines]
    assert waits_s == pytest.approx([24] * 3, abs=3)


async def test_redis_is_back_and_a_forced_state_beats_all(fleet: Fleet) -> None:
    """An order given to one while Redis was away holds for all, whatever came later."""
    fleet.shared.is_down = True
    fleet.machines[0].guard.force(OPEN, "alone")
    await fleet.passes(5)
    fleet.machines[1].fails()
    await fleet.passes(40)
    assert fleet.machines[1].state() is CLOSED
    fleet.shared.is_down = False
    await fleet.passes(1)

    assert fleet.states() == {OPEN}


async def test_foreign_bytes_in_redis_are_replaced(fleet: Fleet) -> None:
    """A record that cannot be read moves no breaker, and is written anew."""
    await fleet.shared.set(RECORD_KEY, b"\x00 what?", 60)
    await fleet.passes(0.5)
    fleet.machines[0].fails()
    await fleet.passes(0.5)

    assert fleet.states() == {OPEN}


async def test_no_step_of_a_call_asks_redis(fleet: Fleet) -> None:
    """Permits and results of calls cost no round trip: only moves do."""
    before = fleet.shared.asked
    fleet.machines[0].fails(4)
    for _ in range(1000):
        fleet.machines[0].guard.acquire("availability")

    assert fleet.shared.asked == before


async def test_what_is_due_here_comes_before_what_is_heard() -> None:
    """A probe lost here, later than another's recovery, is every proxy's news."""
    clock = FakeClock()
    shared = SharedMemory(clock)
    one, other = (
        Machine(name, clock=clock, shared=shared, pms=Pms()) for name in ("1", "2")
    )
    one.fails()
    await one.cluster.sync()
    await other.cluster.sync()
    clock.advance(30)
    assert one.guard.acquire_probe() is not None
    probe = other.guard.acquire_probe()
    assert probe is not None
    other.guard.record(probe, Healthy())
    await other.cluster.sync()
    clock.advance(20)
    await one.cluster.sync()
    await other.cluster.sync()

    assert [one.state(), other.state()] == [OPEN, OPEN]
