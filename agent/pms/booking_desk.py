"""
Makes bookings through the proxy, and asks what became of them.

Nothing is sent while the breaker is not closed, or at another price than the guest said
yes to. Each booking is sent with its key, so that the proxy sends it once however often
it comes. Logs hold the key and no guest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import structlog

from agent.messages import (
    Booked,
    BookingRefused,
    BookingSettled,
    BookingUnknown,
    RoomsFound,
)
from agent.pms.booking import (
    BOOKINGS_TARGET,
    booking_body,
    changed,
    orders_target,
    read_booking,
    read_orders,
)
from agent.pms.proxy import OK, Lost

if TYPE_CHECKING:
    from agent.messages import Guest, Quote
    from agent.pms.booking import BookingPolicy
    from agent.pms.client import PmsClient
    from agent.pms.proxy import Proxy

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class BookingDesk:
    """Books rooms of one hotel."""

    def __init__(self, pms: PmsClient, proxy: Proxy, policy: BookingPolicy) -> None:
        self._pms = pms
        self._proxy = proxy
        self._policy = policy

    async def book(
        self, quote: Quote, guest: Guest, key: str
    ) -> Booked | BookingRefused | BookingUnknown:
        """
        Book a room if it is still free at the quoted price.

        The same booking again, with its key, is the same booking: `Booked`, too.
        """
        known = await self._known_before(quote, key)
        outcome = await self._send(quote, guest, key) if known is None else known
        if known is None and outcome == BookingRefused(reason="gone"):
            # Taken in the instant between: what there is now is the guest's to see.
            found = await self._pms.search(quote.search, is_for_booking=True)
            if isinstance(found, RoomsFound):
                outcome = BookingRefused(reason="gone", found=found)
        _tell(outcome, key)
        return outcome

    async def check(
        self, quote: Quote, guest: Guest, key: str
    ) -> BookingSettled | BookingUnknown:
        """
        Ask what became of an unknown booking.

        It is looked for in the PMS first, in case that the proxy has lost its ledger;
        then the same request goes to the proxy again, which answers with what it knows,
        or sends it where the first was presumed lost.
        """
        reference = await self._look(key)
        if reference is None:
            outcome = await self._send(quote, guest, key)
            _tell(outcome, key)
            match outcome:
                case Booked():
                    reference = outcome.reference
                case BookingUnknown() | BookingRefused(reason="pms_down"):
                    return BookingUnknown()
                case BookingRefused():
                    pass
                case _:
                    assert_never(outcome)
        return BookingSettled(reference=reference)

    async def _known_before(
        self, quote: Quote, key: str
    ) -> Booked | BookingRefused | None:
        """Say what is known of a booking without sending it, None where it may be."""
        if await self._proxy.breaker() != "closed":
            return BookingRefused(reason="pms_down")
        found = await self._pms.search(quote.search, is_for_booking=True)
        if not isinstance(found, RoomsFound) or found.is_stale:
            return BookingRefused(reason="pms_down")
        refused = changed(quote, found)
        if refused is not None:
            # It may have been this very booking that took the room.
            reference = await self._look(key)
            return refused if reference is None else Booked(reference=reference)
        # The search took its time.
        if await self._proxy.breaker() != "closed":
            return BookingRefused(reason="pms_down")
        return None

    async def _send(
        self, quote: Quote, guest: Guest, key: str
    ) -> Booked | BookingRefused | BookingUnknown:
        got = await self._proxy.ask(
            "POST",
            BOOKINGS_TARGET,
            body=booking_body(quote, guest, key, self._policy),
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
        )
        if isinstance(got, Lost):
            if got.may_have_arrived:
                return BookingUnknown()
            return BookingRefused(reason="pms_down")
        return read_booking(got.status, got.headers, got.body)

    async def _look(self, key: str) -> str | None:
        """Return the booking's number, None where the PMS does not show it."""
        got = await self._proxy.ask("GET", orders_target(key))
        if isinstance(got, Lost) or got.status != OK:
            return None
        return read_orders(got.body, key)


def _tell(outcome: Booked | BookingRefused | BookingUnknown, key: str) -> None:
    match outcome:
        case Booked():
            _log.info("booking.made", key=key, reference=outcome.reference)
        case BookingRefused():
            _log.warning("booking.refused", key=key, reason=outcome.reason)
        case BookingUnknown():
            _log.warning("booking.unknown", key=key)
        case _:
            assert_never(outcome)
