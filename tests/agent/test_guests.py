from __future__ import annotations

import pytest

from agent.guests import read_party
from agent.words import fold


@pytest.mark.parametrize(
    ("text", "adults", "children"),
    [
        ("para 2", 2, None),
        ("para dos", 2, None),
        ("2 adultos", 2, None),
        ("2 adultos y 1 niño", 2, 1),
        ("2 grandes y 2 nenes", 2, 2),
        ("somos 3", 3, None),
        ("somos cinco", 5, None),
        ("somos 3 y un bebé", 3, 1),
        ("4 personas, 2 menores", 2, 2),
        ("for 4 guests", 4, None),
        ("2 adults and 1 child", 2, 1),
        ("2 adultos e 2 crianças", 2, 2),
        ("casal com uma criança", 2, 1),
        ("una pareja", 2, None),
        ("con mi mujer", 2, None),
        ("voy sola", 1, None),
        ("just me", 1, None),
        ("solo yo", 1, None),
        ("my wife and me", 2, None),
        ("mi mujer y yo", 2, None),
        ("2 adultos sin chicos", 2, 0),
        ("2 adultos y un niño de 5 años", 2, 1),
    ],
)
def test_counted(text: str, adults: int, children: int | None) -> None:
    """Guests are counted as they were said; children not mentioned are None."""
    party = read_party(fold(text))
    assert (party.adults, party.children) == (adults, children)


@pytest.mark.parametrize(
    "text",
    [
        "una doble",
        "un quarto de casal",
        "para 2 noches",
        "para el 5/12",
        "para 5/12",
        "para 12 de diciembre",
        "para una habitación",
        "0 adultos",
        "2 personas, 3 menores",
        "a las 10",
        "hola",
    ],
)
def test_not_counted(text: str) -> None:
    """Rooms, nights and days are no adults, and nobody is invented."""
    assert read_party(fold(text)).adults is None
