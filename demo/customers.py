"""
Pure. The generic resource's writes, for customers: the only one that needs them.

Unlike a booking, `POST /api/customers` does not match by e-mail: the same address
twice makes two customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from demo.answers import Refusal, refuse
from demo.stays import Customer

if TYPE_CHECKING:
    from datetime import datetime

    from demo.hotel import House

REQUIRED = ("passwd", "phone", "lastname", "firstname", "email")


def add_customer(house: House, body: bytes, now: datetime) -> Customer | Refusal:
    """Add a customer, or say which field is missing."""
    try:
        found = fromstring(body).find("customer")
    except (ParseError, DefusedXmlException, ValueError):
        text = body.decode("utf-8", "replace")
        return refuse(
            500,
            127,
            "XML error : String could not be parsed as XML\n"
            f"XML length : {len(body)}\nOriginal XML : {text}",
        )
    values = {} if found is None else {one.tag: one.text or "" for one in found}
    for name in REQUIRED:
        if not values.get(name):
            return refuse(400, 41, f'parameter "{name}" required')
    customer = Customer(
        id=house.next_customer,
        firstname=values["firstname"],
        lastname=values["lastname"],
        email=values["email"],
        phone=values["phone"],
        added_at=now,
    )
    house.customers[customer.id] = customer
    house.next_customer += 1
    return customer
