"""Pure. The states of an order, and what entering one does to its rooms and money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from demo.stays import History

if TYPE_CHECKING:
    from datetime import datetime

    from demo.hotel import House
    from demo.stays import Booking

# Ids of `/api/order_states`.
AWAITING_PAYMENT = 1
PAID = 2
CANCELLED = 4
REFUNDED = 5
PARTIALLY_PAID = 8

_BY_BOOKING_STATUS = {"2": PAID, "3": CANCELLED, "4": REFUNDED}
_BY_PAYMENT_STATUS = {"1": PAID, "2": PARTIALLY_PAID, "3": AWAITING_PAYMENT}


def posted_state(booking_status: str, payment_status: str) -> int:
    """Give the state of a new booking; the payment counts only where it is `new`."""
    by_payment = _BY_PAYMENT_STATUS[payment_status]
    return _BY_BOOKING_STATUS.get(booking_status, by_payment)


def put_state(booking_status: str) -> int:
    """Give the state that a change asks for; the payment does not count."""
    return _BY_BOOKING_STATUS.get(booking_status, AWAITING_PAYMENT)


def enters(house: House, booking: Booking, state: int, now: datetime) -> History:
    """
    Move a booking into a state, and keep that in its history.

    Cancelled and refunded rooms are on sale again at once, and stay so; what is paid
    for the first time gets an invoice.
    """
    if state in (CANCELLED, REFUNDED):
        stays = tuple(
            replace(
                stay,
                is_refunded=True,
                is_cancelled=stay.is_cancelled or state == CANCELLED,
                changed_at=now,
            )
            for stay in booking.stays
        )
        booking = replace(booking, stays=stays)
    if state == PAID and not booking.invoice:
        booking = replace(booking, invoice=house.next_invoice, invoiced_at=now)
        house.next_invoice += 1
    house.changes(replace(booking, state=state, changed_at=now))
    history = History(
        id=len(house.histories) + 1, order=booking.id, state=state, at=now
    )
    house.histories.append(history)
    return history
