"""Pure. How often each caller may ask: at most so many requests in any minute."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OverRate:
    """A caller has asked too often; after `retry_after_s` it may ask once more."""

    caller: str
    per_minute: int
    retry_after_s: float


class Rates:
    """
    The requests of the last minute, by caller, with exact times.

    One taken at t counts at now while now - t < 60. Who is refused is not counted, so
    that a caller who keeps asking gets his share all the same. It holds at most
    `per_minute` instants a caller.
    """

    def __init__(self, per_minute: Mapping[str, int]) -> None:
        self._per_minute = per_minute
        self._taken: dict[str, deque[float]] = {name: deque() for name in per_minute}

    def take(self, caller: str, now: float) -> OverRate | None:
        """Count one request of `caller`, or say why it is refused."""
        per_minute = self._per_minute.get(caller)
        if per_minute is None:
            return None
        taken = self._taken[caller]
        while taken and now - taken[0] >= MINUTE_S:
            taken.popleft()
        if len(taken) < per_minute:
            taken.append(now)
            return None
        return OverRate(
            caller=caller,
            per_minute=per_minute,
            retry_after_s=MINUTE_S - (now - taken[0]),
        )
