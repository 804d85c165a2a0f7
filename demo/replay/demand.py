"""
Who asks for what, and when the PMS fails: drawn by a seed.

The shape of the demand is that of 119,390 bookings at two hotels: Antonio, de Almeida &
Nunes, "Hotel booking demand datasets", Data in Brief 22 (2019), 41-49. Its quartiles of
the lead time are 18, 69 and 160 days, the longest is 737; four stays of five have 1 to
4 nights, and a week is more frequent than 6 or 8; three of four are for two adults. The
tail's 320 days and the shares of the nights are rounded from the same data. Guests who
ask are taken to be like those who book. They come by chance, as often by night as by
day: the data says nothing of that.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Shares of all bookings, and the days ahead within which they lie.
LEAD_DAYS = ((0.0, 0), (0.25, 18), (0.5, 69), (0.75, 160), (0.95, 320), (1.0, 737))
NIGHTS = {1: 18, 2: 24, 3: 24, 4: 15, 5: 7, 6: 3, 7: 8, 14: 1}
ADULTS = {1: 19, 2: 75, 3: 6}
# Of a hundred questions these are for two rooms, each for that many adults.
TWO_ROOMS = 3

# The first outage leaves a proxy time to come to know the hotel.
FIRST_OUTAGE_MIN = (15, 25)
PAUSE_MIN = 20
MEAN_MORE_PAUSE_MIN = 70
OUTAGE_MIN = (1.0, 60.0)
KINDS = ("hang", "refused", "error_page", "expired_key")


@dataclass(frozen=True, slots=True)
class Stay:
    """A wish: days from today on, nights, and the adults of each room."""

    lead_days: int
    nights: int
    adults: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A guest's question; `at_s` counts from the day's beginning."""

    at_s: float
    stay: Stay


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the PMS is ill in one way; seconds from the day's beginning."""

    kind: str
    begins_s: float
    ends_s: float


def dice_for(seed: int, stream: str) -> random.Random:
    """Give the chance of one stream, which no other one disturbs."""
    return random.Random(f"{stream} {seed}")  # noqa: S311  (to be drawn again)


def draw_stay(dice: random.Random) -> Stay:
    """Draw one wish."""
    share = dice.random()
    place = max(bisect_left(LEAD_DAYS, (share, 0)), 1)
    (low, after), (high, before) = LEAD_DAYS[place - 1], LEAD_DAYS[place]
    lead = after + (before - after) * (share - low) / (high - low)
    adults = _one_of(dice, ADULTS)
    rooms = 2 if dice.randrange(100) < TWO_ROOMS else 1
    return Stay(int(lead), _one_of(dice, NIGHTS), (adults,) * rooms)


def questions(seed: int, seconds: float, per_minute: float) -> Iterator[Question]:
    """Draw the questions of a day, in order."""
    dice = dice_for(seed, "questions")
    at_s = dice.expovariate(per_minute / 60)
    while at_s < seconds:
        yield Question(at_s, draw_stay(dice))
        at_s += dice.expovariate(per_minute / 60)


def outages(seed: int, seconds: float) -> list[Outage]:
    """Draw the outages of a day: 1 to 60 minutes, short ones more often than long."""
    dice = dice_for(seed, "outages")
    found: list[Outage] = []
    kinds: list[str] = []
    begins_s = dice.uniform(*FIRST_OUTAGE_MIN) * 60
    while begins_s < seconds:
        kinds = kinds or dice.sample(KINDS, len(KINDS))
        low, high = OUTAGE_MIN
        ends_s = begins_s + 60 * low * (high / low) ** dice.random()
        found.append(Outage(kinds.pop(), begins_s, min(ends_s, seconds)))
        begins_s = ends_s + 60 * PAUSE_MIN
        begins_s += 60 * dice.expovariate(1 / MEAN_MORE_PAUSE_MIN)
    return found


def _one_of(dice: random.Random, weights: dict[int, int]) -> int:
    return dice.choices(list(weights), list(weights.values()))[0]
