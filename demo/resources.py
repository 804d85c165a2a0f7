"""
What each resource does with an inquiry that passed the door.

`hotel_ari`, `bookings` and `search` have ways of their own; the rest are generic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.answers import (
    Answer,
    Refusal,
    Unwritten,
    json_document,
    not_found,
    refuse,
    unmodelled,
    xml_document,
)
from demo.availability import answer_search
from demo.bookings import Checked, check, write
from demo.catalogue import SOURCES, customer_record
from demo.changes import add_history, change
from demo.customers import add_customer
from demo.kinds import CUSTOMERS, ORDER_HISTORIES
from demo.listings import displayed, select
from demo.order_records import history_record
from demo.php import to_int
from demo.records import every_field, write_list, write_one
from demo.shopfiles import schema
from demo.stays import Booking, Customer, History
from demo.vouchers import write_booking, write_bookings

if TYPE_CHECKING:
    from datetime import datetime

    from demo.calls import Inquiry
    from demo.hotel import House
    from demo.records import Kind, Record

READS = ("GET", "HEAD")
SCHEMAS = ("blank", "synopsis")
BAD_SCHEMA = (
    "Please select a schema of type 'synopsis' to get the whole schema informations"
    " (which fields are required, which kind of content...) or 'blank' to get an"
    " empty schema to fill before using POST request"
)
BLANK_SEARCH = {
    "id_hotel": "",
    "id_room_type": "",
    "date_from": "",
    "date_to": "",
    "get_available_rooms": "",
    "get_booked_rooms": "",
    "get_partial_available_rooms": "",
    "get_unavailable_rooms": "",
    "date_wise_breakdown": "",
    "associations": {"room_occupancies": [{"adults": None, "children": None}]},
}


def answer_resource(
    house: House, inquiry: Inquiry, api: str, now: datetime
) -> Answer | Refusal | Unwritten:
    """Answer an inquiry about a resource that exists; a new booking is only checked."""
    if inquiry.method == "GET" and "schema" in inquiry.params:
        return _schema(inquiry)
    if inquiry.resource == "hotel_ari":
        if inquiry.method != "POST":
            message = f"Method {inquiry.method} is not valid"
            return refuse(405, 23, message, signed=True)
        return answer_search(house, inquiry.body, inquiry.form, api)
    if inquiry.resource == "bookings":
        return _bookings(house, inquiry, api, now)
    if inquiry.resource == "search" and inquiry.form == "xml":
        # Nothing is indexed in the recorded shop: nothing is ever found.
        found = "<room_types>\n</room_types>\n<categories>\n</categories>\n"
        return xml_document(found)
    return _generic(house, inquiry, api, now)


def _schema(inquiry: Inquiry) -> Answer | Refusal:
    name, resource = inquiry.params["schema"], inquiry.resource
    if name not in SCHEMAS:
        return refuse(400, 28, BAD_SCHEMA)
    if inquiry.form == "json":
        if (resource, name) == ("hotel_ari", "blank"):
            return json_document({"hotel_ari": BLANK_SEARCH})
        return unmodelled(f"the {name} of {resource} in JSON")
    recorded = schema(resource, name)
    if recorded is None:
        return unmodelled(f"the {name} of {resource}")
    return xml_document(recorded)


def _bookings(
    house: House, inquiry: Inquiry, api: str, now: datetime
) -> Answer | Refusal | Unwritten:
    if inquiry.method == "POST":
        checked = check(house, inquiry.body)
        if not isinstance(checked, Checked):
            return checked
        return Unwritten(
            lambda then: write_booking(house, write(house, checked, then), inquiry.form)
        )
    if inquiry.method == "PUT":
        changed = change(house, inquiry.body, now)
        if isinstance(changed, Booking):
            return write_booking(house, changed, inquiry.form)
        return changed
    if not inquiry.id:
        return write_bookings(house, inquiry.form, api)
    found = house.bookings.get(to_int(inquiry.id))
    if found is None:
        return not_found()
    return write_booking(house, found, inquiry.form)


def _generic(
    house: House, inquiry: Inquiry, api: str, now: datetime
) -> Answer | Refusal:
    if inquiry.resource not in SOURCES:
        return unmodelled(f"the resource {inquiry.resource}")
    if inquiry.method not in READS:
        return _write(house, inquiry, api, now)
    if inquiry.id:
        return _one(house, inquiry, api)
    kind, source = SOURCES[inquiry.resource]
    shown = displayed(kind, inquiry.params)
    if isinstance(shown, Refusal):
        return shown
    selected = select(kind, source(house), inquiry.params)
    if isinstance(selected, Refusal):
        return selected
    return write_list(kind, selected, shown, inquiry.form, api)


def _one(house: House, inquiry: Inquiry, api: str) -> Answer:
    kind, source = SOURCES[inquiry.resource]
    for record in source(house):
        if str(record.id) == inquiry.id:
            # With any `display`, a single record shrinks to its id, as recorded.
            fields = None if "display" in inquiry.params else every_field(kind)
            return write_one(kind, record, fields, inquiry.form, api)
    return not_found()


def _write(house: House, inquiry: Inquiry, api: str, now: datetime) -> Answer | Refusal:
    what = (inquiry.method, inquiry.resource)
    if what == ("POST", "customers"):
        added = add_customer(house, inquiry.body, now)
        if isinstance(added, Customer):
            return _created(CUSTOMERS, customer_record(added), inquiry, api)
        return added
    if what == ("POST", "order_histories"):
        entered = add_history(house, inquiry.body, now)
        if isinstance(entered, History):
            return _created(ORDER_HISTORIES, history_record(entered), inquiry, api)
        return entered
    if what == ("DELETE", "customers"):
        return _deleted(house.customers.pop(to_int(inquiry.id), None))
    if what == ("DELETE", "orders"):
        return _deleted(house.loses(to_int(inquiry.id)))
    return unmodelled(" ".join(what))


def _created(of: Kind, record: Record, inquiry: Inquiry, api: str) -> Answer:
    return write_one(of, record, every_field(of), inquiry.form, api, status=201)


def _deleted(gone: object) -> Answer:
    return not_found() if gone is None else Answer(status=200)
