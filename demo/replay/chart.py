"""Pure. The replay's plot as SVG: the share answered, by the minutes of an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from demo.replay.tally import FIRST_S, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from demo.replay.tally import Tally

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 690, 90, 340
MINUTES = 12
# A share of fewer questions is left out: it would show chance.
FEWEST = 5
COLOURS = ("#6b7280", "#d97706", "#1d4ed8", "#047857")
DASHES = ("2 4", "8 4", "none", "12 3 2 3")


def plot(tallies: Sequence[Tally], title: str, caption: str) -> str:
    """Draw a line for each set-up; the caption says what was played."""
    marks = [
        *(_level(percent) for percent in range(0, 101, 25)),
        *(_minute(minute) for minute in range(0, MINUTES + 1, 2)),
        _border(),
        *(_set_up(number, tally) for number, tally in enumerate(tallies)),
    ]
    drawn = "\n".join(marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="13" fill="#1f2937">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        f'<text x="{LEFT}" y="28" font-size="16">{escape(title)}</text>\n'
        f"{drawn}\n"
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 36}" text-anchor="middle">'
        "minutes since the PMS fell ill</text>\n"
        f'<text x="{LEFT}" y="{HEIGHT - 6}" font-size="11" fill="#6b7280">'
        f"{escape(caption)}</text>\n</svg>\n"
    )


def _x(minutes: float) -> float:
    return LEFT + (RIGHT - LEFT) * minutes / MINUTES


def _y(part: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * part, 1)


def _level(percent: int) -> str:
    y = _y(percent / 100)
    return (
        f'<line x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}" stroke="#e5e7eb"/>\n'
        f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{percent} %</text>'
    )


def _minute(minute: int) -> str:
    return (
        f'<text x="{_x(minute)}" y="{BOTTOM + 18}" text-anchor="middle">{minute}</text>'
    )


def _border() -> str:
    """Show where the runbook's five minutes end."""
    x = _x(FIRST_S / 60)
    return (
        f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{BOTTOM}" stroke="#9ca3af"'
        ' stroke-dasharray="4 4"/>\n'
        f'<text x="{x + 6}" y="{TOP - 2}" font-size="11" fill="#6b7280">'
        "300 s: nothing older is shown</text>"
    )


def _set_up(number: int, tally: Tally) -> str:
    points: list[str] = []
    ill = tally.ill().told
    for minute in range(MINUTES):
        told = [one for one in ill if int((one.outage_s or 0) // 60) == minute]
        part = share(told)
        if part is not None and len(told) >= FEWEST:
            points.append(f"{_x(minute + 0.5)},{_y(part)}")
    pen = (
        f'stroke="{COLOURS[number]}" stroke-width="2.5" fill="none"'
        f' stroke-dasharray="{DASHES[number]}"'
    )
    x = LEFT + number * 165
    return (
        f'<polyline points="{" ".join(points)}" {pen}/>\n'
        f'<line x1="{x}" y1="52" x2="{x + 32}" y2="52" {pen}/>\n'
        f'<text x="{x + 40}" y="56">{escape(tally.name)}</text>'
    )
