"""Pure. Who may call: one or more tokens for each hotel tool (CONTRACT §10)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Callers:
    """
    Knows tools by their tokens; without tokens everybody is let in, nameless.

    While a token is rotated, the old one and the new one name the same tool.
    """

    def __init__(self, tokens: Mapping[str, Collection[str]]) -> None:
        self.know(tokens)

    def know(self, tokens: Mapping[str, Collection[str]]) -> None:
        """Take these tokens from now on, and no others."""
        # Digests have one length: how long a token is, is not told either.
        self._tokens = [
            (_digest(token.encode()), name)
            for name, tokens_of_it in tokens.items()
            for token in tokens_of_it
        ]

    def name_of(self, token: str) -> str | None:
        """Return the caller's name, empty where none are kept; None for a stranger."""
        if not self._tokens:
            return ""
        given = _digest(token.encode("utf-8", "surrogateescape"))
        found: str | None = None
        # Every token is compared, so that time tells nothing.
        for expected, name in self._tokens:
            if hmac.compare_digest(expected, given):
                found = name
        return found


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
