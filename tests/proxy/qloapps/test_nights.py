"""Composed answers are the PMS's own, byte for byte, on what was recorded of it."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import pytest

from fakes import recorded
from proxy.calendar.calendar import HotelCalendar
from proxy.messages import Stay
from proxy.qloapps.nights import (
    breakdown_request,
    compose,
    read_nights,
    read_search,
    search_request,
)
from proxy.qloapps.search import read_search as read_question

LEARNED = ("24-", "25-", "26-")
USABLE_S = 300.0


def _stay(name: str) -> Stay:
    question = read_question(recorded.request(name).body)
    assert question is not None
    assert question.stay is not None
    return question.stay


@pytest.fixture
def hotel() -> HotelCalendar:
    """Give the recorded hotel's nights, and what three answers have shown."""
    made = HotelCalendar()
    nights = read_nights(recorded.answer("30-").body)
    assert nights is not None
    made.put(nights, 0.0)
    for name in LEARNED:
        told = read_search(recorded.answer(name).body)
        assert told is not None
        made.learn(_stay(name), told, 1.0)
    return made


@pytest.mark.parametrize(
    ("name", "as_json"),
    [
        pytest.param("24-", False, id="one-night"),
        pytest.param("25-", True, id="json"),
        pytest.param("26-", False, id="three-nights"),
        pytest.param("27-", False, id="one-type"),
        pytest.param("28-", False, id="two-rooms"),
        pytest.param("28b-", False, id="a-party-of-twelve"),
        pytest.param("31-", False, id="flag"),
    ],
)
def test_it_is_the_recorded_answer(
    hotel: HotelCalendar, name: str, *, as_json: bool
) -> None:
    """Rooms, prices, names, links and order are the PMS's own."""
    stay = _stay(name)
    offer = hotel.offer(stay, 10.0, usable_s=USABLE_S)
    assert offer is not None

    assert compose(stay, offer, hotel, as_json=as_json) == (
        recorded.answer(name).body.lstrip(b"\n")
    )


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("31b-", id="other-flags"),
        pytest.param("31c-", id="no-flag-set"),
        pytest.param("29-", id="breakdown"),
        pytest.param("39c-", id="a-party-of-nobody"),
        pytest.param("33-", id="backwards"),
        pytest.param("39b-", id="no-hotel"),
    ],
)
def test_what_nights_cannot_answer_is_no_stay(name: str) -> None:
    """Other flags, and what the PMS would find a fault with."""
    question = read_question(recorded.request(name).body)
    assert question is None or question.stay is None


def test_no_night_past_its_time_is_used(hotel: HotelCalendar) -> None:
    """300 s old is usable, a moment more is not."""
    stay = _stay("26-")
    offer = hotel.offer(stay, USABLE_S, usable_s=USABLE_S)
    assert offer is not None
    assert offer.sent_at == 0.0
    assert hotel.offer(stay, USABLE_S + 0.001, usable_s=USABLE_S) is None


def test_a_night_that_is_not_held_is_not_guessed(hotel: HotelCalendar) -> None:
    """One missing night of the stay, and there is no answer."""
    stay = Stay(hotel="1", checkin=date(2026, 12, 12), nights=2)
    assert hotel.offer(stay, 10.0, usable_s=USABLE_S) is None


def test_a_type_whose_restriction_is_unknown_is_withheld(hotel: HotelCalendar) -> None:
    """Arriving on the 11th was never seen: every type with a free room is withheld."""
    stay = Stay(hotel="1", checkin=date(2026, 12, 11), nights=2)
    offer = hotel.offer(stay, 10.0, usable_s=USABLE_S)
    assert offer is not None
    assert offer.types == ()
    assert offer.withheld == ("1", "2", "3", "4")


def test_what_was_never_shown_is_not_written(hotel: HotelCalendar) -> None:
    """Without names, links or entries of rooms there is no exact answer."""
    bare = HotelCalendar()
    nights = read_nights(recorded.answer("30-").body)
    assert nights is not None
    bare.put(nights, 0.0)
    bare.restrictions = hotel.restrictions
    stay = _stay("24-")
    offer = bare.offer(stay, 10.0, usable_s=USABLE_S)
    assert offer is not None
    assert compose(stay, offer, bare, as_json=True) is None
    assert compose(stay, offer, bare, as_json=False) is None


def test_nights_with_bookings_are_read() -> None:
    """A sold room is not free on its nights, and free on the others."""
    nights = read_nights(recorded.answer("153f-").body)
    assert nights is not None
    free = [sum(len(one.free) for one in night.types.values()) for night in nights]
    assert all(count <= night.total_rooms for count, night in zip(free, nights))  # noqa: B905
    assert any(count < night.total_rooms for count, night in zip(free, nights))  # noqa: B905


@pytest.mark.parametrize("name", ["24-", "34-", "170-", "39-", "204b-"])
def test_what_is_no_breakdown_is_none(name: str) -> None:
    """Another answer, XML, an error: nothing is read out of it."""
    assert read_nights(recorded.answer(name).body) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (rb'"total_rooms":', b"1e999"),
        (rb'"total_rooms":', b"-5"),
        (rb'"base_price":', b"NaN"),
        (rb'"base_price":', b"1" + 400 * b"0"),
        (rb'"base_price_with_tax":', b"Infinity"),
        (rb'"id_room_type":', b'"suite"'),
        (rb'"id_room":', b'"abc"'),
        (rb'"room_num":', rb'"\ud800"'),
        (rb'"currency":', rb'"\udfff"'),
    ],
)
def test_a_breakdown_with_one_bad_detail_is_none(field: bytes, value: bytes) -> None:
    """A price, an id or a text that cannot be written again is not taken over."""
    body = recorded.answer("30-").body
    broken = re.sub(field + rb"[^,}]+", lambda _: field + value, body, count=1)
    assert broken != body
    assert read_nights(broken) is None


def test_half_a_letter_is_no_name() -> None:
    """JSON can escape what no answer could be written with."""
    body = recorded.answer("25-").body
    broken = body.replace(b"General Rooms", rb"\ud800")
    assert broken != body
    assert read_search(broken) is None


@pytest.mark.parametrize("name", ["34-", "170-", "39-", "30-", "204b-", "205b-"])
def test_what_is_no_search_is_none(name: str) -> None:
    """An unknown hotel's answer, an error, a breakdown teach nothing."""
    assert read_search(recorded.answer(name).body) is None


def test_its_own_questions_are_plain_searches() -> None:
    """What the calendar asks is read as the question that it means."""
    stay = Stay(hotel="7", checkin=date(2027, 1, 31), nights=3)
    question = read_question(search_request(stay, as_json=True).body)
    assert question is not None
    assert question.stay == stay
    nights = read_question(breakdown_request("7", date(2027, 1, 31), 30).body)
    assert nights is not None
    assert (nights.hotel, nights.nights, nights.available_only) == ("7", 30, True)


def test_the_recordings_are_whole() -> None:
    """The answers that this file compares with are the PMS's, hash and all."""
    answer = recorded.answer("26-")
    told = dict(answer.headers)["Content-Sha1"]
    assert hashlib.sha1(answer.body, usedforsecurity=False).hexdigest() == told
