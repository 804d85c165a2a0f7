"""
Pure. What makes one night differ from another: price rules, lengths of stay, closures.

Plain values that `house` keeps and that may be changed while it is asked. Called by
`hotel` and `prices`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRule:
    """
    A change to the price of some nights, what QloApps calls a feature price.

    `value` is a percentage, or an amount without tax; a way of "fix" takes an amount.
    `first` and `last` are nights, both included; `weekdays` count from Monday, 0, and
    none of them is all. A rule for one night alone goes before one with weekdays, and
    that before any other.
    """

    way: Literal["decrease", "increase", "fix"]
    value: float
    is_percentage: bool = False
    first: date = date.min
    last: date = date.max
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.way == "fix" and self.is_percentage:
            raise ValueError("A price is fixed to an amount, not to a percentage.")

    def matches(self, night: date) -> bool:
        """Say whether the rule is for that night."""
        is_its_day = not self.weekdays or night.weekday() in self.weekdays
        return self.first <= night <= self.last and is_its_day

    def changes(self, price: float, tax_rate: float) -> float:
        """Change a price; the rate is 0 for one without tax."""
        amount = self.value * (1 + tax_rate)
        if self.way == "fix":
            return max(amount, 0)
        if self.is_percentage:
            amount = price * self.value / 100
        changed = price - amount if self.way == "decrease" else price + amount
        return max(changed, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRule:
    """
    How many nights a stay may have that begins from `first` to `last`, both included.

    A maximum of 0 is none. Without dates it is the type's default, which any rule with
    dates goes before.
    """

    min_nights: int = 1
    max_nights: int = 0
    first: date = date.min
    last: date = date.max

    @property
    def is_default(self) -> bool:
        """Whether it is for every check-in."""
        return (self.first, self.last) == (date.min, date.max)

    def allows(self, nights: int) -> bool:
        """Say whether a stay may be that long."""
        return self.min_nights <= nights <= (self.max_nights or nights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A room, by its id, that is out of service; `date_to` is exclusive."""

    room: int
    date_from: date
    date_to: date

    def touches(self, date_from: date, date_to: date) -> bool:
        """Say whether a night of it lies in the period."""
        return self.date_from < date_to and date_from < self.date_to


def rule_for(rules: Iterable[PriceRule], night: date) -> PriceRule | None:
    """Choose the first rule of the highest rank that is for that night, if any."""
    return min((rule for rule in rules if rule.matches(night)), key=_rank, default=None)


def allows_stay(rules: Sequence[StayRule], checkin: date, nights: int) -> bool:
    """Say whether a stay of so many nights may begin on that day."""
    found = [rule for rule in rules if rule.first <= checkin <= rule.last]
    found.sort(key=lambda rule: rule.is_default)
    return not found or found[0].allows(nights)


def _rank(rule: PriceRule) -> int:
    if rule.first == rule.last:
        return 0
    return 1 if rule.weekdays else 2
