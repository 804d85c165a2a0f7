"""Which class a request belongs to (CONTRACT §1)."""

from __future__ import annotations

import pytest

from fakes import recorded
from proxy.messages import Operation, Request
from proxy.qloapps.classes import classify, resource_of
from proxy.qloapps.search import read_search

SEARCH = (
    b"<qloapps><hotel_ari><id_hotel>1</id_hotel><date_from>2026-12-10</date_from>"
    b"<date_to>2026-12-11</date_to>%s</hotel_ari></qloapps>"
)
AVAILABILITY, CATALOGUE, PRIVATE, WRITE = Operation
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="ps_method"\r\n\r\n'
    b"DELETE\r\n--x--\r\n"
)


def _class_of(
    method: str, target: str, body: bytes = b"", content_type: str = "text/xml"
) -> Operation:
    path, _, query = target.partition("?")
    headers = (("Content-Type", content_type),) if body else ()
    request = Request(method=method, path=path, query=query, headers=headers, body=body)
    return classify(request, read_search(body) if body else None)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("24-", AVAILABILITY),
        ("25-", AVAILABILITY),
        ("26-", AVAILABILITY),
        ("27-", AVAILABILITY),
        ("28-", AVAILABILITY),
        ("29-", AVAILABILITY),
        ("31-", AVAILABILITY),
        ("31b-", PRIVATE),
        ("31c-", PRIVATE),
        ("35-", PRIVATE),
        ("36-", PRIVATE),
        ("37-", AVAILABILITY),
        ("38-", PRIVATE),
        ("39f-", WRITE),
        ("39g-", WRITE),
        ("39j-", AVAILABILITY),
        ("20-", AVAILABILITY),
        ("22-", AVAILABILITY),
        ("23-", PRIVATE),
        ("99-", PRIVATE),
        ("181-", AVAILABILITY),
        ("50-", CATALOGUE),
        ("51-", CATALOGUE),
        ("52-", CATALOGUE),
        ("60-", CATALOGUE),
        ("75-", CATALOGUE),
        ("90-", CATALOGUE),
        ("91-", CATALOGUE),
        ("92-", CATALOGUE),
        ("166-", CATALOGUE),
        ("01-", PRIVATE),
        ("13-", PRIVATE),
        ("70-", PRIVATE),
        ("72-", PRIVATE),
        ("93-", PRIVATE),
        ("98-", PRIVATE),
        ("106-", PRIVATE),
        ("67-", PRIVATE),
        ("78-", WRITE),
        ("79-", WRITE),
        ("80-", WRITE),
        ("101-", WRITE),
        ("114-", WRITE),
        ("140-", WRITE),
        ("141-", WRITE),
        ("142-", WRITE),
        ("143-", WRITE),
        ("144-", WRITE),
        ("145-", WRITE),
        ("182-", WRITE),
    ],
)
def test_a_recorded_request_has_its_class(name: str, operation: Operation) -> None:
    """Each recorded request belongs to the class that the contract names."""
    request = recorded.request(name)
    search = read_search(request.body) if request.body else None

    assert classify(request, search) is operation


PS_METHODS = [
    pytest.param("ps_method=DELETE", id="plain"),
    pytest.param("ps.method=DELETE", id="dot"),
    pytest.param("ps[method=PUT", id="bracket"),
    pytest.param("+ps_method=X", id="leading-space"),
    pytest.param("ps_method%00x=DELETE", id="NUL"),
    pytest.param("ps_method[]=DELETE", id="array"),
    pytest.param("ps_method=GET&ps_method=DELETE", id="twice"),
    pytest.param("ps_method=GET", id="a-read-by-it"),
    pytest.param("ps_method", id="no-value"),
    pytest.param("a=1&ps%5Fmethod=delete", id="encoded-lower-case"),
]


@pytest.mark.parametrize("query", PS_METHODS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_ps_method_in_the_query_makes_a_write(method: str, query: str) -> None:
    """Scenario 57: however PHP would read the name, any occurrence makes a write."""
    assert _class_of(method, f"/api/hotels/5?{query}") is WRITE
    assert _class_of("POST", f"/api/hotel_ari?{query}", SEARCH % b"") is WRITE


@pytest.mark.parametrize("query", PS_METHODS)
@pytest.mark.parametrize(
    "content_type",
    [
        FORM,
        f"{FORM}; charset=utf-8",
        "Application/X-WWW-Form-Urlencoded",
        f"{FORM} x",
        "text/plain",
        "",
    ],
)
def test_ps_method_in_a_form_makes_a_write(query: str, content_type: str) -> None:
    """Scenario 57: the same in an urlencoded body, on a search's path too."""
    body = query.encode()
    assert _class_of("GET", "/api/hotels/5", body, content_type) is WRITE
    with_search = b"xml=" + SEARCH % b"" + b"&" + body
    assert _class_of("POST", "/api/hotel_ari", with_search, content_type) is WRITE


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary=x",
        "Multipart/Form-Data; boundary=x",
        "multipart/form-data, text/xml",
        "text/xml, multipart/form-data; boundary=x",
    ],
)
def test_a_multipart_body_makes_a_write(content_type: str) -> None:
    """Scenario 57: a multipart body is a write, whatever is in it."""
    assert _class_of("POST", "/api/hotel_ari", MULTIPART, content_type) is WRITE
    assert _class_of("GET", "/api/hotels", MULTIPART, content_type) is WRITE


def test_two_content_types_make_a_write() -> None:
    """Of two Content-Type fields the PMS takes one or the other: a write."""
    request = Request(
        method="POST",
        path="/api/hotel_ari",
        headers=(("Content-Type", "text/xml"), ("content-type", FORM)),
        body=SEARCH % b"",
    )

    assert classify(request, read_search(request.body)) is WRITE


