"""Pure. The replay's table: what guests got, and what it cost the PMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.replay.tally import PROMPT_S, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from demo.replay.tally import Tally, Told

LABEL = 40
COLUMN = 15
NOTHING = "-"


def table(tallies: Sequence[Tally], outages: int, nights: int) -> str:
    """Write the table; the shares are of all questions of a part of the day."""
    lines = [_line("", [tally.name for tally in tallies])]
    parts: tuple[tuple[str, Callable[[Tally], list[Told]]], ...] = (
        (f"First 300 s of the outages ({outages})", lambda tally: tally.first()),
        ("The outages", lambda tally: tally.ill()),
        ("All day", lambda tally: tally.told),
    )
    for title, choose in parts:
        told = [choose(tally) for tally in tallies]
        lines += ["", f"{title}: {len(told[0])} questions"]
        lines += [_line(name, map(of, told)) for name, of in _rows(nights)]
    lines += [
        "",
        _line("Oldest answer, s", [f"{tally.oldest_s():.0f}" for tally in tallies]),
        _line("Calls to the PMS", [str(tally.calls) for tally in tallies]),
    ]
    return "\n".join(lines)


def _rows(nights: int) -> list[tuple[str, Callable[[list[Told]], str]]]:
    return [
        ("  answered", lambda told: _percent(share(told))),
        (
            f"    of stays within {nights} nights",
            lambda told: _percent(share(one for one in told if one.is_near)),
        ),
        (
            "    within 1 s",
            lambda told: _part(
                told, lambda one: one.outcome == "whole" and one.took_s <= PROMPT_S
            ),
        ),
        ("  marked as potentially stale", lambda t: _part(t, lambda o: o.is_marked)),
        ("  partial: some types withheld", lambda t: _percent(share(t, "partial"))),
        ("  wrong, answers", lambda t: str(sum(one.is_wrong for one in t))),
    ]


def _part(told: list[Told], holds: Callable[[Told], bool]) -> str:
    return _percent(sum(map(holds, told)) / len(told) if told else None)


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.1f} %"


def _line(name: str, values: Iterable[str]) -> str:
    return f"{name:{LABEL}}" + "".join(f"{value:>{COLUMN}}" for value in values)
