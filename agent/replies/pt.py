"""Pure. What the agent says in Portuguese, as in Brazil."""

from __future__ import annotations

from agent.messages import Phrase
from agent.replies.labels import Labels

PHRASES: dict[Phrase, str] = {
    Phrase.GREETING: "Olá! 👋 Sou o assistente do hotel. "
    "Diga as datas e quantas pessoas, e eu digo quais quartos há.",
    Phrase.HELLO_AGAIN: "Olá de novo!",
    Phrase.HELP: "Posso dizer quais quartos há e o preço, e reservar um para você. "
    "Por exemplo: «um duplo de 5 a 8 de dezembro para 2». Para voltar ao início, "
    "escreva «começar de novo»; se preferir uma pessoa, «recepção».",
    Phrase.OUT_OF_SCOPE: "Com isso não consigo ajudar por aqui: eu cuido de quartos, "
    "preços e reservas. Para falar com uma pessoa, escreva «recepção».",
    Phrase.WELCOME: "De nada! Estou aqui para o que precisar.",
    Phrase.GOODBYE: "Até logo! Se precisar de mais alguma coisa, é só escrever.",
    Phrase.PRICE_IS_FIXED: "Os preços são do hotel e por aqui não posso mudá-los. "
    "Podemos ver outro quarto ou outra data; por um desconto escreva «recepção».",
    Phrase.ONE_ROOM_EACH: "Por aqui reservo um quarto por vez, para quem couber nele. "
    "Para vários juntos escreva «recepção» e uma pessoa ajuda você.",
    Phrase.NAME_IS_KNOWN: "Não precisa me dizer o nome: a reserva vai com o do seu "
    "perfil do WhatsApp. Se deve ir em outro, escreva «recepção».",
    Phrase.STARTED_OVER: "Certo, vamos começar de novo.",
    Phrase.AS_YOU_LIKE: "Tudo bem. Se precisar de mais alguma coisa, é só escrever.",
    Phrase.TAKE_YOUR_TIME: "Claro, sem pressa: estou por aqui.",
    Phrase.NONE_OF_THESE: "Entendo. Vemos outras datas ou outro tipo de quarto? "
    "Se preferir uma pessoa, escreva «recepção».",
    Phrase.NOTHING_CANCELLED: "Tudo bem, não cancelei nada.",
    Phrase.ASK_CHECKIN: "Para qual data?",
    Phrase.ASK_CHECKOUT: "Qual é o dia da saída?",
    Phrase.ASK_ADULTS: "Para quantos adultos?",
    Phrase.ASK_ROOM_TYPE: "Qual você prefere?",
    Phrase.ASK_ROOM_TYPE_FOR_LATER: "Diga qual você prefere e eu aviso quando der "
    "para reservar.",
    Phrase.ASK_TO_BOOK: "Quer que eu reserve?",
    Phrase.ASK_CONFIRMATION: "Posso confirmar? Responda «sim» e eu reservo.",
    Phrase.ASK_TO_NOTIFY: "Quer que eu avise quando o sistema do hotel voltar? "
    "Se preferir uma pessoa, escreva «recepção».",
    Phrase.WHICH_DAYS: "Quais dias seriam? Diga a data de chegada e a de saída.",
    Phrase.DATE_IS_PAST: "Essa data já passou.",
    Phrase.NO_SUCH_DAY: "Esse dia não existe no calendário.",
    Phrase.LEAVES_TOO_EARLY: "A saída precisa ser depois da chegada.",
    Phrase.OTHER_DATES: "Quer tentar outra data?",
    Phrase.TOO_MANY: "Não tenho livre um quarto em que caibam todos. Para reservar "
    "dois ou mais quartos escreva «recepção» e uma pessoa ajuda você. Também podemos "
    "tentar com menos pessoas ou com outra data.",
    Phrase.NO_SUCH_ROOM: "Esse tipo de quarto não temos.",
    Phrase.ROOM_NOT_LISTED: "Esse quarto eu não vejo agora.",
    Phrase.ROOM_NOT_FREE: "Esse quarto não está livre nessas datas.",
    Phrase.ROOM_TOO_SMALL: "Nesse quarto não cabem todos.",
    Phrase.CANNOT_CHECK: "Desculpe, neste momento não consigo consultar a "
    "disponibilidade: o sistema do hotel não responde.",
    Phrase.NOT_BOOKED: "Certo, não reservei nada. Se quiser mudar as datas, as pessoas "
    "ou o quarto, é só dizer.",
    Phrase.NO_BOOKINGS_NOW: "Por enquanto não consigo fazer reservas, porque o sistema "
    "do hotel não responde.",
    Phrase.BOOKING_REFUSED: "Desculpe, neste momento não consigo fazer reservas: "
    "o sistema do hotel não responde. Nada foi reservado.",
    Phrase.STILL_CAN_SHOW: "Enquanto isso posso dizer o último que sei.",
    Phrase.BOOKING_INVALID: "O sistema do hotel não aceitou a reserva, então nada está "
    "reservado. Passo seus dados para a recepção e uma pessoa vai escrever.",
    Phrase.ROOM_GONE: "Puxa, esse quarto acabou de ser ocupado antes da reserva.",
    Phrase.PRICE_CHANGED: "O preço acabou de mudar, então ainda não reservei nada.",
    Phrase.BEING_CHECKED: "Enviei sua reserva e o hotel ainda não me disse se ela foi "
    "feita: estou verificando. Não precisa repetir, escrevo assim que souber.",
    Phrase.STILL_BEING_CHECKED: "Ainda estou verificando sua reserva. Não precisa "
    "repetir, escrevo assim que souber.",
    Phrase.SURELY_NOT_BOOKED: "Já verifiquei: a reserva não foi feita.",
    Phrase.WILL_NOTIFY: "Certo, escrevo assim que voltar.",
    Phrase.ALREADY_NOTED: "Já está anotado: escrevo assim que voltar.",
    Phrase.WILL_NOT_NOTIFY: "Certo, não aviso. Se precisar de mais alguma coisa, "
    "é só escrever.",
    Phrase.PMS_WORKS: "O sistema do hotel está funcionando: já posso dizer quais "
    "quartos há. De outras coisas não posso avisar.",
    Phrase.PMS_IS_BACK: "O sistema do hotel voltou!",
    Phrase.HANDED_OFF: "Passo você para a recepção: uma pessoa vai escrever.",
    Phrase.GROUP_HANDED_OFF: "Tanta gente não cabe em um quarto, então passo você "
    "para a recepção: uma pessoa vai escrever.",
    Phrase.ONLY_TEXT: "Desculpe, por aqui só entendo texto. Pode me escrever?",
    Phrase.TAPPED_LATE: "Esse botão é de uma mensagem anterior, então não fiz nada.",
    Phrase.HOLDING_ASK_AGAIN: "A consulta está demorando. "
    "Escreva «disponibilidade» daqui a pouco e eu digo o que há.",
}

LABELS = Labels(
    stay="De {checkin} a {checkout} ({nights}), {party}:",
    none_free="De {checkin} a {checkout} ({nights}) não há mais quartos para {party}.",
    price_note="É o preço total da estadia, com impostos.",
    may_be_more="Pode haver mais quartos que agora não vejo.",
    kinds="Temos: {kinds}.",
    too_long="{nights} é mais do que posso reservar: uma estadia é de até {most}.",
    summary="Sua reserva:",
    total="Total: {price}, com impostos",
    booked="Pronto, está reservado! 🎉 O número da sua reserva é {reference}.",
    booked_again="Essa reserva já está feita: é a número {reference}.",
    nights=("1 noite", "{n} noites"),
    adults=("1 adulto", "{n} adultos"),
    children=("1 criança", "{n} crianças"),
    and_="e",
    stale="As informações podem estar desatualizadas",
    ages=("de menos de um minuto atrás", "de 1 minuto atrás", "de {n} minutos atrás"),
    room_types={
        "single": "individual",
        "double": "duplo",
        "twin": "duas camas",
        "triple": "triplo",
        "quadruple": "quádruplo",
        "family": "família",
        "suite": "suíte",
    },
    yes="Sim",
    no="Não",
    person="Recepção",
)
