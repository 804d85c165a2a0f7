"""Pure. Words that ask for a stay to come: a room, its price, its kinds, a booking."""

from __future__ import annotations

import re

STAY = (
    r"(?:habitacion(?:es)?|habs?|cuartos?|quartos?|rooms?|piezas?|suites?|dobles?"
    r"|doubles?|duplos?|individual(?:es)?|singles?|triples?|triplos?|twins?|familiar"
    r"|cuadruples?|matrimonial|alojamiento|hospedaje|hospedagem|lugar|lugares|estadia"
    r"|estancia|cabanas?|bungalows?|deptos?|departamentos?|camas?|vagas?|sencillas?)"
)

# Who moves a day of the stay that is being spoken of.
MOVES = (
    r"\b(?:cambi\w+|mov[ei]\w*|mud[ae]\w*|pas[ae]\w*(?= (?:la|a) )"
    r"|corr[ae]\w*|modific\w+|alter\w+"
    r"|troc\w+|adelant\w+|atras\w+|posterg\w+|change|move|switch|shift|push)"
    r" (?:(?:me|nos|please|por favor) )?(?:la|el|a|o|the|my|mi|minha) "
)

ARRIVAL = (
    r"fecha|data|date|dia|day|llegada|chegada|arrival|entrada|ingreso|check ?-? ?in"
)

LEAVING = r"salida|saida|departure|check ?-? ?out|egreso|partida"

ASKS_FOR_ROOM = re.compile(
    r"\b(?:busc\w+|necesit\w+|quier[oae]\w*|quer[eoi]\w*|quisier\w+|precis\w+"
    r"|gostaria\w*|looking for|need|want|would like|id like|wed like|procur\w+"
    r"|interesa\w*|tenes|tienen?|tienes|tendr\w+|hay|habr\w+|quedan?|tem|teria\w*|tinha"
    r"|have|got|is there|are there|any|algun[oa]?|alguma?)"
    rf" (?:(?!el\b|la\b|the\b|in\b|en\b|no\b)\w+ ){{0,2}}?{STAY}\b"
)

AVAILABILITY = re.compile(
    r"\b(?:disponib\w*|disponiv\w+|dispon\w+|availab\w*|vacan\w+|vagas?|libres?|livres?"
    r"|cupos?|(?<!el )(?<!lindo )(?<!hermoso )(?<!bonito )(?<!precioso )(?<!bello "
    r")lugar(?:es)?|lugarcito|espacio|spaces?|spots?|aloj\w+|hosped\w+"
    r"|estadia|estancia|quedarnos|quedarme|stay|staying|accommodation\w*|acomoda\w+"
    r"|lodging|pernoct\w+|pasar (?:la|una|unas|el|unos|uns|alguns)|ficar|algo (?:para"
    r"|disponible|libre)|(?:hay|tienen|tenes|tendr\w+|habra|tem|teria\w*) algo"
    r"|(?:something|anything)"
    r"(?: \w+)? (?:for|on|from|in|free)|any rooms?|alguma coisa|full|complet[oa]s?"
    r"|llen[oa]s?|lotad[oa]s?|sold out|fully booked|ocupad[oa]s?|booked up|sobrou"
    r"|is (?:the )?(?:[a-z]{3,9} \d+\w*|d[\d.]+|\d+\w*) open"
    r"|rooms? left|room for|openings?"
    r"|(?:puedo|podemos|queremos|quiero|pensamos|pensaba|pienso|quisiera|quisieramos"
    r"|queria|queriamos|quero|would like|want|like|planning) (?:en |to |de )?(?:ir"
    r"|viajar"
    r"|visit\w*|come|go|travel\w*)|escapada|getaway)\b"
    r"|\b(?:tenes|tienen|tiene|tienes|tendr\w+|hay|habra|habria|queda|tem|teria|ha|have"
    r"|got|is there|are there|any|una?|la|el|uma?|a|the|alguma?|algun\w*|teriam|tinha"
    r"|con"
    rf"|y|e|otra|outro|another|de|o) {STAY}\b(?<!el lugar)|^\W*{STAY}\b"
)

