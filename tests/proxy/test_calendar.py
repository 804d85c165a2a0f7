"""What a calendar of nights learns, and what it does not fall for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from demo.houses import HotelPlan, TypePlan, build
from demo.rules import PriceRule, StayRule
from fakes.nights import (
    TODAY,
    Kept,
    asked,
    cancels,
    differs,
    house_of,
    question,
    sells,
)
from proxy.calendar.refusals import ASKED_FOR_S
from proxy.calendar.restrictions import Taken
from proxy.messages import Stay
from proxy.qloapps.nights import read_search

if TYPE_CHECKING:
    from demo.hotel import House
    from demo.rooms import RoomType

DAY = TODAY + timedelta(days=10)
STAY = Stay(hotel="1", checkin=DAY, nights=2)


def _attic(*stays: StayRule, rooms: int = 1) -> TypePlan:
    numbers = [f"A{number}" for number in range(rooms)]
    return TypePlan("Attic", 100, numbers, stays=stays)


def _builds(house: House, types: tuple[RoomType, ...]) -> None:
    """Give the first hotel other types."""
    hotel, *others = house.hotels
    house.hotels = (replace(hotel, room_types=types), *others)


def _kept(*types: TypePlan, nights: int = 60) -> Kept:
    """Keep a hotel whose words are known and whose nights have just been read."""
    kept = Kept(house_of(*types), nights=nights)
    kept.learns_words()
    kept.reads()
    return kept


def _takes(kept: Kept, stay: Stay = STAY, room_type: str = "1") -> Taken:
    day = stay.checkin.toordinal()
    return kept.calendar.restrictions.takes(room_type, day, stay.nights, kept.at)


def _is_exact(kept: Kept, stay: Stay) -> bool:
    """Say whether there is an answer; it is checked."""
    composed = kept.composes(stay, as_json=True)
    if composed is None:
        return False
    told = asked(kept.as_read, question(stay))
    differs(composed, told, stay, kept.as_read.house)
    return True


def _refused_twice(kept: Kept) -> None:
    for _ in range(2):
        kept.learns(STAY)
        kept.passes(ASKED_FOR_S + 1)
        kept.reads()


def test_a_refusal_is_believed_when_seen_twice() -> None:
    """Nights read after each say that the room is free: the type refuses the stay."""
    kept = _kept(_attic(StayRule(min_nights=3)), TypePlan("Loft", 50, ["L1"]))
    kept.learns(STAY)
    assert _takes(kept) is Taken.UNKNOWN
    kept.passes(ASKED_FOR_S + 1)
    kept.reads()
    assert _takes(kept) is Taken.UNKNOWN
    _refused_twice(kept)
    assert _takes(kept) is Taken.NO
    # The Loft has a room and the Attic none: the whole answer, nothing withheld.
    composed = kept.composes(STAY, as_json=True)
    assert composed is not None
    assert composed.withheld == ()
    assert _is_exact(kept, STAY)


def test_a_room_that_was_sold_teaches_no_restriction() -> None:
    """Sold after the nights were read, it is missing in the guest's search too."""
    kept = _kept(_attic())
    # And again, after it was free for a while: two refusals, neither of them one.
    for _ in range(2):
        booking = sells(kept.house, kept.kinds()[0].rooms[0], DAY, 1)
        kept.learns(STAY)
        kept.passes(60)
        kept.reads()
        cancels(kept.house, booking)
        kept.passes(60)
        kept.reads()
    assert _takes(kept) is Taken.UNKNOWN


def test_a_room_that_was_given_back_teaches_no_restriction() -> None:
    """Sold and cancelled between two looks, it seems to have been free all the time."""
    kept = _kept(_attic())
    booking = sells(kept.house, kept.kinds()[0].rooms[0], DAY, 2)
    kept.learns(STAY)
    cancels(kept.house, booking)
    kept.passes(240)
    kept.reads()
    assert _takes(kept) is Taken.UNKNOWN
    kept.learns(STAY)
    assert _takes(kept) is Taken.YES


def test_a_search_that_the_pms_answers_late_teaches_no_restriction() -> None:
    """Sent before the nights, but looked at after the sale that followed them."""
    kept = _kept(_attic())
    sent_at = kept.at
    kept.passes(1)
    kept.reads()
    sells(kept.house, kept.kinds()[0].rooms[0], DAY, 2)
    for _ in range(2):
        told = read_search(asked(kept.shop, question(STAY)))
        assert told is not None
        kept.calendar.learn(STAY, told, sent_at)
        # Nights from before the sale come in once more.
        kept.calendar.put([], sent_at + ASKED_FOR_S)
    assert _takes(kept) is Taken.UNKNOWN


