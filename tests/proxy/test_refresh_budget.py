"""The minute's refreshes of several proxies, on a turned clock."""

from __future__ import annotations

from fakes.clock import FakeClock
from fakes.machines import SharedMemory
from proxy.refresh_budget import RefreshBudget

PER_MIN = 20


def _three() -> tuple[FakeClock, SharedMemory, list[RefreshBudget]]:
    clock = FakeClock()
    shared = SharedMemory(clock)
    budgets = [
        RefreshBudget(shared=shared, clock=clock, per_min=PER_MIN) for _ in range(3)
    ]
    return clock, shared, budgets


async def _taken(budgets: list[RefreshBudget]) -> int:
    return sum([await budget.take() for _ in range(PER_MIN) for budget in budgets])


async def test_three_proxies_have_one_budget() -> None:
    """However they take turns; each new minute has a new one."""
    clock, shared, budgets = _three()
    assert await _taken(budgets) == PER_MIN
    asked = shared.asked
    # What is known to be gone is not asked for again.
    assert await _taken(budgets) == 0
    assert shared.asked <= asked + 3 * PER_MIN

    clock.advance(60)
    assert await _taken(budgets) == PER_MIN


async def test_one_proxy_may_take_it_all() -> None:
    """The others have not asked for anything."""
    _, _, budgets = _three()
    assert [await budgets[0].take() for _ in range(PER_MIN + 1)] == [
        *[True] * PER_MIN,
        False,
    ]


async def test_without_redis_each_has_its_own() -> None:
    """What each spends is bounded by `HotSearches` alone."""
    _, shared, budgets = _three()
    shared.is_down = True
    assert all([await budget.take() for budget in budgets])
