"""`python -m demo replay`: a day in three set-ups, its table and its plot."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from demo.replay.chart import plot
from demo.replay.day import Plan, SetUp, play_day
from demo.replay.demand import outages
from demo.replay.follower import DidNotStart
from demo.replay.progress import progress
from demo.replay.report import table

if TYPE_CHECKING:
    import argparse

INTERRUPTED = 130
TITLE = "Guests' questions that are answered in full while the PMS is down"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what may be played."""
    parser.add_argument(
        "--seed", type=int, default=1, help="the same one, the same day"
    )
    parser.add_argument(
        "--minutes", type=_minutes, default=1440, help="how long it is; a day"
    )
    parser.add_argument("--rate", type=_rate, default=10, help="questions a minute; 10")
    parser.add_argument(
        "--nights", type=_nights, default=180, help="PROXY_CALENDAR_NIGHTS; 180"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw an SVG, too")


def replay(options: argparse.Namespace) -> int:
    """Play it; 1 where an answer was wrong, 2 where a set-up did not start."""
    plan = Plan(
        seed=options.seed,
        seconds=options.minutes * 60,
        per_minute=options.rate,
        nights=options.nights,
    )
    nights = {"PROXY_CALENDAR_NIGHTS": str(plan.nights)}
    set_ups = (
        SetUp("no proxy", None),
        SetUp("no calendar", {"PROXY_CALENDAR_NIGHTS": "0"}),
        SetUp("calendar", nights),
        # Twelve calls a minute for 180 nights, where two keep them young enough.
        SetUp("calendar, 30 s", {**nights, "PROXY_CALENDAR_REFRESH_S": "30"}),
    )
    try:
        with progress(len(set_ups) * plan.seconds / 3600) as tell:
            tallies = [play_day(plan, one, partial(tell, one.name)) for one in set_ups]
    except KeyboardInterrupt:
        return INTERRUPTED
    except (DidNotStart, ChildProcessError) as exc:
        sys.stderr.write(f"The replay cannot go on: {exc}\n")
        return 2
    played = len(outages(plan.seed, plan.seconds))
    sys.stdout.write(table(tallies, played, plan.nights) + "\n")
    if options.plot is not None:
        caption = (
            f"Seed {plan.seed}: {options.minutes:g} minutes, {plan.per_minute:g}"
            f" questions a minute; outages: {played}; nights kept: {plan.nights}."
        )
        options.plot.write_text(plot(tallies, TITLE, caption), encoding="utf-8")
    wrong = any(told.is_wrong for tally in tallies for told in tally.told)
    return 1 if wrong else 0


def _minutes(text: str) -> float:
    return _between(text, 30, 7 * 1440)


def _nights(text: str) -> int:
    return int(_between(text, 1, 730))


def _rate(text: str) -> float:
    return _between(text, 0.1, 240)


def _between(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise ArgumentTypeError(f"{text} is not a number from {low:g} to {high:g}.")
    return value
