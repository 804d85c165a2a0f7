"""Where guests' records are kept: the shape of it, and one in this process's memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol, TypeVar

from agent.kept.inbox import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.clock import Clock
    from agent.kept.inbox import Kept
    from agent.messages import Guest, Waits

T = TypeVar("T")
GUESTS_LIMIT = 10_000


class Store(Protocol):
    """The records by the guests' addresses; `StoreError` where it cannot be asked."""

    async def change(
        self, address: str, rule: Callable[[Kept | None], tuple[Kept | None, T]]
    ) -> T:
        """
        Replace a guest's record by what `rule` makes of it; return what else it says.

        Nobody else's change is lost: where one came in between, `rule` is asked again,
        so it must do nothing but think. None deletes the record.
        """
        ...

    async def due(self, now: float) -> list[str]:
        """Name guests that a worker is to look at, the most urgent first."""
        ...

    async def next_due(self) -> float | None:
        """Tell when a guest is due next."""
        ...

    async def waiting(self, wait: Waits) -> list[str]:
        """Name guests that wait for something, the longest waiting first."""
        ...

    async def guests(self) -> list[Guest]:
        """Return all guests of whom something is kept, as they are known."""
        ...

    async def close(self) -> None:
        """Let go of what was opened."""
        ...


class MemoryStore:
    """Records in memory, for a day; over the limit idle guests go, the oldest first."""

    def __init__(self, clock: Clock, *, limit: int = GUESTS_LIMIT) -> None:
        self._clock = clock
        self._limit = limit
        # The one changed last is at the end.
        self._kept: OrderedDict[str, tuple[Kept, float]] = OrderedDict()

    async def change(
        self, address: str, rule: Callable[[Kept | None], tuple[Kept | None, T]]
    ) -> T:
        """Change a record; nothing can come in between."""
        now = self._clock.monotonic()
        self._forget_old(now)
        before = self._kept.get(address)
        kept, told = rule(before[0] if before else None)
        self._kept.pop(address, None)
        if kept is not None:
            self._kept[address] = (kept, now)
        return told

    async def due(self, now: float) -> list[str]:
        """Name guests that are due."""
        return [address for due, address in self._by_due() if due <= now]

    async def next_due(self) -> float | None:
        """Tell when a guest is due next."""
        return min((due for due, _ in self._by_due()), default=None)

    async def waiting(self, wait: Waits) -> list[str]:
        """Name guests that wait for something."""
        return [
            address for address, (kept, _) in self._kept.items() if kept.waits == wait
        ]

    async def guests(self) -> list[Guest]:
        """Return all guests."""
        return [kept.guest for kept, _ in self._kept.values()]

    async def close(self) -> None:
        """Have nothing to let go of."""

    def _by_due(self) -> list[tuple[float, str]]:
        return sorted(
            (kept.due, address)
            for address, (kept, _) in self._kept.items()
            if kept.due is not None
        )

    def _forget_old(self, now: float) -> None:
        for address, (kept, changed_at) in list(self._kept.items()):
            is_old = now - changed_at >= DAY_S
            if not is_old and len(self._kept) < self._limit:
                return
            if is_old or kept.due is None:
                del self._kept[address]
