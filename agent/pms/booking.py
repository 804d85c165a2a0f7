"""
QloApps' bookings: the body of one, and the reading of the answers. No I/O is here.

The very same bytes for the same quote, guest and key, whenever they are written: the
proxy compares what comes with a key that it knows (CONTRACT §9).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from agent.messages import Booked, BookingRefused, BookingUnknown
from agent.pms.names import email_of, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.messages import Guest, Quote, RoomsFound

BOOKINGS_TARGET = "/api/bookings?output_format=JSON"
# QloApps' numbers: a new booking, whose payment is awaited.
NEW, AWAITING_PAYMENT = 1, 3
# A number is required, and some guests hide theirs.
NO_PHONE = "0000000000"
# What the proxy looks a booking up by may hold no other letters.
KEY = re.compile(r"[A-Za-z0-9:_.-]{1,200}")
_NUMBER = re.compile(r"[0-9]{1,20}")
NOT_AVAILABLE = "Requested room(s) not available."

_OK = 200
# The proxy does not know the agent, or it asks too much: nothing was sent.
_TURNED_AWAY = (401, 403, 429)
# The key is under way, or known with another body: what became of it is not told.
_NOT_TOLD = (409, 422)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPolicy:
    """For which hotel bookings are, and what guests' e-mail addresses are made of."""

    hotel_id: int
    email_domain: str
    email_secret: bytes


# Larger than any order's, and small enough to be written out.
_Id = Annotated[int, Field(gt=0, lt=10**18)]


class _Booking(BaseModel):
    id: _Id


class _Answer(BaseModel):
    booking: _Booking


class _Error(BaseModel):
    message: str = ""


class _Refusal(BaseModel):
    outcome: str = ""
    errors: list[_Error] = []


class _Order(BaseModel):
    id: _Id
    source: str


class _Orders(BaseModel):
    orders: list[_Order]


# An empty list has no name around it.
_ORDERS: TypeAdapter[_Orders | list[_Order]] = TypeAdapter(_Orders | list[_Order])


def source_of(key: str) -> str:
    """Name the origin of a booking, by which it is found again: it holds the key."""
    return f"WhatsApp:{key}"


def orders_target(key: str) -> str:
    """Write path and query of the look for a booking."""
    found = f"filter[source]=[{source_of(key)}]"
    return f"/api/orders?{found}&display=[id,source]&output_format=JSON"


def booking_body(quote: Quote, guest: Guest, key: str, policy: BookingPolicy) -> bytes:
    """
    Write a booking of one room, with the quoted price: else the PMS takes a lower one.

    The party stands in the remark: the PMS keeps no adults, and children by age only.

    Raises:
        ValueError: for a key by which no booking could be found again.

    """
    if not KEY.fullmatch(key):
        raise ValueError(f"A booking's key has letters, digits and :_.- only: {key!r}.")
    search, room = quote.search, quote.room
    first_name, last_name = name_of(guest.name or "")
    booking = {
        "id_property": policy.hotel_id,
        "currency": room.currency,
        "booking_status": NEW,
        "payment_status": AWAITING_PAYMENT,
        "source": source_of(key),
        "remark": f"WhatsApp. Adults: {search.adults}, children: {search.children}",
        "associations": {
            "customer_detail": {
                "firstname": first_name,
                "lastname": last_name,
                "email": email_of(
                    guest.address, policy.email_domain, policy.email_secret
                ),
                "phone": _phone(guest),
            },
            "price_details": {
                "total_paid": 0,
                "total_price_with_tax": str(room.price),
            },
            "room_types": [
                {
                    "id_room_type": room.id,
                    "checkin_date": str(search.checkin),
                    "checkout_date": str(search.checkout),
                    "number_of_rooms": 1,
                }
            ],
        },
    }
    return json.dumps({"booking": booking}).encode()


def changed(quote: Quote, found: RoomsFound) -> BookingRefused | None:
    """Say what has become of a quoted room meanwhile, None where it is as it was."""
    room = next((room for room in found.rooms if room.id == quote.room.id), None)
    if room is None or not room.available:
        return BookingRefused(reason="gone", found=found)
    if (room.price, room.currency) != (quote.room.price, quote.room.currency):
        return BookingRefused(reason="price", found=found)
    return None


def read_booking(
    status: int, headers: Mapping[str, str], body: bytes
) -> Booked | BookingRefused | BookingUnknown:
    """
    Say what came of a booking; where nothing is sure, it is unknown.

    Booked is what has an id: a PMS that gives up answers 200, too.
    """
    outcome = headers.get("X-Write-Outcome", "")
    if outcome == "unknown" or status in _NOT_TOLD:
        return BookingUnknown()
    if outcome == "refused" or status in _TURNED_AWAY:
        return BookingRefused(reason="pms_down")
    if status == _OK:
        return _read_booked(body)
    refusal = _read_refusal(body)
    if refusal.outcome == "not_sent":
        return BookingRefused(reason="pms_down")
    if not 400 <= status < 500:  # noqa: PLR2004  (the client's mistakes)
        return BookingUnknown()
    is_gone = any(error.message == NOT_AVAILABLE for error in refusal.errors)
    return BookingRefused(reason="gone" if is_gone else "invalid")


def read_orders(body: bytes, key: str) -> str | None:
    """Return the number of the booking that has this key, None where none is listed."""
    try:
        listed = _ORDERS.validate_json(body)
    except ValidationError:
        return None
    orders = listed.orders if isinstance(listed, _Orders) else listed
    ours = [order.id for order in orders if order.source == source_of(key)]
    return str(ours[0]) if ours else None


def _phone(guest: Guest) -> str:
    # What is no number crashes the PMS as a bad name does.
    is_number = guest.is_phone and _NUMBER.fullmatch(guest.address)
    return f"+{guest.address}" if is_number else NO_PHONE


def _read_booked(body: bytes) -> Booked | BookingUnknown:
    try:
        return Booked(reference=str(_Answer.model_validate_json(body).booking.id))
    except ValidationError:
        return BookingUnknown()


def _read_refusal(body: bytes) -> _Refusal:
    try:
        return _Refusal.model_validate_json(body)
    except ValidationError:
        return _Refusal()
