"""What the body of a search means, and when it is not surely understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import recorded
from proxy.qloapps.search import MAX_DEPTH, read_search

PLAIN = (
    b"<qloapps><hotel_ari><id_hotel>1</id_hotel><date_from>2026-12-10</date_from>"
    b"<date_to>2026-12-11</date_to></hotel_ari></qloapps>"
)
WHOLE = b"<qloapps><hotel_ari>%s</hotel_ari></qloapps>"
DTD = b'<!DOCTYPE q [<!ENTITY one "1">]>' + PLAIN.replace(b">1<", b">&one;<")
NESTED = b"<a>" * 5000 + b"</a>" * 5000
BOMB = (
    b'<!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><q><hotel_ari>&c;</hotel_ari></q>'
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"xml=" + PLAIN, id="xml="),
        pytest.param(b"xml=\n" + PLAIN, id="xml=-and-line-feed"),
        pytest.param(
            b'<?xml version="1.0" encoding="UTF-8"?>' + PLAIN, id="declaration"
        ),
        pytest.param(PLAIN.replace(b"qloapps", b"prestashop"), id="root-of-any-name"),
        pytest.param(PLAIN.replace(b"><", b">\n\t<"), id="white-space-between"),
        pytest.param(PLAIN.replace(b">1<", b"> 1\n<"), id="white-space-inside"),
        pytest.param(PLAIN.replace(b">1<", b"><![CDATA[1]]><"), id="cdata"),
        pytest.param(PLAIN.replace(b">1<", b">&#49;<"), id="character-reference"),
        pytest.param(PLAIN.replace(b">1<", b">1<!-- one --><"), id="comment"),
        pytest.param(
            WHOLE % b"<date_to>2026-12-11</date_to><date_from>2026-12-10</date_from>"
            b"<id_hotel>1</id_hotel>",
            id="element-order",
        ),
    ],
)
def test_the_same_question_has_the_same_meaning(body: bytes) -> None:
    """White space, order, `xml=` and the root's name change no meaning."""
    search, plain = read_search(body), read_search(PLAIN)

    assert search is not None
    assert search == plain
    assert search.hotel == "1"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{}", id="json"),
        pytest.param(b"<qloapps><hotel_ari>", id="cut-short"),
        pytest.param(b"<hotel_ari><id_hotel>1</id_hotel></hotel_ari>", id="no-root"),
        pytest.param(b"<qloapps><booking/></qloapps>", id="a-booking"),
        pytest.param(b"<qloapps/>", id="nothing-inside"),
        pytest.param(
            b"<qloapps><hotel_ari/><hotel_ari><get_booked_rooms>1</get_booked_rooms>"
            b"</hotel_ari></qloapps>",
            id="two-searches",
        ),
        pytest.param(
            WHOLE % b"<get_booked_rooms>0</get_booked_rooms>"
            b"<get_booked_rooms>1</get_booked_rooms>",
            id="a-flag-twice",
        ),
        pytest.param(
            WHOLE % b"<id_hotel>1</id_hotel><id_hotel>2</id_hotel>", id="a-hotel-twice"
        ),
        pytest.param(
            b'<q xmlns="urn:x"><hotel_ari><id_hotel>1</id_hotel></hotel_ari></q>',
            id="namespace",
        ),
        pytest.param(
            WHOLE % b'<x:get_booked_rooms xmlns:x="u">1</x:get_booked_rooms>',
            id="namespaced-flag",
        ),
        pytest.param(WHOLE % b"<id_hotel>1</id_hotel>stray", id="text-beside"),
        pytest.param(DTD, id="dtd"),
        pytest.param(BOMB, id="entity-bomb"),
        pytest.param(WHOLE % NESTED, id="nested-without-end"),
        pytest.param(WHOLE % (b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH), id="too-deep"),
        pytest.param(
            b'<?xml version="1.0" encoding="utf-99"?>' + PLAIN, id="unknown-encoding"
        ),
        pytest.param(PLAIN + b"\x00", id="NUL"),
        pytest.param(PLAIN + PLAIN, id="two-documents"),
        pytest.param(b"xml=xml=" + PLAIN, id="xml=-twice"),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_understood(body: bytes) -> None:
    """Where PHP and we might differ there is no search, so no key."""
    assert read_search(body) is None


@pytest.mark.parametrize(
    ("text", "hotel"),
    [
        (b"1", "1"),
        (b" 17 ", "17"),
        (b"1'", None),
        (b"-1", None),
        (b"", None),
        ("\u0661".encode(), None),
        (b"9" * 19, None),
        (b"<b>1</b>", None),
    ],
)
def test_only_a_number_is_a_hotel(text: bytes, hotel: str | None) -> None:
    """What is no plain number is never put into the probe's question."""
    search = read_search(WHOLE % (b"<id_hotel>" + text + b"</id_hotel>"))

    assert search is not None
    assert search.hotel == hotel


@pytest.mark.parametrize(
    ("checkin", "checkout", "nights"),
    [
        (b"2026-12-10", b"2026-12-11", 1),
        (b" 2026-12-31", b"2027-01-31 00:00:00", 31),
        (b"2026-12-11", b"2026-12-10", -1),
        (b"2026-12-10", b"2026-12-11 +40 days", None),
        (b"2026-02-30", b"2026-03-01", None),
        (b"tomorrow", b"2026-03-01", None),
        (b"20261210", b"20261211", None),
        (b"2026-12-10", b"", None),
    ],
)
def test_nights_are_counted_where_the_dates_are_plain(
    checkin: bytes, checkout: bytes, nights: int | None
) -> None:
    """PHP understands more; what we do not surely understand has no number."""
    dates = b"<date_from>%s</date_from><date_to>%s</date_to>" % (checkin, checkout)
    search = read_search(WHOLE % dates)

    assert search is not None
    assert search.nights == nights


def test_the_rooms_of_a_party_are_a_set() -> None:
    """Two rooms asked in the other order are the same question; other rooms not."""

    def party(*rooms: tuple[int, int]) -> str:
        inside = "".join(
            f"<room_occupancy><adults>{adults}</adults><children>{children}</children>"
            "</room_occupancy>"
            for adults, children in rooms
        )
        body = (
            "<associations><room_occupancies>"
            f"{inside}</room_occupancies></associations>"
        )
        search = read_search(WHOLE % body.encode())
        assert search is not None
        return search.meaning

    assert party((2, 0), (1, 1)) == party((1, 1), (2, 0))
    assert party((2, 0), (1, 1)) != party((2, 1), (1, 0))
    assert party((2, 0)) != party((2, 0), (2, 0))


def test_recorded_searches_in_another_order_mean_the_same() -> None:
    """Recording 39j differs from 24 in its elements' order alone."""
    plain = read_search(recorded.request("24-").body)
    turned = read_search(recorded.request("39j-").body)
    prefixed = read_search(recorded.request("37-").body)

    assert plain is not None
    assert turned is not None
    assert prefixed is not None
    assert plain.hotel == turned.hotel == prefixed.hotel == "1"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_no_body_is_a_crash(body: bytes) -> None:
    """Whatever bytes come, they are a search or none."""
    read_search(body)
    read_search(b"<qloapps><hotel_ari>" + body + b"</hotel_ari></qloapps>")
