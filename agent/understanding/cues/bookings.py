"""Pure. Words about a booking that the guest has already."""

from __future__ import annotations

import re

CANCEL = re.compile(
    r"\b(?:borr\w+|elimin\w+|baj[aeo]\w*|delete|remove|drop|kill|scrap|ditch|void)"
    r" (?:la|mi|my|the|minha|a|our|nuestra|nossa)"
    r" (?:reserv\w+|booking)\b|\bsin efecto\b|"
    r"\b(?:cancel\w*|anul[aoe]\w*|desmarca\w*|desmarque\w*|dar baixa|desist\w+"
    r"|(?:dar|das|de|den|doy|dame|da|darme) (?:me )?de baja|call(?:ing)? off"
    r"|suspend\w+ (?:la|mi|minha|a|my|the) (?:reserv\w+|booking))\b"
)

# "No quiero cancelar" keeps it; "no, quiero cancelar" and "no puedo cancelar" do not.
NOT_CANCEL = re.compile(
    r"\b(?:no|nao|not|dont|doesnt|didnt|wont|never|nunca|jamas)"
    r" (?:(?:la|lo|me|te|se|i|we|es|e|to|a|vamos|para|that|que|queria|quiero|queremos"
    r"|quise|quero|want|wanna|wanted|wish|like|would|mean|meant|need|trying|asking"
    r"|going|planning|voy|vou|vayas|pienso|pensamos|deseo|desejo|necesito|preciso"
    r"|precisa|hace|falta|hay|have|please|por favor) ){0,5}"
    r"(?:cancel\w*|anul[aoe]\w*|desmarca\w*|desmarque\w*)"
    r"(?: (?:la|mi|a|minha|my|the|our|nuestra|nossa) (?:reserv\w+|booking))?"
)

CANCEL_POLICY = re.compile(
    r"\b(?:polit\w+|polic\w+|gratis|gratuit\w+|free|reembols\w+|refund\w*|condiciones"
    r"|hasta cuando|plazo|penal\w+|multa|se puede cancelar|puedo cancelar despues"
    r"|cancel\w* (?:later|despues|depois))\b"
)

CHANGE = re.compile(
    r"\b(?:cambi\w+|modific\w+|mover|mud[ae]\w*|alter\w+|change|move|reschedul\w+"
    r"|remarcar|edit\w*|update|extend\w*)\b.{0,25}\b(?:mi|minha|my|our|nuestra|nossa|la"
    r"|a|the) (?:reserva|reservation|booking|reservacion)\b"
)

# "Quiero cambiar la fecha", where no stay is being spoken of.
BARE_CHANGE = re.compile(
    r"\b(?:cambi\w+|modific\w+|mover|mud[ae]\w*|alter\w+|trocar|remarcar|change|move"
    r"|reschedul\w+|postpone|posterg\w+|adelantar)"
    r" (?:(?:la|las|de|a|as|the|my|mi|mis|minhas?|our|uma|una|some) ){0,2}"
    r"(?:fechas?|datas?|dates?|dias?|days?|estadia|stay|estancia)\b[^\w]*"
    r"(?:(?:por favor|please|porfa)[^\w]*)?$"
)
OLD_BOOKING = re.compile(
    r"\b(?:tengo|tenemos|tenia|hice|hicimos|tenho|temos|fiz|fizemos|have|made|had|got"
    r"|confirmacion de|(?:consulta|pregunta|duda|question) (?:por|sobre|about)"
    r"|estado de"
    r"|numero de|number of|status of)"
    r" (?:hecha |feita |already |ya |ja |la |una |uma |an? |mi |minha |my |our "
    r"|the ){0,5}"
    r"(?:reserv(?:a|as|ation|acion|ado|e)|booking|booked)\b"
    r"|\b(?:mi|minha|my|our|nossa|nuestra) (?:reserv(?:a|ation|acion)|booking)\b"
    r"|\b(?:que|that) (?:la|a|the) (?:reserva\w*|booking)\b"
    r"|\bya reserve\b|\bja reservei\b|\balready booked\b"
)

NOT_MINE = re.compile(
    r"\b(?:hac\w+|fazer|make|confirm\w+|quiero|quero) (?:mi|minha|my) reserv"
)
