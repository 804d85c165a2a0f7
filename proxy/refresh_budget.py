"""
The refreshes that all proxies together may make in a minute (CONTRACT §4).

Each minute has as many tokens in Redis as `PROXY_REFRESH_PER_MIN`; who is the first to
name one has it. The minute is the wall clock's, the same for all. Without Redis each
proxy has its own budget, as ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from proxy.errors import BackendDown

if TYPE_CHECKING:
    from proxy.messages import Clock
    from proxy.shared import Shared

MINUTE_S = 60.0


class RefreshBudget:
    """One proxy's hand in it."""

    def __init__(self, *, shared: Shared, clock: Clock, per_min: int) -> None:
        self._shared = shared
        self._clock = clock
        self._per_min = per_min
        self._minute = 0
        # Tokens of this minute that are known to be gone.
        self._gone = 0

    async def take(self) -> bool:
        """Take a token, if one is left."""
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
