"""How far the replay has come, on the error output: tqdm's bar, or plain lines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

try:
    from tqdm import tqdm  # type: ignore[import-untyped]
except ImportError:  # A development package; the replay does without.
    tqdm = None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BAR = "{desc:16}{percentage:3.0f} % |{bar}| {n:.1f} of {total:.1f} h, {remaining} left"


@contextmanager
def progress(hours: float) -> Iterator[Callable[[str, float], None]]:
    """Give the function that is told what is played and the hours that went by."""
    if tqdm is None:
        yield _plainly(hours)
        return
    with tqdm(total=hours, bar_format=BAR, file=sys.stderr, mininterval=0.2) as bar:

        def tell(what: str, by_hours: float) -> None:
            bar.set_description_str(what, refresh=False)
            bar.update(by_hours)

        yield tell


def _plainly(hours: float) -> Callable[[str, float], None]:
    done = 0.0
    told = 0

    def tell(what: str, by_hours: float) -> None:
        nonlocal done, told
        done += by_hours
        tenths = int(10 * done / hours)
        if tenths > told:
            told = tenths
            sys.stderr.write(f"{what}: {10 * told} %\n")

    return tell
