"""Price rules, lengths of stay and closed rooms, and what a breakdown hides of them."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import pytest

from demo.houses import HotelPlan, TypePlan, build
from demo.keys import usual_keys
from demo.rules import Closure, PriceRule, StayRule
from demo.webservice import Shop
from fakes.shop import DOMAIN, KEY, ask, booking

FIRST = date(2027, 1, 10)  # a Sunday
SUNDAY = 6
ALL_FLAGS = "".join(
    f"<get_{name}_rooms>1</get_{name}_rooms>"
    for name in ("available", "booked", "partial_available", "unavailable")
)


def shop_with(*plans: TypePlan) -> Shop:
    """Build a shop with one hotel of these types."""
    house = build([HotelPlan("Ruled", plans)])
    return Shop(house=house, keys=usual_keys(KEY), domain=DOMAIN)


def attic(**more: Any) -> TypePlan:
    """Plan a type of three rooms at 100 a night, without its fee of 250."""
    return TypePlan("Attic", 100, ["A1", "A2", "A3"], **more)


def body_of(
    start: date,
    nights: int,
    *,
    by_nights: bool = False,
    rooms: int = 0,
    flags: str = "",
) -> bytes:
    """Write a search."""
    room = "<room_occupancy><adults>2</adults></room_occupancy>"
    return (
        f"<q><hotel_ari><id_hotel>1</id_hotel><date_from>{start}</date_from>"
        f"<date_to>{start + timedelta(days=nights)}</date_to>{flags}"
        f"<date_wise_breakdown>{int(by_nights)}</date_wise_breakdown>"
        f"<associations><room_occupancies>{room * rooms}</room_occupancies>"
        "</associations></hotel_ari></q>"
    ).encode()


def stay(shop: Shop, start: date, nights: int, **more: Any) -> dict[str, Any]:
    """Ask for a stay; return the whole answer."""
    body = body_of(start, nights, **more)
    answer = ask(shop, "/api/hotel_ari?output_format=JSON", method="POST", body=body)
    found: dict[str, Any] = json.loads(answer.body)["hotel_ari"]
    return found


def by_nights(shop: Shop, start: date, nights: int, **more: Any) -> list[Any]:
    """Ask for a breakdown; return its nights."""
    body = body_of(start, nights, by_nights=True, **more)
    answer = ask(shop, "/api/hotel_ari?output_format=JSON", method="POST", body=body)
    found: list[Any] = json.loads(answer.body)["hotel_aris"]
    return found


def prices(found: dict[str, Any]) -> tuple[float, float]:
    """Give the first type's totals."""
    kind = found["room_types"][0]
    return kind["total_price"], kind["total_price_with_tax"]


def available(found: dict[str, Any]) -> set[str]:
    """Name the rooms that are on offer."""
    lists = [kind["rooms"]["available"] for kind in found["room_types"]]
    return {room["room_num"] for rooms in lists if rooms for room in rooms.values()}


@pytest.mark.parametrize(
    ("rule", "net", "gross"),
    [
        (PriceRule(way="decrease", value=12.5, is_percentage=True), 337.5, 351),
        (PriceRule(way="increase", value=12.5, is_percentage=True), 362.5, 377),
        (PriceRule(way="decrease", value=30), 320, 332.8),
        (PriceRule(way="increase", value=30), 380, 395.2),
        (PriceRule(way="fix", value=70), 320, 332.8),
        (PriceRule(way="decrease", value=120), 250, 260),
        (PriceRule(way="increase", value=30, weekdays=(SUNDAY,)), 380, 395.2),
        (PriceRule(way="increase", value=30, weekdays=(0,)), 350, 364),
        (PriceRule(way="increase", value=30, last=FIRST), 380, 395.2),
        (PriceRule(way="fix", value=1, first=date(2027, 1, 11)), 350, 364),
    ],
    ids=str,
)
def test_a_rule_changes_the_price_of_its_nights(
    rule: PriceRule, net: float, gross: float
) -> None:
    """The fee is not changed, amounts get the tax on top, and below 0 is 0."""
    shop = shop_with(attic(rules=[rule]))
    assert prices(stay(shop, FIRST, 1)) == (net, gross)