@pytest.mark.parametrize(
    "query",
    ["PS_METHOD=DELETE", "psmethod=DELETE", "x[ps_method]=DELETE", "a=ps_method"],
)
def test_another_name_is_no_override(query: str) -> None:
    """What PHP does not read as `ps_method` leaves a read a read."""
    assert _class_of("GET", f"/api/hotels?{query}") is CATALOGUE


@pytest.mark.parametrize(
    ("flags", "operation"),
    [
        pytest.param(b"", AVAILABILITY, id="none"),
        pytest.param(
            b"<get_available_rooms>1</get_available_rooms>",
            AVAILABILITY,
            id="available",
        ),
        pytest.param(
            b"<get_available_rooms>1</get_available_rooms>"
            b"<get_booked_rooms>0</get_booked_rooms><get_unavailable_rooms/>",
            AVAILABILITY,
            id="others-off",
        ),
        pytest.param(
            b"<get_booked_rooms>1</get_booked_rooms>", PRIVATE, id="58-booked"
        ),
        pytest.param(
            b"<get_available_rooms>1</get_available_rooms>"
            b"<get_booked_rooms>1</get_booked_rooms>",
            PRIVATE,
            id="booked-too",
        ),
        pytest.param(
            b"<get_partial_available_rooms>1</get_partial_available_rooms>",
            PRIVATE,
            id="partial",
        ),
        pytest.param(
            b"<get_unavailable_rooms> true </get_unavailable_rooms>",
            PRIVATE,
            id="unavailable",
        ),
        pytest.param(
            b"<get_available_rooms>0</get_available_rooms>", PRIVATE, id="all-off"
        ),
        pytest.param(
            b'<get_available_rooms>1</get_available_rooms><get_booked_rooms on="1"/>',
            PRIVATE,
            id="booked-by-attribute",
        ),
        pytest.param(
            b"<get_available_rooms>1</get_available_rooms>"
            b"<get_booked_rooms><x/></get_booked_rooms>",
            PRIVATE,
            id="booked-by-child",
        ),
        pytest.param(
            b"<get_available_rooms>1</get_available_rooms><get_new_rooms>1"
            b"</get_new_rooms>",
            PRIVATE,
            id="unknown-flag",
        ),
    ],
)
def test_only_available_rooms_are_availability(
    flags: bytes, operation: Operation
) -> None:
    """A search for rooms of any other kind names customers: it is private."""
    assert _class_of("POST", "/api/hotel_ari", SEARCH % flags) is operation


@pytest.mark.parametrize(
    ("method", "target", "operation"),
    [
        pytest.param("POST", "/api/hotel_ari/", AVAILABILITY, id="trailing-slash"),
        pytest.param("POST", "/api//hotel_ari", AVAILABILITY, id="two-slashes"),
        pytest.param("POST", "/api/hotel_ari?x=1", AVAILABILITY, id="query"),
        pytest.param("POST", "/api/hotel_ari/5", PRIVATE, id="with-an-id"),
        pytest.param("PUT", "/api/hotel_ari", WRITE, id="put"),
        pytest.param("POST", "/api/hotels", WRITE, id="on-another-resource"),
        pytest.param("POST", "/api/hotel_ari?url=bookings", WRITE, id="another-path"),
        pytest.param("POST", "/api/hotel_ari?u%72l=bookings", WRITE, id="encoded-path"),
        pytest.param("GET", "/api/hotel_ari", PRIVATE, id="get-with-a-body"),
    ],
)
def test_a_search_is_one_by_path_and_method(
    method: str, target: str, operation: Operation
) -> None:
    """The same body is a search only where the PMS would read it as one."""
    assert _class_of(method, target, SEARCH % b"") is operation


@pytest.mark.parametrize(
    ("target", "operation"),
    [
        pytest.param("/api/hotel_ari?schema=blank", AVAILABILITY, id="schema"),
        pytest.param("/api/hotels?url=customers", PRIVATE, id="another-path"),
        pytest.param("/api/hotels?%75rl=customers", PRIVATE, id="another-path-encoded"),
        pytest.param("/api/%68otels", CATALOGUE, id="encoded-path"),
        pytest.param("/api/Hotels", PRIVATE, id="case-matters"),
        pytest.param("/api/hotels%20", PRIVATE, id="space-behind"),
        pytest.param("/api", PRIVATE, id="root"),
        pytest.param("/api/guests/3", PRIVATE, id="guests"),
        pytest.param("/api/carts", PRIVATE, id="carts"),
        pytest.param("/api/employees", PRIVATE, id="employees"),
        pytest.param("/api/addresses/1", PRIVATE, id="addresses"),
        pytest.param("/api/customer_messages", PRIVATE, id="messages"),
        pytest.param("/api/images/rooms/1", CATALOGUE, id="images"),
        pytest.param("/api/languages", CATALOGUE, id="languages"),
        pytest.param("/api/currencies", CATALOGUE, id="currencies"),
        pytest.param("/api/whatever", PRIVATE, id="not-listed"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_read_has_the_class_of_its_resource(
    method: str, target: str, operation: Operation
) -> None:
    """What is not listed as the catalogue's is private."""
    assert _class_of(method, target) is operation


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/api/hotels/5", "hotels"),
        ("/api//hotels", "hotels"),
        ("/api/hotels/", "hotels"),
        ("/api", ""),
        ("/api/", ""),
        ("/api/%68otels", "hotels"),
        ("/apis/hotels", ""),
    ],
)
def test_the_resource_is_the_first_name_below_the_api(path: str, resource: str) -> None:
    """`/api/hotels/5` is about hotels."""
    assert resource_of(path) == resource
