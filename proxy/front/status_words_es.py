"""Pure. The status page's words in Spanish."""

from __future__ import annotations

ES = {
    "name": "Español",
    "title": "Proxy del PMS",
    "before": "delante del PMS en",
    "languages": "Idioma",
    "lost": "Sin conexión: el proxy no responde. Esto es lo último que se supo.",
    # Lo que reciben los huéspedes; {age} es la edad máxima de las copias.
    "guests_served": "Los huéspedes reciben datos del PMS.",
    "guests_copies": "Los huéspedes ven copias de hace {age} como máximo; "
    "no se toman reservas.",
    "guests_not_served": "No se puede atender a los huéspedes: no hay copias "
    "recientes; no se toman reservas.",
    "guests_held": "El circuit breaker está forzado a cerrado: si el PMS falla, los "
    "huéspedes ven copias o errores.",
    # El circuit breaker.
    "breaker": "Circuit breaker",
    "state_closed": "cerrado",
    "state_open": "abierto",
    "state_half_open": "semiabierto (half-open)",
    "means_closed": "Se consulta al PMS.",
    "means_open": "No se consulta al PMS.",
    "means_half_open": "El proxy está haciendo su única prueba: si sale bien, el "
    "circuit breaker se cierra.",
    "observing": "Solo observa: no se rechaza a nadie; el circuit breaker estaría "
    "{state}.",
    "next_probe": "Próxima prueba",
    "in_s": "en {count} s",
    "now": "ahora",
    "held_no_probe": "ninguna hasta que un operador lo restablezca",
    "in_this_state_since": "En este estado desde",
    "counted": "Fallos contados ahora",
    "forced": "Forzado por un operador",
    "reason": "Motivo",
    "since": "desde",
    # Por qué, y a quién llamar.
    "why": "Por qué, y a quién llamar",
    "held_why": "Un operador lo mantiene forzado: por más que dure, no se llama a L2 "
    "ni a la dirección.",
    "nothing_wrong": "No hay incidente: no hay que llamar a nadie.",
    "cause_timeout": "Tiempo agotado: el PMS no respondió a tiempo. PHP o su base de "
    "datos están trabados.",
    "cause_network": "Red: no se llega al PMS. Falla su máquina, su nombre o la red "
    "entre medio.",
    "cause_down": "PMS caído: responde con errores. Se rompe, o su base de datos está "
    "caída.",
    "cause_credentials": "Credenciales: el PMS rechaza la clave del proxy (vencida, "
    "desactivada o sin permiso). El PMS en sí funciona.",
    "cause_configuration": "Configuración: el PMS redirige. El proxy tiene mal la "
    "dirección o el Host. El PMS en sí funciona.",
    "cause_none": "Lo abrió un operador, o la causa no se conoce.",
    "call": "Llamar a",
    "who_timeout": "el equipo del PMS",
    "who_network": "quien administra la red, después al hosting",
    "who_down": "el equipo del PMS",
    "who_credentials": "quien administra las claves del webservice de QloApps, no al "
    "equipo del PMS",
    "who_configuration": "quien instaló el proxy, no al equipo del PMS",
    "who_none": "el operador que dio el motivo",
    "lasts": "Dura",
    "outage_since": "Incidente desde",
    "step_now": "(ahora)",
    "step_l2": "después de 30 min: equipo L2 del PMS",
    "step_critical": "después de 2 h: crítico, dirección (C-level)",
    # Lo que falló.
    "failures": "Últimos cinco fallos",
    "no_failures": "Ninguno desde que arrancó el proxy.",
    "at": "Cuándo",
    "cause": "Causa",
    "operation": "Pedido",
    "short_timeout": "tiempo agotado",
    "short_network": "red",
    "short_down": "PMS caído",
    "short_credentials": "credenciales",
    "short_configuration": "configuración",
    "operation_availability": "disponibilidad",
    "operation_catalogue": "catálogo",
    "operation_private": "datos privados",
    "operation_write": "escritura",
    "operation_probe": "prueba",
    # Lo que se guarda.
    "serving": "Qué hay guardado para los huéspedes",
    "copies": "Copias",
    "copies_held": "{count} ({size})",
    "youngest": "Copia de disponibilidad más nueva",
    "old": "de hace {age}",
    "too_old": "de hace {age}: demasiado vieja para mostrarla",
    "none": "ninguna",
    "nights": "Calendario",
    "nights_held": "{usable} de {wanted} noches utilizables, {hotels} hoteles",
    "oldest_night": "Noche más vieja",
    "lengths": "Duraciones de estadía",
    "lengths_learned": "se conoce al menos una para cada llegada",
    "lengths_unlearned": "faltan por aprender en {unlearned} de {arrivals} llegadas "
    "(tipo y día): mientras tanto esos tipos faltan en las respuestas hechas de "
    "noches; si faltan todos, no hay respuesta para el huésped",
    "calendar_off": "apagado",
    # Escrituras.
    "writes": "Escrituras de resultado desconocido",
    "writes_unknown": "Desconocidas",
    "writes_presumed": "Supuestamente no aplicadas",
    "writes_late": "Aplicadas tarde",
    "late_help": "Una aplicada tarde puede ser una segunda reserva: mírela con el "
    "hotel.",
    "resource": "Qué",
    "hotel": "hotel {hotel}",
    "caller": "de {caller}",
    "standing_unknown": "desconocida",
    "standing_presumed_not_applied": "supuestamente no aplicada",
    # La máquina.
    "machine": "El propio proxy",
    "places": "Lugares en el PMS",
    "places_taken": "{taken} de {places} ocupados, {abandoned} por pedidos "
    "abandonados; {waiting} en espera",
    "redis": "Redis",
    "redis_none": "no se usa",
    "redis_up": "funciona",
    "redis_down": "no funciona: el proxy sigue en memoria",
    "version": "Versión",
    "as_of": "Datos de",
    "more": "Lo mismo para programas",
    # Órdenes.
    "orders": "Órdenes del operador",
    "orders_off": "Las órdenes están apagadas: falta PROXY_ADMIN_TOKEN.",
    "orders_plain": "Sin JavaScript, las órdenes se dan desde una terminal:",
    "token": "Token de administración (queda solo en esta página)",
    "why_order": "Motivo (obligatorio; todos lo ven aquí)",
    "order": "Orden",
    "order_open": "Forzar abierto",
    "order_close": "Forzar cerrado",
    "order_reset": "Restablecer",
    "order_clear": "Borrar las copias",
    "ask_open": "¿Forzar el circuit breaker a abierto? No se consulta al PMS ni se "
    "reserva nada hasta que alguien lo restablezca.",
    "ask_close": "¿Forzar el circuit breaker a cerrado? Se consulta al PMS, por más "
    "que falle, hasta que alguien lo restablezca.",
    "ask_reset": "¿Restablecer el circuit breaker? Deja de estar forzado y se consulta "
    "al PMS enseguida.",
    "ask_clear": "¿Borrar todas las copias y el calendario? Hasta que se vuelva a "
    "consultar al PMS no hay nada que mostrar.",
    "yes": "Sí, hacerlo",
    "no": "No",
    "done": "Hecho.",
    "no_token": "No se hizo: falta el token de administración.",
    "no_reason": "No se hizo: falta el motivo.",
    "wrong_token": "No se hizo: ese no es el token de administración.",
    "not_done": "No se hizo: el proxy rechazó la orden.",
    "unreached": "No se sabe si se hizo: el proxy no responde.",
}
