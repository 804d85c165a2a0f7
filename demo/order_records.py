"""
Orders, their rooms and their histories, as the generic resources show them.

An order's id is its booking's; a room booking outlives an order that was deleted.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from demo.records import Association, Record
from demo.shopfiles import house_texts
from demo.states import PAID

if TYPE_CHECKING:
    from datetime import datetime

    from demo.hotel import House
    from demo.stays import Booking, History, Stay

NEVER = "0000-00-00 00:00:00"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REFERENCE_LENGTH = 9
# That of the hotel's address, by which taxes are reckoned.
TAX_ADDRESS = 2


def order_records(house: House) -> list[Record]:
    """Give the orders that are not deleted."""
    return [_order(booking) for booking in house.bookings.values()]


def room_booking_records(house: House) -> list[Record]:
    """Give every booked room, cancelled ones and those of deleted orders too."""
    return [_room_booking(house, stay) for stay in house.stays]


def history_records(house: House) -> list[Record]:
    """Give every state that an order came into."""
    return [history_record(history) for history in house.histories]


def history_record(history: History) -> Record:
    """Give one state of one order."""
    return Record(
        {
            "id": history.id,
            "id_employee": "",
            "id_order_state": history.state,
            "id_order": history.order,
            "date_add": _instant(history.at),
        }
    )


def secure_key(customer: int) -> str:
    """Give the hash that a customer and their orders carry."""
    return f"{customer:032x}"


def _order(booking: Booking) -> Record:
    total = _price(booking.net + booking.tax)
    is_paid = booking.state == PAID
    return Record(
        {
            "id": booking.id,
            "id_address_delivery": 0,
            "id_address_invoice": 0,
            "id_address_tax": TAX_ADDRESS,
            "id_cart": booking.id,
            "id_currency": 1,
            "id_lang": 1,
            "id_customer": booking.customer,
            "current_state": booking.state,
            "module": "wsorder",
            "invoice_number": booking.invoice,
            "invoice_date": _instant(booking.invoiced_at),
            "valid": int(is_paid),
            "date_add": _instant(booking.booked_at),
            "date_upd": _instant(booking.changed_at or booking.booked_at),
            "transaction_id": None,
            "secure_key": secure_key(booking.customer),
            "payment": booking.payment,
            "payment_type": 1,
            "total_discounts": _price(0),
            "total_discounts_tax_incl": _price(0),
            "total_discounts_tax_excl": _price(0),
            "total_paid": total,
            "total_paid_tax_incl": total,
            "total_paid_tax_excl": _price(booking.net),
            "total_paid_real": _price(booking.total_paid if is_paid else 0),
            "total_products": _price(booking.net),
            "total_products_wt": total,
            "conversion_rate": _price(1),
            "source": booking.source,
            "reference": _reference(booking.id),
            "is_advance_payment": 0,
            "advance_paid_amount": total,
            "with_occupancy": 0,
        },
        (
            Association(
                "bookings",
                "booking",
                "bookings",
                tuple({"id": stay.id} for stay in booking.stays),
                is_virtual=True,
            ),
        ),
    )


def _room_booking(house: House, stay: Stay) -> Record:
    texts = house_texts()["hotel"]
    hotel = house.hotel(stay.room.hotel)
    kinds = hotel.room_types if hotel else ()
    price, paid = _price(stay.price), _price(stay.price + stay.tax)
    return Record(
        {
            "id": stay.id,
            "id_product": stay.room.type,
            "id_hotel": stay.room.hotel,
            "id_order": stay.order,
            "id_order_detail": stay.id,
            "id_cart": stay.order,
            "id_room": stay.room.id,
            "id_customer": stay.customer,
            "booking_type": 1,
            "id_status": 1,
            "comment": "",
            "check_in": NEVER,
            "check_out": NEVER,
            "date_from": f"{stay.date_from} 00:00:00",
            "date_to": f"{stay.date_to} 00:00:00",
            "total_price_tax_excl": price,
            "total_price_tax_incl": paid,
            "total_paid_amount": paid,
            "is_refunded": int(stay.is_refunded),
            "is_cancelled": int(stay.is_cancelled),
            "is_back_order": int(stay.is_back_order),
            "room_num": stay.room.number,
            "room_type_name": next(
                (kind.name for kind in kinds if kind.id == stay.room.type), ""
            ),
            "hotel_name": hotel.name if hotel else "",
            "city": hotel.city if hotel else "",
            "state": "Alabama",
            "country": "United States",
            "zipcode": texts["zipcode"],
            # The hotel's, not the guest's.
            "phone": texts["phone"],
            "email": texts["email"],
            "check_in_time": texts["check_in"],
            "check_out_time": texts["check_out"],
            "adults": stay.adults,
            "children": stay.children,
            "child_ages": "[]",
            "date_add": _instant(stay.added_at),
            "date_upd": _instant(stay.changed_at),
        },
        (
            Association(
                "booking_extra_demands", "extra_demand", "booking_extra_demands"
            ),
        ),
    )


def _instant(at: datetime | None) -> str:
    return NEVER if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def _price(value: float) -> str:
    return f"{value:.6f}"


def _reference(order: int) -> str:
    digest = hashlib.sha256(str(order).encode()).digest()[:REFERENCE_LENGTH]
    return "".join(LETTERS[byte % len(LETTERS)] for byte in digest)
