"""
Pure. The circuit breaker: closed, open, half-open (runbook: 5 in 30 s, 30 s, one).

Theory of operation. A call needs a `Permit`, which carries the generation of the
state that gave it; every transition begins a new generation, and a result that
belongs to an older one changes nothing (a slow call from before an outage cannot
close the breaker, nor fail the recovered one).

    CLOSED --5th failure within a sliding 30 s--> OPEN
    OPEN --30 s later, traffic or not--> HALF_OPEN
    HALF_OPEN --the one probe succeeds--> CLOSED
    HALF_OPEN --the probe fails, or is lost--> OPEN

A failure at f counts at now while now - f < window_s; a success clears nothing. The
one probe of HALF_OPEN is a lease: without a result by `probe_lease_s` it counts as
failed. `Retry-After` of a counted failure lengthens the open interval, up to a cap.
An operator's `force` holds a state until `reset`; results then change nothing.

`now` is monotonic seconds. State moves with the clock: every method first lets
happen what was due before `now`, at the time when it was due. Transitions are kept
until `take_transitions`. Not thread-safe: every method runs to its end between two
awaits, which in asyncio is the lock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from proxy.breaker.values import (
    Adopted,
    BreakerPolicy,
    Forced,
    Permit,
    Refused,
    Snapshot,
    Transition,
)
from proxy.breaker.window import Window
from proxy.messages import BreakerState, Cause, Failed, FailureRecord, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT_FAILURES = 5
# Looked up on every request, and a global is found faster than an enumeration's.
CLOSED, OPEN, HALF_OPEN = BreakerState


def _no_chance() -> float:
    return 0.0


class Breaker:
    """
    See the module's theory of operation.

    `draw` returns a random number from 0 to 1, for the jitter of the open interval.
    """

    def __init__(
        self, policy: BreakerPolicy, now: float, draw: Callable[[], float] = _no_chance
    ) -> None:
        self.policy = policy
        self._draw = draw
        self._state = CLOSED
        self._since = now
        self._generation = 1
        self._permits: dict[str, Permit] = {}
        self._cause: Cause | None = None
        self._window = Window(policy)
        self._last_failures: deque[FailureRecord] = deque(maxlen=KEPT_FAILURES)
        self._open_until = now
        self._lease_until: float | None = None
        self._failed_probes = 0
        self._good_probes = 0
        self._not_closed_since: float | None = None
        self._forced: Forced | None = None
        self._transitions: list[Transition] = []

    def state(self, now: float) -> BreakerState:
        """Return the state at `now`."""
        self._catch_up(now)
        return self._state

    def acquire(self, now: float, operation: str) -> Permit | Refused:
        """Ask to make a client's call: only while closed."""
        # Every request comes by here: closed, nothing moves by itself, and the same
        # permit serves all calls of one kind and generation.
        if self._state is not CLOSED:
            self._catch_up(now)
        if self._state is CLOSED:
            permit = self._permits.get(operation)
            if permit is None:
                permit = Permit(self._generation, operation)
                self._permits[operation] = permit
            return permit
        return Refused(self._state, self._cause, self._retry_after(now))

    def acquire_probe(self, now: float) -> Permit | None:
        """Take the one probe of half-open; None where it is out, or not half-open."""
        self._catch_up(now)
        may = self._state is HALF_OPEN and self._forced is None
        if not may or self._lease_until is not None:
            return None
        self._lease_until = now + self.policy.probe_lease_s
        return Permit(self._generation, "probe", is_probe=True)

    def record(self, permit: Permit, verdict: Verdict, now: float) -> bool:
        """Count a call's result; False where it began before the last transition."""
        self._catch_up(now)
        if permit.generation != self._generation:
            return False
        failure = verdict if isinstance(verdict, Failed) else None
        if failure is not None:
            record = FailureRecord(
                at=now, cause=failure.cause, operation=permit.operation
            )
            self._last_failures.append(record)
        if self._forced is not None:
            return True
        if permit.is_probe:
            self._probed(failure, now)
        elif failure is not None:
            self._window.failed(now, now + self._asked_wait(failure))
            if self._window.is_full():
                self._open(now, failure.cause, self._window.wait_until())
        else:
            self._window.succeeded(now)
        return True

    def give_back(self, permit: Permit, now: float) -> None:
        """Return the permit of a call that was cancelled: it counts as nothing."""
        self._catch_up(now)
        if permit.is_probe and permit.generation == self._generation:
            self._lease_until = None

    def force(self, state: BreakerState, why: str, now: float) -> None:
        """Hold the breaker open or closed until `reset`; it does not time out."""
        if state is HALF_OPEN:
            raise ValueError("A breaker is forced open or closed, never half-open.")
        self._catch_up(now)
        self._forced = Forced(state=state, why=why, at=now)
        self._cause = None
        self._move(state, now)

    def reset(self, now: float) -> None:
        """Release a forced state, or end an outage by hand: closed, window empty."""
        self._catch_up(now)
        self._forced = None
        self._cause = None
        self._close(now, recovered=False)

    def adopt(self, seen: Adopted, now: float, *, elsewhere: bool = True) -> None:
        """
        Take over what another proxy saw; what is so already moves nothing.

        What this proxy's last process left is not `elsewhere`: others are told.

        An open breaker takes over when the probe is due; a half-open one stays so
        where it is due for the other proxy too.
        """
        self._catch_up(now)
        is_news = self._forced != seen.forced
        self._forced = seen.forced
        if seen.state is CLOSED:
            if is_news or self._state is not CLOSED:
                self._cause = seen.cause
                self._close(now, recovered=seen.cause is not None)
                self._tell(elsewhere=elsewhere)
            return
        self._cause = seen.cause
        policy = self.policy
        longest_s = max(policy.open_s, policy.open_max_s, policy.retry_after_cap_s)
        self._open_until = min(seen.open_until, now + longest_s)
        is_due = self._state is HALF_OPEN and self._open_until <= now
        if is_news or not (self._state is OPEN or is_due):
            # Another's failed probe makes the next interval longer here too.
            self._failed_probes += self._state is HALF_OPEN
            self._began(seen, now)
            self._move(OPEN, min(seen.at, now))
            self._tell(elsewhere=elsewhere)
        self._catch_up(now)

    def next_wake(self, now: float) -> float | None:
        """Return when the state moves by itself, or a probe is due; None if never."""
        self._catch_up(now)
        if self._forced is not None or self._state is CLOSED:
            return None
        if self._state is OPEN:
            return self._open_until
        return now if self._lease_until is None else self._lease_until

    def take_transitions(self) -> list[Transition]:
        """Hand over the transitions since the last call, in order."""
        taken, self._transitions = self._transitions, []
        return taken

    def snapshot(self, now: float) -> Snapshot:
        """Return everything that an observer may see at `now`."""
        self._catch_up(now)
        return Snapshot(
            state=self._state,
            cause=self._cause,
            since=self._since,
            not_closed_since=self._not_closed_since,
            retry_after_s=self._retry_after(now),
            failures_in_window=self._window.failures(now),
            last_failures=tuple(self._last_failures),
            forced=self._forced,
            generation=self._generation,
        )

    def _catch_up(self, now: float) -> None:
        if self._forced is not None or self._state is CLOSED:
            return
        if self._state is OPEN and now >= self._open_until:
            self._move(HALF_OPEN, self._open_until)
        lease_until = self._lease_until
        if lease_until is not None and now >= lease_until:
            lost = FailureRecord(at=lease_until, cause=Cause.TIMEOUT, operation="probe")
            self._last_failures.append(lost)
            self._failed_probes += 1
            self._open(lease_until, Cause.TIMEOUT, lease_until, lost_probe=True)
            self._catch_up(now)

    def _probed(self, failure: Failed | None, now: float) -> None:
        self._lease_until = None
        if failure is not None:
            self._failed_probes += 1
            self._open(now, failure.cause, now + self._asked_wait(failure))
            return
        self._good_probes += 1
        if self._good_probes >= self.policy.successes:
            self._close(now, recovered=True)

    def _asked_wait(self, failure: Failed) -> float:
        return min(failure.retry_after_s or 0.0, self.policy.retry_after_cap_s)

    def _open(
        self, at: float, cause: Cause, not_before: float, *, lost_probe: bool = False
    ) -> None:
        self._cause = cause
        self._open_until = max(at + self._interval_s(), not_before)
        self._move(OPEN, at, lost_probe=lost_probe)

    def _interval_s(self) -> float:
        """Return how long it stays open; it grows with each failed probe, if set so."""
        policy = self.policy
        # The exponent is bounded, lest a long outage overflows the number.
        grown = policy.open_s * policy.open_growth ** min(self._failed_probes, 64)
        capped = max(policy.open_s, min(grown, policy.open_max_s))
        return capped * (1 + policy.open_jitter * self._draw())

    def _close(self, at: float, *, recovered: bool) -> None:
        self._move(CLOSED, at, recovered=recovered)
        self._cause = None

    def _move(
        self,
        to: BreakerState,
        at: float,
        *,
        recovered: bool = False,
        lost_probe: bool = False,
    ) -> None:
        since = self._not_closed_since
        if to is CLOSED:
            self._not_closed_since = None
            self._failed_probes = 0
        elif since is None:
            self._not_closed_since = at
        self._state = to
        self._since = at
        self._generation += 1
        self._permits.clear()
        self._window.clear()
        self._lease_until = None
        self._good_probes = 0
        self._transitions.append(
            Transition(
                to=to,
                at=at,
                cause=self._cause,
                last_failures=tuple(self._last_failures),
                recovered=recovered,
                lost_probe=lost_probe,
                not_closed_s=0.0 if since is None else at - since,
            )
        )

    def _began(self, seen: Adopted, now: float) -> None:
        """Count an outage from where it began first, whoever saw that."""
        began = min(seen.at if seen.began is None else seen.began, now)
        since = self._not_closed_since
        self._not_closed_since = began if since is None else min(began, since)

    def _tell(self, *, elsewhere: bool) -> None:
        self._transitions[-1] = replace(self._transitions[-1], elsewhere=elsewhere)

    def _retry_after(self, now: float) -> float:
        if self._state is CLOSED:
            return 0.0
        if self._forced is not None:
            return self.policy.open_s
        if self._state is OPEN:
            return self._open_until - now
        # Half-open: the probe is out, or goes at once.
        return 0.0
