"""Pure. What the agent says in Spanish: rioplatense, warm and short."""

from __future__ import annotations

from agent.messages import Phrase
from agent.replies.labels import Labels

PHRASES: dict[Phrase, str] = {
    Phrase.GREETING: "¡Hola! 👋 Soy el asistente del hotel. "
    "Decime para qué fechas y cuántas personas, y te digo qué habitaciones hay.",
    Phrase.HELLO_AGAIN: "¡Hola de nuevo!",
    Phrase.HELP: "Puedo decirte qué habitaciones hay y a qué precio, y reservarte una. "
    "Por ejemplo: «una doble del 5 al 8 de diciembre para 2». Para volver al inicio, "
    "escribí «empezar de nuevo»; si preferís una persona, «recepción».",
    Phrase.OUT_OF_SCOPE: "Con eso no puedo ayudarte por acá: yo me ocupo de "
    "habitaciones, precios y reservas. Si querés hablar con una persona, "
    "escribí «recepción».",
    Phrase.WELCOME: "¡De nada! Acá estoy para lo que necesites.",
    Phrase.GOODBYE: "¡Hasta luego! Si necesitás algo más, escribime.",
    Phrase.PRICE_IS_FIXED: "Los precios los pone el hotel, yo no puedo cambiarlos. "
    "Podemos ver otra habitación u otra fecha; por un descuento escribí «recepción».",
    Phrase.ONE_ROOM_EACH: "Por acá reservo una habitación por vez, para los que entren "
    "en ella. Para varias juntas escribí «recepción» y te ayuda una persona.",
    Phrase.NAME_IS_KNOWN: "No hace falta que me digas el nombre: la reserva va con el "
    "de tu perfil de WhatsApp. Si tiene que ir a otro, escribí «recepción».",
    Phrase.STARTED_OVER: "Dale, empezamos de nuevo.",
    Phrase.AS_YOU_LIKE: "Está bien. Si necesitás algo más, escribime.",
    Phrase.TAKE_YOUR_TIME: "Dale, tomate tu tiempo: acá estoy.",
    Phrase.NONE_OF_THESE: "Entiendo. ¿Vemos otras fechas u otro tipo de habitación? "
    "Si preferís una persona, escribí «recepción».",
    Phrase.NOTHING_CANCELLED: "Está bien, no cancelé nada.",
    Phrase.ASK_CHECKIN: "¿Para qué fecha?",
    Phrase.ASK_CHECKOUT: "¿Qué día es la salida?",
    Phrase.ASK_ADULTS: "¿Para cuántos adultos?",
    Phrase.ASK_ROOM_TYPE: "¿Cuál te gustaría?",
    Phrase.ASK_ROOM_TYPE_FOR_LATER: "Decime cuál te gusta y te aviso cuando "
    "se pueda reservar.",
    Phrase.ASK_TO_BOOK: "¿Querés que te la reserve?",
    Phrase.ASK_CONFIRMATION: "¿La confirmo? Respondé «sí» y la reservo.",
    Phrase.ASK_TO_NOTIFY: "¿Querés que te avise cuando el sistema del hotel vuelva? "
    "Si preferís una persona, escribí «recepción».",
    Phrase.WHICH_DAYS: "¿Qué días serían? Decime la fecha de llegada y la de salida.",
    Phrase.DATE_IS_PAST: "Esa fecha ya pasó.",
    Phrase.NO_SUCH_DAY: "Ese día no existe en el calendario.",
    Phrase.LEAVES_TOO_EARLY: "La salida tiene que ser después de la llegada.",
    Phrase.OTHER_DATES: "¿Querés probar con otra fecha?",
    Phrase.TOO_MANY: "No tengo libre una habitación en la que entren todos. Para "
    "reservar dos o más habitaciones escribí «recepción» y te ayuda una persona. "
    "También podemos probar con menos personas o con otra fecha.",
    Phrase.NO_SUCH_ROOM: "Ese tipo de habitación no tenemos.",
    Phrase.ROOM_NOT_LISTED: "Esa habitación no la veo ahora.",
    Phrase.ROOM_NOT_FREE: "Esa habitación no está libre en esas fechas.",
    Phrase.ROOM_TOO_SMALL: "En esa habitación no entran todos.",
    Phrase.CANNOT_CHECK: "Perdón, en este momento no puedo consultar la "
    "disponibilidad: el sistema del hotel no responde.",
    Phrase.NOT_BOOKED: "Listo, no reservé nada. Si querés cambiar las fechas, las "
    "personas o la habitación, decime.",
    Phrase.NO_BOOKINGS_NOW: "Por ahora no puedo tomar reservas, porque el sistema del "
    "hotel no responde.",
    Phrase.BOOKING_REFUSED: "Perdón, en este momento no puedo tomar reservas: "
    "el sistema del hotel no responde. No se reservó nada.",
    Phrase.STILL_CAN_SHOW: "Mientras tanto puedo decirte lo último que sé.",
    Phrase.BOOKING_INVALID: "El sistema del hotel no aceptó la reserva, así que no hay "
    "nada reservado. Le paso tus datos a recepción y te escribe una persona.",
    Phrase.ROOM_GONE: "Uy, esa habitación se acaba de ocupar y no llegué a reservarla.",
    Phrase.PRICE_CHANGED: "El precio acaba de cambiar: todavía no reservé nada.",
    Phrase.BEING_CHECKED: "Mandé tu reserva y el hotel todavía no me confirmó si quedó "
    "hecha: lo estoy verificando. No hace falta que la repitas, te escribo apenas "
    "lo sepa.",
    Phrase.STILL_BEING_CHECKED: "Todavía estoy verificando tu reserva. No hace falta "
    "que la repitas, te escribo apenas lo sepa.",
    Phrase.SURELY_NOT_BOOKED: "Ya lo verifiqué: la reserva no llegó a hacerse.",
    Phrase.WILL_NOTIFY: "Dale, te escribo apenas vuelva.",
    Phrase.ALREADY_NOTED: "Ya lo tengo anotado: te escribo apenas vuelva.",
    Phrase.WILL_NOT_NOTIFY: "Listo, no te aviso. Si necesitás algo más, escribime.",
    Phrase.PMS_WORKS: "El sistema del hotel funciona: puedo decirte ya qué "
    "habitaciones hay. De otras cosas no puedo avisarte.",
    Phrase.PMS_IS_BACK: "¡El sistema del hotel ya volvió!",
    Phrase.HANDED_OFF: "Te paso con recepción: una persona te va a escribir.",
    Phrase.GROUP_HANDED_OFF: "Tantas personas no entran en una habitación, así que te "
    "paso con recepción: una persona te va a escribir.",
    Phrase.ONLY_TEXT: "Perdón, por acá solo entiendo texto. ¿Me lo escribís?",
    Phrase.TAPPED_LATE: "Ese botón es de un mensaje anterior, así que no hice nada.",
    Phrase.HOLDING_ASK_AGAIN: "La consulta está tardando. "
    "Escribime «disponibilidad» en un momento y te digo qué hay.",
}

