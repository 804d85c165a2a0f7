"""
Pure. Understands one text by itself: language, intent and slots.

Spanish first, English and Portuguese by their commonest words. What a text does not
say is None; no date is ever invented.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

from agent.dates import next_day, read_stay
from agent.guests import bare_number, read_party
from agent.messages import NOTHING_SAID, Intent, Lang, Slots, Understood
from agent.words import fold

if TYPE_CHECKING:
    from datetime import datetime

    from agent.messages import Question


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MARKERS: dict[Lang, frozenset[str]] = {
    "es": _words(
        "hola buenas buenos buen dia tardes noches tenes tienen tiene tenen hay lugar "
        "quiero quisiera queria necesito busco reservar reservame habitacion "
        "habitaciones disponibilidad para somos seriamos hoy manana pasado del al el "
        "la los las un una y con noche adultos ninos personas gracias diciembre enero "
        "febrero marzo mayo junio julio septiembre octubre noviembre algo libre finde "
        "desde hasta en por dos tres cuatro cinco persona recepcion"
    ),
    "en": _words(
        "hello hi hey good morning afternoon evening do you have any room rooms "
        "available availability want would like to book for from until tonight today "
        "tomorrow night nights adults people guests kids child children the a an and "
        "we are is there december january february march may june july august october "
        "november september need looking with please thanks person human i"
    ),
    "pt": _words(
        "oi ola bom boa dia tarde noite tem tem voces vaga vagas quarto quartos quero "
        "gostaria preciso reserva fazer reservar hoje amanha depois de do da ate ao "
        "um uma e com para pra noites adultos criancas crianca pessoas obrigado "
        "obrigada dezembro janeiro fevereiro marco maio junho julho setembro outubro "
        "novembro dois duas quatro sao somos disponivel atendente pessoa em"
    ),
}
_GREETING_WORDS = re.compile(
    r"(?:[\W\d_]|hola+|holis|buen(?:as|os)?|dias?|tardes?|noches?|que tal|como estas?"
    r"|como va|todo bien|hello+|hi+|hey|there|good|morning|afternoon|evening"
    r"|oi+|ola|bom|boa|noite|tudo bem)+"
)
_HUMAN = re.compile(
    r"\b(?:(?:hablar|comunicar\w*|pas[ae]me|contact\w+|atienda)\b.{0,20}"
    r"\b(?:persona|alguien|humano|recepcion|recepcionista|encargad[oa]|agente)"
    r"|(?:talk|speak|chat)\b.{0,20}\b(?:person|human|someone|somebody|agent|desk)"
    r"|falar\b.{0,20}\b(?:pessoa|alguem|humano|recepcao|atendente)"
    r"|real person|front desk|recepcionista|atendente)\b"
    r"|^\W*(?:recepcion|reception|recepcao|humano|human)\W*$"
)
_CANCEL = re.compile(r"\b(?:cancel\w*|anul\w+|dar de baja)\b")
_BOOKING = re.compile(
    r"\breserv(?:ar(?:me|nos|la|lo)?|ame(?:la|lo)?|anos|amos|emos|o|e)\b"
    r"|\breserva (?:la|una?|el|me|um|uma)\b"
    r"|\b(?:hacer|fazer|fechar|make)\b.{0,8}\b(?:reservas?|reservation|booking)\b"
    r"|\b(?:anot|guard|apart)ame\b|\b(?:me|nos) (?:reserv|anot|guard)as\b|\bbook\b"
)
_AVAILABILITY = re.compile(
    r"\b(?:lugar|libres?|disponib\w*|disponiv\w+|availab\w*|vacan\w+|vagas?|rooms?"
    r"|hab|habitacion(?:es)?|cuartos?|quartos?|algo para|alojamiento|stay"
    # The answer to these shows the prices.
    r"|cuanto|precios?|tarifas?|how much|price|rates?|quanto|precos?|diaria)\b"
)


class Grammar:
    """The understander that is built in."""

    def understand(
        self, text: str, now: datetime, expects: Question | None
    ) -> Understood:
        """Understand `text`; `now` is in the hotel's time zone."""
        folded, today = fold(text), now.date()
        lang = language(folded)
        if _HUMAN.search(folded):
            # "Con una persona" counts no guests.
            return Understood(intent=Intent.HUMAN, lang=lang)
        if _CANCEL.search(folded):
            return Understood(intent=Intent.CANCEL, lang=lang)
        stay = read_stay(folded, today)
        party = read_party(folded)
        slots = Slots(
            checkin=stay.checkin,
            checkout=stay.checkin + timedelta(days=stay.nights)
            if stay.checkin and stay.nights
            else None,
            adults=party.adults,
            children=party.children,
        )
        number = bare_number(folded)
        if expects == "adults" and number:
            slots = replace(slots, adults=number)
        elif expects == "checkin" and number and slots == NOTHING_SAID:
            # "2 y un bebé" is no day.
            slots = replace(slots, checkin=next_day(number, today))
        says_something = stay.is_past or bool(stay.nights) or slots != NOTHING_SAID
        return Understood(
            intent=_intent(folded, says_something=says_something),
            lang=lang,
            slots=slots,
            number=number,
            nights=None if stay.checkin else stay.nights,
            is_past=stay.is_past,
        )


def language(folded: str) -> Lang | None:
    """Say which language a folded text is in, None where no one could tell."""
    words = re.findall(r"[a-z]+", folded)
    scores = {
        lang: sum(word in _MARKERS[lang] for word in words) for lang in get_args(Lang)
    }
    best = max(scores.values())
    leaders: list[Lang] = [lang for lang in _MARKERS if scores[lang] == best]
    return leaders[0] if best and len(leaders) == 1 else None


def _intent(folded: str, *, says_something: bool) -> Intent:
    if _BOOKING.search(folded):
        return Intent.BOOKING
    if says_something or _AVAILABILITY.search(folded):
        return Intent.AVAILABILITY
    if re.search(r"[a-z]", folded) and _GREETING_WORDS.fullmatch(folded):
        return Intent.GREETING
    return Intent.OUT_OF_SCOPE
