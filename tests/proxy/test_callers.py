"""Facts of the tools' tokens."""

from __future__ import annotations

import pytest

from proxy.front.callers import Callers

CALLERS = Callers({"agent": ("t0ken-ä", "new"), "desk": ("other",)})


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("t0ken-ä", "agent"),
        ("new", "agent"),
        ("other", "desk"),
        ("", None),
        ("t0ken", None),
        ("other ", None),
        ("\udcff", None),
    ],
)
def test_a_token_names_its_tool(token: str, name: str | None) -> None:
    """Whole and exact, or a stranger."""
    assert CALLERS.name_of(token) == name


def test_without_tokens_everybody_is_nameless() -> None:
    """Whatever is sent."""
    assert Callers({}).name_of("x") == ""
