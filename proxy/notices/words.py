"""
Pure. The notices' words: Spanish, for the hotel's team, with the runbook's phrases.

What comes from outside (an operator's reason, the PMS's name) is escaped as Slack
wants it, so that no reason can call a whole channel.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from proxy.front.status_words import span
from proxy.front.status_words_es import ES
from proxy.notices.values import Kind
from proxy.phrases import OPENED, RECOVERED

if TYPE_CHECKING:
    from proxy.notices.values import Seen

AGAIN = "Otra vez: el circuit breaker se había cerrado hace menos de 5 minutos."
GUESTS = (
    "Los huéspedes ven copias, con «Info puede estar desactualizada», mientras las "
    "haya; no se toman reservas nuevas."
)
BY_HAND = "Lo abrió un operador: no se consulta al PMS hasta que lo restablezca."
REASON = "Motivo: {why}"
CALL = "Llamar a: {who}."
LEVELS = {
    Kind.OVER_30_MIN: "Escalamiento, más de 30 minutos: equipo L2 del PMS.",
    Kind.OVER_2_H: "Crítico, más de 2 horas: dirección (C-level); L2 del PMS sigue "
    "trabajando.",
}
LASTED = "Duró {span}, desde {at}. Se consulta al PMS y se toman reservas."
CLOSED_BY_HAND = "El circuit breaker se cerró a mano, después de {span}."
UNPROVED = "Ninguna prueba mostró que el PMS se haya recuperado."
DETAILS = "PMS: {pms}. Detalles: /status del proxy, o `python -m proxy doctor`."


def opening(seen: Seen, *, pms: str, again: bool) -> str:
    """Say that the breaker is not closed; `pms` is the PMS's host."""
    at = OPENED.format(at=zulu(seen.since))
    return _text(pms, [at, *([AGAIN] if again else []), *_why(seen), GUESTS])


def escalation(kind: Kind, seen: Seen, *, pms: str, began_at: float) -> str:
    """Say that it has not been for so long, since `began_at` (epoch s)."""
    at = OPENED.format(at=zulu(began_at))
    return _text(pms, [LEVELS[kind], at, *_why(seen)])


def ending(kind: Kind, seen: Seen, *, pms: str, began_at: float, now: float) -> str:
    """Say that it is closed again: that the PMS is well only where that was seen."""
    # The machine's clock may have been set back meanwhile.
    lasted = span(max(0.0, now - began_at))
    if kind is Kind.RECOVERED:
        return _text(pms, [RECOVERED, LASTED.format(span=lasted, at=zulu(began_at))])
    closed = CLOSED_BY_HAND.format(span=lasted)
    return _text(pms, [closed, *_reason(seen), UNPROVED])


def zulu(epoch_s: float) -> str:
    """Write an instant as the runbook does: 2025-10-25T14:32:10Z."""
    return datetime.fromtimestamp(epoch_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(pms: str, lines: list[str]) -> str:
    return "\n".join([*lines, DETAILS.format(pms=_escaped(pms))])


def _why(seen: Seen) -> list[str]:
    if seen.forced is not None:
        return [BY_HAND, *_reason(seen)]
    cause = "none" if seen.cause is None else seen.cause.value
    return [ES[f"cause_{cause}"], CALL.format(who=ES[f"who_{cause}"])]


def _reason(seen: Seen) -> list[str]:
    return [] if seen.forced is None else [REASON.format(why=_escaped(seen.forced))]


def _escaped(given: str) -> str:
    return given.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
