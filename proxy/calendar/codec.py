"""
Pure. What calendars have learned beside their nights, as bytes.

It is kept as a copy among the copies, so that it is there after a restart and for other
proxies, where these are. Instants are wall-clock seconds. Whatever is not exactly so is
nothing: it is learned again.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from proxy.calendar.calendar import HotelCalendar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.moment import Moment

TEXTS = ("names", "labels", "details")


def write(hotels: Mapping[str, HotelCalendar], now: Moment) -> bytes:
    """Write what was learned of each hotel."""
    return json.dumps(
        {
            id_: {
                **{name: getattr(hotel, name) for name in TEXTS},
                "root": hotel.root,
                "version": hotel.version,
                "stays": [
                    row._replace(at=now.to_epoch_s(row.at))
                    for row in hotel.restrictions.rows()
                ],
            }
            for id_, hotel in hotels.items()
        }
    ).encode()


def read(value: bytes, now: Moment) -> dict[str, HotelCalendar] | None:
    """Read it into calendars without nights; None where it is not what we write."""
    try:
        return {str(id_): _hotel(one, now) for id_, one in json.loads(value).items()}
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None


def _hotel(given: Mapping[str, Any], now: Moment) -> HotelCalendar:
    hotel = HotelCalendar()
    for name in TEXTS:
        texts = {str(id_): str(text) for id_, text in given[name].items()}
        getattr(hotel, name).update(texts)
    hotel.root, hotel.version = str(given["root"]), str(given["version"])
    for room_type, day, nights, epoch_s, taken in given["stays"]:
        if not math.isfinite(epoch_s):
            raise ValueError("it is no instant")
        hotel.restrictions.shows(
            str(room_type),
            int(day),
            int(nights),
            now.to_monotonic_s(epoch_s),
            taken=taken is True,
        )
    return hotel
