"""Facts of a proxy's header fields."""

from __future__ import annotations

import pytest

from proxy import headers


def test_what_connection_names_stops() -> None:
    """Also in several fields, in any case, with spaces."""
    fields = (
        ("Connection", "close, X-A"),
        ("connection", " x-b "),
        ("X-A", "1"),
        ("X-B", "2"),
        ("X-C", "3"),
        ("TE", "trailers"),
    )

    assert headers.end_to_end(fields) == (("X-C", "3"),)


@pytest.mark.parametrize(
    "name",
    [
        *("X-Forwarded-Host", "X_Forwarded_Host", "x.forwarded.host", "Forwarded"),
        *("Proxy", "X-HTTP-Method-Override", "X-Original-URL", "Host", "Cookie"),
        *("Content_Type", "Output_Format", "Transfer_Encoding", "X-Proxy-Token"),
    ],
)
def test_what_could_be_another_request_to_the_pms_stops(name: str) -> None:
    """Also under a name that CGI cannot tell from it."""
    assert headers.to_forward(((name, "1"), ("Output-Format", "JSON"))) == (
        ("Output-Format", "JSON"),
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "1"), (0.1, "1"), (1, "1"), (1.001, "2"), (29.999, "30"), (30, "30")],
)
def test_retry_after_is_rounded_up(seconds: float, told: str) -> None:
    """Whole seconds, at least one."""
    assert headers.retry_after(seconds) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(30, "ttl=30"), (0.9, "ttl=0"), (0, "ttl=0"), (-0.1, "ttl=-1"), (-15, "ttl=-15")],
)
def test_ttl_is_rounded_down(seconds: float, told: str) -> None:
    """What is past is negative at once."""
    assert headers.ttl(seconds) == told


@pytest.mark.parametrize(
    ("asked", "matches"),
    [
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ('"b"', False),
        ("a", False),
        ("*", True),
    ],
)
def test_if_none_match_compares_weakly(asked: str, *, matches: bool) -> None:
    """Any of a list, weak or strong (RFC 9110 §13.1.2)."""
    assert headers.etag_matches(asked, '"a"') is matches
