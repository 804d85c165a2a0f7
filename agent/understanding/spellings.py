"""
Pure. How words are really written: short forms, what slips are mended towards.

Words that exist and look like one of the closed lists are here too: they are no slips.
"""

from __future__ import annotations

_SHORT_FORMS = {
    "pax": "px",
    "que": "q k ke qe",
    "por favor": "xfa porfa porfi xfavor pf plis porfavor",
    "please": "pls plz pleaze",
    "por": "x xa",
    "voce": "vc ce",
    "voces": "vcs ces",
    "tomorrow": "tmrw tmr tmw tomoz 2moro 2morrow tommorow tommorrow tomorro tommorw",
    "tonight": "2nite tonite 2night tnite",
    "manana": "mnn mna mniana maniana",
    "amanha": "amn amnh",
    "hoje": "hj",
    "finde": "fds findes finds findesemana",
    "you": "u",
    "are": "r",
    "porque": "pq xq",
    "tambien": "tb tmb tbm",
    "de": "d",
    "bebe": "bb",
    "hs": "hr hrs",
    "tenes": "tnes tenis tens",
    "para": "pra pa p",
    "quanto": "qto qnto qnt qt",
    "cuanto": "cto kuanto qanto",
    "quando": "qdo",
    "con": "c",
    "mensaje": "msj",
    "disponibilidad": "dispo",
    "available": "avail availible avaliable avalible",
    "reserva": "resev rsv",
    "christmas": "xmas",
    "new years eve": "nye",
    "pasado manana": "pasadomanana pasadomaniana",
    "semana santa": "semanasanta",
    "nino": "ninio ninia",
    "ninos": "ninios ninias",
    "ano": "anio anios",
    "quiero": "kiero qiero qro kero",
    "aqui": "aki",
    "people": "ppl",
    "lugar": "lugr lgar luga",
    "something": "sth smth sthg",
    "reserve": "reserv rsrv",
    "room": "rm",
    "want to": "wanna",
    "much": "mutch",
    "doble": "dobl dble",
    "hay": "ay",
    "going to": "gonna",
    "never mind": "nvm nvmd",
    "obrigado": "obg obgd obgda brigadao obrigadao",
    "recepcao": "rececao",
    "favor": "pfv",
}
SHORT_FORMS = {
    short: meant for meant, forms in _SHORT_FORMS.items() for short in forms.split()
}
# Meanings whose every word is worth mending.
MENDED_MEANINGS = (
    "NIGHT WEEK WEEKEND ADULT PERSON ROOM SINGLE DOUBLE TRIPLE QUADRUPLE FAMILY"
)
# Other words that the wish or the language is known by.
MENDED_TO = (
    "alojamiento amanha anotame availability available ayuda booking cancel "
    "cancelar carnaval carnival children christmas cinco confirmar confirmo couple "
    "crianca criancas cuanto cuatro disponibilidad disponible disponivel easter "
    "gostaria gracias guardame habitacion habitaciones hablar hospedaje lugar "
    "manana matrimonio navidad necesito ninos nochebuena nochevieja obrigada "
    "obrigado pareja pasado pascoa perfecto perfeito persona please precio precios "
    "preco price proximo quanto quiero quisiera recepcao recepcion reception "
    "reserva reservame reservar reservation reveillon santa semana seven tarifa "
    "tarifas thanks three tienen today tomorrow tonight vacancies vacancy"
)
# Words that exist, one slip away from the lists above.
LEFT_ALONE = (
    "diaria ajuda "
    "abrio abrir abriu agosta aguda amanda apanha aposto augusta augusto ayudar "
    "bookings cancela cancelo cancer canto carcel christian christians cinico cinto "
    "circo cisco conforman coupe coupled cuadro cuando cuanta cuantos cuarta cuarzo "
    "cuento curto curtos disposable dominio dominios domino doubled doyle duela "
    "duelo easier eastern eater entero entro ester facilitar fined frida grades "
    "grande guess habla hallar hombre hombros homes individuo judio jueces julgo "
    "julia julie junior junto lanes ligar lines luces lunar lunas lungs lutar luzes "
    "macro manada manzana marca marcha marcio marcos marcou mares mario marsh marte "
    "match mates mayors mortes mueres niche noise norte notes obligado pagado "
    "parado pareca parecidos parecio pareco parejo parsons pasada pasados passado "
    "pearson penso perco perdon perdona perfection peron perro persa persianas "
    "personaje personajes personal personales perto pesado pessoal pinzas pizza "
    "placas plagas planas playas plaza plazos pleas pleased preciosa precioso "
    "precious preciso precoz predio predios prefecto prefeito prego premio preso "
    "preto previo previos priced prices prick pride prime prince prize quando "
    "quanta quantos quartas quartz queden queer quero quien quiera quiere quieto "
    "quinto recession recreation redemption rejection reservacion reservada "
    "reservado reservas reservations reserve reservo reservoir retention roofs "
    "roots sabao sabido sacado safado salado salta sample samples santo semanal "
    "semanales semen senta simpler simply singer sinta steven tanks tarefa there "
    "thinks threw tienden tiene tienes todas vienes weeds woven"
)
