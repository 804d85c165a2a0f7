"""Pure. What must hold after a recovery (runbook step 7), and how it is told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

GET_LIMIT_S = 1.0
POST_LIMIT_S = 2.0
NOMINAL = "PMS recovered, all systems nominal"
OK = 200
UNSIGNED = 401
MAX_SHOWN = 80
MAX_DETAIL = 300
_GAUGE = re.compile(r"(?m)^pms_circuit_breaker_state ([0-9]+(?:\.[0-9]+)?)$")
_STATES = {0.0: "closed", 1.0: "open", 2.0: "half-open"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """
    One thing that must hold, whether it does, and the figure that shows it.

    What could not be checked from here neither holds nor says anything of the house.
    """

    name: str
    holds: bool
    figure: str
    is_checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer of the agent; `status` is None where none came, and `why` says it."""

    status: int | None
    body: bytes
    took_s: float
    why: str = ""

    @property
    def document(self) -> dict[str, Any]:
        """Return the body's JSON object, empty where it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def lives(heard: Heard) -> Proof:
    """Take /health/live: the process runs."""
    return Proof(name="/health/live", holds=heard.status == OK, figure=_said(heard))


def offers_rooms(heard: Heard, checkin: str) -> Proof:
    """Take the availability API: rooms, without the mark of what may be old."""
    name = f"GET /api/v1/availability?checkin={checkin}"
    if heard.status != OK:
        return Proof(name=name, holds=False, figure=_said(heard))
    document = heard.document
    rooms = document.get("rooms")
    is_marked = "potentially_stale" in document
    if not isinstance(rooms, list):
        return Proof(name=name, holds=False, figure="no list of rooms")
    count = len(cast("list[object]", rooms))
    figure = f"{count} room types, {'potentially_stale' if is_marked else 'unmarked'}"
    if not count:
        figure = "no room is free on that day: try another --checkin"
    return Proof(name=name, holds=count > 0 and not is_marked, figure=figure)


def shows_closed(heard: Heard) -> Proof:
    """Take the agent's /metrics: the public gauge is 0."""
    name = "pms_circuit_breaker_state"
    found = _GAUGE.search(heard.body.decode(errors="replace"))
    if heard.status != OK or found is None:
        figure = "not shown" if heard.status == OK else _said(heard)
        return Proof(name=name, holds=False, figure=figure)
    value = float(found[1])
    figure = f"{value:g} ({_STATES.get(value, 'unknown')})"
    return Proof(name=name, holds=value == 0, figure=figure)


def hears_closed(heard: Heard, *, is_signed: bool) -> Proof:
    """
    Take the webhook's answer: it says that the breaker is closed.

    An agent that does not take this shell's signature was not heard at all.
    """
    name = "POST /webhooks/whatsapp"
    if heard.status == UNSIGNED:
        wrong = "is not the agent's" if is_signed else "is not set"
        figure = f"not checked: AGENT_WHATSAPP_APP_SECRET {wrong} in this shell"
        return Proof(name=name, holds=False, figure=figure, is_checked=False)
    if heard.status != OK:
        return Proof(name=name, holds=False, figure=_said(heard))
    state = heard.document.get("pms_circuit_breaker")
    # As JSON, so that a stranger's words hold no commands for the terminal.
    shown = json.dumps(state)[:MAX_SHOWN]
    figure = f'"pms_circuit_breaker": {shown}'
    return Proof(name=name, holds=state == "closed", figure=figure)


def is_fast(name: str, answers: Sequence[Heard], limit_s: float) -> Proof:
    """Hold the slowest answer against its limit; no answer is never fast."""
    slowest_s = max(heard.took_s for heard in answers)
    came = all(heard.status is not None for heard in answers)
    figure = f"{slowest_s:.3f} s (limit {limit_s:g} s)"
    return Proof(name=name, holds=came and slowest_s < limit_s, figure=figure)


def is_nominal(proofs: Sequence[Proof]) -> bool:
    """Say whether all of it holds."""
    return all(proof.holds for proof in proofs)


def in_lines(proofs: Sequence[Proof]) -> str:
    """Write a line for each, and what it comes to."""
    lines = [f"{_mark(one)} {one.name}: {one.figure}" for one in proofs]
    return "\n".join([*lines, "", conclusion(proofs)])


def in_json(proofs: Sequence[Proof]) -> str:
    """Write one line of JSON."""
    document = {
        "nominal": is_nominal(proofs),
        "says": conclusion(proofs),
        "proofs": [
            {
                "name": one.name,
                "holds": one.holds,
                "is_checked": one.is_checked,
                "figure": one.figure,
            }
            for one in proofs
        ],
    }
    return json.dumps(document, ensure_ascii=False)


def conclusion(proofs: Sequence[Proof]) -> str:
    """Say the runbook's sentence, or what does not hold and what was not checked."""
    if is_nominal(proofs):
        return NOMINAL
    broken = [one.name for one in proofs if one.is_checked and not one.holds]
    unchecked = [one.name for one in proofs if not one.is_checked]
    said = {"Not recovered yet": broken, "Not checked": unchecked}
    return " ".join(
        f"{what}: {', '.join(names)}." for what, names in said.items() if names
    )


def _mark(proof: Proof) -> str:
    if not proof.is_checked:
        return "-"
    return "✓" if proof.holds else "✗"


def _said(heard: Heard) -> str:
    """Say the status and what the agent says of it, such as of a refused token."""
    if heard.status is None:
        return heard.why
    detail = heard.document.get("detail")
    if heard.status == OK or not isinstance(detail, str):
        return f"status {heard.status}"
    shown = "".join(c if c.isprintable() else "?" for c in detail[:MAX_DETAIL])
    return f"status {heard.status}: {shown}"
