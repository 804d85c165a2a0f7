"""Pure. How long to leave a failing Redis alone: 1 s, doubling to 30 s (ours)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_S = 1.0
LONGEST_S = 30.0


def delays_s() -> Iterator[float]:
    """Yield the pauses before the first try, the second, and so on for ever."""
    delay_s = FIRST_S
    while True:
        yield delay_s
        delay_s = min(2 * delay_s, LONGEST_S)
