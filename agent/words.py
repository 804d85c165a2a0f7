"""Pure. Letters as names and texts are compared by."""

from __future__ import annotations

import re
import unicodedata

# WhatsApp ends a text at 4096 characters.
READ_AT_MOST = 4096


def fold(text: str) -> str:
    """Return `text` in small letters, without accents, with single spaces."""
    plain = unicodedata.normalize("NFKD", text[:READ_AT_MOST].casefold())
    letters = (c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(letters).replace("\u2019", "'").split())


def words_of(text: str) -> str:
    """Return the words of `text`, folded, with single spaces and nothing between."""
    return " ".join(re.findall(r"\w+", fold(text)))
