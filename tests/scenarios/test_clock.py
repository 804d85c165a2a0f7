"""Scenario 15: somebody moves the time of day (CONTRACT §2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from demo import faults

if TYPE_CHECKING:
    from fakes.rig import Rig


@pytest.mark.parametrize(
    "moved",
    [timedelta(hours=-1), timedelta(days=1)],
    ids=["an-hour-back", "a-day-forward"],
)
async def test_only_monotonic_time_decides(rig: Rig, moved: timedelta) -> None:
    """Scenario 15: half-open at 30 s all the same, ages as they were, times shifted."""
    await rig.search(10)
    await rig.fails(5)
    opened_at = (await rig.breaker())["since"]
    assert opened_at == "2026-11-25T03:00:00Z"
    rig.pms.always(faults.holds())

    rig.clock.advance(10)
    rig.clock.set_wall(rig.clock.wall() + moved)

    shown = (await rig.breaker())["since"]
    day, hour = (26, 3) if moved > timedelta(0) else (25, 2)
    assert shown == f"2026-11-{day}T0{hour}:00:00Z"
    copy = await rig.search(10)
    assert copy.headers["Age"] == "10"
    rig.clock.advance(19.999)
    assert await rig.state() == "open"
    rig.clock.advance(0.001)
    assert await rig.state() == "half_open"
    assert (await rig.search(10)).headers["Age"] == "30"


@pytest.mark.parametrize("moved", [timedelta(hours=-1), timedelta(days=1)])
async def test_a_copys_life_is_not_the_time_of_days(rig: Rig, moved: timedelta) -> None:
    """Scenario 15: fresh to 30 s and usable to 300 s, whatever the wall clock says."""
    await rig.search(10)
    rig.clock.set_wall(rig.clock.wall() + moved)

    rig.clock.advance(30)
    assert "; hit; ttl=0" in (await rig.search(10)).headers["Cache-Status"]
    await rig.fails(5)
    rig.pms.always(faults.error_page())
    rig.clock.advance(270)
    assert (await rig.search(10)).is_marked
    rig.clock.advance(0.001)
    assert (await rig.search(10)).status == 503
