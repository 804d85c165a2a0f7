"""Pure. The page's languages, and which of them a browser wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Lang: TypeAlias = Literal["es", "en"]
LANGS: tuple[Lang, ...] = ("es", "en")

# The faults in the order of the page, by the cause that the proxy sees in most of them.
GROUPS: dict[str, tuple[str, ...]] = {
    "timeout": ("hang", "slow", "late"),
    "network": ("refuse", "reset", "truncated"),
    "down": (
        *("error_page", "crash", "bad_gateway", "gateway_timeout"),
        *("fatal_error", "missing_table", "debug_mode", "maintenance"),
    ),
    "credentials": ("expired_key", "webservice_off"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    All that the page says in one language.

    `faults`: title and description of each; `groups` and `causes` by the cause's name;
    `states`: title and what it means for guests.
    """

    lang: Lang
    page: Mapping[str, str]
    groups: Mapping[str, str]
    faults: Mapping[str, tuple[str, str]]
    states: Mapping[str, tuple[str, str]]
    causes: Mapping[str, str]
    operations: Mapping[str, str]
    ticks: Mapping[str, str]


def wanted(asked: str | None, accept_language: str) -> Lang:
    """Choose by what was asked for by name, else by the browser's languages."""
    for lang in LANGS:
        if asked == lang:
            return lang
    best: Lang = "es"
    best_weight = 0.0
    for part in accept_language[:200].split(","):
        found = re.fullmatch(
            r"\s*([a-z]{2})\b[\w-]*(?:\s*;\s*q=([01](?:\.\d{1,3})?))?\s*", part.lower()
        )
        for lang in LANGS:
            if found and found[1] == lang and float(found[2] or 1) > best_weight:
                best, best_weight = lang, float(found[2] or 1)
    return best
