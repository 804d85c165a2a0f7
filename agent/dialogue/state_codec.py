"""
Pure. A conversation as JSON and back, for a store that outlives the process.

A newer version, or what is no conversation, reads as None: the guest begins anew, which
is better than an error in each turn.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from agent.dialogue.state import Deal, Pending, State
from agent.messages import Period, Quote, Room, Search, Slots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Grows with each change of `State` or of what it holds.
VERSION = 3
# What each version added, as a record of the ones before is read.
_ADDED: dict[int, dict[str, Any]] = {
    2: {"period": None, "deals": 0},
    3: {"naming": ""},
}

_Plain: TypeAlias = "Mapping[str, Any]"


def encode(state: State) -> str:
    """Write a conversation down."""
    return json.dumps({"version": VERSION, "state": _plain(state)})


def decode(text: str | bytes) -> State | None:
    """Read a conversation, None where it is none that is known."""
    try:
        written = json.loads(text)
        return _state(_grown(written["state"], written["version"]))
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError):
        return None


def _grown(state: _Plain, version: int) -> _Plain:
    """Bring what an older version wrote up to this one; of a newer one, raise."""
    if version not in range(1, VERSION + 1):
        raise ValueError
    for added in range(version + 1, VERSION + 1):
        state = {**state, **_ADDED[added]}
    return state


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, date | Decimal):
        return str(value)
    return value


def _state(written: _Plain) -> State:
    return State(
        **_read(
            written,
            slots=_slots(written["slots"]),
            period=_if_any(_period, written["period"]),
            offered=tuple(map(_room, written["offered"])),
            quote=_if_any(_quote, written["quote"]),
            pending=_if_any(_pending, written["pending"]),
            booked=_if_any(_deal, written["booked"]),
        )
    )


def _slots(written: _Plain) -> Slots:
    return Slots(**_read(written, **_days(written)))


def _search(written: _Plain) -> Search:
    return Search(**_read(written, **_days(written)))


def _days(written: _Plain) -> dict[str, Any]:
    return {
        day: _if_any(date.fromisoformat, written[day])
        for day in ("checkin", "checkout")
    }


def _period(written: _Plain) -> Period:
    return Period(**{end: date.fromisoformat(day) for end, day in written.items()})


def _room(written: _Plain) -> Room:
    return Room(**_read(written, price=Decimal(written["price"])))


def _quote(written: _Plain) -> Quote:
    return Quote(search=_search(written["search"]), room=_room(written["room"]))


def _pending(written: _Plain) -> Pending:
    return Pending(**_read(written, quote=_quote(written["quote"])))


def _deal(written: _Plain) -> Deal:
    return Deal(**_read(written, quote=_quote(written["quote"])))


def _read(written: _Plain, **values: Any) -> dict[str, Any]:
    """Replace what JSON has no shape for; the rest is as it was written."""
    return {**written, **values}


def _if_any(read: Callable[[Any], object], written: object | None) -> object:
    return None if written is None else read(written)
