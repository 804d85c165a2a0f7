"""
Pure. Says which language a text is in, by words and letters that mark one.

A word that two languages share marks neither; a word in two lists counts for both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.understanding.folding import READ_AT_MOST

if TYPE_CHECKING:
    from agent.messages import Lang

_MARKERS: dict[Lang, str] = {
    "es": "ayudame ninguna ninguno correcto estan datos instrucciones cancelo anotas "
    "caro "
    "interesa cambie "
    "sos onda lindo linda hacen atienden llamame llama estuve estuvimos ayer "
    "hace "
    "pague mande seremos unos vengo vamos llegas ponen dan pone cosas atiende "
    "vie lun jue mie mostrame dispo carnaval parejas octubre a abr aca aceptan "
    "realidad perdon digo equivoque cambia cambiame fecha solo "
    "adulto adultos ago ahi "
    "ahora aires al alberca algo alguien "
    "alla alojamiento amigas amigos andas ando ano anotame anular ayuda ayudar "
    "baja barbaro bebe bien buen buenas buenisimo bueno buenos buscamos busco "
    "cama camas cancela cancelar cancelen che chicos cinco claro cochera como con "
    "consultar cual cuales cuanto cuarto cuartos cuatro cuesta dale das de deja "
    "dejalo del desayuno desde dia dias dic diciembre diez disponibilidad "
    "disponible disponibles doble domingo donde dos egreso el en ene enero entre "
    "entro es esa ese eso esposa esposo esta estacionamiento estadia estan "
    "estancia estas este esto estoy familiar favor febrero feriado fin finde "
    "genial gente gracias grandes guardame hab habitacion habitaciones hablar "
    "habra habria hace hacer hasta hay hija hijo hijos hola holis hospedaje hoy "
    "info ingreso joya jueves julio junio kiero la las libre listo llegamos "
    "llegar llegaria llego lo los lugar lunes manana marido martes marzo mascotas "
    "matrimonio mayo mayores me mejor menores mi miercoles muchas muchisimas "
    "mujer nada nadie navidad necesitamos necesito nena nene nenes nino ninos no "
    "noche nochebuena noches nochevieja nomas nop nos novia noviembre novio nueve "
    "nuevo o octubre opciones orale os pagar pago para pareja parejas pasado "
    "pasame perfecto perro persona personas pileta piscina podeis podes podrias "
    "por porfa porfavor precio precios proximo puede pueden puedes puente que "
    "queda quedan queremos queria quien quiero quisiera quisieramos recepcion "
    "reserva reservame reservar reservas reserve sabado saber sale salgo salida "
    "santa se semana sencilla septiembre seremos seria seriamos si siete sirve "
    "sola solo somos son soy tal tampoco tardes tarifa tarifas tarjeta te tendran "
    "tendras tendrian teneis tenen tenes tengo tenis tiene tienen tienes tipo "
    "tipos toda todavia todo triple uds un una unas uno unos ustedes va vale "
    "valor vamos venga viajo viene viernes voy xfa y",
    "en": "maybe later found was were i stayed paid not it its of do im ive "
    "wait meant mean rather instead "
    "about actually adult adults after afternoon agent ahead all an and any "
    "anything apr april are around arriving at aug august availability available "
    "baby be bed beds book booking breakfast call can cancel child children "
    "christmas cost could couple day days dec december desk did do does double "
    "easter eight eve evening family feb february five for four friday from front "
    "get go good got great guest guests has have hello help hey hi hiya hotel how "
    "hows human husband i id im in is it jan january jul july jun june just kid "
    "kids kind leaving let lets like looking march may me mind monday morning "
    "much my nah need never new next night nights nine no nope not nov november "
    "oct october of okay on only other our parking party people perfect person "
    "pets please pls plz pool price r rate rates reservation reserve right room "
    "rooms saturday sep september seven single six someone something sorry sounds "
    "speak stay staying sunday sure talk ten thank thanks that the there this "
    "three through thru thursday thx till tmrw to today tomorrow tonight traveler "
    "tuesday twin two type types u until ur us vacancies vacancy want we "
    "wednesday week weekend what whats when where which who wife will with would "
    "yeah years yep yes you your",
    "pt": "como cancelo tarifa otimo ta fecha caro interessa ajuda paguei mandei "
    "estive fiquei faz "
    "fazem mensagem sinal ontem gente dia "
    "as agente mim dela dele pelo pela num numa onde tambem "
    "sex seg qui qua ter fiz passa reservar fechar nos passame a aceita adultos "
    "verdade alias desculpa digo quis dizer errei melhor muda mudar familia "
    "agora ajuda ajudar "
    "alguem algum alguma amanha ano ao aos as "
    "ate atendente bebe beleza bem blz boa bom cachorro cafe cama camas cancela "
    "cancelar carnaval casal chegamos chego claro com crianca criancas custa da "
    "das de deixa depois desmarcar dez dezembro dia diaria disponibilidade "
    "disponiveis disponivel do dois domingo dos duas duplo e em entrada esposa "
    "esse esta estacionamento estadia estao este estou eu falar favor faz fazer "
    "fds fechado feira feriado fev fevereiro fica ficar filha filho filhos fim "
    "funciona gente gostaria hoje hospedagem hospedar individual isso janeiro "
    "julho junho liga livre livres lugar maio mais manha marco marido me mesmo "
    "meu meus minha muito mulher na nada namorada namorado nao nas natal nessa "
    "nesse nesta neste no noite noites nos nossa nosso nove novembro novo o "
    "obrigada obrigado oi ola onde os outubro para pascoa perfeito pessoa pessoas "
    "piscina pode por pousada pra pras precisamos preciso preco precos pro "
    "proxima proximo qero quais qual quanto quarta quarto quartos quatro que "
    "queria quero quinta recepcao reserva reservar reveillon sabado saida saimos "
    "saio santa sao se segunda seis semana ser seriamos sete setembro seu sexta "
    "sim sirve so solteiro somos sozinha sozinho tambem tarde tchau tem tenho "
    "terca teria tinha tipos triplo tudo um uma vaga vagas valeu valor vamos vc "
    "vcs vem vespera viajo voce voces vou",
}
_LETTERS: dict[Lang, re.Pattern[str]] = {
    "es": re.compile(r"[ñ¿¡]|bebé|\b(?:ja){2,}"),
    "en": re.compile(r"\b(?:lol|i'm|i'd|what's|don't|we're|we'd|i'll|it's)"),
    "pt": re.compile(r"[ãõçêôâà]|k{3,}"),
}
_BY_WORD: dict[str, list[Lang]] = {}
for _lang, _words in _MARKERS.items():
    for _word in set(_words.split()):
        _BY_WORD.setdefault(_word, []).append(_lang)


def is_common(word: str) -> bool:
    """Say whether a word marks a language, as guests' commonest ones do."""
    return word in _BY_WORD


def language(text: str, words: list[str]) -> Lang | None:
    """Say which language a text is in, None where no one could tell."""
    scores: dict[Lang, int] = dict.fromkeys(_MARKERS, 0)
    for word in words:
        langs = _BY_WORD.get(word, ())
        for lang in langs:
            # A word of one language says more than one that two share.
            scores[lang] += 3 - len(langs)
    lowered = text[:READ_AT_MOST].casefold()
    for lang, letters in _LETTERS.items():
        scores[lang] += 3 * bool(letters.search(lowered))
    first, second, _ = sorted(scores, key=lambda lang: scores[lang], reverse=True)
    return first if scores[first] > scores[second] else None
