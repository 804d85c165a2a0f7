"""Pure. Notices, who gets which, and what several proxies know of them together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proxy.messages import Cause


class Team(StrEnum):
    """Who is told: the hotel's team all, the others what the runbook escalates."""

    TEAM = "team"
    L2 = "l2"
    CRITICAL = "critical"


class Kind(StrEnum):
    """What a notice says; also the metric's `kind` label."""

    OPENED = "opened"
    OVER_30_MIN = "over_30_min"
    OVER_2_H = "over_2_h"
    RECOVERED = "recovered"
    CLOSED_BY_HAND = "closed_by_hand"


class Outcome(StrEnum):
    """What came of a notice; also the metric's `outcome` label."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """
    The breaker as one proxy sees it; `since` (epoch s) is when it ceased to be closed.

    `forced` is an operator's reason while he holds it. `recovered` says of a closed one
    that a probe closed it, and no hand.
    """

    is_closed: bool
    since: float
    cause: Cause | None = None
    forced: str | None = None
    recovered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    One text, made at `at` (epoch s), and the teams that have not had it yet.

    Who has none left is kept until it is old: so nobody takes it for a new one.
    """

    kind: Kind
    at: float
    text: str
    left: frozenset[Team]

    @property
    def name(self) -> str:
        """What all proxies call it."""
        return f"{self.kind}:{round(self.at * 1000)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    What the team has been told; instants are epoch seconds.

    `began_at` is the beginning of the incident that it knows of, None where it knows
    of none; `opened_at` and `ended_at` are when it last heard of a beginning and of an
    end; `levels` are the escalations of this incident. `stamp` is when this changed.
    """

    stamp: float = 0.0
    began_at: float | None = None
    opened_at: float | None = None
    ended_at: float | None = None
    levels: tuple[Kind, ...] = ()
    notices: tuple[Notice, ...] = ()

    def first_for(self, team: Team) -> Notice | None:
        """Return the oldest notice that a team has not had; they go in their order."""
        return next((one for one in self.notices if team in one.left), None)