def test_the_nights_answer_as_of_their_reading() -> None:
    """A room sold since is still listed: the answer is as old as its nights."""
    kept = _kept(_attic(rooms=2))
    kept.learns(STAY)
    kept.passes(100)
    sells(kept.house, kept.kinds()[0].rooms[0], DAY, 1)
    assert _is_exact(kept, STAY)
    offer = kept.calendar.offer(STAY, kept.at, usable_s=300.0)
    assert offer is not None
    assert (offer.sent_at, offer.types[0].rooms) == (0.0, ("1", "2"))
    kept.reads()
    offer = kept.calendar.offer(STAY, kept.at, usable_s=300.0)
    assert offer is not None
    assert (offer.sent_at, offer.types[0].rooms) == (100.0, ("2",))


def test_a_price_changed_between_two_looks_is_each_nights_own() -> None:
    """Of a stay over two pieces each night costs what it did when it was read."""
    kept = _kept(_attic())
    stay = replace(STAY, checkin=TODAY + timedelta(days=29))
    kept.learns(stay)
    kept.house.price_rules[1].append(PriceRule(way="fix", value=1))
    kept.passes(10)
    kept.reads([1])
    offer = kept.calendar.offer(stay, kept.at, usable_s=300.0)
    assert offer is not None
    assert (offer.types[0].price, offer.sent_at) == (350 + 251, 0.0)


def test_a_restriction_that_changed_is_the_later_ones() -> None:
    """A search that lists the type again is believed at once."""
    kept = _kept(_attic(StayRule(min_nights=3)))
    _refused_twice(kept)
    assert _takes(kept) is Taken.NO
    kept.house.stay_rules[1].clear()
    kept.reads()
    kept.learns(STAY)
    assert _takes(kept) is Taken.YES
    assert _is_exact(kept, STAY)


def test_a_restriction_that_came_later_is_learned() -> None:
    """Two refusals of what was taken before, and the type is not offered any more."""
    kept = _kept(_attic())
    kept.learns(STAY)
    assert _takes(kept) is Taken.YES
    kept.house.stay_rules[1].append(StayRule(min_nights=3))
    kept.passes(60)
    _refused_twice(kept)
    assert _takes(kept) is Taken.NO
    assert _is_exact(kept, STAY)


def test_a_type_that_appears_is_silent_until_it_has_a_name() -> None:
    """Its nights are read before any answer has named it."""
    kept = _kept(_attic())
    kept.learns(STAY)
    assert _is_exact(kept, STAY)
    kind = kept.kinds()[0]
    room = replace(kind.rooms[0], id=7, number="N1")
    _builds(kept.house, (kind, replace(kind, id=2, name="New", rooms=(room,))))
    kept.reads()
    kept.calendar.restrictions.shows(
        "2", DAY.toordinal(), STAY.nights, kept.at, taken=True
    )
    assert not _is_exact(kept, STAY)
    kept.learns(STAY)
    assert _is_exact(kept, STAY)


def test_a_type_that_vanishes_is_gone_with_the_next_nights() -> None:
    """A stay of whose nights only some know it has no answer, and none asks for it."""
    kept = _kept(_attic(), TypePlan("Loft", 50, ["L1"]))
    over_both = replace(STAY, checkin=TODAY + timedelta(days=29))
    for stay in (STAY, over_both):
        kept.learns(stay)
    _builds(kept.house, kept.kinds()[:1])
    kept.reads([0])
    assert _is_exact(kept, STAY)
    assert not _is_exact(kept, over_both)
    assert not _is_exact(kept, replace(STAY, room_type="2"))


def test_nights_that_know_other_types_make_no_stay() -> None:
    """A type in place of another, with as many rooms: the totals do not betray it."""
    kept = _kept(_attic(), TypePlan("Loft", 50, ["L1"]))
    stay = replace(STAY, checkin=TODAY + timedelta(days=29))
    kept.learns(stay)
    attic, loft = kept.kinds()
    _builds(kept.house, (attic, replace(loft, id=3)))
    kept.reads([1])
    assert kept.calendar.offer(stay, kept.at, usable_s=300.0) is None


