"""Orders: who may give one, which there are, and that each has its reason."""

from __future__ import annotations

import pytest

from proxy.front.admin import Order, read_order, why_closed
from proxy.problems import Problem


@pytest.mark.parametrize(
    ("token", "given", "opens"),
    [
        pytest.param(None, "", False, id="none-set-none-given"),
        pytest.param(None, "guess", False, id="none-set"),
        pytest.param("s3cret", "", False, id="none-given"),
        pytest.param("s3cret", "s3cre", False, id="wrong"),
        pytest.param("s3cret", "s3cret\udcff", False, id="not-utf-8"),
        pytest.param("s3cret", "s3cret", True, id="right"),
    ],
)
def test_only_the_token_opens(token: str | None, given: str, *, opens: bool) -> None:
    """Without the token, or without one set, the answer is 403."""
    refused = why_closed(token, given)

    assert (refused is None) is opens
    assert refused is None or refused.status == 403


@pytest.mark.parametrize(
    ("query", "body", "why"),
    [
        ("why=PMS+upgrade", b"", "PMS upgrade"),
        ("", '{"why": "actualización\\n del PMS"}'.encode(), "actualización del PMS"),
        ("why=x", b'{"why": "y"}', "y"),
    ],
)
def test_a_reason_is_read(query: str, body: bytes, why: str) -> None:
    """It stands in the query or in a JSON object, and becomes one line."""
    got = read_order("POST", "/admin/breaker/open", query, body)

    assert got == (Order.OPEN, why)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b"[]", b'"why"', b'{"why": ""}', b'{"why": 5}', b"{"),
        *(b'{"why": "  "}', b'{"why": "%s"}' % (b"x" * 501), b"\xff", b"[" * 100_000),
    ],
)
def test_an_order_without_a_reason_is_refused(body: bytes) -> None:
    """Whoever is called next must be able to read why."""
    got = read_order("POST", "/admin/breaker/reset", "", body)

    assert isinstance(got, Problem)
    assert got.status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/admin/breaker/open", 405),
        ("POST", "/admin/breaker/half_open", 404),
        ("POST", "/admin/", 404),
        ("POST", "/admin/cache/clear/", 404),
    ],
)
def test_what_is_no_order_is_refused(method: str, path: str, status: int) -> None:
    """A wrong path is 404, a wrong method 405."""
    got = read_order(method, path, "why=x", b"")

    assert isinstance(got, Problem)
    assert got.status == status
