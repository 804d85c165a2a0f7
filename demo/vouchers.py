"""Pure. How a booking and the list of bookings are written, in XML and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.answers import Answer, cdata, json_document, xml_document
from demo.php import number, plain
from demo.prices import KEPT_DIGITS

if TYPE_CHECKING:
    from demo.answers import Format
    from demo.hotel import House
    from demo.stays import Booking, Stay

Value = str | int | float


def write_booking(house: House, booking: Booking, form: Format) -> Answer:
    """Write one booking, with its customer as they are called by now."""
    customer = house.customers.get(booking.customer)
    guest: dict[str, Value] = {"id_customer": booking.customer}
    if customer is not None:
        guest |= {
            "firstname": customer.firstname,
            "lastname": customer.lastname,
            "email": customer.email,
            "phone": customer.phone,
        }
    top: dict[str, Value] = {
        "id": booking.id,
        "id_property": booking.hotel,
        "currency": booking.currency,
        "source": booking.source,
        "booking_date": f"{booking.booked_at:%Y-%m-%d %H:%M:%S}",
        "id_language": 1,
    }
    prices: dict[str, Value] = {
        "total_paid": plain(booking.total_paid),
        "total_price_without_tax": plain(booking.net),
        "total_tax": plain(booking.tax),
    }
    remarks = _remarks(booking)
    groups = [(_head(house, stays), stays) for stays in _by_type(booking)]
    if form == "json":
        types = [
            head | {"rooms": [_room(stay) for stay in stays]} for head, stays in groups
        ]
        links: dict[str, object] = {
            "customer_detail": guest,
            "price_details": prices,
            "cart_rules": [],
            "remarks": remarks,
            "room_types": types,
        }
        return json_document({"booking": top | {"associations": links}})
    xml_remarks = "".join(f"<remark>{cdata(one)}</remark>\n" for one in remarks)
    xml_types = "".join(
        f"<room_type>{_xml(head)}<rooms>"
        + "".join(f"<room>{_xml(_room(stay))}</room>" for stay in stays)
        + "</rooms></room_type>"
        for head, stays in groups
    )
    # A single line but for the values: this resource has a writer of its own.
    return xml_document(
        f"<booking>{_xml(top)}<associations>"
        f"<customer_detail>{_xml(guest)}</customer_detail>"
        f"<price_details>{_xml(prices)}</price_details>"
        f"<cart_rules>{cdata(0)}</cart_rules>\n"
        f"<remarks>{xml_remarks}</remarks>"
        f"<room_types>{xml_types}</room_types></associations></booking>"
    )


def write_bookings(house: House, form: Format, api: str) -> Answer:
    """List the ids of every booking; filters and limits are not looked at."""
    if form == "json":
        ids = [{"id": booking} for booking in house.bookings]
        return json_document({"bookings": ids} if ids else [])
    listed = "".join(
        f'<booking xlink:href="{api}/bookings/{booking}" id="{booking}"/>\n'
        for booking in house.bookings
    )
    return xml_document(f"<bookings>\n{listed}</bookings>\n")


def _remarks(booking: Booking) -> list[str]:
    # The newest second first; within one, as they came: a reversed sort is stable too.
    newest_first = sorted(
        booking.remarks, key=lambda one: one.at.replace(microsecond=0), reverse=True
    )
    return [one.text for one in newest_first]


def _by_type(booking: Booking) -> list[list[Stay]]:
    groups: dict[object, list[Stay]] = {}
    for stay in booking.stays:
        key = (stay.room.type, stay.date_from, stay.date_to)
        groups.setdefault(key, []).append(stay)
    return list(groups.values())


def _head(house: House, stays: list[Stay]) -> dict[str, object]:
    first = stays[0]
    kinds = (kind for hotel in house.hotels for kind in hotel.room_types)
    name = next((kind.name for kind in kinds if kind.id == first.room.type), "")
    return {
        "id_room_type": first.room.type,
        "checkin_date": f"{first.date_from} 00:00:00",
        "checkout_date": f"{first.date_to} 00:00:00",
        "total_tax": plain(round(sum(stay.tax for stay in stays), KEPT_DIGITS)),
        "number_of_rooms": len(stays),
        "name": name,
    }


def _room(stay: Stay) -> dict[str, Value]:
    return {
        "id_room": stay.room.id,
        "id_hotel_booking": stay.id,
        "adults": stay.adults,
        "child": stay.children,
        "unit_price_without_tax": plain(stay.price),
        "total_tax": plain(stay.tax),
    }


def _xml(values: dict[str, Value] | dict[str, object]) -> str:
    return "".join(
        f"<{name}>{cdata(number(v) if isinstance(v, float) else v)}</{name}>\n"
        for name, v in values.items()
    )
