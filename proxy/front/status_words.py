"""Pure. The status page's language, and how it says spans and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from proxy.front.status_words_en import EN
from proxy.front.status_words_es import ES

if TYPE_CHECKING:
    from collections.abc import Mapping

# The first is for readers who name none of them.
LANGUAGES: Mapping[str, Mapping[str, str]] = {"es": ES, "en": EN}

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86400
# Whoever sends more languages than this sends no browser's field.
MAX_LANGUAGES = 20


def language_of(query: str, accepted: str) -> str:
    """Return `lang` of the query, else what Accept-Language prefers, else Spanish."""
    asked = parse_qs(query).get("lang", [""])[0]
    if asked in LANGUAGES:
        return asked
    ranked = [_ranked(item) for item in accepted.split(",")[:MAX_LANGUAGES]]
    # The sort keeps the order of those that weigh the same (RFC 9110 §12.5.4).
    for weight, language in sorted(ranked, key=lambda item: -item[0]):
        if weight > 0 and language in LANGUAGES:
            return language
    return next(iter(LANGUAGES))


def _ranked(item: str) -> tuple[float, str]:
    tag, _, parameter = item.partition(";")
    language = tag.strip().partition("-")[0].lower()
    name, _, weight = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0, language
    try:
        return float(weight), language
    except ValueError:
        return 0.0, language


def span(seconds: float) -> str:
    """Say a span in its two greatest units, the same in every language: 2 h 5 min."""
    whole = int(seconds)
    for unit_s, unit, part_s, part in (
        (DAY_S, "d", HOUR_S, "h"),
        (HOUR_S, "h", MINUTE_S, "min"),
        (MINUTE_S, "min", 1, "s"),
    ):
        if whole >= unit_s:
            rest = whole % unit_s // part_s
            return f"{whole // unit_s} {unit}" + (f" {rest} {part}" if rest else "")
    return f"{whole} s"


def size(held_bytes: int, language: str) -> str:
    """Say a size in MB, with the language's decimal sign."""
    shown = f"{held_bytes / 1_000_000:.1f} MB"
    return shown.replace(".", ",") if language == "es" else shown
