"""PHP's habits, without the shop."""

from __future__ import annotations

import pytest

from demo.php import (
    closest,
    number,
    parse_form,
    parse_query,
    plain,
    rounded,
    to_int,
    to_json,
)

MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="ps_method"\r\n\r\nGET\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ps_method=GET", "GET"),
        ("ps.method=DELETE", "DELETE"),
        ("ps%20method=DELETE", "DELETE"),
        ("ps+method=DELETE", "DELETE"),
        ("ps[method=DELETE", "DELETE"),
        ("%20ps_method=DELETE", "DELETE"),
        ("ps_method%00x=DELETE", "DELETE"),
        ("p%73_method=DELETE", "DELETE"),
        ("ps_method=GET&ps_method=DELETE", "DELETE"),
        ("ps_method[]=DELETE", "Array"),
        ("PS_METHOD=DELETE", None),
        ("psmethod=DELETE", None),
        ("ps_method", ""),
    ],
    ids=str,
)
def test_names_become_php_variables(query: str, found: str | None) -> None:
    """Blanks, dots and a lone bracket become underscores; the last value wins."""
    assert parse_query(query).get("ps_method") == found


def test_brackets_are_kept_for_filters() -> None:
    """`filter[id]` keeps its index, also where the brackets are encoded."""
    assert parse_query("filter%5Bid%5D=%5B1%7C3%5D")["filter[id]"] == "[1|3]"


@pytest.mark.parametrize(
    ("content_type", "body", "found"),
    [
        ("application/x-www-form-urlencoded", b"ps_method=GET", "GET"),
        ("Application/X-WWW-Form-URLencoded; charset=x", b"ps.method=GET", "GET"),
        (
            "multipart/form-data; boundary=b",
            MULTIPART,
            "GET",
        ),
        ("text/xml", b"ps_method=GET", None),
        ("", b"ps_method=GET", None),
    ],
    ids=["form", "form with a dot", "multipart", "xml", "none"],
)
def test_only_forms_are_read(content_type: str, body: bytes, found: str | None) -> None:
    """A body counts as parameters when its type says that it is a form."""
    assert parse_form(content_type, body).get("ps_method") == found


@pytest.mark.parametrize(
    ("value", "in_xml", "in_json"),
    [
        (1300.0, "1300", "1300"),
        (1250.5, "1250.5", "1250.5"),
        (0.1 + 0.2, "0.3", "0.30000000000000004"),
        (3333.33 / 3, "1111.11", "1111.11"),
        (1000 / 3, "333.33333333333", "333.3333333333333"),
        (0, "0", "0"),
    ],
)
def test_numbers_are_written_without_needless_points(
    value: float, in_xml: str, in_json: str
) -> None:
    """Whole floats look like integers; `echo` has 14 digits, JSON all of them."""
    assert number(value) == in_xml
    assert to_json(plain(value)) == in_json.encode()


@pytest.mark.parametrize(
    ("value", "cents"),
    [(1.005, 1.01), (1.004999999, 1.0), (2.675, 2.68), (1234567.125, 1234567.13)],
)
def test_halves_are_rounded_up_as_people_see_them(value: float, cents: float) -> None:
    """What is a half in decimal goes up, though its float lies below."""
    assert rounded(value, 2) == cents


def test_json_escapes_like_php() -> None:
    """Slashes are escaped, other letters are ASCII, and there are no blanks."""
    assert to_json({"a": ["</é>", 1]}) == b'{"a":["<\\/\\u00e9>",1]}'


@pytest.mark.parametrize(
    ("text", "value"), [("12abc", 12), ("abc", 0), ("", 0), (" 7", 7), ("-3", -3)]
)
def test_casting_takes_the_leading_digits(text: str, value: int) -> None:
    """`(int)` never fails."""
    assert to_int(text) == value


def test_the_last_of_equally_near_words_is_meant() -> None:
    """QloApps proposes the last word at the smallest distance."""
    assert closest("hotel", ["hotels", "motel", "order"]) == "motel"
