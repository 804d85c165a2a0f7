"""
Pure. The generic resource's writes, for customers.

Unlike a booking, `POST /api/customers` does not match by e-mail: the same address
twice makes two customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.answers import Refusal, refuse
from demo.orders import read_element
from demo.stays import Customer

if TYPE_CHECKING:
    from datetime import datetime

    from demo.hotel import House

REQUIRED = ("passwd", "phone", "lastname", "firstname", "email")


def add_customer(house: House, body: bytes, now: datetime) -> Customer | Refusal:
    """Add a customer, or say which field is missing."""
    posted = read_element(body, "customer")
    if isinstance(posted, Refusal):
        return posted
    for name in REQUIRED:
        if not posted.has(name):
            return refuse(400, 41, f'parameter "{name}" required')
    customer = Customer(
        id=house.next_customer,
        firstname=posted.text("firstname"),
        lastname=posted.text("lastname"),
        email=posted.text("email"),
        phone=posted.text("phone"),
        added_at=now,
    )
    house.customers[customer.id] = customer
    house.next_customer += 1
    return customer
