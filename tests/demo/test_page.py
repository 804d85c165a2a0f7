"""The demo's page, its pure parts: words, chats, and what is shown of both."""

from __future__ import annotations

from typing import Any

import pytest

from demo.control import NAMES
from demo.page.chats import BUBBLES_LIMIT, GUESTS_LIMIT, Chats
from demo.page.crowd import Answer
from demo.page.server import WORDS
from demo.page.view import House, chat_view, house_view
from demo.page.words import GROUPS, wanted
from fakes.clock import EPOCH

AT = EPOCH


def test_every_fault_is_on_the_page_once() -> None:
    """What the control API can break, a hotelier can, in both languages."""
    assert sorted(sum(GROUPS.values(), ())) == sorted(NAMES)
    for words in WORDS.values():
        assert set(words.faults) == set(NAMES)
        assert set(GROUPS) < set(words.groups)


def test_both_languages_say_the_same() -> None:
    """No word of the page is missing in the other language."""
    for part in ("page", "groups", "faults", "states", "causes", "operations", "ticks"):
        es, en = (set(getattr(words, part)) for words in WORDS.values())
        assert es == en


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"),
    [
        (None, "", "es"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "pt-BR, en;q=0.5, es;q=0.8", "es"),
        (None, "fr, *;q=0.1", "es"),
        (None, "en;q=9, x" * 50, "es"),
        ("en", "es-AR", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_browsers_language_is_taken(
    asked: str | None, accepted: str, lang: str
) -> None:
    """The switch wins, then the browser's best of the two, then Spanish."""
    assert wanted(asked, accepted) == lang


def test_chats_are_bounded() -> None:
    """The first guest leaves for a new one, the first message for a newer one."""
    chats = Chats()
    opened = [chats.open() for _ in range(GUESTS_LIMIT + 1)]
    for number in range(BUBBLES_LIMIT + 1):
        chats.say(opened[-1], str(number), id_=str(number), at=AT)

    assert [chat.guest for chat in chats] == [chat.guest for chat in opened[1:]]
    assert opened[-1].bubbles[0].text == "1"
    assert opened[8].name == "Ana 2"


def test_what_is_read_was_read_in_order() -> None:
    """A mark is for the older messages too, never for newer ones."""
    chats = Chats()
    chat = chats.open()
    for id_ in ("a", "b", "c"):
        chats.say(chat, id_, id_=id_, at=AT)
    chats.mark("b", "read", is_typing=True)

    assert [bubble.tick for bubble in chat.bubbles] == ["read", "read", "sent"]
    assert chat.is_typing


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"to": "5491100000001"},
        {"to": "5491100000001", "text": "Hola"},
        {"to": "5499999999999", "text": {"body": "Hola"}},
    ],
)
def test_what_no_phone_can_show_is_not_kept(body: dict[str, Any]) -> None:
    """A message to nobody, or of no known form, is refused."""
    chats = Chats()
    chat = chats.open()
    assert chats.hear(body, id_="x", at=AT) is None
    assert not chat.bubbles


def test_a_guests_words_stay_words() -> None:
    """The view carries them letter by letter; the browser shows them as text."""
    chats = Chats()
    chat = chats.open()
    chats.say(chat, "<b>5 & 3</b>", id_="x", at=AT)
    shown = chat_view(chat, WORDS["en"])["bubbles"][0]
    assert (shown["text"], shown["ticked"]) == ("<b>5 & 3</b>", "sent")


def test_the_state_is_told_in_words() -> None:
    """State, cause, countdown, failures and answers are sentences, newest first."""
    failure = {"at": "2026-11-25T03:00:00Z", "operation": "availability"}
    breaker = {
        "state": "open",
        "cause": "credentials",
        "retry_after_s": 12,
        "forced": None,
        "last_failures": [
            {**failure, "cause": "down"},
            {**failure, "cause": "credentials"},
        ],
    }
    house = House(
        status={
            "breaker": breaker,
            "cache": {"entries": 3},
            "calendar": {"usable": 180},
        },
        fault="expired_key",
        is_crowded=True,
        answers=[Answer(AT, "rooms", 4), Answer(AT, "stale", 4, 42)],
    )
    shown = house_view(house, WORDS["en"])

    assert shown["texts"] == {
        "state": "Open",
        "means": "The PMS is not asked: kept data, with a notice, and no bookings.",
        "cause": "The PMS refuses the proxy's key; the PMS itself is up.",
        "probe": "in 12 s",
        "held": "Copies: 3. Nights of the calendar: 180.",
        "pms": "Broken: Key expired.",
    }
    failures = [row["text"] for row in shown["lists"]["failures"]]
    assert failures[0] == "The key is refused (availability)"
    answers = [row["text"] for row in shown["lists"]["answers"]]
    assert answers[0] == "Room types: 4. 42 s old, with a notice."


def test_a_proxy_that_is_away_is_no_healthy_one() -> None:
    """Where its status cannot be read the page says so."""
    house = House(status=None, fault=None, is_crowded=True, answers=[])
    shown = house_view(house, WORDS["es"])
    assert shown["state"] == "unknown"
    assert shown["texts"]["means"] == "El proxy no responde."