def test_the_narrower_rule_goes_first() -> None:
    """One night before weekdays, weekdays before a range, then the older rule."""
    one = PriceRule(way="fix", value=1, first=FIRST, last=FIRST)
    weekdays = PriceRule(way="fix", value=2, weekdays=(SUNDAY, 0))
    ranged = PriceRule(way="fix", value=3)
    late = PriceRule(way="fix", value=4)
    shop = shop_with(attic(rules=[ranged, late, weekdays, one]))
    assert [prices(night)[0] for night in by_nights(shop, FIRST, 3)] == [251, 252, 253]


def test_a_percentage_is_not_fixed() -> None:
    """Nobody can fix a price to a percentage."""
    with pytest.raises(ValueError, match="amount"):
        PriceRule(way="fix", value=10, is_percentage=True)


def test_a_night_of_a_stay_is_an_unrounded_share() -> None:
    """`base_price` is the rounded total by the nights, with PHP's digits."""
    rule = PriceRule(way="fix", value=50.01, first=FIRST, last=FIRST)
    shop = shop_with(attic(rules=[rule]))
    body = body_of(FIRST, 3, rooms=2)
    xml = ask(shop, "/api/hotel_ari", method="POST", body=body).body
    assert b"<base_price><![CDATA[333.33666666667]]>" in xml
    assert b"<total_price><![CDATA[2000.02]]>" in xml
    kind = stay(shop, FIRST, 3)["room_types"][0]
    assert kind["base_price"] == 1000.01 / 3
    assert kind["total_price"] == 1000.01


def test_the_party_changes_the_price_and_not_the_rooms() -> None:
    """Fact a: two rooms cost twice as much, also by nights; the list stays."""
    shop = shop_with(attic(rules=[PriceRule(way="decrease", value=3.33)]))
    ask(shop, "/api/bookings", method="POST", body=booking())
    one, two = stay(shop, FIRST, 2), stay(shop, FIRST, 2, rooms=2)
    assert prices(two) == tuple(2 * price for price in prices(one))
    assert available(one) == available(two) == {"A2", "A3"}
    night, twice = (by_nights(shop, FIRST, 1, rooms=n)[0] for n in (1, 2))
    assert prices(twice) == tuple(2 * price for price in prices(night))


def test_the_stay_is_rounded_and_not_its_nights() -> None:
    """Fact b: sums differ with percentages, and never by more than 0.01 a night."""
    dice = random.Random(8)  # noqa: S311  (a seeded sample)
    differing = 0
    for _ in range(200):
        percent = PriceRule(
            way=dice.choice(["decrease", "increase"]),
            value=dice.randrange(1, 400) / 10,
            is_percentage=True,
        )
        shop = shop_with(attic(rules=[percent]))
        nights = dice.randint(1, 9)
        whole = prices(stay(shop, FIRST, nights))
        parts = [prices(night) for night in by_nights(shop, FIRST, nights)]
        for total, *each in zip(whole, *parts, strict=True):
            gap = abs(total - sum(each))
            assert gap <= 0.01 * nights
            differing += gap > 1e-6
    assert differing > 50


def test_amounts_in_cents_add_up() -> None:
    """With fixed amounts and no odd tax the sum of the nights is the stay."""
    shop = shop_with(attic(rules=[PriceRule(way="increase", value=25.5)]))
    whole = prices(stay(shop, FIRST, 7))[0]
    assert whole == sum(prices(night)[0] for night in by_nights(shop, FIRST, 7))


