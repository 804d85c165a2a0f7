"""
Pure. Makes the letters of a text plain, so that one spelling is left of many.

Case and accents go (`agent.words`), only Latin letters, digits and the marks that mean
something stay, emojis that say yes or no become words, and a letter drawn out
("holaaaa") is written once.
"""

from __future__ import annotations

import re

from agent.words import fold

# Guests write 60 characters, seldom 300. The rest of a novel is not read, so that
# no text takes long.
READ_AT_MOST = 500

YES_MARK = "yesmark"
NO_MARK = "nomark"

_MARKS = {
    **dict.fromkeys("👍👌✅✔☑🆗🤝🙌💯", f" {YES_MARK} "),
    **dict.fromkeys("👎❌🚫🙅✖", f" {NO_MARK} "),
    # Arrows, dashes, and what phones write for an apostrophe.
    **dict.fromkeys("→➡⇒⟶➔➜➤⏩▶>\u2013\u2014\u2212\u2010\u2011", "-"),
    **dict.fromkeys("\u2019\u2018\u00b4`", "'"),
    **dict.fromkeys("\u00bd\u2044", " "),
}
_MARKS_TABLE = str.maketrans(_MARKS)
# Without its apostrophe it would be a Wednesday.
_WE_WOULD = re.compile(r"\bwe'd\b")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_MEANINGLESS = re.compile(r"[^a-z0-9/.,:;?!+&$()%\-#]+")


def clean(text: str) -> str:
    """Return what can be read of a guest's text."""
    # WhatsApp's own marks for bold, italic and struck text mean nothing.
    folded = fold(text[:READ_AT_MOST].translate(_MARKS_TABLE))
    folded = _WE_WOULD.sub("we would", folded[:READ_AT_MOST]).replace("'", "")
    return _DRAWN_OUT.sub(r"\1", _MEANINGLESS.sub(" ", folded)).strip()
