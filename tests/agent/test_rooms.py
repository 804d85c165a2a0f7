from __future__ import annotations

import pytest

from agent.messages import ROOM_TYPES
from agent.pms.rooms import known_type


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Single Room", "single"),
        ("Habitación individual", "single"),
        ("Habitación sencilla", "single"),
        ("Quarto Simples", "single"),
        ("Quarto de solteiro", "single"),
        ("Doble uso individual", "single"),
        ("Double", "double"),
        ("Doble Superior con vista", "double"),
        ("DOBLE MATRIMONIAL", "double"),
        ("Quarto Duplo", "double"),
        ("Quarto de casal", "double"),
        ("Standard Queen", "double"),
        ("Deluxe King Rooms", "double"),
        ("Twin", "twin"),
        ("Doble Twin", "twin"),
        ("Habitación con dos camas", "twin"),
        ("Room with 2 single beds", "twin"),
        ("Quarto com duas camas de solteiro", "twin"),
        ("Triple", "triple"),
        ("Quarto triplo", "triple"),
        ("Triple: una doble y una individual", "triple"),
        ("Cuádruple", "quadruple"),
        ("Quarto quádruplo", "quadruple"),
        ("Quad, two beds", "quadruple"),
        ("Habitación Familiar", "family"),
        ("Suíte Família", "family"),
        ("Junior Suite", "suite"),
        ("Suíte Master", "suite"),
        ("King Suite", "suite"),
        # As people type who set a hotel up.
        ("Dobble Room", "double"),
        ("Tripple", "triple"),
        ("Famly Room", "family"),
        ("Suites", "suite"),
    ],
)
def test_known_type(name: str, known: str) -> None:
    """A house's name says which type it is, in three languages and misspelt."""
    assert known_type(name, {}) == known


@pytest.mark.parametrize(
    "name",
    [
        *("General Rooms", "Delux Rooms", "Executive Rooms", "Luxury Rooms"),
        *("Standard", "Deluxe", "Superior", "Cabaña", "Quarto", "Noble", "Nº 12", "家"),
        *("Habitación con vista", "Simply the best", "", "Winter room"),
    ],
)
def test_a_name_stays_a_name(name: str) -> None:
    """A name that says nothing of the type is not guessed at."""
    assert known_type(name, {}) is None


def test_configuration_wins() -> None:
    """What the hotel says of its names goes before what they say themselves."""
    configured = {"general rooms": "double", "doble chica": "single"}
    assert known_type("General  ROOMS", configured) == "double"
    assert known_type("Dóble Chica", configured) == "single"


def test_every_known_word_is_a_name() -> None:
    """The words that guests' texts are understood as are themselves understood."""
    assert [known_type(known, {}) for known in ROOM_TYPES] == list(ROOM_TYPES)
