"""Pure. Lo que dice el doctor, en español: what the doctor says, in Spanish."""

from __future__ import annotations

from proxy.doctor.values import Check, Judgement, Level, Remark
from proxy.doctor.words import Words

_CHECKS = {
    Check.SETTINGS: "ajustes",
    Check.DNS: "DNS",
    Check.TCP: "TCP",
    Check.TLS: "TLS",
    Check.HTTP: "HTTP",
    Check.HOST: "Host",
    Check.CREDENTIALS: "credenciales",
    Check.SEARCH: "búsqueda",
    Check.REDIS: "Redis",
    Check.CLOCK: "reloj",
    Check.BREAKER: "breaker",
}

_REMARKS = {
    Remark.NOT_TRIED: "No se probó: depende de {needs}.",
    Remark.OUT_OF_TIME: "No se probó: no quedó tiempo.",
    Remark.SETTINGS_READ: "Los ajustes se leen bien.",
    Remark.SETTINGS_ODD: "Los ajustes se leen bien. {sentence}",
    Remark.SETTINGS_WRONG: "Con estos ajustes no arranca un proxy: {sentence}",
    Remark.SETTINGS_ABSENT: "A esta terminal le faltan las variables del proxy "
    "(PROXY_…): {sentence}",
    Remark.DNS_LITERAL: "{host} es una dirección: no hay nombre que resolver.",
    Remark.DNS_FOUND: "{host} es {addresses}.",
    Remark.DNS_UNKNOWN: "{host} no se puede resolver: {why}.",
    Remark.DNS_SILENT: "En 3 s nadie dice qué dirección tiene {host}.",
    Remark.TCP_OPEN: "{at} acepta conexiones.",
    Remark.TCP_REFUSED: "{at} rechaza conexiones: ahí no escucha nadie.",
    Remark.TCP_SILENT: "{at} no responde en 3 s: un firewall, o está apagado.",
    Remark.TCP_UNREACHABLE: "No se llega a {at}: {why}.",
    Remark.TLS_NOT_USED: "No se usa: PROXY_UPSTREAM_URL es http.",
    Remark.TLS_GOOD: "El certificado es de {host} y vale hasta el {until}.",
    Remark.TLS_SOON_OVER: "El certificado de {host} vence pronto ({until}): renovarlo.",
    Remark.TLS_EXPIRED: "El certificado de {host} venció el {day}.",
    Remark.TLS_NOT_YET: "El certificado de {host} recién vale desde el {day}.",
    Remark.TLS_UNTRUSTED: "El certificado de {host} no es de confianza: {why}.",
    Remark.TLS_WRONG_NAME: "El certificado no es de {host}.",
    Remark.TLS_BROKEN: "No se logra TLS: {why}.",
    Remark.TLS_SILENT: "{host} no responde al saludo TLS en 3 s.",
    Remark.HTTP_ANSWERED: "Responde, con estado {status}.",
    Remark.HTTP_DOWN: "Responde con estado {status}, pero como un PMS roto.",
    Remark.HTTP_BROKEN: "La conexión se corta antes de la respuesta completa.",
    Remark.HTTP_GARBAGE: "Lo que responde no es una respuesta del PMS.",
    Remark.HTTP_SILENT: "Sin respuesta completa en {seconds} s.",
    Remark.HOST_RIGHT: "QloApps toma el Host por suyo.",
    Remark.HOST_REDIRECTS: "Redirige ({status}, a {to}): PROXY_UPSTREAM_HOST o "
    "PROXY_UPSTREAM_URL no es la dirección de la tienda.",
    Remark.CREDENTIALS_GOOD: "El PMS acepta la clave del proxy.",
    Remark.CREDENTIALS_REFUSED: "El PMS rechaza la clave del proxy: estado {status}, "
    "códigos {codes}.",
    Remark.CREDENTIALS_NONE: "No se usa: cada cliente manda su propia clave.",
    Remark.SEARCH_GOOD: "Se responde una búsqueda de una noche en el hotel {hotel}.",
    Remark.SEARCH_LIST_GOOD: "Se responde la lista de hoteles; en cuál buscar no se "
    "sabe (PROXY_HOTELS).",
    Remark.SEARCH_KEYLESS: "No se probó: sin PROXY_UPSTREAM_KEY no se puede buscar.",
    Remark.SEARCH_REFUSED: "La clave no puede buscar: estado {status}, "
    "códigos {codes}.",
    Remark.SEARCH_DOWN: "La búsqueda no se responde bien: estado {status}, códigos "
    "{codes}.",
    Remark.SEARCH_REDIRECTS: "La búsqueda se redirige (a {to}).",
    Remark.SEARCH_BROKEN: "La conexión se corta antes de responder la búsqueda.",
    Remark.SEARCH_SILENT: "La búsqueda no tiene respuesta completa en {seconds} s.",
    Remark.REDIS_NOT_USED: "No se usa: PROXY_REDIS_URL no está puesto.",
    Remark.REDIS_GOOD: "{at} responde en {ms} ms y guarda lo que tiene ({policy}).",
    Remark.REDIS_SLOW: "{at} tarda {ms} ms: un huésped espera 20 ms como mucho.",
    Remark.REDIS_EVICTS: "{at} puede tirar registros de reservas: maxmemory-policy es "
    "{policy} y no noeviction.",
    Remark.REDIS_FULL: "{at} está lleno y no acepta escrituras: subir maxmemory.",
    Remark.REDIS_PASSWORD: "{at} rechaza la contraseña.",
    Remark.REDIS_SILENT: "{at} no responde en 3 s.",
    Remark.REDIS_UNREACHABLE: "No se llega a {at}: {why}.",
    Remark.CLOCK_GOOD: "Los relojes coinciden.",
    Remark.CLOCK_PMS_OFF: "El reloj del PMS difiere de este en {seconds} s.",
    Remark.CLOCK_REDIS_OFF: "El reloj de Redis difiere de este en {seconds} s, y se "
    "admiten 2 s.",
    Remark.CLOCK_UNTOLD: "No se probó: nadie dijo la hora.",
    Remark.BREAKER_CLOSED: "Cerrado desde {since}.",
    Remark.BREAKER_OPEN: "Circuit breaker is open desde {since}, causa {cause}; "
    "próxima prueba en {seconds} s.",
    Remark.BREAKER_HALF_OPEN: "Half-open desde {since}, causa {cause}: hay una prueba "
    "en curso.",
    Remark.BREAKER_FORCED: "Un operador lo mantiene {state} desde {since}: {why}",
    Remark.PROXY_ABSENT: "No hay un proxy en {url}; --url indica otro lugar, "
    "--no-proxy lo deja afuera.",
    Remark.PROXY_LEFT_OUT: "No se miró: se pidió --no-proxy.",
    Remark.PROXY_SILENT: "El proxy en {url} no responde en 3 s.",
    Remark.PROXY_FOREIGN: "Lo que responde en {url} no es el proxy.",
}

