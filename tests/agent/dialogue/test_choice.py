"""Which room of a list a guest takes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agent.dialogue.choice import chosen, named_in_part, uncommon
from agent.messages import Room

OFFERED = tuple(
    Room(
        id=id_,
        room_type=None,
        name=name,
        available=free,
        price=Decimal(price),
        currency="USD",
    )
    for id_, name, price, free in (
        (11, "General Rooms", 2600, 5),
        (12, "Delux Rooms", 3640, 5),
        (13, "Luxury Rooms", 1000, 0),
    )
)


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("la 2", 12),
        ("la opción 2", 12),
        ("opcion 1 por favor", 11),
        ("la primera", 11),
        ("La segunda!", 12),
        ("quiero la tercera", 13),
        ("me quedo con la 2", 12),
        ("reservar la 1", 11),
        ("la última", 13),
        ("a primeira, por favor", 11),
        ("fico com a segunda", 12),
        ("the first one", 11),
        ("the 2nd please", 12),
        ("I'll take the second one", 12),
        ("la más barata", 11),
        ("the cheapest one", 11),
        ("a mais barata", 11),
        ("cuál es la más barata?", 11),
        ("what's the cheapest?", 11),
        ("qual é o mais barato?", 11),
        ("ok, reservo la más económica", 11),
        ("algo más barato", 11),
        ("I'll take the cheapest please", 11),
        # No place in this list, or no choice at all.
        ("2", None),
        ("la 4", None),
        ("para 2", None),
        ("2 adultos", None),
        ("del 1 al 2", None),
        ("la segunda semana de enero", None),
        ("segunda quincena", None),
        ("", None),
    ],
)
def test_a_room_is_taken_by_its_place_or_price(text: str, room: int | None) -> None:
    """By a number with a word, an ordinal, or as the cheapest that is free."""
    assert chosen(text, OFFERED) == room
    assert chosen(text, ()) is None


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("la delux", 12),
        ("la deluxe por favor", 12),
        ("quiero la general", 11),
        ("la luxury", 13),
        ("rooms", None),
        ("la delux o la general", None),
        (
            "que diferencia hay entre la general y las otras que me diste",
            None,
        ),
        ("la de lujo", None),
    ],
)
def test_a_part_of_a_name_is_enough_where_it_is_one_rooms(
    text: str, room: int | None
) -> None:
    """Whatever all the names hold tells none apart."""
    assert named_in_part(text, OFFERED) == room


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("reservame la delux del 20 al 22 de diciembre para 2", 12),
        ("quero reservar o quarto luxury de sexta a domingo para dois adultos", 13),
        ("book the general room for 2 people from the 5th to the 8th please", 11),
        ("anotame la delux desde el 5/12/2026 hasta el 8/12/2026 para 2 y 1 nene", 12),
        ("reservame la general o la delux del 20 al 22 de diciembre", None),
        ("quiero reservar una habitación para 2 adultos del 5 al 8", None),
    ],
)
def test_room_that_a_long_request_names(text: str, room: int | None) -> None:
    """Of a request as long as it may be only the words that no grammar knows count."""
    assert named_in_part(uncommon(text), OFFERED) == room
