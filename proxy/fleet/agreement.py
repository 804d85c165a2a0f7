"""
Pure. What proxies with one Redis agree on: orders, moves of the breaker, writes.

Theory of operation. Each proxy has its own view, and there is one in Redis. Two views
become one by `agree`: the later order of an operator, the later move of a breaker. An
order that still holds goes before every move, so that a forced state stays forced.

A stamp is wall-clock seconds, but always later than every stamp that its proxy has
seen: what follows from something is later than it, however wrong the clock is. Clocks
that differ decide only between two moves that knew nothing of each other.

Writes are counted, not stamped: a count that is not the one seen last means that
somebody has written since, whatever the clocks say.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from proxy.messages import BreakerState, Cause

# The least by which a stamp is later; a float of the wall clock still holds it.
TICK_S = 0.001
# Later than any real clock will say: a foreign number must not win for ever.
LAST_STAMP_S = 1e11
# A day is the longest open interval that may be set, and jitter may double it.
LONGEST_WAIT_S = 2 * 86400.0
MAX_HOTEL_DIGITS = 20
MAX_WHY_LETTERS = 500
CLOSED, OPEN, _ = BreakerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """The operator's last order: the forced state and why, or None for no hand."""

    stamp: float = 0.0
    forced: BreakerState | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """
    The breaker's last move, to closed or open; half-open comes by the clock.

    `wait_s` is the time from the move to the probe, `hotel` the one that it asks for;
    `cause` is the outage's, also on its way back, and None where an operator did it.
    `began` is when the outage began that an opening goes on with, 0 for closed.
    """

    stamp: float = 0.0
    to: BreakerState = CLOSED
    cause: Cause | None = None
    wait_s: float = 0.0
    hotel: str | None = None
    began: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One proxy's view, or the one in Redis."""

    ordered: Ordered = field(default_factory=Ordered)
    moved: Moved = field(default_factory=Moved)
    writes: int = 0

    def stamp(self, wall_s: float) -> float:
        """Return the stamp of what happens at `wall_s` to whoever has this view."""
        return max(wall_s, self.ordered.stamp + TICK_S, self.moved.stamp + TICK_S)

    def with_order(self, moved: Moved, forced: BreakerState | None, why: str) -> View:
        """Return the view after an operator's order, which was a move too."""
        order = Ordered(stamp=moved.stamp, forced=forced, why=why)
        return replace(self, ordered=order, moved=moved)


def agree(mine: View, theirs: View) -> View:
    """Return the view that both should have; whose turn it is makes no difference."""
    return View(
        ordered=max(mine.ordered, theirs.ordered, key=_order_rank),
        moved=max(mine.moved, theirs.moved, key=_move_rank),
        writes=max(mine.writes, theirs.writes),
    )


def remaining_s(moved: Moved, wall_s: float) -> float:
    """Return how long it is until the probe; never longer than it was at the move."""
    return min(max(moved.stamp + moved.wait_s - wall_s, 0.0), moved.wait_s)


def write(view: View) -> bytes:
    """Return a view as bytes; equal views are equal bytes."""
    return json.dumps(asdict(view), sort_keys=True).encode()


def read(value: bytes) -> View | None:
    """Return a view from bytes; None where they are not one in every detail."""
    try:
        document = json.loads(value)
        ordered, moved = document["ordered"], document["moved"]
        return View(
            ordered=Ordered(
                stamp=number(ordered["stamp"], LAST_STAMP_S),
                forced=_state(ordered["forced"]),
                why=_text(ordered["why"], MAX_WHY_LETTERS),
            ),
            moved=Moved(
                stamp=number(moved["stamp"], LAST_STAMP_S),
                to=_state(moved["to"]) or CLOSED,
                cause=None if moved["cause"] is None else Cause(moved["cause"]),
                wait_s=number(moved["wait_s"], LONGEST_WAIT_S),
                hotel=_hotel(moved["hotel"]),
                began=number(moved["began"], LAST_STAMP_S),
            ),
            writes=int(number(document["writes"], LAST_STAMP_S)),
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def number(given: Any, most: float) -> float:
    """Return what another process wrote, where it is a number from 0 to `most`."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError("it is no number")
    if not (math.isfinite(given) and 0 <= given <= most):
        raise ValueError("it is out of range")
    return given


def _order_rank(ordered: Ordered) -> tuple[float, str, str]:
    return ordered.stamp, ordered.forced or "", ordered.why


def _move_rank(moved: Moved) -> tuple[float, bool, float, str, str, float]:
    # Of two moves at the very same time the opening counts: it ends by itself.
    rest = moved.cause or "", moved.hotel or "", moved.began
    return moved.stamp, moved.to is OPEN, moved.wait_s, *rest


def _text(given: Any, most: int) -> str:
    if not isinstance(given, str) or len(given) > most:
        raise TypeError("it is no text, or too long")
    return given


def _state(given: Any) -> BreakerState | None:
    if given is None:
        return None
    if given not in (CLOSED, OPEN):
        raise ValueError("half-open comes by the clock alone")
    return BreakerState(given)


def _hotel(given: Any) -> str | None:
    if given is None:
        return None
    digits = _text(given, MAX_HOTEL_DIGITS)
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("a hotel is a number")
    return digits