LABELS = Labels(
    stay="Del {checkin} al {checkout} ({nights}), {party}:",
    none_free="Del {checkin} al {checkout} ({nights}) no quedan habitaciones para "
    "{party}.",
    price_note="Es el precio total de la estadía, con impuestos.",
    may_be_more="Puede haber más habitaciones que ahora no veo.",
    kinds="Tenemos: {kinds}.",
    too_long="{nights} es más de lo que puedo reservar: "
    "una estadía es de hasta {most}.",
    summary="Te resumo la reserva:",
    total="Total: {price}, con impuestos",
    booked="¡Listo, está reservado! 🎉 Tu número de reserva es {reference}.",
    booked_again="Esa reserva ya está hecha: es la número {reference}.",
    nights=("1 noche", "{n} noches"),
    adults=("1 adulto", "{n} adultos"),
    children=("1 niño", "{n} niños"),
    and_="y",
    stale="Info puede estar desactualizada",
    ages=("de hace menos de un minuto", "de hace 1 minuto", "de hace {n} minutos"),
    room_types={
        "single": "single",
        "double": "doble",
        "twin": "dos camas",
        "triple": "triple",
        "quadruple": "cuádruple",
        "family": "familiar",
        "suite": "suite",
    },
    yes="Sí",
    no="No",
    person="Recepción",
)
