"""
Pure. The words: every phrase in every language, and how an offer is told.

`PHRASES` is the one table; nothing else in the agent speaks to guests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.messages import Offer, Phrase

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from agent.messages import Lang, Room, Say

PHRASES: dict[Lang, dict[Phrase, str]] = {
    "es": {
        Phrase.GREETING: "¡Hola! Soy el asistente del hotel. "
        "Decime para qué fechas y cuántas personas, y te digo qué habitaciones hay.",
        Phrase.HELP: "Puedo decirte qué habitaciones hay y a qué precio. "
        "Por ejemplo: «del 5 al 8 de diciembre para 2». "
        "Si preferís una persona, escribí «recepción».",
        Phrase.ASK_CHECKIN: "¿Para qué fecha?",
        Phrase.ASK_ADULTS: "¿Para cuántos adultos?",
        Phrase.DATE_IS_PAST: "Esa fecha ya pasó.",
        Phrase.CANNOT_CHECK: "En este momento no puedo consultar la disponibilidad. "
        "Probá de nuevo en unos minutos, o escribí «recepción» y te atiende "
        "una persona.",
        Phrase.BOOKING_REFUSED: "Perdón, en este momento no puedo tomar reservas: "
        "el sistema del hotel no responde. No se reservó nada. "
        "Si querés, escribí «recepción» y te atiende una persona.",
        Phrase.BOOKING_BY_DESK: "Te tomo los datos; la reserva la confirma recepción.",
        Phrase.BOOKING_NOTED: "Todavía no puedo reservar por acá: le dejo tu pedido a "
        "recepción, que te confirma la reserva. Hasta entonces no hay nada reservado.",
        Phrase.HANDED_OFF: "Te paso con recepción: una persona te va a escribir.",
        Phrase.HOLDING: "Dame un momento, lo estoy consultando.",
        Phrase.HOLDING_ASK_AGAIN: "La consulta está tardando. "
        "Escribime «disponibilidad» en un momento y te digo qué hay.",
    },
    "en": {
        Phrase.GREETING: "Hello! I am the hotel's assistant. "
        "Tell me the dates and how many you are, and I will tell you what is free.",
        Phrase.HELP: "I can tell you which rooms are free and their price. "
        "For example: “from December 5 to December 8 for 2”. "
        "If you prefer a person, write “reception”.",
        Phrase.ASK_CHECKIN: "For which date?",
        Phrase.ASK_ADULTS: "For how many adults?",
        Phrase.DATE_IS_PAST: "That date has already passed.",
        Phrase.CANNOT_CHECK: "I cannot check availability right now. "
        "Please try again in a few minutes, or write “reception” for a person.",
        Phrase.BOOKING_REFUSED: "Sorry, I cannot take bookings right now: "
        "the hotel's system is not answering. Nothing was booked. "
        "If you like, write “reception” and a person will help you.",
        Phrase.BOOKING_BY_DESK: "I will take the details; "
        "the front desk confirms the booking.",
        Phrase.BOOKING_NOTED: "I cannot book by chat yet: I am leaving your request "
        "with the front desk, who will confirm it. Until then nothing is booked.",
        Phrase.HANDED_OFF: "I am handing you over to the front desk: "
        "a person will write to you.",
        Phrase.HOLDING: "One moment, I am checking.",
        Phrase.HOLDING_ASK_AGAIN: "This is taking a while. "
        "Write “availability” in a moment and I will tell you what is free.",
    },
    "pt": {
        Phrase.GREETING: "Olá! Sou o assistente do hotel. "
        "Diga as datas e quantas pessoas, e eu digo quais quartos há.",
        Phrase.HELP: "Posso dizer quais quartos há e o preço. "
        "Por exemplo: «de 5 a 8 de dezembro para 2». "
        "Se preferir uma pessoa, escreva «recepção».",
        Phrase.ASK_CHECKIN: "Para qual data?",
        Phrase.ASK_ADULTS: "Para quantos adultos?",
        Phrase.DATE_IS_PAST: "Essa data já passou.",
        Phrase.CANNOT_CHECK: "Neste momento não consigo consultar a disponibilidade. "
        "Tente de novo em alguns minutos, ou escreva «recepção» para falar com "
        "uma pessoa.",
        Phrase.BOOKING_REFUSED: "Desculpe, neste momento não consigo fazer reservas: "
        "o sistema do hotel não responde. Nada foi reservado. "
        "Se quiser, escreva «recepção» e uma pessoa atende você.",
        Phrase.BOOKING_BY_DESK: "Anoto os dados; a recepção confirma a reserva.",
        Phrase.BOOKING_NOTED: "Ainda não consigo reservar por aqui: deixo seu pedido "
        "com a recepção, que confirma a reserva. Até lá nada está reservado.",
        Phrase.HANDED_OFF: "Passo você para a recepção: uma pessoa vai escrever.",
        Phrase.HOLDING: "Um momento, estou consultando.",
        Phrase.HOLDING_ASK_AGAIN: "A consulta está demorando. "
        "Escreva «disponibilidade» daqui a pouco e eu digo o que há.",
    },
}

# Runbook, "potentially stale": these words are fixed.
STALE_NOTICE: dict[Lang, str] = {
    "es": "Info puede estar desactualizada",
    "en": "This info may be out of date",
    "pt": "As informações podem estar desatualizadas",
}

_FREE: dict[Lang, str] = {
    "es": "Del {checkin} al {checkout} ({nights}) hay:",
    "en": "From {checkin} to {checkout} ({nights}) there is:",
    "pt": "De {checkin} a {checkout} ({nights}) há:",
}
_NONE_FREE: dict[Lang, str] = {
    "es": "Del {checkin} al {checkout} ({nights}) no quedan habitaciones.",
    "en": "From {checkin} to {checkout} ({nights}) there are no rooms left.",
    "pt": "De {checkin} a {checkout} ({nights}) não há mais quartos.",
}
_NIGHTS: dict[Lang, tuple[str, str]] = {
    "es": ("1 noche", "{n} noches"),
    "en": ("1 night", "{n} nights"),
    "pt": ("1 noite", "{n} noites"),
}
_STAY_PRICE: dict[Lang, str] = {
    "es": "la estadía",
    "en": "for the stay",
    "pt": "a estadia",
}
_AGE: dict[Lang, tuple[str, str, str]] = {
    "es": ("de hace menos de un minuto", "de hace 1 minuto", "de hace {n} minutos"),
    "en": ("less than a minute old", "1 minute old", "{n} minutes old"),
    "pt": ("de menos de um minuto atrás", "de 1 minuto atrás", "de {n} minutos atrás"),
}


def render(effect: Say | Offer, lang: Lang) -> str:
    """Put an effect into words."""
    if isinstance(effect, Offer):
        return _offer(effect, lang)
    return PHRASES[lang][effect.phrase]


def _offer(offer: Offer, lang: Lang) -> str:
    free = [room for room in offer.found.rooms if room.available > 0]
    nights = offer.search.nights
    opening = (_FREE if free else _NONE_FREE)[lang].format(
        checkin=_day(offer.search.checkin),
        checkout=_day(offer.search.checkout),
        nights=_NIGHTS[lang][nights > 1].format(n=nights),
    )
    lines = [opening, *(_room(room, lang) for room in free)]
    if offer.found.is_stale:
        lines.append(_stale(offer.found.age_s, lang))
    return "\n".join(lines)


def _room(room: Room, lang: Lang) -> str:
    price = f"{room.currency} {money(room.price, lang)}"
    return f"• {room.name}: {price} {_STAY_PRICE[lang]}"


def _stale(age_s: int | None, lang: Lang) -> str:
    if age_s is None:
        return f"⚠️ {STALE_NOTICE[lang]}."
    minutes = age_s // 60
    age = _AGE[lang][min(minutes, 2)].format(n=minutes)
    return f"⚠️ {STALE_NOTICE[lang]} ({age})."


def money(amount: Decimal, lang: Lang) -> str:
    """Write an amount; no thousands mark, since `1.300` means two things."""
    text = f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"
    return text if lang == "en" else text.replace(".", ",")


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
