"""Records of writes, for the tests of the ledger and of all that moves them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from proxy.messages import Answer
from proxy.writes.records import Record

BEGAN_AT = 1000.0
UNDER_WAY_S = 31.0
BOOKED = Answer(
    status=200, headers=(("Content-Type", "text/xml"),), body=b"<qloapps>\xff</qloapps>"
)
REFUSED = Answer(status=400, headers=(), body=b"")


def a_record(attempt: str = "a1", **changes: Any) -> Record:
    """Return a booking that has just begun."""
    record = Record(
        id="id-1",
        attempt=attempt,
        caller="agent",
        resource="bookings",
        hotel="1",
        payload="digest",
        source="WhatsApp:yes-1",
        wants_json=False,
        began_at=BEGAN_AT,
        ends_at=BEGAN_AT + UNDER_WAY_S,
        deadline_at=BEGAN_AT + UNDER_WAY_S,
    )
    return replace(record, **changes)
