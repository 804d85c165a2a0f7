from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from agent.messages import (
    Lang,
    Offer,
    Phrase,
    Quote,
    Room,
    RoomsFound,
    Say,
    Search,
    ShowKinds,
    Summarise,
    TellBooked,
)
from agent.replies.formats import day, money
from agent.replies.render import LABELS, PHRASES, render, room_name

SEARCH = Search(
    checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2, children=1
)
FREE = Room(
    id=1,
    room_type="double",
    name="Doble",
    available=2,
    price=Decimal("3900.00"),
    currency="USD",
)
SUITE = replace(FREE, id=2, room_type="suite", name="Suite", price=Decimal("5000.50"))
# WhatsApp takes 4096; a reply that scrolls is not read.
LONGEST_PHRASE = 300


def offer(
    *rooms: Room,
    is_stale: bool = False,
    age_s: int | None = None,
    is_incomplete: bool = False,
) -> Offer:
    """Make an offer for three nights."""
    found = RoomsFound(
        rooms=rooms, is_stale=is_stale, age_s=age_s, is_incomplete=is_incomplete
    )
    return Offer(search=SEARCH, rooms=rooms, found=found)


@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_phrase(lang: Lang) -> None:
    """Every phrase has words in every language, and few."""
    assert set(PHRASES[lang]) == set(Phrase)
    for phrase in Phrase:
        assert 0 < len(render(Say(phrase=phrase), lang)) < LONGEST_PHRASE
    assert set(LABELS[lang].room_types) == set(LABELS["es"].room_types)


def test_rooms_with_prices() -> None:
    """An offer numbers what is free, with the stay's price."""
    assert render(offer(FREE, SUITE), "es") == (
        "Del sáb 5 dic al mar 8 dic (3 noches), 2 adultos y 1 niño:\n"
        "1. Doble: US$ 3.900\n"
        "2. Suite: US$ 5.000,50\n"
        "Es el precio total de la estadía, con impuestos."
    )


def test_one_room() -> None:
    """The only room has no number: there is nothing to pick."""
    assert "\n• Doble (double): $3,900\n" in render(offer(FREE), "en")


def test_longest_offer() -> None:
    """Ten rooms with endless names are short enough for one message."""
    rooms = [replace(FREE, id=n, name="Habitación " * 50) for n in range(10)]
    assert len(render(offer(*rooms, is_stale=True, is_incomplete=True), "es")) < 2000


def test_full_house() -> None:
    """With nothing free the offer says that, in the guest's language."""
    assert render(offer(), "en") == (
        "From Sat, Dec 5 to Tue, Dec 8 (3 nights) there are no rooms left for "
        "2 adults and 1 child."
    )


def test_there_may_be_more() -> None:
    """A list that is not whole says so."""
    text = render(offer(FREE, is_incomplete=True), "es")
    assert text.endswith("Puede haber más habitaciones que ahora no veo.")


@pytest.mark.parametrize(
    ("lang", "age_s", "notice"),
    [
        (
            "es",
            59,
            "Info puede estar desactualizada (de hace menos de un minuto).",
        ),
        ("es", 60, "Info puede estar desactualizada (de hace 1 minuto)."),
        ("es", 299, "Info puede estar desactualizada (de hace 4 minutos)."),
        ("es", None, "Info puede estar desactualizada."),
        ("en", 125, "This info may be out of date (2 minutes old)."),
        (
            "pt",
            125,
            "As informações podem estar desatualizadas (de 2 minutos atrás).",
        ),
    ],
)
def test_stale_notice(lang: Lang, age_s: int | None, notice: str) -> None:
    """Copies come with the runbook's words and their age, in offer and summary."""
    assert render(offer(FREE, is_stale=True, age_s=age_s), lang).endswith(notice)
    assert render(offer(is_stale=True, age_s=age_s), lang).endswith(notice)
    summary = Summarise(
        quote=Quote(search=SEARCH, room=FREE), is_stale=True, age_s=age_s
    )
    assert render(summary, lang).endswith(notice)


def test_summary() -> None:
    """A summary has the dates with their year, the guests, the room and the total."""
    assert render(Summarise(quote=Quote(search=SEARCH, room=FREE)), "pt") == (
        "Sua reserva:\n"
        "📅 sáb. 5 de dez. de 2026 → ter. 8 de dez. de 2026 (3 noites)\n"
        "👥 2 adultos e 1 criança\n"
        "🛏️ Doble (duplo)\n"
        "💰 Total: US$ 3.900, com impostos"
    )


def test_booked() -> None:
    """The number of a booking is told, and told again without a feast."""
    told = TellBooked(quote=Quote(search=SEARCH, room=FREE), reference="77")
    assert "77" in render(told, "es")
    assert "🎉" not in render(replace(told, again=True), "es")


def test_kinds() -> None:
    """The house's kinds are named as the house does."""
    assert render(ShowKinds(rooms=(FREE, SUITE)), "es") == "Tenemos: Doble, Suite."


@pytest.mark.parametrize(
    ("name", "room_type", "told"),
    [
        ("Habitación Doble", "double", "Habitación Doble"),
        ("HABITACION DOBLE vista", "double", "HABITACION DOBLE vista"),
        ("General Rooms", "double", "General Rooms (doble)"),
        ("General Rooms", None, "General Rooms"),
        ("x" * 500, None, "x" * 60),
    ],
)
def test_room_name(name: str, room_type: str | None, told: str) -> None:
    """A house's name is followed by the guests' word, where it does not hold it."""
    assert room_name(replace(FREE, name=name, room_type=room_type), "es") == told


@pytest.mark.parametrize(
    ("amount", "currency", "es", "en"),
    [
        ("3900.00", "USD", "US$ 3.900", "$3,900"),
        ("2340.50", "ARS", "$2.340,50", "ARS 2,340.50"),
        ("0.00", "EUR", "EUR 0", "€0"),
        ("1234567.89", "XXQ", "XXQ 1.234.567,89", "XXQ 1,234,567.89"),
        ("10", "", "10", "10"),
    ],
)
def test_money(amount: str, currency: str, es: str, en: str) -> None:
    """Amounts are written as the language does, with cents where there are any."""
    assert money(Decimal(amount), currency, "es") == es
    assert money(Decimal(amount), currency, "en") == en


def test_day() -> None:
    """A day is told with its weekday."""
    assert day(date(2026, 12, 5), "es") == "sáb 5 dic"
    assert day(date(2026, 12, 5), "en", with_year=True) == "Sat, Dec 5, 2026"
