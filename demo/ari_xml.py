"""Pure. A found period in XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.periods import ROOMS
from demo.php import number

if TYPE_CHECKING:
    from demo.periods import Period
    from demo.rooms import Offer, Room
    from demo.searches import Search


def xml_period(search: Search, period: Period, currency: str, api: str) -> str:
    """Write one `<hotel_ari>`; `api` is the base of all hrefs."""
    hotel = search.hotel
    head = (
        "<hotel_ari>\n"
        f'<id_hotel xlink:href="{api}/hotels/{hotel}"><![CDATA[{hotel}]]></id_hotel>\n'
        f"<date_from><![CDATA[{period.date_from}]]></date_from>\n"
        f"<date_to><![CDATA[{period.date_to}]]></date_to>\n"
        f"<currency><![CDATA[{currency}]]></currency>\n"
    )
    if not period.offers:
        return head + "</hotel_ari>\n"
    totals = {"total_rooms": period.total_rooms}
    totals |= period.totals(search)
    listed = "".join(
        f"<{name}><![CDATA[{count}]]></{name}>\n" for name, count in totals.items()
    )
    types = "".join(_offer(search, offer, api) for offer in period.offers)
    return f"{head}{listed}<room_types>\n{types}</room_types>\n</hotel_ari>\n"


def _offer(search: Search, offer: Offer, api: str) -> str:
    kind = offer.room_type
    href = f"{api}/room_types/{kind.id}"
    taxed, total_taxed = offer.base_price_with_tax, offer.total_price_with_tax
    lists = "".join(
        f"<{name}>\n{''.join(map(_room, _rooms(offer, name)))}</{name}>\n"
        for name in ROOMS
        if name in search.shown
    )
    rooms = f"<rooms>\n{lists}</rooms>\n" if lists else ""
    return (
        f'<room_type id="{kind.id}" xlink:href="{href}">\n'
        f'<id_room_type xlink:href="{href}"><![CDATA[{kind.id}]]></id_room_type>\n'
        f"<base_price><![CDATA[{number(offer.base_price)}]]></base_price>\n"
        f"<base_price_with_tax><![CDATA[{number(taxed)}]]></base_price_with_tax>\n"
        f"<total_price><![CDATA[{number(offer.total_price)}]]></total_price>\n"
        "<total_price_with_tax>"
        f"<![CDATA[{number(total_taxed)}]]></total_price_with_tax>\n"
        f'<name><language id="1" xlink:href="{api}/languages/1">'
        f"<![CDATA[{kind.name}]]></language></name>\n"
        f"{rooms}</room_type>\n"
    )


def _rooms(offer: Offer, name: str) -> tuple[Room, ...]:
    if name == "available":
        return offer.free
    if name == "unavailable":
        return offer.closed
    return tuple(room for room, _ in offer.booked) if name == "booked" else ()


def _room(room: Room) -> str:
    return (
        f'<room id="{room.id}">\n<id_room><![CDATA[{room.id}]]></id_room>\n'
        f"<room_number><![CDATA[{room.number}]]></room_number>\n</room>\n"
    )