def test_a_room_moved_between_types_counts_for_one() -> None:
    """The total of one type follows the nights, and is never that of before."""
    kept = _kept(_attic(rooms=3), TypePlan("Loft", 50, ["L1"]))
    stay = replace(STAY, room_type="2")
    kept.learns(stay)
    attic, loft = kept.kinds()
    moved = replace(attic.rooms[0], type=2)
    attic = replace(attic, rooms=attic.rooms[1:])
    _builds(kept.house, (attic, replace(loft, rooms=(moved, *loft.rooms))))
    kept.passes(10)
    kept.reads()
    kept.learns_words()
    assert _is_exact(kept, stay)


def test_a_room_gone_and_one_never_free_leave_the_total_open() -> None:
    """There are as many rooms as before, but not of each type: nothing is said."""
    kept = _kept(_attic(rooms=3), TypePlan("Loft", 50, ["L1"]))
    stay = replace(STAY, room_type="2")
    kept.learns(stay)
    assert _is_exact(kept, stay)
    attic, loft = kept.kinds()
    added = replace(loft.rooms[0], id=9, number="L9")
    sells(kept.house, added, TODAY - timedelta(days=1), 400)
    attic = replace(attic, rooms=attic.rooms[1:])
    _builds(kept.house, (attic, replace(loft, rooms=(*loft.rooms, added))))
    kept.passes(10)
    kept.reads()
    assert not _is_exact(kept, stay)


def test_an_unknown_hotel_has_no_answer() -> None:
    """The PMS tells its nights too, without types and without totals."""
    kept = Kept(house_of(_attic()), hotel="7")
    kept.reads()
    assert len(kept.calendar) == 60
    assert kept.calendar.offer(replace(STAY, hotel="7"), 0.0, usable_s=300.0) is None


def test_hotels_of_one_shop_are_apart() -> None:
    """The second hotel's answers have its own types, rooms and totals."""
    house = build([HotelPlan("One", [_attic(rooms=3)]), HotelPlan("Two", [_attic()])])
    kept = Kept(house, hotel="2")
    kept.learns_words()
    kept.reads()
    stay = replace(STAY, hotel="2")
    kept.learns(stay)
    assert _is_exact(kept, stay)
    assert not _is_exact(kept, replace(stay, room_type="1"))
    assert kept.calendar.offer(stay, 0.0, usable_s=300.0) is not None


@pytest.mark.parametrize(
    ("first", "nights"),
    [(-1, 1), (-1, 3), (59, 2), (60, 1), (0, 61)],
    ids=["past", "from-the-past", "over-the-end", "after-the-end", "longer-than-held"],
)
def test_what_is_not_held_has_no_answer(first: int, nights: int) -> None:
    """The PMS would answer them all."""
    kept = _kept(_attic())
    kept.calendar.forget_others(TODAY.toordinal(), TODAY.toordinal() + kept.nights)
    stay = Stay(hotel="1", checkin=TODAY + timedelta(days=first), nights=nights)
    kept.learns(stay)
    assert not _is_exact(kept, stay)


def test_the_past_is_forgotten() -> None:
    """At midnight yesterday's nights go."""
    kept = _kept(_attic())
    kept.learns(replace(STAY, checkin=TODAY))
    assert _is_exact(kept, replace(STAY, checkin=TODAY))
    tomorrow = TODAY.toordinal() + 1
    kept.calendar.forget_others(tomorrow, tomorrow + kept.nights)
    assert not _is_exact(kept, replace(STAY, checkin=TODAY))


def test_what_is_learned_beyond_the_calendar_is_not_kept() -> None:
    """Whoever searches every day of a thousand years fills no memory."""
    kept = _kept(_attic())
    kept.learns(STAY)
    first, end = TODAY.toordinal(), TODAY.toordinal() + kept.nights
    held = len(kept.calendar.restrictions.rows())
    for days in range(kept.nights, kept.nights + 50):
        kept.learns(replace(STAY, checkin=TODAY + timedelta(days=days)))
    assert len(kept.calendar.restrictions.rows()) > held
    kept.calendar.forget_others(first, end)
    assert all(first <= row.day < end for row in kept.calendar.restrictions.rows())
    assert _is_exact(kept, STAY)


def test_a_name_in_several_languages_is_written_as_it_came() -> None:
    """A shop with two languages may list them where the recorded one has a text."""
    kept = _kept(_attic())
    name = [{"id": 1, "value": "Attic"}, {"id": 2, "value": "Ático"}]
    told = json.loads(asked(kept.shop, question(STAY)))
    told["hotel_ari"]["room_types"][0]["name"] = name
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    read = read_search(body)
    assert read is not None
    kept.calendar.learn(STAY, read, 0.0)
    composed = kept.composes(STAY, as_json=True)
    assert composed is not None
    assert composed.body == body