# Who says when they come or go has a stay in mind.
COMES = re.compile(
    # "No me llegó el ticket": things come to somebody.
    r"\b(?:(?<!\bme )(?<!\bnos )(?<!\ble )lleg[oau]\w*|llegando|entro"
    r"|entramos|ingres\w+|check ?-? ?in|arriv\w+|cheg\w+"
    r"|salgo|salimos|saio|saimos|leav\w+|vengo|venimos|coming|come|paso|quedo|quedarme"
    r"|nos quedamos|dormir|sleep|trip|viaj\w+|viage\w+|travel\w*|consult\w+"
    r"|alquil\w+(?! (?:un |el |o )?(?:salon|auto|carro|bici))"
    r"|alug\w+|fechas?|ir|visit\w*|queda\w*|reserv\w+|busc\w+|necesit\w+|precis\w+"
    r"|need|fin de)\b"
    # "Vamos a un casamiento": they come for it.
    r"|\b(?:vamos|voy|venimos|vou|attending|going|temos|tenemos|tengo|have)"
    r" (?:(?:a|al|to|um|un|una|uma|an|o|the|ao|de) ){0,2}(?:casam\w+|boda|wedding"
    r"|congres\w+|recital|concert\w*|concierto|eventos?|events?|conferenc\w+|show"
    r"|festival|reunion|meeting)\b"
    rf"|{MOVES}(?:{ARRIVAL}|{LEAVING})\b"
)

BOOKING = re.compile(
    r"\breserv(?!as?\b|aci\w+|ati\w+|ad\w+|ed\b|es\b|oir)\w+\b"
    r"|\breserv\b|\b(?:id|i would|we would|i|ill|we) take (?:the|an?)\b|\b(?:tomo"
    r"|tomamos|me llevo) (?:la|el|una?)\b"
    r"|\bmarc(?:a|ar|ame|arme|ue) (?:me|nos|para|pra|um|uma|un|una|o|a|de|do|dia)\b"
    r"|\b(?:me|nos|te) (?:reserv\w+|anot\w+|guard\w+|apart\w+|separ\w+|agend\w+)\b"
    r"|\breserva (?:la|las|una?|el|os|as|um|uma|para|pra|pro|por|desde|do|del|ja|ya"
    r"|es[ae]"
    r"|esse|essa|duas|\d)\b"
    r"|\b(?:hac\w+|hag\w+|haz\w*|fazer|faz|faca|faco|fech\w+|make|making|do|place"
    r"|realiz\w+|efetu\w+|efect\w+|tomar|toma|concret\w+|dejar|solicit\w+|garant\w+"
    r"|queria|quiero|quero|quisiera|want|need|gostaria de|would like|id like|necesito"
    r"|preciso|desejo|deseo|request|por|para|iniciar|start)"
    r"(?: (?:a|una?|uma?|la|mi|minha|my|the|otra|outra|another|new|nueva|nova|de|to|me"
    r"|quick|nossa|pre|get)){0,5} (?:reservas?|reservation|reservacion|booking)\b"
    r"|\b(?:anot|guard|apart|agend|separ)(?:ame|anos|arme|arnos|amela|emos"
    r"|enme|eme)\b"
    r"|\b(?:anot|agend)ad[oa]s?\b"
    r"|\b(?:separ|guard|agend|anot|apart)(?:ar?|e|en) (?:um|uma|un|una|o|a|para|pra"
    r"|la|el|ai"
    r"|esa|essa|me)\b"
    r"|\bbook(?:ing)?\b(?! (?:number|id|confirmation|a table|a tour))|\breserving\b"
    r"|^\W*(?:reserva|reservas|reservation|reservacion)\b"
    r"|\breserva\b\W*(?:para|pra|por|for|del?|desde|do dia|$)"
    r"|\bfech(?:ar|amos|ado) (?:a|o|pra|para|pro|com|essa|esse|negocio|uma|um)\b"
    r"|\b(?:quedarme con|quedo con|quedamos con|fico com|ficamos com|ill take|well take"
    r"|i will take|we will take|(?:hold|save|get) (?:me|us) an?|hold an?"
    r"|(?:lock in|secure) (?:the|an?|my)"
    r"|put (?:me|us|my name|our names?) down"
    r"|bloque\w+|alquilar|rent an?)\b"
)

