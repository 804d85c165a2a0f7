"""Names of parameters as PHP reads them (CONTRACT §1)."""

from __future__ import annotations

import pytest

from proxy.qloapps import php


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        pytest.param(b"ps_method", b"ps_method", id="plain"),
        pytest.param(b"ps%5Fmethod", b"ps_method", id="encoded"),
        pytest.param(b"%70%73%5f%6d%65%74%68%6f%64", b"ps_method", id="all-encoded"),
        pytest.param(b"ps.method", b"ps_method", id="dot"),
        pytest.param(b"ps+method", b"ps_method", id="space"),
        pytest.param(b"ps%20method", b"ps_method", id="encoded-space"),
        pytest.param(b"ps[method", b"ps_method", id="bracket-never-closed"),
        pytest.param(b"ps%5Bmethod", b"ps_method", id="encoded-bracket"),
        pytest.param(b"+ps_method", b"ps_method", id="leading-space"),
        pytest.param(b"%20%20ps_method", b"ps_method", id="leading-spaces"),
        pytest.param(b"ps_method%00x", b"ps_method", id="cut-at-NUL"),
        pytest.param(b"ps_method[]", b"ps_method", id="array"),
        pytest.param(b"ps_method[a][b]", b"ps_method", id="nested-array"),
        pytest.param(b"ps.method[x]", b"ps_method", id="dot-and-array"),
        pytest.param(b"ps_method%5B%5D", b"ps_method", id="encoded-array"),
        pytest.param(b"ps_method[]%00[", b"ps_method", id="array-and-NUL"),
        pytest.param(b"ps_method%2500x", b"ps_method%00x", id="encoded-twice"),
        pytest.param(b"PS_METHOD", b"PS_METHOD", id="case-matters"),
        pytest.param(b"x%00ps_method", b"x", id="NUL-in-front"),
        pytest.param(b"[ps_method]", b"_ps_method]", id="bracket-in-front"),
        pytest.param(b"ps_method]", b"ps_method]", id="closing-bracket-alone"),
        pytest.param(b"%09ps_method", b"\tps_method", id="leading-tab"),
        pytest.param(b"ps-method", b"ps-method", id="dash"),
        pytest.param(b"", b"", id="empty"),
    ],
)
def test_a_name_is_the_variable_that_php_makes_of_it(raw: bytes, name: bytes) -> None:
    """A raw parameter name reads as PHP registers it."""
    assert php.variable_name(raw) == name


def test_a_place_in_an_array_is_told_apart() -> None:
    """`filter[id]` is the place `[id]` of the variable `filter`."""
    assert php.variable(b"filter%5Bid%5D") == (b"filter", b"[id]")
    assert php.variable(b"filter[") == (b"filter_", b"")


@pytest.mark.parametrize(
    ("encoded", "pairs"),
    [
        pytest.param(b"", [], id="empty"),
        pytest.param(b"a=1&b=2", [(b"a", b"1"), (b"b", b"2")], id="two"),
        pytest.param(b"&&a=1&", [(b"a", b"1")], id="empty-parts"),
        pytest.param(b"a", [(b"a", b"")], id="no-value"),
        pytest.param(b"a=b=c", [(b"a", b"b=c")], id="second-equals-sign"),
        pytest.param(b"a=1;b=2", [(b"a", b"1;b=2")], id="semicolon-splits-nothing"),
        pytest.param(b"=x", [(b"", b"x")], id="no-name"),
    ],
)
def test_parameters_are_split_at_ampersands_alone(
    encoded: bytes, pairs: list[tuple[bytes, bytes]]
) -> None:
    """A query falls into the pairs that PHP sees."""
    assert php.pairs(encoded) == pairs
