"""
Pure. The closed lists: every word that the grammar knows, by what it means.

Left is the one word that the grammar reads ("NIGHT", "m12"), right are the words of
three languages that mean it, folded.
"""

from __future__ import annotations

MONTHS = {
    1: "enero january janeiro ene jan",
    2: "febrero february fevereiro feb fev febr",
    3: "marzo march marco marz",
    4: "abril april abr apr",
    5: "mayo maio",
    6: "junio june junho jun",
    7: "julio july julho jul",
    8: "agosto august agost aug",
    9: "septiembre setiembre september setembro sep sept",
    10: "octubre october outubro oct",
    11: "noviembre november novembro nov",
    12: "diciembre december dezembro dic dec",
}
# A month only beside a number: they are other words, too.
SHORT_MONTHS = {
    "mar": 3,
    "may": 5,
    "mai": 5,
    "ago": 8,
    "set": 9,
    "out": 10,
    "dez": 12,
}
WEEKDAYS = {
    1: "lunes monday lun mon segundafeira",
    2: "martes tuesday tue tues tercafeira",
    3: "miercoles wednesday mie mier wed weds quartafeira",
    4: "jueves thursday jue thu thur thurs quintafeira",
    5: "viernes friday vie vier fri sextafeira",
    6: "sabado saturday sab sat sabados",
    7: "domingo sunday dom sun domingos",
}
# Ordinals in Spanish, days in Portuguese.
PORTUGUESE_WEEKDAYS = {
    "segunda": 1,
    "terca": 2,
    "quarta": 3,
    "quinta": 4,
    "sexta": 5,
    "seg": 1,
    "qua": 3,
    "qui": 4,
    "sex": 5,
}

_UNITS = {
    0: "cero zero",
    1: "uno one",
    2: "dos two dois duas",
    3: "tres three",
    4: "cuatro four quatro",
    5: "cinco five",
    6: "seis six",
    7: "siete seven sete",
    8: "ocho eight oito",
    9: "nueve nine nove",
    10: "diez ten dez",
    11: "once eleven onze",
    12: "doce twelve doze",
    13: "trece thirteen treze",
    14: "catorce fourteen quatorze catorze",
    15: "quince fifteen quinze",
    16: "dieciseis sixteen dezesseis dezasseis",
    17: "diecisiete seventeen dezessete dezassete",
    18: "dieciocho eighteen dezoito",
    19: "diecinueve nineteen dezenove dezanove",
    20: "veinte twenty vinte",
    21: "veintiuno veintiun",
    22: "veintidos",
    23: "veintitres",
    24: "veinticuatro",
    25: "veinticinco",
    26: "veintiseis",
    27: "veintisiete",
    28: "veintiocho",
    29: "veintinueve",
    30: "treinta thirty trinta",
}
_ORDINALS = {
    1: "first primero primeiro",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
    11: "eleventh",
    12: "twelfth",
    13: "thirteenth",
    14: "fourteenth",
    15: "fifteenth",
    16: "sixteenth",
    17: "seventeenth",
    18: "eighteenth",
    19: "nineteenth",
    20: "twentieth",
    30: "thirtieth",
}