@pytest.mark.parametrize(("nights", "is_sold"), [(1, False), (2, True), (5, False)])
def test_a_breakdown_does_not_know_lengths(nights: int, *, is_sold: bool) -> None:
    """Fact c: a stay that is too short or too long is listed, priced, and empty."""
    rule = StayRule(min_nights=2, max_nights=4)
    shop = shop_with(attic(stays=[rule]), TypePlan("Loft", 200, ["L1"]))
    found = stay(shop, FIRST, nights)
    assert available(found) == ({"A1", "A2", "A3", "L1"} if is_sold else {"L1"})
    assert (found["room_types"][0]["rooms"]["available"] == []) is not is_sold
    assert prices(found)[0] == 350 * nights
    assert found["total_rooms"] == 4
    assert found["total_available_rooms"] == (4 if is_sold else 1)
    for night in by_nights(shop, FIRST, nights):
        assert available(night) == {"A1", "A2", "A3", "L1"}


def test_the_checkin_decides_which_length_applies() -> None:
    """A rule with dates goes before the default, whatever nights follow."""
    fair = StayRule(min_nights=3, first=FIRST, last=FIRST + timedelta(days=1))
    shop = shop_with(attic(stays=[StayRule(max_nights=2), fair]))
    days = (-1, 0, 1, 2)
    starts = [FIRST + timedelta(days=day) for day in days]
    assert [bool(available(stay(shop, start, 2))) for start in starts] == [
        *(True, False, False, True)
    ]
    assert [bool(available(stay(shop, start, 3))) for start in starts] == [
        *(False, True, True, False)
    ]


def test_a_booking_may_break_the_length() -> None:
    """The real thing does not check it."""
    shop = shop_with(attic(stays=[StayRule(min_nights=7)]))
    answer = ask(shop, "/api/bookings", method="POST", body=booking())
    assert answer.status == 200
    assert list(shop.house.bookings) == [1]


def test_a_booking_costs_what_its_nights_cost() -> None:
    """Without price fields the rules apply, and the fee is dropped."""
    shop = shop_with(attic(rules=[PriceRule(way="decrease", value=10)]))
    target = "/api/bookings?output_format=JSON"
    answer = ask(shop, target, method="POST", body=booking())
    assert b'"total_price_without_tax":180,"total_tax":7.2' in answer.body


def test_a_closed_room_is_not_sold() -> None:
    """It is missing on its nights, in a search, a breakdown and a booking."""
    closed = ("A1", FIRST, FIRST + timedelta(days=1))
    shop = shop_with(attic(closed=[closed]))
    assert available(stay(shop, FIRST, 2)) == {"A2", "A3"}
    nights = by_nights(shop, FIRST, 2)
    assert [len(available(night)) for night in nights] == [2, 3]
    found = stay(shop, FIRST, 2, flags=ALL_FLAGS)
    assert found["total_unavailable_rooms"] == 1
    assert list(found["room_types"][0]["rooms"]["unavailable"]) == ["1"]
    body = body_of(FIRST, 2, flags=ALL_FLAGS)
    xml = ask(shop, "/api/hotel_ari", method="POST", body=body).body
    assert b'<unavailable>\n<room id="1">' in xml
    refused = ask(shop, "/api/bookings", method="POST", body=booking(rooms="3"))
    assert refused.status == 400


def test_rules_change_while_the_house_is_open() -> None:
    """What is added to the house is in the next answer."""
    shop = shop_with(attic(), TypePlan("Loft", 200, ["L1"]))
    before = stay(shop, FIRST, 1)
    shop.house.price_rules[1].append(PriceRule(way="fix", value=1))
    shop.house.stay_rules[2].append(StayRule(min_nights=2))
    end = FIRST + timedelta(days=1)
    shop.house.closures.append(Closure(room=2, date_from=FIRST, date_to=end))
    after = stay(shop, FIRST, 1)
    assert (prices(before)[0], prices(after)[0]) == (350, 251)
    assert available(before) - available(after) == {"A2", "L1"}
