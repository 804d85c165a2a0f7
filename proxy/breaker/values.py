"""Pure. What the breaker takes and gives: its policy, permits, orders and reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from proxy.messages import BreakerState, Cause, FailureRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """
    The runbook's numbers; seconds.

    The rest is off by default: of the calls in the window at least `min_ratio` must
    have failed; the open interval grows by `open_growth` with each failed probe, up to
    `open_max_s`, and by chance up to `open_jitter` of itself; it takes `successes`
    good probes in a row to close.
    """

    failures: int = 5
    window_s: float = 30
    open_s: float = 30
    retry_after_cap_s: float = 120
    probe_lease_s: float = 16
    min_ratio: float = 0
    open_growth: float = 1
    open_max_s: float = 300
    open_jitter: float = 0
    successes: int = 1


class Permit(NamedTuple):
    """The right to make one upstream call; recorded or returned exactly once."""

    generation: int
    operation: str
    is_probe: bool = False


class Refused(NamedTuple):
    """The breaker said no; `retry_after_s` is the time until the next probe."""

    state: BreakerState
    cause: Cause | None
    retry_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """
    An operator's hand on the breaker: which state, why, and since when.

    It is the same hand whatever clock said when it came.
    """

    state: BreakerState
    why: str
    at: float = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """
    One change of state, at the monotonic second when it was due.

    `cause` is the outage's, also on its way back; None where an operator did it.
    `recovered` is true where a probe's success closed the breaker, `lost_probe` where
    a probe without a result opened it, and `not_closed_s` is how long it had not been
    closed. `elsewhere` is true where another proxy saw it.
    """

    to: BreakerState
    at: float
    cause: Cause | None
    last_failures: tuple[FailureRecord, ...] = ()
    recovered: bool = False
    lost_probe: bool = False
    not_closed_s: float = 0.0
    elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """
    What holds by another proxy's word: closed or open, and the operator's hand.

    `at` is when it became so, `open_until` when an open one is due for its probe,
    `began` when the outage began whose last opening it is (`at` where nobody knows).
    """

    state: BreakerState
    cause: Cause | None
    at: float
    open_until: float
    began: float | None = None
    forced: Forced | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The breaker at one instant, for status, metrics and answers."""

    state: BreakerState
    cause: Cause | None
    since: float
    not_closed_since: float | None
    retry_after_s: float
    failures_in_window: int
    last_failures: tuple[FailureRecord, ...]
    forced: Forced | None
    generation: int
