"""Pure. What a text says to the dialogue beside its intent, by a few fixed words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.languages import is_common
from agent.understanding.words import ALL_WORDS
from agent.words import READ_AT_MOST, fold, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.messages import Room

_STARTS_OVER = re.compile(
    r"\b(?:(?:empe[cz]\w*|comen?[cz]\w*|arran[cq]\w*|volv\w+ a empezar|recome[cz]\w*)"
    r" (?:todo )?(?:de (?:nuevo|novo|cero|zero)|do (?:zero|comeco|inicio)|outra vez)"
    r"|volv\w+ (?:al (?:inicio|principio)|a empezar)"
    r"|volta\w* (?:ao|pro) (?:inicio|comeco)"
    r"|de cero|do zero|reinici\w+|recomec\w+|borr\w+ todo|apag\w+ tudo"
    r"|start(?:ing)? (?:over|again|afresh)|from scratch|begin again|restart|reset)\b"
)
_THANKS = re.compile(
    r"\b(?:graci+as|thanks?|thank you|thx|ty|cheers|o?brigad[oa]|valeu)\b"
)
_BE_TOLD = re.compile(
    r"\b(?:avis[ae]\w*|me avis\w+|let me know|notify me|(?:write|text)(?: to)? me"
    r"|tell me(?= when| once| as soon| if|\W*$)"
    # "¿Ya volvió?" wants to be told now.
    r"|volvio|volvieron|voltou|voltaram|ya (?:anda|funciona|se puede)"
    r"|(?:is it|are you|it s|you re) back|back (?:up|online|yet|now))\b"
)
_NOT_BE_TOLD = re.compile(
    r"\b(?:no|nao|not|don t|dont|no need to|no hace falta|nao precisa|never)"
    r" (?:(?:me|te|que|mas|mais|precisa|bother) ){0,3}"
    r"(?:avis|let|tell|notify|writ|text|escrib|escrev)"
)
_A_MOMENT = (
    r"(?:(?:un|una|um|uma|a|an|one|1|2|dos|two|dois|unos|uns|solo|so|just) ){0,2}"
    r"(?:moment(?:o|ito|inho)?|rat(?:o|ito)|segund(?:o|os|ito|inho)|seg|secs?|seconds?"
    r"|minut(?:o|os|ito|inho|e|es)?|mins?|instante|toque|poco|poquito|pouco|pouquinho)"
)
# "Esperá un momento que le pregunto a mi marido", and not "esperá, somos 3".
_WAITS = re.compile(
    r"(?:(?:si|sim|yes|no|nao|ok|okay|dale|bueno|hola|perdon|sorry|disculp[ae]"
    r"|desculp[ae]|che|please|por favor|ah|uy|ay|hm+|mm+) )*"
    r"(?:(?:me )?(?:esper(?:a|e|en|ame|eme|anos)|aguard(?:a|e|ame|eme|en)|aguantame"
    rf"|bancame|pera|wait|hold on|hang on|bear with me)(?: ai)?(?: {_A_MOMENT})?"
    r"|(?:(?:dame|deme|denme|me da|me das|me de|give me|just give me|in|en) )?"
    rf"{_A_MOMENT}|(?:ya|ahora|ja) (?:vuelvo|vengo|volto|venho|te (?:digo|falo))"
    r"|brb|(?:i ll |ill )?be right back"
    r"|(?:let me|dejame|deixa eu) (?:check|see|ask|ver|chequear|consultar|revisar"
    r"|preguntar|conferir|perguntar))"
    r"(?: (?:que|q|while|mientras|and|y|e|i|to|con|com|with)"
    r"(?: (?:ya|ja|le|lo|la|te|me|i|ll|ill|my|mi|minha|meu|a|o))*"
    r" (?:pregunt\w*|consult\w*|habl\w*|revis\w*|chequ\w*"
    r"|miro|veo|vejo|fijo|busco|vuelvo|volto|digo|averiguo|ask|check|look|talk|see"
    r"|think|pienso|penso|falo|pergunt\w*|wife|husband|mujer|marido|esposa|esposo"
    r"|mulher|familia|family)(?: \w+){0,6})?"
    r"(?: (?:por favor|porfa|please|pls|gracias|thanks|obrigad[oa]|che|ok|dale))*"
)
_NONE = re.compile(
    r"\b(?:ningun[oa]?s?|nenhum(?:a|as|ns)?|none|neither)\b(?! (?:problem|duda|duvida))"
)
_KEEPS_A_BOOKING = re.compile(
    r"\b(?:no|nao|not|don t|dont|didn t|never|nunca)\b.{0,30}\b(?:cancel|anul|desmarc)"
)
_FAREWELL = re.compile(
    r"\b(?:ch?aus?|chauchi|ciao|adios|tchau|bye|goodbye|nos vemos|see (?:you|ya)"
    r"|hasta (?:luego|pronto|manana|(?:el )?(?:lunes|martes|miercoles|jueves|viernes"
    r"|sabado|domingo))|ate (?:logo|mais|breve|amanha|segunda|terca|quarta|quinta|sexta"
    r"|sabado|domingo))\b"
)
_DEAR = re.compile(
    r"\b(?:car(?:os?|as|isim[oa])|(?:muy|tan|es|mas|muito|tao|mais) cara|descuento"
    r"|rebaja|promo\w*|desconto|precio mejor|mejor precio|melhor preco|hac\w+ precio"
    r"|faz\w* por menos|expensive|pricey|discount|too much"
    r"|better price|es mucho|e muito|it s a lot)\b"
)
_SEVERAL_ROOMS = re.compile(
    r"\b(?:[2-9]|[1-9]\d|dos|tres|cuatro|varias|duas|dois|tres|quatro|varios|two|three|four"
    r"|several|many) (?:habitacion(?:es)?|cuartos|piezas|quartos|rooms)\b"
)
_SAME_DATES = re.compile(
    r"\b(?:mism[ao]s? (?:fechas?|dias?|noches?)|mesm[ao]s? (?:datas?|dias?|noites?)"
    r"|same (?:dates?|days?|nights?|stay))\b"
)
# Of the house, and not of the one room on the table: "is it free then?".
_ASKS_WHAT_IS_FREE = re.compile(
    r"\b(?:hay|habra|habria|tenes|tienen?|tienes|tendr\w+|quedan?|tem|teria\w*|vagas?"
    r"|lugar(?:es)?|disponibilida\w+|availability|is there|are there|have you"
    r"|do you have|anything|any (?:rooms?|room left|vacanc\w+)|vacanc\w+)\b"
)
_CHANGES_A_BOOKING = re.compile(
    r"\b(?:cambi\w+|modific\w+|mov\w+|corr\w+|mud\w+|alter\w+|remarc\w+"
    r"|chang\w+|modify\w*|reschedul\w+|amend\w*|postpone)\b.{0,40}"
    r"\b(?:mi|nuestra|minha|nossa|my|our) (?:reserv\w+|booking)\b"
)
# A name has capitals or, after "soy", two words: "soy Ana", not "soy vegetariana".
_SAYS_A_NAME = re.compile(
    r"(?:(?:hola|oi|ola|hi|hello|si|sí|sim|yes|ok|dale)\W+)?"
    r"(?:(?P<surely>me llamo|me chamo|(?:mi|meu|my) (?:nombre|nome|name)(?: completo)?"
    r"(?:'s| es| é| e| is|:)|(?:a|en|em) (?:nombre|nome) de|(?:under|in) the name of"
    r"|(?:nombre|nome|name)(?: completo)?:)|(?P<i_am>soy|sou)|i'm|i am|im|this is)"
    r"\s+(?:(?:a|o|la|el) )?(?P<name>[^\W\d_]+(?:[ '-]+[^\W\d_]+){0,5}?)"
    r"(?:[\s,.!]+(?:por favor|please|gracias|thanks|obrigad[oa]))?\W*",
    re.IGNORECASE,
)
# Said in every language.
_NO_LANGUAGE = re.compile(r"(?:o?k+|okis?|okey|okay|[\W\d_])*")
# A text that names a room says little else: "quiero la general, por favor".
_MOST_WORDS = 8
_SHORTEST_NAME = 3


def starts_over(text: str) -> bool:
    """Tell whether the guest wants to begin anew."""
    return _STARTS_OVER.search(fold(text)) is not None


def says_thanks(text: str) -> bool:
    """Tell whether the guest thanks."""
    return _THANKS.search(fold(text)) is not None


def wants_to_be_told(text: str) -> bool:
    """Tell whether the guest wants to be written to: "avisame", "let me know"."""
    folded = words_of(text)
    return bool(_BE_TOLD.search(folded)) and not wants_no_word(text)


def wants_no_word(text: str) -> bool:
    """Tell whether the guest wants not to be written to: "no me avises"."""
    return _NOT_BE_TOLD.search(words_of(text)) is not None


def wants_time(text: str) -> bool:
    """Tell whether the guest only asks to wait: "un segundito", "hold on"."""
    return _WAITS.fullmatch(words_of(text)) is not None


def wants_none(text: str) -> bool:
    """Tell whether the guest takes none of what there is: "ninguna de esas"."""
    return _NONE.search(words_of(text)) is not None


def keeps_booking(text: str) -> bool:
    """Tell whether the guest denies to cancel: "no quiero cancelar"."""
    return _KEEPS_A_BOOKING.search(words_of(text)) is not None


def says_bye(text: str) -> bool:
    """Tell whether the guest takes leave."""
    return _FAREWELL.search(fold(text)) is not None


def finds_it_dear(text: str) -> bool:
    """Tell whether the price is too high for the guest: "muy caro", "a discount?"."""
    return _DEAR.search(words_of(text)) is not None


def wants_several_rooms(text: str) -> bool:
    """Tell whether the guest speaks of more rooms than one."""
    return _SEVERAL_ROOMS.search(fold(text)) is not None


def wants_same_dates(text: str) -> bool:
    """Tell whether the guest means the days that were spoken of before."""
    return _SAME_DATES.search(fold(text)) is not None


def asks_what_is_free(text: str) -> bool:
    """Tell whether the guest asks what there is: "¿hay lugar?", "do you have…"."""
    return _ASKS_WHAT_IS_FREE.search(words_of(text)) is not None


def changes_a_booking(text: str) -> bool:
    """Tell whether a booking of before is to change: "cambiar mi reserva"."""
    return _CHANGES_A_BOOKING.search(fold(text)) is not None


def says_a_name(text: str) -> bool:
    """Tell whether the guest only says a name: "soy Ana Lopez", "a nombre de Ana"."""
    found = _SAYS_A_NAME.fullmatch(text[:READ_AT_MOST].replace("\u2019", "'").strip())
    if found is None or found["surely"]:
        return found is not None
    names = found["name"].split()
    are_strange = not any(is_common(w) or w in ALL_WORDS for w in map(fold, names))
    return are_strange and (names[0].istitle() or bool(found["i_am"] and names[1:]))


def is_of_no_language(text: str) -> bool:
    """Tell whether a text is but an "ok", numbers or emojis."""
    return _NO_LANGUAGE.fullmatch(fold(text)) is not None


def is_a_name(text: str, offered: Sequence[Room]) -> bool:
    """Tell whether a text is but the name of a room: it has no language of its own."""
    return any(words_of(room.name) == words_of(text) for room in offered)


def picked(text: str, offered: Sequence[Room]) -> int | None:
    """Return the id of the room that a text names as the house does."""
    folded = words_of(text)
    for room in offered:
        if words_of(room.name) == folded:
            return room.id
    if len(folded.split()) > _MOST_WORDS:
        return None
    named = [room for room in offered if names(room.name, folded)]
    longest = max(named, key=lambda room: len(room.name), default=None)
    return longest.id if longest else None


def names(name: str, text: str) -> bool:
    """Tell whether a text holds a name, word for word."""
    words = words_of(name)
    return len(words) >= _SHORTEST_NAME and f" {words} " in f" {words_of(text)} "
