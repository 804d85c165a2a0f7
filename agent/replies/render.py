"""
Pure. The words: every phrase in every language, and how rooms and bookings are told.

Nothing else in the agent speaks to guests. Plain text suffices: what can be tapped is
in `choices`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from agent.dialogue.cues import names
from agent.messages import (
    LONGEST_STAY,
    Offer,
    Say,
    ShowKinds,
    Summarise,
    TellBooked,
    TooLong,
)
from agent.replies import en as replies_en
from agent.replies import es as replies_es
from agent.replies import pt as replies_pt
from agent.replies.formats import day, money
from agent.replies.labels import counted

if TYPE_CHECKING:
    from agent.messages import Lang, Phrase, Quote, Room, Search, Told
    from agent.replies.labels import Labels

PHRASES: dict[Lang, dict[Phrase, str]] = {
    "es": replies_es.PHRASES,
    "en": replies_en.PHRASES,
    "pt": replies_pt.PHRASES,
}
LABELS: dict[Lang, Labels] = {
    "es": replies_es.LABELS,
    "en": replies_en.LABELS,
    "pt": replies_pt.LABELS,
}
# Runbook, "potentially stale": these words are fixed.
STALE_NOTICE: dict[Lang, str] = {lang: label.stale for lang, label in LABELS.items()}

# A name of the house's that would fill a message by itself is cut.
NAME_LIMIT = 60


def render(told: Told, lang: Lang) -> str:
    """Put into words what the dialogue tells."""
    match told:
        case Say():
            return PHRASES[lang][told.phrase]
        case Offer():
            return _offer(told, lang)
        case ShowKinds():
            kinds = ", ".join(room_name(room, lang) for room in told.rooms)
            return LABELS[lang].kinds.format(kinds=kinds)
        case Summarise():
            return _summary(told, lang)
        case TooLong():
            labels = LABELS[lang]
            return labels.too_long.format(
                nights=counted(labels.nights, told.nights),
                most=counted(labels.nights, LONGEST_STAY),
            )
        case TellBooked():
            labels = LABELS[lang]
            if told.again:
                return labels.booked_again.format(reference=told.reference)
            booked = labels.booked.format(reference=told.reference)
            return "\n".join((booked, *_stay(told.quote, lang)))
        case _:
            assert_never(told)


def room_name(room: Room, lang: Lang) -> str:
    """Name a room as the house does, and as guests do where that tells more."""
    name = room.name[:NAME_LIMIT]
    word = LABELS[lang].room_types.get(room.room_type or "")
    if word is None or names(word, name):
        return name
    return f"{name} ({word})"


def _offer(offer: Offer, lang: Lang) -> str:
    labels, search, rooms = LABELS[lang], offer.search, offer.rooms
    opening = (labels.stay if rooms else labels.none_free).format(
        checkin=day(search.checkin, lang, with_year=offer.with_year),
        checkout=day(search.checkout, lang, with_year=offer.with_year),
        nights=counted(labels.nights, search.nights),
        party=_party(search, labels),
    )
    marks = [f"{n}." for n in range(1, len(rooms) + 1)] if len(rooms) > 1 else ["•"]
    lines = [
        opening,
        *(
            f"{mark} {room_name(room, lang)}: {money(room.price, room.currency, lang)}"
            for mark, room in zip(marks, rooms, strict=False)
        ),
    ]
    if rooms:
        lines.append(labels.price_note)
    if offer.found.is_incomplete:
        lines.append(labels.may_be_more)
    if offer.found.is_stale:
        lines.append(_stale(offer.found.age_s, labels))
    return "\n".join(lines)


def _summary(summary: Summarise, lang: Lang) -> str:
    labels, quote = LABELS[lang], summary.quote
    lines = [labels.summary, *_stay(quote, lang)]
    if summary.is_stale:
        lines.append(_stale(summary.age_s, labels))
    return "\n".join(lines)


def _stay(quote: Quote, lang: Lang) -> tuple[str, ...]:
    """Tell dates, guests, room and total, one a line."""
    labels, search, room = LABELS[lang], quote.search, quote.room
    first = day(search.checkin, lang, with_year=True)
    last = day(search.checkout, lang, with_year=True)
    price = money(room.price, room.currency, lang)
    return (
        f"📅 {first} → {last} ({counted(labels.nights, search.nights)})",
        f"👥 {_party(search, labels)}",
        f"🛏️ {room_name(room, lang)}",
        f"💰 {labels.total.format(price=price)}",
    )


def _party(search: Search, labels: Labels) -> str:
    adults = counted(labels.adults, search.adults)
    if not search.children:
        return adults
    return f"{adults} {labels.and_} {counted(labels.children, search.children)}"


def _stale(age_s: int | None, labels: Labels) -> str:
    if age_s is None:
        return f"⚠️ {labels.stale}."
    minutes = age_s // 60
    age = labels.ages[min(minutes, 2)].format(n=minutes)
    return f"⚠️ {labels.stale} ({age})."
