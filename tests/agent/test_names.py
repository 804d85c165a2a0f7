from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.pms.names import LONGEST_NAME, email_of, name_of

# QloApps' own rule, and what its database can keep.
IS_NAME = re.compile(r'[^0-9!<>,;?=+()@#"°{}_$%:\U00010000-\U0010ffff]+')


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ("Ana Lopez", ("Ana", "Lopez")),
        ("  María José  Pérez López ", ("María", "José Pérez López")),
        ("Bia", ("Bia", "WhatsApp")),
        ("", ("Guest", "WhatsApp")),
        ("🌸🌸", ("Guest", "WhatsApp")),
        ("12345", ("Guest", "WhatsApp")),
        ("+54 9 11 0000-0001", ("Guest", "WhatsApp")),
        ("Ana2024 Lopez!", ("Ana", "Lopez")),
        ("Ana❤️Lopez", ("Ana", "Lopez")),
        ("👩🏽‍🦰 Ana", ("Ana", "WhatsApp")),
        ("\U0001d4d0\U0001d4f7\U0001d4ea Lopez", ("Ana", "Lopez")),
        ("D\u2019Angelo O'Higgins", ("D'Angelo", "O'Higgins")),
        ("Jean-Luc St. Clair", ("Jean-Luc", "St. Clair")),
        ("<b>Ana</b>", ("b", "Ana b")),
        ("Ana\\ Lopez", ("Ana", "Lopez")),
        ("~.Ana.~ - Lopez -", ("Ana.", "Lopez")),
        ("João Conceição", ("João", "Conceição")),
        ("Анна Иванова", ("Анна", "Иванова")),
        ("李 小龍", ("李", "小龍")),
        ("ㅤ", ("Guest", "WhatsApp")),
        ("\u202eAna\u200f", ("Ana", "WhatsApp")),
        ("\ud83d", ("Guest", "WhatsApp")),
        ("A" * 500, ("A" * 32, "WhatsApp")),
        ("Ana " + "Lopez " * 50, ("Ana", "Lopez Lopez Lopez Lopez Lopez Lo")),
    ],
)
def test_name(profile: str, name: tuple[str, str]) -> None:
    """A profile's name becomes a first and a last one of letters."""
    assert name_of(profile) == name


@given(st.text(max_size=300) | st.text("Aé9!🌸'-. \u3164\ufe0f\\<", max_size=40))
def test_the_pms_takes_every_name(profile: str) -> None:
    """Whatever stands in a profile, the PMS takes what is made of it."""
    for name in name_of(profile):
        assert IS_NAME.fullmatch(name)
        assert name == name.strip()
        assert 0 < len(name) <= LONGEST_NAME
        assert name.encode()


def test_email() -> None:
    """A guest has one address, that of nobody else, and no number is in it."""
    mine = email_of("5491100000001", "guests.example.com", b"secret")
    assert re.fullmatch(r"guest-[0-9a-f]{32}@guests\.example\.com", mine)
    assert mine == email_of("5491100000001", "guests.example.com", b"secret")
    assert mine != email_of("5491100000002", "guests.example.com", b"secret")


def test_an_email_cannot_be_tried_out() -> None:
    """Without the secret nobody finds the number that an address was made of."""
    one, other = (email_of("5491100000001", "x.com", s) for s in (b"one", b"other"))
    assert one != other