_MEANINGS = {
    "UN": "un una um uma an",
    "NIGHT": "diarias pernoites noche noches night nights noite noites nite nites nts "
    "noch nochecitas",
    "WEEK": "semana semanas week weeks sem semanita",
    "DAYS": "dias days diitas diinhas",
    "DIA": "dia",
    "WEEKEND": "finde weekend fds wknd wkend findesemana weekends",
    "NEXT": "proximo proxima proxim prox next siguiente seguinte entrante quevem",
    "FROM": "del desde from starting",
    "UNTIL": "al ao hasta until till til ate thru through",
    "TO": "to",
    "AND": "y e and mas plus",
    "FOR": "para pra pro for por p durante during pa",
    "WITH": "con with com incluyendo including",
    "WITHOUT": "sin sem without",
    "OR": "o or ou",
    "MY": "mi my minha meu mis our nuestro nuestra nosso nossa meus minhas",
    "ME": "yo me eu i myself",
    "ADULT": "adulto adulta adultos adultas adult adults grandes mayores adlts adt "
    "grownups grownup",
    "PERSON": "persona personas pax huesped huespedes guest guests people person "
    "persons pessoa pessoas hospede hospedes ppl pers plazas viajeros travelers "
    "travellers viajantes individuos mujeres hombres women men homens mulheres "
    "ladies guys personitas pasajeros perso peeps",
    "COMPANION": "mujer marido senora esposo esposa novio novia wife husband "
    "girlfriend boyfriend gf bf partner fiance fiancee mulher namorado namorada noivo "
    "noiva companero companera hubby prometido prometida mama papa madre padre mother "
    "father mom mum dad mae pai hermano hermana sister brother irmao irma amigo amiga "
    "friend abuela abuelo grandma suegra cunada tia primo prima parceiro parceira "
    "companheiro companheira pololo polola pana cuate chava gordo gordi flaca flaco "
    "bestie spouse conyuge roomie cunado tio grandpa "
    "esposito mujercita senorita jefe colega vieja",
    "COMPANIONS": "amigos amigas friends colegas companeros companeras hermanos "
    "hermanas sisters brothers irmaos irmas primos primas",
    "PARENTS": "padres viejos parents suegros abuelos pais papas",
    "COUPLE": "pareja matrimonio novios couple casal parejita esposos casalzinho",
    "COUPLES": "parejas matrimonios couples casais",
    "KID": "nene nena nino nina chico chica hijo hija menor peque criatura bebe kid "
    "child toddler baby crianca filho filha infant son daughter beba bebito bebita "
    "nenito nenita hijito hijita menino menina filhinho filhinha criancinha nieto "
    "nieta minor boy girl kiddo chiquito chiquita chiquilin miudo miuda pequeno "
    "pequena guri neto",
    "KIDS": "nenes nenas ninos ninas chicos chicas hijos hijas menores peques "
    "criaturas bebes kids children toddlers babies criancas filhos filhas infants "
    "sons daughters nenitos hijitos meninos meninas nietos nietas minors boys girls "
    "kiddos chiquitos chiquitas miudos miudas pequenos pequenas childs netos chiquis "
    "gurises",
    "ROOM": "habitacion habitaciones hab habs cuarto cuartos quarto quartos room rooms "
    "pieza piezas recamara habitacao acomodacao",
    "BED": "cama camas bed beds",
    "SINGLE": "single singles individual individuales simple simples sencilla "
    "sencillas sencillo singel sgl",
    "DOUBLE": "doble dobles matrimonial matrimoniales duplo duplos dupla double "
    "doubles queen king dbl doblecita",
    "TWIN": "twin twins",
    "TRIPLE": "triple triples triplo triplos tripla tpl",
    "QUADRUPLE": "cuadruple cuadruples quadruple quadruplo quadrupla quad cuadruplo",
    "FAMILY": "familiar familiares",
    "HOUSEHOLD": "family familia families familias",
    "SUITE": "suite suites suit",
}
# What is counted: a number before it is no day.
NOUN = (
    r"(?:ADULT|PERSON|KIDS?|NIGHT|WEEK|DAYS|ROOM|BED|SINGLE|DOUBLE|TWIN|TRIPLE"
    r"|QUADRUPLE|FAMILY|SUITE|COUPLES?|COMPANIONS?|HOUSEHOLD|meses|months?|estrellas"
    r"|of (?:us|ME|nosotros)|stars|anos?|years?|mil|perros?|gatos?|dogs?|cats?)\b"
)


def _inverted(table: dict[int, str] | dict[str, str], form: str) -> dict[str, str]:
    return {
        word: form.format(meaning)
        for meaning, words in table.items()
        for word in words.split()
    }


NUMBERS = _inverted(_UNITS, "{}")
ORDINALS = _inverted(_ORDINALS, "{}th")
MONTH_WORDS = _inverted(MONTHS, "m{}")
MONTH = f"(?:{'|'.join(sorted(MONTH_WORDS, key=len, reverse=True))})"
WEEKDAY_WORDS = _inverted(WEEKDAYS, "w{}")
MEANINGS = _inverted(_MEANINGS, "{}")
ALL_WORDS = frozenset(
    {
        *NUMBERS,
        *ORDINALS,
        *MONTH_WORDS,
        *WEEKDAY_WORDS,
        *PORTUGUESE_WEEKDAYS,
        *MEANINGS,
    }
)
