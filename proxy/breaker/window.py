"""Pure. The sliding window over which calls are counted (runbook: 5 in 30 s)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.breaker.values import BreakerPolicy


class Window:
    """
    What came of the calls of the last `window_s` seconds, with exact times.

    A failure at f counts at now while now - f < window_s. Successes clear nothing; they
    are kept only where the rule has a minimum ratio.
    """

    def __init__(self, policy: BreakerPolicy) -> None:
        self._policy = policy
        # Without a ratio more failures than the threshold say nothing more.
        bound = None if policy.min_ratio else policy.failures
        self._failures: deque[tuple[float, float]] = deque(maxlen=bound)
        self._successes: deque[float] = deque()

    def failed(self, now: float, wait_until: float) -> None:
        """Take note of a failure, and of when the PMS asked to be asked again."""
        self._forget(now)
        self._failures.append((now, wait_until))

    def succeeded(self, now: float) -> None:
        """Take note of a success, where the rule asks for a ratio."""
        if self._policy.min_ratio:
            self._forget(now)
            self._successes.append(now)

    def is_full(self) -> bool:
        """Say, right after a failure, whether there have been too many."""
        failures = len(self._failures)
        calls = failures + len(self._successes)
        enough = failures >= self._policy.failures
        return enough and failures >= self._policy.min_ratio * calls

    def wait_until(self) -> float:
        """Return the latest moment that a counted failure asked to wait for."""
        return max(until for _, until in self._failures)

    def failures(self, now: float) -> int:
        """Return how many failures count at `now`."""
        return sum(now - at < self._policy.window_s for at, _ in self._failures)

    def clear(self) -> None:
        """Forget everything: a new state begins."""
        self._failures.clear()
        self._successes.clear()

    def _forget(self, now: float) -> None:
        window_s = self._policy.window_s
        while self._failures and now - self._failures[0][0] >= window_s:
            self._failures.popleft()
        while self._successes and now - self._successes[0] >= window_s:
            self._successes.popleft()
