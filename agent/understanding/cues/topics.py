"""Pure. Words of what is no stay: the house, what is around it, what is over."""

from __future__ import annotations

import re

from agent.understanding.cues.stays import STAY

_HOUSE = (
    r"\b(?:pileta|alberca|piscina|pool|mascotas?|pets?|perr[oi]\w*|gat[oi]s?|dogs?"
    r"|cats?"
    r"|cachorr\w+|animal\w*|estimacao|desayun\w+|breakfast|cafe(?: da manha)?|pension"
    r"|almuerzo|cenas?|cenar|lunch|dinner|almoco|jantar|restaurant\w*|bar|parking|park"
    r"|estacion\w+|cochera|garage|garagem|valet|wi ?-?fi|internet|clave|password|senha"
    r"|contrasena|weather|clima|tiempo hace|tiempo va|llueve|llover|lluvia|rain\w*"
    r"|chove"
    r"|chover|chuva|temperatura|pronostico|baneras?|bathtub|tub|banheira|frio|calor"
    r"|niev\w+|nev[ae]\w*|snow\w*|ceia"
    r"|brunch|buffet|calle|street|rua|avenida|avenue|sucursal|(?:para|pra|que|to"
    r"|things to) (?:hacer|fazer|do)|menus? (?:de|del|for|do|da|especial\w*)"
    r"|(?:christmas|navidad|natal|lunch|dinner|special|especial|kids) menus?|gimnasio"
    r"|gym|academia|spa"
    r"|sauna|jacuzzi|hidro\w*|masaj\w+|massage\w*|aire|ac|ar condicionado|air con\w*"
    r"|calefacc\w+|heating|ventilador|tv|televis\w+|netflix|minibar|frigobar|heladera"
    r"|fridge|toallas?|towels?|toalha\w*|sabanas|secador|hair ?dryer|cuna|crib|berco"
    r"|ubica\w+|direccion|address|endereco|localizac\w+|locat\w+|mapa|lejos|cerca"
    r"|near\w*"
    r"|far|longe|perto|distancia|playa|beach|praia|centro|downtown|aeropuerto|airport"
    r"|aeroporto|terminal|rodoviaria|transfer|traslado|taxi|uber|shuttle|tarjetas?"
    r"|credit|card|cards|cartao|pix|efectivo|cash|transferencia|pagar|pagos?|pagamento"
    r"|payment|pay|cuotas|facturas?|invoice|nota fiscal|sena|deposit\w*|horarios?"
    r"|(?:a |de )?(?:que|what) (?:hora|horas|time)|late check|early check|fum\w+"
    r"|smok\w+"
    r"|ascensor|elevator|elevador|accesib\w+|wheelchair|cadeirante|discapac\w+|luggage"
    r"|valijas?|equipaje|maletas?|bagagem|malas|lavander\w+|laundry|vista|view"
    r"|balcon\w*"
    r"|varanda|terraza|cocina|kitchen|cozinha|microondas|ventanas?|window\w*|excurs\w+"
    r"|tours?|paseos?|passeios?|activ\w+|atividades|turis\w+|sightseeing|eventos?"
    r"|wedding"
    r"|casamiento|fiesta|cumple\w*|birthday|trabajo|jobs?|cv|curriculum|empleo|emprego"
    r"|trabalhar|trabajar|proveedor|instagram|facebook|web|pagina|site|website|photos?"
    r"|pictures?|video|mail|e-?mail|correo|abiert[oa]s?|abren?|cenan|open|abert[oa]s?"
    r"|cierran"
    r"|abrem|fecham|pagan|pagam|stays? (?:for )?free"
    r"|cerrad[oa]s?|close[sd]?|ninera|babysitter|chiste|joke|piada|futbol|partido"
    r"|refund\w*|reembolso|impuestos?|tax\w*|iva|all inclusive|todo incluido"
    r"|tudo incluso"
    r"|bano|banheiro|bathroom|ducha|shower|llaves?|keys?|chaves?|olvid\w+|esqueci"
    r"|forgot"
    r"|perdi|edad minima|minimum age|age limit|vegetarian\w*|vegan\w*|celiac\w*"
    r"|gluten\w*"
    r"|bici\w*|bikes?|donde (?:estan|queda|quedan|es|esta|quedas)|where|onde)\b"
)

