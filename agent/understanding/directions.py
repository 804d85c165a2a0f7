"""Pure. Tells a day of arrival from one of leaving, by the words around it."""

from __future__ import annotations

import re

from agent.understanding.days import ARTICLE

_LEAVING = re.compile(
    r"\b(?:salgo|salimos|salida|saliendo|salir|sal\w*mos|saldria\w*"
    r"|(?:me|ME|nos) (?:voy|vamos|iria\w*|vou|iriamos|WE_ARE)"
    r"|ir(?:me|nos)|leav\w+|depart\w*|check ?- ?out|check TO out|checkout|out|co"
    r"|sai\w*|sair\w*|(?:vou|WE_ARE|vamos|ir) embora|egres\w+|regres\w+|volv\w+|vuelvo"
    r"|retir\w+|yendo(?:nos|me)|partida|partimos|hasta|UNTIL)\b"
)
_ARRIVING = re.compile(
    r"\b(?:lleg\w+|entr[oa]\w*|ingres\w+|check ?- ?in|check TO in|checkin|in|ci"
    r"|arriv\w+"
    r"|cheg\w+|FROM|vengo|venimos|get there|coming)\b"
)
# "El 20 llegamos y volvemos el 25".
_LEAVING_ON = re.compile(rf"{_LEAVING.pattern} {ARTICLE}$")


def sorted_out(gist: str, found: list[re.Match[str]]) -> tuple[list[str], list[str]]:
    """Tell arrivals from leavings by the words before the day, or else after it."""
    arrivals: list[str] = []
    leavings: list[str] = []
    marks = [m.start() for p in (_LEAVING, _ARRIVING) for m in p.finditer(gist)]
    is_before = bool(found and marks) and min(marks) < found[0].start()
    for place, day in enumerate(found):
        start = found[place - 1].end() if place else 0
        end = found[place + 1].start() if place + 1 < len(found) else len(gist)
        before, after = gist[start : day.start()], gist[day.end() : end]
        if place + 1 < len(found):
            # "El lunes y nos vamos el miércoles": those words are the next day's.
            after = _LEAVING_ON.sub("", after)
        # "Llego el 5, el 8 nos vamos" has the second mark behind its day.
        is_marked = is_before and (_LEAVING.search(before) or _ARRIVING.search(before))
        is_left_on = place and _LEAVING_ON.search(before)
        is_before_it = is_marked or is_left_on or (not place and is_before)
        words = before if is_before_it else after
        leaves = [m.start() for m in _LEAVING.finditer(words)]
        arrives = [m.start() for m in _ARRIVING.finditer(words)]
        is_nearest = not arrives or (
            max(leaves, default=0) > max(arrives)
            if words is before
            else min(leaves, default=0) < min(arrives)
        )
        (leavings if leaves and is_nearest else arrivals).append(day[0])
    return arrivals, leavings
