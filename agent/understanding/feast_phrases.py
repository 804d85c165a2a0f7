"""Pure. How guests call the feasts, and what the grammar calls them."""

from __future__ import annotations

FEASTS = (
    # Feasts.
    (
        (
            r"\bferia(?:do|dao)s? (?:largo|longo|prolongado)s?\b|\bferiadao\b"
            r"|\b(?:finde|fin de semana|fim de semana|fds|weekend) (?:super ?)?"
            r"(?:largo|larguito|longo|prolongado|xl)\b"
            r"|\b(?:long|bank holiday) weekend\b"
            r"|\b(?:el|un|ese|este|del|al|puente|super) ?puente\b|\bpuente (?=de\b)"
            r"|\bferiado (?=de diciembre)"
        ),
        "BRIDGE",
    ),
    (
        (
            r"\bnochebuena\b|\bnoche buena\b|\bchristmas eve\b|\bxmas eve\b"
            r"|\b(?:vispera|vespera)s? (?:de |do )?(?:la )?(?:navidad|natal)\b"
            r"|\bnoite de natal\b|\bceia de natal\b"
        ),
        "CHRISTMAS_EVE",
    ),
    (
        (
            r"\bnochevieja\b|\bnoche vieja\b|\b(?:fin|fim|final) de ano\b"
            r"|\bnew ?years? eve\b"
            r"|\bpassagem d[eo] ano\b|\breveillon\b|\bvirada(?: d[oe] ano)?\b"
            r"|\bend of (?:the )?year\b"
            r"|\b(?:vispera|vespera)s? (?:de |do )?ano (?:nuevo|novo)\b"
        ),
        "NEW_YEARS_EVE",
    ),
    (r"\bano (?:nuevo|novo)\b|\bnew ?years?(?: day)?\b(?!s? old)", "NEW_YEAR"),
    (
        (
            r"\b(?:dia de )?(?:la )?(?:navidad|natal)\b|\bchristmas(?: day| weekend)?\b"
            r"|\bnavidades\b"
        ),
        "CHRISTMAS",
    ),
    (r"\bcarnavale?s?\b|\bcarnivals?\b|\bmardi gras\b|\bshrove tuesday\b", "CARNIVAL"),
    (
        (
            r"\b(?:viernes santo|good friday|sexta ?(?:feira )?(?:santa|da paixao)"
            r"|sextafeira (?:santa|da paixao))\b"
        ),
        "GOOD_FRIDAY",
    ),
    (r"\b(?:jueves santo|holy thursday|quinta(?:feira)? santa)\b", "EASTER"),
    (
        (
            r"\b(?:semana santa|holy week|easter(?: weekend| week| break| holidays?)?"
            r"|pascuas?|pascoa|feriado da pascoa)\b"
        ),
        "EASTER",
    ),
)
