"""Same meaning, same key; another meaning, another key (CONTRACT §1)."""

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.messages import CacheKey, Operation, Request
from proxy.qloapps.keys import cache_key, output_formats, without_key
from proxy.qloapps.search import read_search

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "K3Y" + "Z" * 29
BASIC = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()


def _key(request: Request, *, shared: bool = True) -> CacheKey:
    search = read_search(request.body) if request.body else None
    is_search = search is not None
    operation = Operation.AVAILABILITY if is_search else Operation.CATALOGUE
    return cache_key(request, operation, search, shared=shared)


def _get(target: str, **headers: str) -> Request:
    path, _, query = target.partition("?")
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method="GET", path=path, query=query, headers=fields)


def _same(*requests: Request, shared: bool = True) -> bool:
    return len({_key(request, shared=shared) for request in requests}) == 1


def _post(body: str) -> Request:
    return Request(method="POST", path="/api/hotel_ari", body=body.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("/api/hotels", "/api/hotels/", id="slash-behind"),
        pytest.param("/api/hotels", "/api//hotels", id="two-slashes"),
        pytest.param("/api/hotels/1", "/api///hotels//1//", id="many-slashes"),
        pytest.param("/api/hotels", "/api/%68otels", id="encoded-path"),
        pytest.param("/api/hotels", "/api/hotels?", id="empty-query"),
        pytest.param("/api/hotels?a=1&b=2", "/api/hotels?b=2&a=1", id="query-order"),
        pytest.param("/api/hotels?a=1&b=2", "/api/hotels?&a=1&&b=2&", id="empty-parts"),
        pytest.param("/api/hotels?a=b", "/api/hotels?%61=%62", id="encoded-query"),
        pytest.param("/api/hotels?a=%5b1%5d", "/api/hotels?a=[1]", id="brackets"),
        pytest.param("/api/hotels?a=x+y", "/api/hotels?a=x%20y", id="plus"),
        pytest.param(
            "/api/hotels?filter[id]=1&filter[name]=2",
            "/api/hotels?filter[name]=2&filter[id]=1",
            id="filters-in-another-order",
        ),
        pytest.param(
            "/api/hotels?output_format=JSON&a=1",
            "/api/hotels?a=1&io_format=JSON",
            id="format-by-another-name",
        ),
        pytest.param(
            "/api/hotels", "/api/hotels?output_format=json", id="lower-case-is-XML"
        ),
        pytest.param("/api/hotels", "/api/hotels?output_format=XML", id="XML-by-name"),
        pytest.param("/api/hotels", f"/api/hotels?ws_key={KEY}", id="own-key-for-all"),
    ],
)
def test_the_same_question_has_the_same_key(one: str, other: str) -> None:
    """What the PMS reads alike shares a copy."""
    assert _same(_get(one), _get(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("/api/hotels/1", "/api/hotels/2", id="id"),
        pytest.param("/api/hotels", "/api/services", id="resource"),
        pytest.param("/api/hotels", "/api/Hotels", id="case-of-path"),
        pytest.param("/api/hotels", "/api/hotels?a=1", id="query"),
        pytest.param("/api/hotels?a=1", "/api/hotels?a=2", id="value"),
        pytest.param("/api/hotels?a=1&b=2", "/api/hotels?a=2&b=1", id="values-swapped"),
        pytest.param("/api/hotels?a=1&a=2", "/api/hotels?a=2&a=1", id="twice"),
        pytest.param(
            "/api/hotels?id.shop=1&id_shop=2",
            "/api/hotels?id_shop=2&id.shop=1",
            id="twice-by-another-spelling",
        ),
        pytest.param(
            "/api/hotels?filter[id]=1&filter[id]=2",
            "/api/hotels?filter[id]=2&filter[id]=1",
            id="one-filter-twice",
        ),
        pytest.param(
            "/api/hotels?a[]=1&a[0]=2", "/api/hotels?a[0]=2&a[]=1", id="unnamed-place"
        ),
        pytest.param(
            "/api/hotels?a=1&a[b]=2", "/api/hotels?a[b]=2&a=1", id="array-or-not"
        ),
        pytest.param("/api/hotels?a=1%26b=2", "/api/hotels?a=1&b=2", id="ampersand"),
        pytest.param("/api/hotels?a%3Db=c", "/api/hotels?a=b=c", id="equals-sign"),
        pytest.param("/api/hotels?a=%2B", "/api/hotels?a=+", id="plus-or-space"),
        pytest.param("/api/hotels?display=full", "/api/hotels?Display=full", id="case"),
        pytest.param("/api/hotels", "/api/hotels?output_format=JSON", id="format"),
        pytest.param(
            "/api/hotels?output_format=JSON",
            "/api/hotels?output_format[]=JSON",
            id="a-format-that-is-an-array",
        ),
        pytest.param(
            "/api/hotels?output_format=JSON",
            "/api/hotels?output_format=JSON&output_format=XML",
            id="a-second-format",
        ),
        pytest.param(
            "/api/hotels?output_format=JSON&output_format=XML",
            "/api/hotels?output_format=XML&output_format=JSON",
            id="formats-in-another-order",
        ),
        pytest.param(
            "/api/hotels?output_format=JSON",
            "/api/hotels?output_format=JSON&io_format=XML",
            id="two-format-names-that-differ",
        ),
        pytest.param("/api/hotels?language=1", "/api/hotels?language=2", id="language"),
        pytest.param("/api/hotels?id_shop=1", "/api/hotels?id_shop=2", id="shop"),
    ],
)
def test_another_question_has_another_key(one: str, other: str) -> None:
    """What the PMS may read differently never shares a copy."""
    assert not _same(_get(one), _get(other))


