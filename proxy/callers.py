"""Pure. Who may call: one token for each hotel tool (CONTRACT §10)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Callers:
    """Knows tools by their tokens; without tokens everybody is let in, nameless."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = {name: token.encode() for name, token in tokens.items()}

    def name_of(self, token: str) -> str | None:
        """Return the caller's name, empty where none are kept; None for a stranger."""
        if not self._tokens:
            return ""
        given = token.encode("utf-8", "surrogateescape")
        # Every token is compared, so that time tells nothing.
        known = [
            name
            for name, expected in self._tokens.items()
            if hmac.compare_digest(expected, given)
        ]
        return known[0] if known else None
