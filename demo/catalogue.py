"""
The records of the generic resources, made from the house and recorded texts.

A resource that is not in `SOURCES` is not played, and says so. Orders and their rooms
are in `order_records`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo.kinds import (
    CUSTOMER_MESSAGES,
    CUSTOMERS,
    HOTEL_ROOMS,
    HOTELS,
    ORDER_HISTORIES,
    ORDER_PAYMENTS,
    ORDER_STATES,
    ORDERS,
    ROOM_BOOKINGS,
    ROOM_TYPES,
    SERVICES,
)
from demo.order_records import (
    history_records,
    order_records,
    room_booking_records,
    secure_key,
)
from demo.records import Association, Record
from demo.shopfiles import house_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.hotel import House
    from demo.records import Kind
    from demo.rooms import Hotel, Room, RoomType
    from demo.stays import Customer

ROOM_ADDED_AT = "2026-11-24 15:14:46"


def hotel_records(house: House) -> list[Record]:
    """Give the hotels; what the house does not know of one is the demo hotel's."""
    return [_hotel(hotel) for hotel in house.hotels]


def room_type_records(house: House) -> list[Record]:
    """Give the room types of all hotels."""
    return [_room_type(one) for hotel in house.hotels for one in hotel.room_types]


def room_records(house: House) -> list[Record]:
    """Give the rooms of all hotels."""
    return [
        _room(room)
        for hotel in house.hotels
        for one in hotel.room_types
        for room in one.rooms
    ]


def customer_records(house: House) -> list[Record]:
    """Give the customers that are not deleted."""
    return [customer_record(customer) for customer in house.customers.values()]


def customer_record(customer: Customer) -> Record:
    """Give one customer; hashes and groups are those of a fresh one."""
    added = f"{customer.added_at:%Y-%m-%d %H:%M:%S}" if customer.added_at else ""
    known = {
        "id": customer.id,
        "id_lang": 1,
        "last_passwd_gen": added,
        "secure_key": secure_key(customer.id),
        "passwd": f"{customer.id:032x}",
        "phone": customer.phone,
        "lastname": customer.lastname,
        "firstname": customer.firstname,
        "email": customer.email,
        "id_shop": 1,
        "id_shop_group": 1,
        "date_add": added,
        "date_upd": added,
    }
    values = {field.name: known.get(field.name, "") for field in CUSTOMERS.fields}
    return Record(values, (Association("groups", "group", "groups"),))


SOURCES: dict[str, tuple[Kind, Callable[[House], list[Record]]]] = {
    "hotels": (HOTELS, hotel_records),
    "room_types": (ROOM_TYPES, room_type_records),
    "hotel_rooms": (HOTEL_ROOMS, room_records),
    "customers": (CUSTOMERS, customer_records),
    "orders": (ORDERS, order_records),
    "room_bookings": (ROOM_BOOKINGS, room_booking_records),
    "order_histories": (ORDER_HISTORIES, history_records),
    "order_states": (ORDER_STATES, lambda _: _order_states()),
    "services": (SERVICES, lambda _: _services()),
    # Bookings through the API leave neither of these behind, not even paid ones.
    "customer_messages": (CUSTOMER_MESSAGES, lambda _: []),
    "order_payments": (ORDER_PAYMENTS, lambda _: []),
}


def _hotel(hotel: Hotel) -> Record:
    texts = house_texts()
    own = {"id": hotel.id, "hotel_name": hotel.name, "city": hotel.city}
    return Record(
        texts["hotel"] | own,
        (
            Association(
                "room_types",
                "room_types",
                "room_types",
                tuple({"id": one.id} for one in hotel.room_types),
            ),
            Association("images", "image", "images"),
            Association(
                "hotel_features",
                "hotel_feature",
                "hotel_features",
                tuple({"id": feature} for feature in texts["hotel_features"]),
            ),
            Association(
                "hotel_refund_rules", "hotel_refund_rule", "hotel_refund_rules"
            ),
        ),
    )


def _room_type(one: RoomType) -> Record:
    texts = house_texts()
    recorded = texts["room_types"]
    like = recorded[(one.id - 1) % len(recorded)]
    own: dict[str, Any] = {
        "id": one.id,
        "id_hotel": one.hotel,
        "name": one.name,
        "link_rewrite": one.name.lower().replace(" ", "-"),
        "price": f"{one.price:.6f}",
        "adults": one.adults,
        "children": one.children,
    }
    payment = {
        "id": one.id,
        "payment_type": 0,
        "tax_include": 0,
        "value": "0.000000",
        "active": 0,
        "calculate_from": 0,
    }
    services = tuple(
        {"id": service, "price": "", "id_tax_rules_group": ""}
        for service in texts["services"]
    )
    return Record(
        texts["room_type"] | like | own,
        (
            Association(
                "advance_payments", "advance_payment", "advance_payments", (payment,)
            ),
            Association("categories", "category", "categories", _ids(2, 3, 5, 6, 7, 8)),
            Association(
                "images", "image", f"images/room_types/{one.id}", _ids(*like["images"])
            ),
            Association(
                "room_type_features",
                "room_type_feature",
                "room_type_features",
                _ids(1, 2, 3, 4),
            ),
            Association("tags", "tag", "tags"),
            Association(
                "hotel_rooms",
                "hotel_room",
                "hotel_rooms",
                _ids(*(room.id for room in one.rooms)),
            ),
            Association("feature_prices", "feature_price", "feature_prices"),
            Association("extra_demands", "extra_demand", "extra_demands"),
            Association("services", "service", "services", services),
        ),
    )


def _room(room: Room) -> Record:
    return Record(
        {
            "id": room.id,
            "id_product": room.type,
            "id_hotel": room.hotel,
            "room_num": room.number,
            "id_status": 1,
            "floor": "First",
            "comment": "",
            "date_add": ROOM_ADDED_AT,
            "date_upd": ROOM_ADDED_AT,
        }
    )


def _order_states() -> list[Record]:
    names = house_texts()["order_states"]
    return [Record({"id": place, "name": name}) for place, name in enumerate(names, 1)]


def _services() -> list[Record]:
    return [Record({"id": service}) for service in house_texts()["services"]]


def _ids(*ids: int) -> tuple[dict[str, object], ...]:
    return tuple({"id": one} for one in ids)
