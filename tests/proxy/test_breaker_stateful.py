"""The breaker against a naive model, over random histories (resilience4j#1090)."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from proxy.breaker.breaker import Breaker
from proxy.breaker.values import BreakerPolicy, Permit, Refused
from proxy.messages import BreakerState, Cause, Failed, Healthy

CLOSED, OPEN, HALF_OPEN = BreakerState
WINDOW_S, OPEN_S, LEASE_S, CAP_S, LIMIT = 30, 30, 16, 120, 5

# Powers of two are exact in floating point, so that 30 s are 30 s.
TICK_S = 1 / 1024
SPANS_S = st.one_of(
    st.integers(0, 70 * 1024).map(lambda ticks: ticks * TICK_S),
    st.sampled_from([0, TICK_S, LEASE_S, 30 - TICK_S, 30, 30 + TICK_S, 120, 3600]),
)
WAITS_S = st.one_of(st.none(), st.sampled_from([0.0, 7.5, 30.0, 31.0, 120.0, 1e6]))
CAUSES = st.sampled_from(Cause)


@dataclass
class Model:
    """What the contract says, with a list of all that happened and no cleverness."""

    lives: list[BreakerState] = field(default_factory=lambda: [CLOSED])
    failures: list[tuple[float, float]] = field(default_factory=list)
    half_open_at: float = 0.0
    probe_taken_at: float | None = None
    forced: bool = False

    def turn(self, to: BreakerState) -> None:
        """Begin a new life."""
        self.lives.append(to)
        self.failures = []
        self.probe_taken_at = None

    def opens(self, at: float, not_before: float) -> None:
        """Open for 30 s, or for longer."""
        self.turn(OPEN)
        self.half_open_at = max(at + OPEN_S, not_before)

    def until(self, now: float) -> None:
        """Let happen what happens by itself."""
        while not self.forced:
            lost_at = (self.probe_taken_at or 0.0) + LEASE_S
            if self.lives[-1] is OPEN and now >= self.half_open_at:
                self.turn(HALF_OPEN)
            elif self.probe_taken_at is not None and now >= lost_at:
                self.opens(lost_at, lost_at)
            else:
                return

    def fails(self, life: int, now: float, wait_s: float, *, probe: bool) -> None:
        """Count a failure that belongs to this life."""
        if self.forced or life != len(self.lives):
            return
        self.failures.append((now, now + min(wait_s, CAP_S)))
        recent = [each for each in self.failures if now - each[0] < WINDOW_S]
        if probe or len(recent) >= LIMIT:
            self.opens(now, max(until for _, until in recent))

    def window(self, now: float) -> int:
        """Return how many failures count now."""
        return sum(now - at < WINDOW_S for at, _ in self.failures)

    def edge(self, now: float) -> float:
        """Return when something changes by itself."""
        ends = [at + WINDOW_S for at, _ in self.failures]
        if self.probe_taken_at is not None:
            ends.append(self.probe_taken_at + LEASE_S)
        if self.lives[-1] is OPEN:
            ends.append(self.half_open_at)
        return min((end for end in ends if end > now), default=now)

    def retry_after(self, now: float) -> float:
        """Return how long it is to the next probe."""
        if self.lives[-1] is CLOSED:
            return 0
        if self.forced:
            return OPEN_S
        return self.half_open_at - now if self.lives[-1] is OPEN else 0


class BreakerHistory(RuleBasedStateMachine):
    """Every rule does the same to both; every invariant compares them."""

    calls = Bundle("calls")
    probes = Bundle("probes")

    @initialize(start=st.sampled_from([0.0, 1000.0, 2.0**20]))
    def begin(self, start: float) -> None:
        """Begin at any monotonic second."""
        self.now = start
        self.breaker = Breaker(BreakerPolicy(), start)
        self.model = Model()
        self.opened_at: float | None = None

    @rule(span_s=SPANS_S)
    def advance(self, span_s: float) -> None:
        """Let time pass."""
        self.now += span_s

    @rule(before_s=st.sampled_from([0, 0, TICK_S]))
    def advance_to_the_edge(self, before_s: float) -> None:
        """Go to the instant at which something changes, or to just before it."""
        self.now = max(self.now, self.model.edge(self.now) - before_s)

    @rule(target=calls)
    def call_begins(self) -> object:
        """Ask for a permit: there is one only while closed."""
        gate = self.breaker.acquire(self.now, "catalogue")
        self.model.until(self.now)
        assert isinstance(gate, Permit) == (self.model.lives[-1] is CLOSED)
        if isinstance(gate, Refused):
            assert gate.retry_after_s == self.model.retry_after(self.now)
            return multiple()
        return gate, len(self.model.lives)

    @rule(call=calls)
    def call_succeeds(self, call: tuple[Permit, int]) -> None:
        """End a call well, perhaps many lives after it began."""
        permit, life = call
        counted = self.breaker.record(permit, Healthy(), self.now)
        self.model.until(self.now)
        assert counted == (life == len(self.model.lives))

    @rule(call=calls, cause=CAUSES, wait_s=WAITS_S)
    def call_fails(
        self, call: tuple[Permit, int], cause: Cause, wait_s: float | None
    ) -> None:
        """End a call badly; the same permit serves for many calls of its life."""
        permit, life = call
        before = self.model.window(self.now)
        failure = Failed(cause=cause, retry_after_s=wait_s)
        counted = self.breaker.record(permit, failure, self.now)
        self.model.until(self.now)
        assert counted == (life == len(self.model.lives))
        self.model.fails(life, self.now, wait_s or 0, probe=False)
        if before < LIMIT - 1 and counted and not self.model.forced:
            assert self.breaker.state(self.now) is CLOSED

    @rule(cause=CAUSES, count=st.integers(1, 6))
    def calls_fail_at_once(self, cause: Cause, count: int) -> None:
        """Fail several fresh calls in one moment."""
        self.model.until(self.now)
        gates = [self.breaker.acquire(self.now, "private") for _ in range(count)]
        life = len(self.model.lives)
        for gate in gates:
            if isinstance(gate, Permit):
                self.breaker.record(gate, Failed(cause=cause), self.now)
                self.model.fails(life, self.now, 0, probe=False)

    @rule(call=calls)
    def call_cancelled(self, call: tuple[Permit, int]) -> None:
        """Cancel a call: it counts as nothing."""
        self.breaker.give_back(call[0], self.now)
        self.model.until(self.now)

    @rule(target=probes)
    def probe_taken(self) -> object:
        """Ask for the probe: only half-open, and only one at a time."""
        permit = self.breaker.acquire_probe(self.now)
        self.model.until(self.now)
        due = self.model.lives[-1] is HALF_OPEN and not self.model.forced
        assert (permit is not None) == (due and self.model.probe_taken_at is None)
        if permit is None:
            return multiple()
        self.model.probe_taken_at = self.now
        return permit, len(self.model.lives), self.now

    def _ends(self, probe: tuple[Permit, int, float]) -> bool:
        """Say whether this probe is out still; each ends once."""
        self.model.until(self.now)
        _, life, taken_at = probe
        return life == len(self.model.lives) and taken_at == self.model.probe_taken_at

    @rule(probe=probes)
    def probe_succeeds(self, probe: tuple[Permit, int, float]) -> None:
        """End a probe well, in time or too late."""
        if self._ends(probe):
            self.breaker.record(probe[0], Healthy(), self.now)
            self.model.turn(CLOSED)
        elif probe[1] != len(self.model.lives):
            assert not self.breaker.record(probe[0], Healthy(), self.now)

    @rule(probe=probes, cause=CAUSES, wait_s=WAITS_S)
    def probe_fails(
        self, probe: tuple[Permit, int, float], cause: Cause, wait_s: float | None
    ) -> None:
        """End a probe badly, in time or too late."""
        failure = Failed(cause=cause, retry_after_s=wait_s)
        if self._ends(probe):
            self.breaker.record(probe[0], failure, self.now)
            self.model.fails(probe[1], self.now, wait_s or 0, probe=True)
        elif probe[1] != len(self.model.lives):
            assert not self.breaker.record(probe[0], failure, self.now)

    @rule(probe=probes)
    def probe_cancelled(self, probe: tuple[Permit, int, float]) -> None:
        """Cancel a probe: its permit is to be had again."""
        if self._ends(probe):
            self.breaker.give_back(probe[0], self.now)
            self.model.probe_taken_at = None
        elif probe[1] != len(self.model.lives):
            self.breaker.give_back(probe[0], self.now)

    @precondition(lambda self: self.model.probe_taken_at is not None)
    @rule()
    def probe_lost(self) -> None:
        """Let the probe's lease run out, to the instant."""
        self.now = max(self.now, (self.model.probe_taken_at or 0) + LEASE_S)

    @rule(state=st.sampled_from([OPEN, CLOSED]))
    def force(self, state: BreakerState) -> None:
        """Hold a state by hand."""
        self.model.until(self.now)
        self.breaker.force(state, "by hand", self.now)
        self.model.forced = True
        self.model.turn(state)

    @rule()
    def reset(self) -> None:
        """Let go, or end an outage by hand."""
        self.model.until(self.now)
        self.breaker.reset(self.now)
        self.model.forced = False
        self.model.turn(CLOSED)

    @invariant()
    def agrees_with_the_model(self) -> None:
        """State, window, wait and life are the model's."""
        self.model.until(self.now)
        snapshot = self.breaker.snapshot(self.now)
        assert snapshot.state is self.model.lives[-1]
        assert snapshot.generation == len(self.model.lives)
        assert snapshot.failures_in_window == self.model.window(self.now)
        assert snapshot.retry_after_s == self.model.retry_after(self.now)
        assert (snapshot.forced is not None) == self.model.forced
        assert (snapshot.not_closed_since is None) == (snapshot.state is CLOSED)

    @invariant()
    def stays_open_for_thirty_seconds(self) -> None:
        """Between an opening and what follows lie 30 s, but for an operator's hand."""
        for transition in self.breaker.take_transitions():
            by_itself = transition.to is HALF_OPEN
            if by_itself and self.opened_at is not None:
                assert OPEN_S <= transition.at - self.opened_at <= CAP_S
            assert not (transition.to is CLOSED and transition.recovered) or (
                self.opened_at is None
            )
            assert transition.at <= self.now
            self.opened_at = transition.at if transition.to is OPEN else None

    @invariant()
    def at_most_one_probe_is_out(self) -> None:
        """While a probe is out there is no second one."""
        if self.model.probe_taken_at is not None:
            assert self.breaker.acquire_probe(self.now) is None

    @invariant()
    def always_says_when_it_moves(self) -> None:
        """Something is due by itself exactly while it is not closed and not forced."""
        due_at = self.breaker.next_wake(self.now)
        still = self.model.forced or self.model.lives[-1] is CLOSED
        assert (due_at is None) == still
        assert due_at is None or due_at >= self.now


TestBreakerHistory = BreakerHistory.TestCase
TestBreakerHistory.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None
)
