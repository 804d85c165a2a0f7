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
class Part:
    """A part of a day: its questions, and the calls that reached the PMS in it."""

    told: list[Told]
    calls: int


@dataclass(slots=True)
class Tally:
    """A set-up's day; calls are those of the whole, of outages, of their beginnings."""

    name: str
    told: list[Told] = field(default_factory=list)
    calls: int = 0
    calls_ill: int = 0
    calls_first: int = 0

    def first(self) -> Part:
        """Give the first five minutes of outages."""
        told = [one for one in self.ill().told if (one.outage_s or 0) < FIRST_S]
        return Part(told, self.calls_first)

    def ill(self) -> Part:
        """Give the outages."""
        told = [one for one in self.told if one.outage_s is not None]
        return Part(told, self.calls_ill)

    def whole(self) -> Part:
        """Give the day."""
        return Part(self.told, self.calls)


def share(told: Iterable[Told], of: Outcome = "whole") -> float | None:
    """Say which part got such an outcome; None of nothing."""
    outcomes = [one.outcome for one in told]
    return outcomes.count(of) / len(outcomes) if outcomes else None