def test_headers_decide_the_format_as_the_pms_reads_them() -> None:
    """`Output-Format: JSON` is JSON, `json` is XML, and `Accept` is not looked at."""
    json = _get("/api/hotels?output_format=JSON")
    plain = _get("/api/hotels")

    assert _same(json, _get("/api/hotels", Output_Format="JSON"))
    assert _same(json, _get("/api/hotels", Io_Format="JSON"))
    assert _same(json, _get("/api/hotels", io_format="JSON"))
    assert _same(plain, _get("/api/hotels", Output_Format="json"))
    assert _same(plain, _get("/api/hotels", Accept="application/json"))
    assert not _same(plain, json)
    mixed = _get("/api/hotels?output_format=JSON", Output_Format="XML")
    assert len({_key(each) for each in (plain, json, mixed)}) == 3


def test_a_format_field_that_is_there_twice_is_not_understood() -> None:
    """Web servers make `JSON, JSON` of two fields, which is XML to the PMS."""
    twice = Request(
        method="GET",
        path="/api/hotels",
        headers=(("Output-Format", "JSON"), ("Output-Format", "JSON")),
    )

    assert output_formats(twice) == ["JSON", "JSON"]
    assert not _same(twice, _get("/api/hotels?output_format=JSON"))
    assert not _same(twice, _get("/api/hotels"))


def test_languages_do_not_share() -> None:
    """Scenario 46: another Accept-Language is another key; its spacing is not."""
    spanish = _get("/api/hotels", Accept_Language="es, en;q=0.5")

    assert _same(spanish, _get("/api/hotels", Accept_Language="ES,en;q=0.5"))
    assert not _same(spanish, _get("/api/hotels", Accept_Language="en"))
    assert not _same(spanish, _get("/api/hotels"))


def test_a_head_has_the_key_of_its_get() -> None:
    """A HEAD is answered from a stored GET."""
    get = _get("/api/hotels")

    assert _same(get, replace(get, method="HEAD"))


CALLERS = {
    "nobody": _get("/api/hotels"),
    "basic": _get("/api/hotels", Authorization=BASIC),
    "another-basic": _get("/api/hotels", Authorization="Basic QTo="),
    "key": _get(f"/api/hotels?ws_key={KEY}"),
    "another-key": _get("/api/hotels?ws_key=B"),
    "odd-key": _get(f"/api/hotels?ws.key={KEY}x"),
    "two-keys": _get(f"/api/hotels?ws_key=B&ws_key={KEY}"),
    "two-keys-turned": _get(f"/api/hotels?ws_key={KEY}&ws_key=B"),
    "both": _get(f"/api/hotels?ws_key={KEY}", Authorization=BASIC),
}


@pytest.mark.parametrize(("one", "other"), list(combinations(CALLERS, 2)))
def test_callers_share_with_the_proxys_own_key_alone(one: str, other: str) -> None:
    """Scenario 46: credentials are part of the key, unless the proxy's are used."""
    assert _same(CALLERS[one], CALLERS[other], shared=True)
    assert not _same(CALLERS[one], CALLERS[other], shared=False)


def test_a_second_authorization_field_is_another_caller() -> None:
    """Which of two fields the PMS takes is its secret."""
    one = _get("/api/hotels", Authorization=BASIC)
    two = replace(one, headers=(*one.headers, ("authorization", "Basic QTo=")))

    assert not _same(one, two, shared=False)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("caller", CALLERS)
