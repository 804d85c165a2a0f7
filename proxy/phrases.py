"""Pure. The runbook's sentences, as the log and the notices write them."""

from __future__ import annotations

OPENED = "Circuit breaker opened at {at}"
HALF_OPENED = "Circuit breaker half-open at {at}"
CLOSED = "Circuit breaker closed at {at} after {after_s:.0f} s"
IS_OPEN = "Circuit breaker is open"
RECOVERED = "PMS recovered, all systems nominal"
