"""
Looks for writes whose outcome is unknown, until a read settles it (CONTRACT §9).

It asks as any reader does: with a place, a permit and the proxy's own key, while the
breaker is closed. Without an own key it asks only when the same caller comes again,
with that caller's credentials: no client's are ever kept. Of several proxies one looks.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from proxy.calls import Admitted, Fetched
from proxy.errors import BackendDown
from proxy.messages import BreakerState, Healthy
from proxy.records import Standing

if TYPE_CHECKING:
    from proxy.calls import Caller
    from proxy.guard import Guard
    from proxy.invalidation import Invalidation
    from proxy.ledger import Ledger
    from proxy.messages import Answer, Clock, Request
    from proxy.pms import Pms
    from proxy.prober import Prober
    from proxy.records import Record
    from proxy.shared import Shared
    from proxy.telemetry import Telemetry

TICK_S = 1.0
LOOK_KEY = "look:1:{id}"
SETTLED_APPLIED = "settled_applied"
PRESUMED = "presumed_not_applied"


class Settler:
    """
    Settles what can be settled.

    `settle_s` after the deadline a booking that is not found is presumed not applied.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        pms: Pms,
        caller: Caller,
        prober: Prober,
        guard: Guard,
        invalidation: Invalidation,
        telemetry: Telemetry,
        clock: Clock,
        settle_s: float,
        look_lease_s: float,
        shared: Shared | None = None,
    ) -> None:
        self._ledger = ledger
        self._pms = pms
        self._caller = caller
        self._prober = prober
        self._guard = guard
        self._invalidation = invalidation
        self._telemetry = telemetry
        self._clock = clock
        self._settle_s = settle_s
        self._look_lease_s = look_lease_s
        self._shared = shared
        self._tick_s = min(TICK_S, settle_s / 4)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self._ledger.refresh()
                if self._pms.has_own_key:
                    await self._look_at_what_is_due()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._telemetry.crashed()
            await self._clock.sleep(self._tick_s)

    async def look(self, record: Record, asker: Request | None = None) -> Record:
        """
        Look for a write, and return its record as it is then known.

        `asker` is the same caller's request, whose credentials are used where the proxy
        has none of its own. A look that brings no answer changes nothing.
        """
        if record.source is None:
            return record
        listed = await self._ask(self._pms.look(record.source), asker)
        orders = None if listed is None else self._pms.read_look(listed, record.source)
        if orders is None:
            return record
        now = self._clock.monotonic()
        if not orders and record.standing is not Standing.ANSWERED:
            return await self._move(record, record.missed(now, settle_s=self._settle_s))
        if len(orders) > 1 and not record.is_late:
            # Two bookings of one yes: nothing settles that but a person.
            return await self._move(record, record.doubled(now), orders)
        if len(orders) != 1 or record.standing is Standing.ANSWERED:
            return await self._move(record, record.looked(now))
        booking = self._pms.booking(orders[0], as_json=record.wants_json)
        found = await self._ask(booking, asker)
        if found is None or not self._pms.is_booking(found):
            return record
        return await self._move(record, record.found(found, now), orders)

    async def _look_at_what_is_due(self) -> None:
        for record in self._ledger.held():
            now = self._clock.monotonic()
            if self._guard.state() is not BreakerState.CLOSED:
                return
            is_due = now >= record.next_look_at(self._settle_s)
            if record.is_watched(now) and is_due and await self._is_ours(record):
                await self.look(record)

    async def _is_ours(self, record: Record) -> bool:
        """Say whether this look is this proxy's to make."""
        if self._shared is None:
            return True
        with suppress(BackendDown):
            key = LOOK_KEY.format(id=record.id)
            return await self._shared.add(key, b"1", self._look_lease_s)
        return True

    async def _ask(self, request: Request, asker: Request | None) -> Answer | None:
        """Return a healthy answer; None where there is none to be had now."""
        request = self._pms.on_behalf_of(request, asker)
        reading = self._pms.read(request)
        admitted = await self._caller.admit(reading)
        if not isinstance(admitted, Admitted):
            return None
        result = await self._caller.call(
            request, reading, admitted, self._prober.settle
        )
        if isinstance(result, Fetched) and isinstance(result.verdict, Healthy):
            return result.answer
        return None

    async def _move(
        self, before: Record, after: Record, orders: list[str] | None = None
    ) -> Record:
        if not await self._ledger.move(before, after):
            return self._ledger.known(before.id) or before
        if after.is_late and not before.is_late:
            self._invalidation.written()
            self._telemetry.applied_late(before.resource, orders or [])
        elif after.standing is not before.standing:
            is_found = after.standing is Standing.ANSWERED
            if is_found:
                self._invalidation.written()
            outcome = SETTLED_APPLIED if is_found else PRESUMED
            self._telemetry.settled(outcome, before.resource, orders or [])
        return after
