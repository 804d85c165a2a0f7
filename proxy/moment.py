"""
Pure. One moment on both clocks, to carry an instant from one to the other.

Monotonic seconds mean nothing to another process, and the time of day may jump: inside
this process only the former count, and what leaves it bears the latter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.messages import Clock


@dataclass(frozen=True, slots=True)
class Moment:
    """Now: monotonic seconds, and wall-clock seconds since 1970."""

    monotonic_s: float
    epoch_s: float

    @staticmethod
    def now(clock: Clock) -> Moment:
        """Read both clocks."""
        return Moment(clock.monotonic(), clock.wall().timestamp())

    def to_epoch_s(self, monotonic_s: float) -> float:
        """Return when an instant of this process was or will be, on the wall."""
        return self.epoch_s + monotonic_s - self.monotonic_s

    def to_monotonic_s(self, epoch_s: float) -> float:
        """Return when something happened elsewhere; clocks differ, but now is last."""
        return self.monotonic_s - max(0.0, self.epoch_s - epoch_s)
