"""The breaker with a clock in its hand: reads it once a step, tells what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxy.breaker.values import Permit, Refused
from proxy.messages import BreakerState, Cause, Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from proxy.breaker.breaker import Breaker
    from proxy.breaker.values import Adopted, Snapshot, Transition
    from proxy.messages import Clock, Verdict
    from proxy.telemetry import Telemetry

# No breaker gives out generation 0.
_UNCOUNTED = Permit(0, "observed")


class Guard:
    """Every step of the shells with the breaker goes through here."""

    def __init__(self, breaker: Breaker, clock: Clock, telemetry: Telemetry) -> None:
        self._breaker = breaker
        self._clock = clock
        self._telemetry = telemetry
        self._watchers: list[Callable[[], None]] = []
        self._followers: list[Callable[[Transition], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after each transition."""
        self._watchers.append(watcher)

    def follow(self, follower: Callable[[Transition], None]) -> None:
        """Hand each transition to `follower`."""
        self._followers.append(follower)

    def state(self) -> BreakerState:
        """Return the state now."""
        state = self._breaker.state(self._clock.monotonic())
        self._publish()
        return state

    def told(self) -> BreakerState:
        """Return the state that clients are told and act on."""
        return self.state()

    def acquire(self, operation: str) -> Permit | Refused:
        """Ask to make a call."""
        gate = self._breaker.acquire(self._clock.monotonic(), operation)
        self._publish()
        return gate

    def acquire_probe(self) -> Permit | None:
        """Take the probe of half-open, where it is to be had."""
        permit = self._breaker.acquire_probe(self._clock.monotonic())
        self._publish()
        return permit

    def record(self, permit: Permit, verdict: Verdict) -> None:
        """Record a call's result."""
        if self._breaker.record(permit, verdict, self._clock.monotonic()):
            if isinstance(verdict, Failed):
                self._telemetry.failure(verdict.cause)
        else:
            self._telemetry.late_result()
        self._publish()

    def give_back(self, permit: Permit) -> None:
        """Return the permit of a cancelled call."""
        self._breaker.give_back(permit, self._clock.monotonic())
        self._publish()

    def snapshot(self) -> Snapshot:
        """Return what observers see."""
        snapshot = self._breaker.snapshot(self._clock.monotonic())
        self._publish()
        return snapshot

    def next_wake(self) -> float | None:
        """Return the monotonic second at which something is due; None if never."""
        due_at = self._breaker.next_wake(self._clock.monotonic())
        self._publish()
        return due_at

    def force(self, state: BreakerState, why: str) -> None:
        """Hold the breaker open or closed, whatever the PMS does, until `reset`."""
        self._breaker.force(state, why, self._clock.monotonic())
        self._publish()

    def reset(self) -> None:
        """Release a forced state, or end an outage by hand."""
        self._breaker.reset(self._clock.monotonic())
        self._publish()

    def adopt(self, seen: Adopted) -> None:
        """Take over what another proxy saw."""
        self._breaker.adopt(seen, self._clock.monotonic())
        self._publish()

    def restore(self, seen: Adopted) -> None:
        """Take up where the last process of this proxy ended; others are told."""
        self._breaker.adopt(seen, self._clock.monotonic(), elsewhere=False)
        self._publish()

    def crashed(self) -> None:
        """Log the exception under way: a probe ended by a mistake of ours."""
        self._telemetry.crashed()

    def _publish(self) -> None:
        transitions: list[Transition] = self._breaker.take_transitions()
        for transition in transitions:
            if transition.lost_probe:
                self._telemetry.failure(Cause.TIMEOUT)
            self._telemetry.transition(transition)
            for follower in self._followers:
                follower(transition)
        if transitions:
            for watcher in self._watchers:
                watcher()


class Observer(Guard):
    """
    Observe-only: counts, logs and shows like a `Guard`, but refuses nobody.

    Clients are told closed, since they act on it; calls that a breaker would have
    refused count as nothing.
    """

    def told(self) -> BreakerState:
        """Tell clients that they may ask."""
        self.state()
        return BreakerState.CLOSED

    def acquire(self, operation: str) -> Permit | Refused:
        """Let every call pass."""
        gate = super().acquire(operation)
        return _UNCOUNTED if isinstance(gate, Refused) else gate

    def record(self, permit: Permit, verdict: Verdict) -> None:
        """Record a call's result, where a breaker would have had one."""
        if permit is not _UNCOUNTED:
            super().record(permit, verdict)