def test_no_credentials_stand_in_a_key(caller: str, *, shared: bool) -> None:
    """A key is a digest: neither the PMS key nor its base64 can be read in it."""
    key = _key(CALLERS[caller], shared=shared)

    assert KEY not in key
    assert BASIC.split()[1] not in key
    assert key.startswith("pms:v1:catalogue:")
    assert len(key.split(":")[-1]) == 64


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("ws_key=A", ""),
        ("a=1&ws_key=A&b=%5b2%5d", "a=1&b=%5b2%5d"),
        ("ws%5Fkey=A&a=1", "a=1"),
        ("ws.key=A&+ws_key=B&ws_key[]=C&ws_key%00=D&a", "a"),
        ("a=ws_key&xws_key=1", "a=ws_key&xws_key=1"),
        ("", ""),
    ],
)
def test_a_clients_key_is_dropped_from_the_query(query: str, left: str) -> None:
    """However PHP would read its name, `ws_key` goes; the rest keeps its bytes."""
    assert without_key(query) == left


# Meanings and their spellings.

VALUES = st.fixed_dictionaries(
    {
        "id_hotel": st.sampled_from(["1", "2"]),
        "date_from": st.sampled_from(["2026-12-10", "2026-12-11"]),
        "date_to": st.sampled_from(["2026-12-12", "2026-12-13"]),
    },
    optional={
        "id_room_type": st.sampled_from(["1", "2"]),
        "get_available_rooms": st.just("1"),
        "date_wise_breakdown": st.sampled_from(["0", "1"]),
        "party": st.sampled_from([((2, 0),), ((2, 1),), ((1, 0), (2, 0))]),
    },
)
PARAMETERS = st.dictionaries(
    st.text("abz_", min_size=1, max_size=3),
    st.text("ab&=+% \u00e9[]", max_size=4),
    max_size=4,
)


@st.composite
def spelled(draw: st.DrawFn, values: Mapping[str, object]) -> Request:
    """Spell one search in any of its ways."""
    gap = st.sampled_from(["", " ", "\n", "\t\n  "])

    def element(name: str, inside: str) -> str:
        return f"{draw(gap)}<{name}>{draw(gap)}{inside}{draw(gap)}</{name}>{draw(gap)}"

    parts: list[str] = []
    for name, value in draw(st.permutations(sorted(values.items()))):
        if name != "party":
            parts.append(element(name, str(value)))
            continue
        assert isinstance(value, tuple)
        rooms = []
        for adults, children in draw(st.permutations(value)):
            inside = [
                element("adults", str(adults)),
                element("children", str(children)),
            ]
            rooms.append(
                element("room_occupancy", "".join(draw(st.permutations(inside))))
            )
        parts.append(
            element("associations", element("room_occupancies", "".join(rooms)))
        )
    front = draw(st.sampled_from(["", "xml=", '<?xml version="1.0"?>']))
    root = draw(st.sampled_from(["qloapps", "prestashop"]))
    body = f"<{root}>{element('hotel_ari', ''.join(parts))}</{root}>"
    return _post(front + body)


@given(st.data(), VALUES)
def test_every_spelling_of_a_search_has_one_key(
    data: st.DataObject, values: dict[str, object]
) -> None:
    """White space, order, `xml=` and the root's name change no key."""
    one, other = data.draw(spelled(values)), data.draw(spelled(values))

    assert read_search(one.body) is not None
    assert _same(one, other)


@given(st.data(), VALUES, VALUES)
def test_searches_that_differ_never_share(
    data: st.DataObject, values: dict[str, object], others: dict[str, object]
) -> None:
    """Hotel, dates, room type, party and breakdown are parts of the key."""
    one, other = data.draw(spelled(values)), data.draw(spelled(others))

    assert _same(one, other) == (values == others)


@st.composite
def queried(draw: st.DrawFn, parameters: Mapping[str, str]) -> Request:
    """Write one query in any of its ways."""

    def encoded(text: str) -> str:
        style = draw(st.sampled_from(["needed", "all", "plus"]))
        if style == "all":
            return "".join(f"%{byte:02x}" for byte in text.encode())
        written = quote(text, safe="[]" if style == "needed" else "")
        return written.replace("%20", "+") if style == "plus" else written

    pairs = [
        f"{encoded(name)}={encoded(value)}"
        for name, value in draw(st.permutations(sorted(parameters.items())))
    ]
    slashes = draw(st.sampled_from(["/api/hotels", "/api//hotels", "/api/hotels/"]))
    return _get(f"{slashes}?{'&'.join(pairs)}")


@given(st.data(), PARAMETERS, PARAMETERS)
def test_queries_share_if_their_parameters_are_equal(
    data: st.DataObject, one: dict[str, str], other: dict[str, str]
) -> None:
    """Order and encoding change no key; a name or a value does."""
    assert _same(data.draw(queried(one)), data.draw(queried(one)))
    assert _same(data.draw(queried(one)), data.draw(queried(other))) == (one == other)
