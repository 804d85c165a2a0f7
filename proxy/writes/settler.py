"""
Looks for writes whose outcome is unknown, until a read settles it (CONTRACT §9).

It asks as any reader does: with a place, a permit and the proxy's own key, while the
breaker is closed. Without an own key it asks only when the same caller comes again,
with that caller's credentials: no client's are ever kept. Of several proxies one looks.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from proxy.calls import Admitted, Fetched
from proxy.errors import BackendDown
from proxy.messages import BreakerState, Healthy
from proxy.writes.records import Standing, is_refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from proxy.breaker.guard import Guard
    from proxy.breaker.prober import Prober
    from proxy.cache.invalidation import Invalidation
    from proxy.calls import Caller
    from proxy.fleet.shared import Shared
    from proxy.messages import Answer, Clock, Request
    from proxy.pms import Pms
    from proxy.telemetry import Telemetry
    from proxy.writes.ledger import Ledger
    from proxy.writes.records import Record

TICK_S = 1.0
LOOK_KEY = "look:1:{id}:{version}"
SETTLED_APPLIED = "settled_applied"


@dataclass(frozen=True, slots=True)
class Look:
    """
    What a look came to: the record as it is then known, maybe by another's move.

    Only one that itself `found_nothing` allows to send a lost write again.
    """

    record: Record
    found_nothing: bool = False


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
        """Learn and look again and again, until cancelled."""
        async with asyncio.TaskGroup() as group:
            # Apart: a PMS that is slow to answer a look must not keep news of others.
            _ = group.create_task(self._again(self._ledger.refresh))
            _ = group.create_task(self._again(self._look_at_what_is_due))

    async def _again(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except Exception:  # noqa: BLE001  (a crash of ours must not end it)
                self._telemetry.crashed()
            await self._clock.sleep(self._tick_s)

    async def look(self, record: Record, asker: Request | None = None) -> Look:
        """
        Look for a write.

        `asker` is the same caller's request, whose credentials are used where the proxy
        has none of its own. A look that brings no answer changes nothing; one whose
        answer settles nothing is not made again at once.
        """
        if record.source is None:
            return Look(record)
        listed = await self._ask(self._pms.look(record.source), asker)
        if listed is None:
            return Look(record)
        orders = self._pms.read_look(listed, record.source)
        if orders is None:
            return await self._move(record, record.looked(self._clock.monotonic()))
        return await self._weigh(record, orders, asker)

    async def _weigh(
        self, record: Record, orders: list[str], asker: Request | None
    ) -> Look:
        """Say what the orders that have a write's source tell of it."""
        now = self._clock.monotonic()
        if not orders and record.standing is not Standing.ANSWERED:
            missed = record.missed(now, settle_s=self._settle_s)
            return await self._move(record, missed, found_nothing=True)
        if len(orders) > _accounted_for(record) and not record.is_late:
            # More bookings than one yes: nothing settles that but a person.
            return await self._move(record, record.doubled(now), orders)
        if len(orders) != 1 or record.standing is Standing.ANSWERED:
            return await self._move(record, record.looked(now))
        booking = self._pms.booking(orders[0], as_json=record.wants_json)
        found = await self._ask(booking, asker)
        if found is None:
            return Look(record)
        if not self._pms.is_booking(found):
            return await self._move(record, record.looked(now))
        return await self._move(record, record.found(found, now), orders)

    async def _look_at_what_is_due(self) -> None:
        if not self._pms.has_own_key:
            return
        for held in self._ledger.opened():
            if self._guard.state() is not BreakerState.CLOSED:
                return
            if not self._is_due(held):
                continue
            # Looks take their time, in which it may have moved, here or elsewhere.
            record = await self._ledger.find(held.id)
            if record is None or not self._is_due(record):
                continue
            if await self._is_ours(record):
                _ = await self.look(record)

    def _is_due(self, record: Record) -> bool:
        now = self._clock.monotonic()
        return record.is_watched(now) and now >= record.next_look_at(self._settle_s)

    async def _is_ours(self, record: Record) -> bool:
        """Say whether this look is this proxy's to make."""
        if self._shared is None:
            return True
        with suppress(BackendDown):
            key = LOOK_KEY.format(id=record.id, version=record.version)
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
        self,
        before: Record,
        after: Record,
        orders: list[str] | None = None,
        *,
        found_nothing: bool = False,
    ) -> Look:
        if not await self._ledger.move(before, after):
            return Look(self._ledger.known(before.id) or before, found_nothing)
        if after.is_late and not before.is_late:
            self._invalidation.written()
            self._telemetry.applied_late(before.resource, orders or [])
        elif after.standing is not before.standing:
            self._tell_settled(after, orders or [])
        return Look(after, found_nothing)

    def _tell_settled(self, record: Record, orders: list[str]) -> None:
        if record.standing is Standing.ANSWERED:
            self._invalidation.written()
            self._telemetry.settled(SETTLED_APPLIED, record.resource, orders)
        elif record.standing is Standing.PRESUMED:
            outcome = record.standing.value
            self._telemetry.settled(outcome, record.resource, orders)


def _accounted_for(record: Record) -> int:
    """Return how many bookings its answer tells of; one may be found of an unknown."""
    answer = record.answer
    is_refused = answer is not None and is_refusal(answer)
    return 0 if record.standing is Standing.ANSWERED and is_refused else 1