PRICE = re.compile(
    r"\b(?:[ck]uant[oa]s?|quant[oa]s?)\b"
    r"(?! (?:tipos|clases|categorias|tiempo|tempo|dias|hay|personas|pessoas|falta"
    r"|demora|antes|tarda|metros"
    r"|mide"
    r"|habitaciones|quartos|noches|noites|gente|camas|estrellas|queda|son|somos"
    r"|plazas))"
    r"|\b(?:precios?|precit\w+|prec[oi]s?|presios?|tarifas?|tarifario|valor(?:es)?"
    r"|costos?|cost|coste|cuestan?|costaria\w*|costar\w*|presupuest\w+|cotiza\w*"
    r"|how much|how expensive|prices?|pricing|priced|rates?|costs?|quotes?|quotation"
    r"|orcamento|diaria|(?:as|das|suas|quais) diarias|car[oa]s?|expensive|(?:que"
    r"|como) (?:me |nos )?salen?|a como|(?:noches?|noites?|diarias?|habitacion|doble"
    r"|single|triple|suite|familiar) sale|fees?|charges?|custa|custam|custo|custaria"
    r"|cobran?|cobras"
    r"|cobram?|saldrian?|baratas?|baratos?|cheap|cheapest|economic\w+|promo\w*"
    r"|descuentos?|discounts?|descontos?|ofertas?|deals?)\b"
)

PER_NIGHT = re.compile(
    r"\b(?:noches?|nights?|noites?|diarias?|tarifas?|rates?|estadia|stay|persona|pessoa"
    rf"|{STAY})\b"
)

INCLUDED = re.compile(r"\b(?:inclu\w+|inclus[oa]s?)\b")

ROOM_TYPES = re.compile(
    r"\bde que (?:tipos?|clases?) (?:son|hay|tienen|tenes|sao|tem)\b|"
    r"\b(?:que|cuales|cual|quais|qual|what|which|whats|como|how|describ\w*|mostra\w*"
    r"|muestr\w+|show|ver|conocer"
    r"|conhecer|see)\b"
    r"(?: (?:son|sao|are|is|me|the|las|los|os|as|tipos?|types?|kinds?|sorts?|clases?"
    r"|opciones|options|opcoes|categorias?|categories|modelos?|estilos?|variedad|de|of"
    r"|otras?|other|outros|different|diferentes|distint[oa]s|tus|sus|your|seus|all"
    r"|todos"
    r"|todas|tienen|tenes|tem|ha|hay|do|you|have|existem|existen|voces)){0,7} "
    r"(?:habitacion(?:es)?|habs?|cuartos?|quartos?|rooms?|piezas|acomodac\w+)\b"
    r"|\b(?:tipos?|tipologias?|types?|kinds?|sorts?|clases?|categorias?|categories"
    r"|variedad|modelos"
    r"|opciones|options|opcoes|lista|list|catalogo|fotos) (?:de |of |das |dos |los "
    r"|las "
    r"|the |your ){0,3}(?:habitacion(?:es)?|habs?|cuartos?|quartos?|rooms?|acomodac\w+"
    r"|alojamientos?)\b"
    r"|\b(?:rooms?|quarto|habitacion) (?:types?|categories|options|kinds|selection)\b"
    r"|\b(?:habitaciones|quartos|rooms) (?:que )?(?:ofrecen|oferecem|existen|existem"
    r"|manejan|do you offer|you offer|you have|do you have|have you got)\b"
    r"|\bdiferenc\w+\b.{0,20}\b(?:habitaciones|quartos|rooms|cuartos)\b"
    r"|\bdifferen\w+\b.{0,20}\brooms\b"
    r"|\b(?:tell me about|contame (?:de|sobre)|fale sobre|inf\w* (?:de|sobre|on|about))"
    r" (?:las |the |os |your |sus ){0,3}(?:habitaciones|rooms|quartos)\b"
)

TYPES = re.compile(
    r"\b(?:tipos?|tipologias?|types?|kinds?|sorts?|clases?|categor\w+)\b"
)
WHICH_ARE_FREE = re.compile(
    r"\b(?:disponib\w+|disponiv\w+|available|libres?|livres?|vacan\w+|vag[ao]s?|quedan"
    r"|left|free)\b"
)
# Beside a day, these say in passing that the guest has a stay in mind.
HINTS = re.compile(
    r"\b(?:estamos|estaremos|estaria\w*|andamos|andaremos|caemos|caigo|voy|vou|iremos"
    r"|queremos|pensando|pensamos|viendo|vemos|vendo|thinking|looking|considering"
    r"|interes\w+|escap\w+|passing through|attending|hoping|possib\w+|posible"
    r"|possiv\w+|chances?|rola|sobra\w*|urgent\w*|something|anything|algo|free|left"
    r"|in town|na cidade|en la ciudad|calculo|seria\w*)\b"
)