# What a day may belong to, if not to a stay.
_OCCASION = (
    r"\b(?:aniversario|anniversary|(?:que|cual|what|which|qual) (?:feriados?"
    r"|holidays?)|turns \d+|faz anos|(?:va|vai) a cumplir"
    r"|dolar(?:es)?|exchange|fest(?:a|ejo)s?|party|parties|show|recital|misa|mass"
    r"|naci|nascii?|born|codigo|code|factura|dni|cpf|rg|pasaporte|passport|anuncio"
    r"|aviso|publicidad|promocion|ad|atiend\w+|atend(?:em|e)|trabaj\w+|trabalham"
    r"|working"
    r"|(?:es|e|is|it|it a|a|um|un) (?:feriado|holiday|bank holiday)|d24\.7(?!\.)"
    r"|(?:cuando|quando|when|que dia|what (?:day|date)) (?:es|son|cae|caen|empie\w+"
    r"|arran\w+|termin\w+|e|sao|cai|comeca|acaba|is|are|does|s)|whens)\b"
)
_TRAVEL = (
    r"\b(?:(?:mi|my|meu|nuestro|our|nosso) )?(?:vuelos?|flights?|voos?|avion"
    r"|aviao|plane|bus|buses|omnibus|onibus|colectivo|micro|autobus|tren|train|trem"
    r"|ferry|barco|crucero|cruise|cruzeiro)\b"
)
_PAST = (
    r"\b(?:estuv\w+|fui|fuimos|pague|mande|mandamos|envie|compre|vi|vimos|llame"
    r"|escribi|olvide|perdi|recibi|pase|me (?:quede|aloje|hospede|fui)|nos quedamos|"
    r"had|\w{2,}(?:aron|ieron|aste|iste)|\w{2,}[ae]ram|\w{3,}ei|ayer|anoche"
    r"|antes de ayer|anteayer|(?:la|el) (?:semana|ano|mes|finde|verano)"
    r" pasad[oa]|hace (?:\d+|un|una|unos|unas|dos|tres|poco|mucho)"
    r" (?:dias?|semanas?|mes|meses|anos?|rato|horas?|tiempo)"
    r"|stayed|was|were|paid|sent|saw|bought|called|wrote|lost|left my|yesterday|ago"
    r"|last (?:night|week|month|year|summer|winter|weekend|time|[wv]\d|\w+day)"
    r"|estive|estivemos|fiquei|fomos|paguei|mandei|enviei|comprei|liguei|escrevi"
    r"|deixei|perdi|recebi|ontem|anteontem|faz (?:\d+|um|uma|uns|dois|duas|tres)"
    r" (?:dias?|semanas?|mes|meses|anos?|horas?)"
    r"|(?:ano|mes|semana|verao) passad[oa])\b"
)
FAQ = re.compile(_HOUSE)
OTHER = re.compile(f"{_OCCASION}|{_TRAVEL}|{_PAST}")
TRAVELS = re.compile(rf"{_TRAVEL}(?: (?!y\b|and\b|e\b)\w+){{0,2}}")
# "Con desayuno", "desayuno incluido": a wish about the room, not a question.
AS_WISHED = re.compile(
    rf"\b(?:con|with|com|sin|without|sem|inclu\w+|mas|y|and|e|frente|cerca|near|perto)"
    rf" (?:(?!\d)\w+ ){{0,2}}?(?:{_HOUSE})|(?:{_HOUSE}) (?:inclu\w+|inclus[oa])\b"
)
# "Reservar una mesa" is no stay.
OTHER_BOOKING = re.compile(
    r"\b(?:reserv\w+|book\w*|anot\w+|agend\w+|marcar|make)"
    r" (?:(?:me|nos|us|an?|una?|uma?|el|la|lo|the|o|para|pra|for|de|reservation"
    r"|reserva|reservacion|booking) ){0,5}"
    r"(?:mesa|table|cancha|court|quadra|turno|masajes?|massagem|massage|cenas?|dinner"
    r"|jantar|almuerzo|lunch|almoco|desayuno|breakfast|transfer|traslado|taxi|tour"
    r"|excursion\w*|passeio|paseo|salon|spa|cochera|parking|estacionamiento|taller)\b"
)
# "Las habitaciones tienen balcón?" asks for none of them.
OF_A_ROOM = re.compile(
    rf"\b(?:la|las|el|los|o|os|a|as|the|do|does|sus|your) {STAY} (?:tienen?|tem|have"
    rf"|has|son|es"
    r"|incluyen?|vienen?|cuentan?|come|comes|sao)\b"
)


def is_of_the_house(text: str) -> bool:
    """Say whether a text names what a house has or allows."""
    return bool(FAQ.search(text) or OF_A_ROOM.search(text))


def is_named(text: str) -> bool:
    """Say whether a text names anything that is no stay."""
    return is_of_the_house(text) or OTHER.search(text) is not None
