"""Pure. The replay's table: what guests got, and what it cost the PMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.replay.tally import FIRST_S, PROMPT_S, Tally, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from demo.replay.tally import Part, Told

LABEL = 40
COLUMN = 15
NOTHING = "-"


def table(tallies: Sequence[Tally], outages: int, nights: int) -> str:
    """Write the table; the shares are of all questions of a part of the day."""
    lines = [_line("", [tally.name for tally in tallies])]
    parts: tuple[tuple[str, Callable[[Tally], Part]], ...] = (
        (f"First {FIRST_S} s of the outages ({outages})", Tally.first),
        ("The outages", Tally.ill),
        ("All day", Tally.whole),
    )
    for title, choose in parts:
        chosen = [choose(tally) for tally in tallies]
        lines += ["", f"{title}: {len(chosen[0].told)} questions"]
        lines += [_line(name, map(of, chosen)) for name, of in _rows(nights)]
    return "\n".join(lines)


def _rows(nights: int) -> list[tuple[str, Callable[[Part], str]]]:
    return [
        ("  answered", lambda part: _percent(share(part.told))),
        (
            f"    of stays within {nights} nights",
            lambda part: _percent(share(one for one in part.told if one.is_near)),
        ),
        ("    within 1 s", lambda part: _of(part, _is_prompt)),
        ("  marked as potentially stale", lambda part: _of(part, _is_marked)),
        (
            "  partial: some types withheld",
            lambda part: _percent(share(part.told, "partial")),
        ),
        ("  wrong, answers", lambda part: str(sum(map(_is_wrong, part.told)))),
        (
            "  oldest answer, s",
            lambda part: f"{max((one.age_s for one in part.told), default=0):.0f}",
        ),
        ("  calls that reached the PMS", lambda part: str(part.calls)),
    ]


def _is_prompt(told: Told) -> bool:
    return told.outcome == "whole" and told.took_s <= PROMPT_S


def _is_marked(told: Told) -> bool:
    return told.is_marked


def _is_wrong(told: Told) -> bool:
    return told.is_wrong


def _of(part: Part, holds: Callable[[Told], bool]) -> str:
    told = part.told
    return _percent(sum(map(holds, told)) / len(told) if told else None)


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.1f} %"


def _line(name: str, values: Iterable[str]) -> str:
    return f"{name:{LABEL}}" + "".join(f"{value:>{COLUMN}}" for value in values)
