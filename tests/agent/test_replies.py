from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from agent.messages import Lang, Offer, Phrase, Room, RoomsFound, Say, Search
from agent.replies import PHRASES, money, render

SEARCH = Search(checkin=date(2026, 12, 5), checkout=date(2026, 12, 8), adults=2)
FREE = Room(
    id=1,
    room_type="dbl",
    name="Doble",
    available=2,
    price=Decimal("3900.00"),
    currency="USD",
)
FULL = replace(FREE, id=2, name="Suite", available=0)


def offer(*rooms: Room, is_stale: bool = False, age_s: int | None = None) -> Offer:
    """Make an offer for three nights."""
    found = RoomsFound(rooms=rooms, is_stale=is_stale, age_s=age_s)
    return Offer(search=SEARCH, found=found)


@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_phrase(lang: Lang) -> None:
    """Every phrase has words in every language."""
    assert set(PHRASES[lang]) == set(Phrase)
    for phrase in Phrase:
        assert render(Say(phrase=phrase), lang)


def test_rooms_with_prices() -> None:
    """An offer names what is free with the stay's price, and leaves out the rest."""
    assert render(offer(FREE, FULL), "es") == (
        "Del 5/12/2026 al 8/12/2026 (3 noches) hay:\n• Doble: USD 3900 la estadía"
    )


def test_full_house() -> None:
    """With nothing free the offer says that, in the guest's language."""
    assert render(offer(FULL), "en") == (
        "From 5/12/2026 to 8/12/2026 (3 nights) there are no rooms left."
    )


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
    """Copies come with the runbook's words and their age."""
    text = render(offer(FREE, is_stale=True, age_s=age_s), lang)
    assert text.endswith(notice)


def test_full_house_may_be_stale_too() -> None:
    """No rooms in a copy is marked as much as rooms are."""
    assert "desactualizada" in render(offer(FULL, is_stale=True), "es")


@pytest.mark.parametrize(
    ("amount", "es", "en"),
    [
        ("3900.00", "3900", "3900"),
        ("2340.50", "2340,50", "2340.50"),
        ("0.00", "0", "0"),
        ("1234567.89", "1234567,89", "1234567.89"),
    ],
)
def test_money(amount: str, es: str, en: str) -> None:
    """Amounts have cents where there are any, and no thousands mark."""
    assert (money(Decimal(amount), "es"), money(Decimal(amount), "en")) == (es, en)
