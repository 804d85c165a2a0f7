"""The minute's refreshes of several proxies, on a turned clock."""

from __future__ import annotations

from fakes.clock import FakeClock
from fakes.machines import SharedMemory
from proxy.cache.refresh_budget import RefreshBudget

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
    """While it is away, each goes on by its own window."""
    _, shared, budgets = _three()
    shared.is_down = True
    assert await _taken(budgets) == 3 * PER_MIN


async def test_the_budget_slides() -> None:
    """Never more than two calls within any 60 s; the third may go at the 60th."""
    clock = FakeClock()
    budget = RefreshBudget(clock=clock, per_min=2)
    assert await budget.take()
    clock.advance(30)
    assert await budget.take()
    clock.advance(29.999)
    assert not budget.has_some()
    assert not await budget.take()
    clock.advance(0.001)
    assert await budget.take()
    clock.advance(29.999)
    assert not budget.has_some()


async def test_zero_is_off() -> None:
    """No call is allowed, ever."""
    budget = RefreshBudget(clock=FakeClock(), per_min=0)
    assert not budget.has_some()
    assert not await budget.take()
