"""What proxies agree on, whoever speaks first, and what is not a view at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.fleet.agreement import (
    TICK_S,
    Moved,
    Ordered,
    View,
    agree,
    read,
    remaining_s,
    write,
)
from proxy.messages import BreakerState, Cause

CLOSED, OPEN, HALF_OPEN = BreakerState
# Few values, so that equal stamps happen.
STAMPS = st.integers(0, 3).map(float)
VIEWS = st.builds(
    View,
    ordered=st.builds(
        Ordered,
        stamp=STAMPS,
        forced=st.sampled_from([None, CLOSED, OPEN]),
        why=st.sampled_from(["", "upgrade"]),
    ),
    moved=st.builds(
        Moved,
        stamp=STAMPS,
        to=st.sampled_from([CLOSED, OPEN]),
        cause=st.sampled_from([None, *Cause]),
        wait_s=st.sampled_from([0.0, 30.0]),
        hotel=st.sampled_from([None, "7"]),
        began=st.sampled_from([0.0, 1.5]),
    ),
    writes=st.integers(0, 3),
)
FULL = View(
    ordered=Ordered(stamp=5.5, forced=OPEN, why="PMS upgrade — até 05:00"),
    moved=Moved(
        stamp=5.5, to=OPEN, cause=Cause.TIMEOUT, wait_s=30.0, hotel="12", began=1.5
    ),
    writes=7,
)


@given(VIEWS, VIEWS)
def test_who_speaks_first_makes_no_difference(one: View, other: View) -> None:
    """Two proxies that merge the same views come to the same view."""
    assert agree(one, other) == agree(other, one)


@given(VIEWS, VIEWS, VIEWS)
def test_the_order_of_merging_makes_no_difference(a: View, b: View, c: View) -> None:
    """Three proxies agree, whichever two of them meet first."""
    assert agree(agree(a, b), c) == agree(a, agree(b, c))


@given(VIEWS, VIEWS)
def test_agreeing_again_changes_nothing(one: View, other: View) -> None:
    """Who has taken over a view has nothing left to take over."""
    agreed = agree(one, other)
    assert agree(agreed, other) == agreed


@given(VIEWS)
def test_a_view_survives_redis(view: View) -> None:
    """What is read is what was written."""
    assert read(write(view)) == view


def test_the_most_recent_move_wins() -> None:
    """The proxy that recovered last knows best."""
    opened = View(moved=Moved(stamp=100, to=OPEN, cause=Cause.DOWN, wait_s=30))
    closed = View(moved=Moved(stamp=131, to=CLOSED, cause=Cause.DOWN))
    assert agree(opened, closed).moved.to is CLOSED


def test_a_later_move_takes_no_order_away() -> None:
    """A proxy that recovered while Redis was away does not end a forced state."""
    forced = View(ordered=Ordered(stamp=100, forced=OPEN, why="upgrade"))
    closed = View(moved=Moved(stamp=131, to=CLOSED, cause=Cause.DOWN))
    assert agree(closed, forced).ordered.forced is OPEN


def test_what_follows_is_later_however_slow_the_clock() -> None:
    """A reset from a machine two seconds behind still ends what it was told."""
    forced = View().with_order(Moved(stamp=100, to=OPEN), OPEN, "upgrade")
    stamp = forced.stamp(98.5)
    reset = forced.with_order(Moved(stamp=stamp), None, "")

    assert stamp == 100 + TICK_S
    assert agree(forced, reset) == reset


@pytest.mark.parametrize(
    ("wall_s", "left_s"),
    [
        pytest.param(100, 30, id="at once"),
        pytest.param(110, 20, id="later"),
        pytest.param(98, 30, id="a clock 2 s behind waits no longer"),
        pytest.param(131, 0, id="past"),
    ],
)
def test_the_time_to_the_probe(wall_s: float, left_s: float) -> None:
    """It is what is left of the interval, never more than the interval."""
    assert remaining_s(Moved(stamp=100, to=OPEN, wait_s=30), wall_s) == left_s


def _with(**changes: Any) -> bytes:
    document = json.loads(write(FULL))
    for path, value in changes.items():
        *parents, name = path.split("__")
        part = document
        for parent in parents:
            part = part[parent]
        part[name] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[1]", id="no object"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(write(FULL)[:-5], id="cut short"),
        pytest.param(_with(moved=None), id="no move"),
        pytest.param(_with(moved__to="half_open"), id="half-open"),
        pytest.param(_with(moved__to=["open"]), id="no state"),
        pytest.param(_with(moved__cause="weather"), id="unknown cause"),
        pytest.param(_with(moved__stamp=1e300), id="a stamp that wins for ever"),
        pytest.param(_with(moved__stamp=float("nan")), id="nan"),
        pytest.param(_with(moved__stamp="5"), id="a stamp as text"),
        pytest.param(_with(moved__stamp=True), id="a stamp that is true"),
        pytest.param(_with(moved__wait_s=1e9), id="open for years"),
        pytest.param(_with(moved__hotel="1</id_hotel>"), id="a hotel with markup"),
        pytest.param(_with(ordered__why="x" * 501), id="a reason too long"),
        pytest.param(_with(ordered__why=5), id="no reason"),
        pytest.param(_with(writes=-1), id="writes below none"),
    ],
)
def test_what_is_not_a_view_in_every_detail_is_none(value: bytes) -> None:
    """Foreign or damaged bytes in Redis move no breaker."""
    assert read(value) is None


def test_the_unchanged_example_is_a_view() -> None:
    """The damage above is what makes it unreadable."""
    assert read(_with()) == FULL
