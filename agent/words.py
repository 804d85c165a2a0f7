"""Pure. Words and letters that more than one part of the understanding reads."""

from __future__ import annotations

import unicodedata

# WhatsApp ends a text at 4096 characters; nobody names a stay later than that.
READ_AT_MOST = 4096

NUMBERS = {
    **dict.fromkeys(("un", "una", "uno", "one", "um", "uma"), 1),
    **dict.fromkeys(("dos", "two", "dois", "duas"), 2),
    **dict.fromkeys(("tres", "three"), 3),
    **dict.fromkeys(("cuatro", "four", "quatro"), 4),
    **dict.fromkeys(("cinco", "five"), 5),
    **dict.fromkeys(("seis", "six"), 6),
    **dict.fromkeys(("siete", "seven", "sete"), 7),
    **dict.fromkeys(("ocho", "eight", "oito"), 8),
    **dict.fromkeys(("nueve", "nine", "nove"), 9),
    **dict.fromkeys(("diez", "ten", "dez"), 10),
}

# A regular expression for a small number, in digits or words, standing alone.
NUMBER = rf"(?<![\w/.:-])(?:\d{{1,2}}|{'|'.join(NUMBERS)})(?![\w/:])"


def fold(text: str) -> str:
    """Return `text` in small letters, without accents, with single spaces."""
    plain = unicodedata.normalize("NFKD", text[:READ_AT_MOST].casefold())
    letters = (c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(letters).replace("\u2019", "'").split())


def number(word: str) -> int:
    """Read what `NUMBER` matched."""
    return NUMBERS[word] if word in NUMBERS else int(word)
