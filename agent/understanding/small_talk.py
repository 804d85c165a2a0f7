"""Pure. Tells a text that names a day, and speaks of other things, from a stay."""

from __future__ import annotations

import re

from agent.understanding.cues import stays
from agent.understanding.languages import is_common
from agent.understanding.words import ALL_WORDS

# What else is said of time: beside a day, these ask for nothing else.
_TIME_WORDS = """
alguna dont despues before after depois antes partir mas menos
primer primera primeiro primeira segundo tercer tercera terceiro ultimo ultima last
quincena quinzena verano invierno otono primavera verao inverno outono summer winter
spring autumn fall ferias vacaciones vacations holiday holidays feriado feriadao
feriados largo larga longo longa long prolongado puente dentro within santo mediados
meados principios fines comienzos comeco inicio final late early beginning middle
sometime some whichever cualquiera cualquier qualquer tanto igual lo flexible
flexibles flexiveis fecha fechas data datas date dates todavia ainda still seguro
quizas talvez tal vez maybe perhaps unos proximos temporada temprano otro otra outro
outra cada either misma mismo mesma mesmo algun algunas alguns algumas suelta fim seja
sea importa importan matter care prefiero prefiro prefer preferencia whole entero
entera tengan tenham month months mes meses know sepa cual which mind idea aun
porfis porfi plis pliss plz aprox gentileza zona cosita pasas interesa posible possible
tentativa andare estare podria
"""
_KNOWN = ALL_WORDS | frozenset(_TIME_WORDS.split())
_FOR_A_DAY = re.compile(r"\W*(?:(?:y|e|and|hola|oi|hi|ola) )?(?:para|pra|pro|for)\b")
# Who says a name does not speak of other things: "soy Ana, el 5/12".
_MY_NAME = re.compile(
    r"\b(?:soy|me llamo|mi nombre es|me chamo|meu nome e|sou|im|i am|my name is"
    r"|this is) (?:(?:o|a|el|la) )?[a-z]+"
)
# What "we" do on a day of a month is a stay more often than not: "subimos el 5/12".
_OF_GUESTS = re.compile(
    r"\b(?:\w{2,}[aei]mos|a gente|celebr\w+|conocer|conhecer|aterriz\w+|pous\w+|land"
    r"|landing|fly|flying|driv\w+|works?|hueco|huequito|cantinho)\b"
)
_BETWEEN_CLAUSES = re.compile(r" [^\w ]+(?: |$)")
# "Hay asado el 8?"
_IS_THERE = re.compile(
    r"\b(?:hay|habra|is there|are there|tem|vai ter) "
    r"(?:(?:an?|una?|uma?|the|algun[oa]?|alguma?) )?([a-z]{4,})"
)
_WISHES = (stays.AVAILABILITY, stays.COMES, stays.HINTS)


def is_of_other_things(text: str) -> bool:
    """Say whether words beside the day ask for no stay: "mañana hay eclipse"."""
    if _FOR_A_DAY.match(text) or any(wish.search(text) for wish in _WISHES):
        return False
    return any(_is_other(word) for word in re.findall(r"[a-z]{3,}", text))


def asks_for_other_things(text: str) -> bool:
    """Say whether a text asks if there is what is no stay: "hay asado el 8?"."""
    if any(wish.search(text) for wish in _WISHES):
        return False
    found = _IS_THERE.search(text)
    return found is not None and _is_other(found[1])


def has_a_day_of_other_things(text: str) -> bool:
    """
    Say whether each numbered day is said of something else: "el ticket 4/12".

    A day between two commas is said of nothing else.
    """
    clauses = _BETWEEN_CLAUSES.split(_MY_NAME.sub("", text))
    dated = [clause for clause in clauses if re.search(r"\d", clause)]
    is_of_other = bool(dated) and all(is_of_other_things(clause) for clause in dated)
    return is_of_other and not _OF_GUESTS.search(text)


def _is_other(word: str) -> bool:
    return not is_common(word) and word not in _KNOWN
