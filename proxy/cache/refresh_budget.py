"""
The calls that may be made ahead of guests: `PROXY_REFRESH_PER_MIN` (CONTRACT §4, §8).

Within any 60 s at most so many, hot searches and the calendar together. With Redis it
is the budget of all proxies: each minute of the wall clock has as many tokens there,
and who is the first to name one has it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from proxy.errors import BackendDown

if TYPE_CHECKING:
    from proxy.fleet.shared import Shared
    from proxy.messages import Clock

MINUTE_S = 60.0


class RefreshBudget:
    """One proxy's hand in it."""

    def __init__(
        self, *, clock: Clock, per_min: int, shared: Shared | None = None
    ) -> None:
        self._clock = clock
        self._per_min = per_min
        self._shared = shared
        self._spent_at: deque[float] = deque(maxlen=max(1, per_min))
        self._minute = 0
        # Tokens of this minute that are known to be gone.
        self._gone = 0

    def has_some(self) -> bool:
        """Say whether this proxy may spend one, as far as it knows."""
        if len(self._spent_at) < self._per_min:
            return True
        return self._per_min > 0 and self._now() - self._spent_at[0] >= MINUTE_S

    async def take(self) -> bool:
        """Spend one call, if one is left."""
        if not self.has_some() or not await self._take_token():
            return False
        self._spent_at.append(self._now())
        return True

    async def _take_token(self) -> bool:
        if self._shared is None:
            return True
        minute = int(self._clock.wall().timestamp() // MINUTE_S)
        if minute != self._minute:
            self._minute, self._gone = minute, 0
        try:
            while self._gone < self._per_min:
                self._gone += 1
                token = f"refresh:1:{minute}:{self._gone}"
                if await self._shared.add(token, b"1", 2 * MINUTE_S):
                    return True
        except BackendDown:
            return True
        return False

    def _now(self) -> float:
        return self._clock.monotonic()
