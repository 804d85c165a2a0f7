"""Pure. What became of a day's questions, counted by when they were asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

# The time in which a copy may still be usable: the runbook's five minutes.
FIRST_S = 300
PROMPT_S = 1.0

Outcome = Literal["whole", "partial", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    One question and what came of it.

    `outage_s` is how long the PMS had been ill when it was asked, None where it was
    well; `age_s` what the answer says of its age, 0 where nothing.
    """

    outcome: Outcome
    took_s: float
    outage_s: float | None = None
    is_near: bool = True
    is_marked: bool = False
    is_wrong: bool = False
    age_s: float = 0


@dataclass(slots=True)
class Tally:
    """A set-up's day."""

    name: str
    told: list[Told] = field(default_factory=list)
    calls: int = 0

    def first(self) -> list[Told]:
        """Give those of the first five minutes of outages."""
        return [one for one in self.ill() if (one.outage_s or 0) < FIRST_S]

    def ill(self) -> list[Told]:
        """Give those of outages."""
        return [one for one in self.told if one.outage_s is not None]

    def oldest_s(self) -> float:
        """Give the greatest age that an answer admitted."""
        return max((one.age_s for one in self.told), default=0)


def share(told: Iterable[Told], of: Outcome = "whole") -> float | None:
    """Say which part got such an outcome; None of nothing."""
    outcomes = [one.outcome for one in told]
    return outcomes.count(of) / len(outcomes) if outcomes else None
