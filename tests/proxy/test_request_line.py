"""Facts of request targets: those that could be read in two ways are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.front.request_line import BadTarget, split_target


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/api/hotels", "/api/hotels", ""),
        ("/api/hotels?", "/api/hotels", ""),
        ("/api/hotels?a=b?c", "/api/hotels", "a=b?c"),
        ("/api/x?filter[id]=[1|2]", "/api/x", "filter[id]=[1|2]"),
        ("/api/x?a=%00%2f%5c%25..", "/api/x", "a=%00%2f%5c%25.."),
        ("/api/a.b/...", "/api/a.b/...", ""),
        ("/api//hotels/", "/api//hotels/", ""),
        ("/api/%C3%B6", "/api/%C3%B6", ""),
        ("/api/a;b/+%20=x", "/api/a;b/+%20=x", ""),
        ("/api/x?%zz&%ff", "/api/x", "%zz&%ff"),
    ],
)
def test_a_plain_target_is_taken_as_it_stands(
    target: str, path: str, query: str
) -> None:
    """Path and query keep their bytes."""
    assert split_target(target) == (path, query)


@pytest.mark.parametrize(
    "target",
    [
        *("", "*", "api/hotels", "http://x/api/", "x:443", "?a"),
        *("/api/..", "/api/../x", "/./api", "/api/%2e%2e/", "/api/%2E./x"),
        *("/api%2fhotels", "/api/a%5Cb", "/api/a\\b", "/api/%25", "/api/%252e"),
        *("/api/a&b", "/api/%26url=x", "/api/a%3Fb", "/api/%23", "/api/%3fps_method"),
        *("/api/%", "/api/%2", "/api/%zz", "/api/%2%65", "/api/%u002e"),
        *("/api/%ff", "/api/%c0%ae%c0%ae/x", "/api/%ed%a0%80"),
        *("/api/..;/x", "/api/.;a", "/api/%2e%2e;x=1/x", "/api/%2e%2e%3bx/x"),
        *("/api/%00", "/api/%0a", "/api/%7f", "/api/%1F"),
        *("/api/a b", "/api/\t", "/api/ö", "/api/\x00", "/api/a#b", "/api?a#b"),
    ],
)
def test_an_ambiguous_target_is_refused(target: str) -> None:
    """In one sentence."""
    with pytest.raises(BadTarget, match=r"^[A-Z][^.]*\.$"):
        split_target(target)


@given(st.text())
def test_any_text_is_split_or_refused(text: str) -> None:
    """Nothing else happens, and what is taken is put together again."""
    try:
        path, query = split_target(text)
    except BadTarget:
        return
    assert text in {f"{path}?{query}", path}