_JUDGEMENTS = {
    Judgement.TIMEOUT: "Timeout: el PMS no responde a tiempo; PHP o su base de datos "
    "están trabados.",
    Judgement.NETWORK: "Red cortada: no se llega al PMS, o no de forma segura.",
    Judgement.DOWN: "PMS caído: responde con errores.",
    Judgement.CREDENTIALS: "Credenciales vencidas: el PMS rechaza la clave del proxy; "
    "el PMS en sí funciona.",
    Judgement.CONFIGURATION: "La configuración del proxy está mal; el PMS en sí puede "
    "estar bien.",
    Judgement.ENVIRONMENT: "Esta terminal no tiene los ajustes del proxy; del PMS y "
    "de Redis no se miró nada.",
    Judgement.FORCED: "Un operador mantiene el breaker; el PMS responde.",
    Judgement.PROXY: "El PMS responde, pero el proxy no: sin él los huéspedes no ven "
    "ni copias.",
    Judgement.REDIS: "El PMS responde; Redis no está como debe.",
    Judgement.CLOCK: "El PMS responde; los relojes de las máquinas difieren.",
    Judgement.WELL: "Todo bien.",
}

_DUTIES = {
    Judgement.TIMEOUT: "Mirar PHP-FPM y la base de datos en la máquina del PMS: "
    "consultas lentas, disco lleno, workers ocupados; reiniciar PHP si no vuelve.",
    Judgement.NETWORK: "Ver la primera línea que falla: arreglar el nombre, la ruta, "
    "el firewall o el certificado, o encender la máquina del PMS.",
    Judgement.DOWN: "Mirar el log de errores del PMS; reiniciar su base de datos y "
    "PHP, o deshacer su último cambio.",
    Judgement.CREDENTIALS: "En QloApps, Parámetros avanzados > Webservice, activar la "
    "clave o crear una nueva con sus permisos, y ponerla en PROXY_UPSTREAM_KEY o en su "
    "archivo.",
    Judgement.CONFIGURATION: "Corregir lo que nombra la línea que falla y arrancar el "
    "proxy de nuevo.",
    Judgement.ENVIRONMENT: "Cargar el archivo con el que arranca el proxy (set -a; . "
    "ARCHIVO; set +a) y repetir; con compose: docker compose exec proxy python -m "
    "proxy doctor; en Fly: fly ssh console (runbook, paso 0).",
    Judgement.FORCED: "Preguntar a quien dio la orden; después python -m proxy breaker "
    'reset --why "…".',
    Judgement.PROXY: "Mirar por qué paró, en su log, y arrancarlo de nuevo (runbook, "
    "paso 5.6).",
    Judgement.REDIS: "Arreglar Redis; mientras tanto se atiende sin él.",
    Judgement.CLOCK: "Activar la sincronización de hora (NTP) en la que difiere.",
    Judgement.WELL: "Nada.",
}

_PEOPLE = {
    Judgement.TIMEOUT: "Equipo del PMS",
    Judgement.NETWORK: "Quien maneja la red; después, el hosting",
    Judgement.DOWN: "Equipo del PMS",
    Judgement.CREDENTIALS: "Quien maneja las claves del webservice de QloApps",
    Judgement.CONFIGURATION: "Quien desplegó el proxy",
    Judgement.ENVIRONMENT: "Quien desplegó el proxy, si no se sabe dónde está el "
    "archivo",
    Judgement.FORCED: "El operador que dio la orden",
    Judgement.PROXY: "Quien desplegó el proxy",
    Judgement.REDIS: "Quien maneja Redis",
    Judgement.CLOCK: "Quien maneja las máquinas",
}

_LEVELS = {
    Level.FIRST: "{who}. Más de 30 min: equipo PMS L2; más de 2 h: crítico, C-level.",
    Level.L2: "{who}, y ya el equipo PMS L2: pasaron 30 min. Más de 2 h: crítico, "
    "C-level.",
    Level.CRITICAL: "{who}, el equipo PMS L2, y ya C-level: crítico, pasaron 2 h.",
}

WORDS = Words(
    checks=_CHECKS,
    remarks=_REMARKS,
    judgements=_JUDGEMENTS,
    duties=_DUTIES,
    people=_PEOPLE,
    levels=_LEVELS,
    cause="Causa",
    duty="Qué hacer",
    call="A quién llamar",
    nobody="A nadie.",
    passing="Desde acá el PMS responde: el breaker se cierra con su próxima prueba.",
    lasts="Sin cerrar desde hace {minutes} min.",
    failures="Últimas fallas",
)
