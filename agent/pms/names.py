"""
Pure. What the PMS takes as a guest's name and e-mail address, made of a profile.

A digit, a sign or an emoji in a name crashes QloApps, and an address that is none ends
it with "Fatal error" (`isName`, `isEmail` in its `classes/Validate.php`): what is not
surely a letter goes.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

# The length of both columns.
LONGEST_NAME = 32
# For who has no name, and the last name of who has one word.
NO_FIRST_NAME, LAST_NAME = "Guest", "WhatsApp"

# Beyond this MariaDB's utf8 keeps nothing.
_LAST_LETTER = "\uffff"
# Letters that nobody sees, and signs that only choose how an emoji looks.
_INVISIBLE = frozenset("\u115f\u1160") | frozenset(map(chr, range(0xFE00, 0xFE10)))
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019`\xb4", "'"))
# A profile's name is shorter; what follows is nobody's name.
_LONGEST_PROFILE = 200


def name_of(profile: str) -> tuple[str, str]:
    """Make a first and a last name, neither of them empty."""
    words = _words(profile[:_LONGEST_PROFILE])
    if not words:
        return NO_FIRST_NAME, LAST_NAME
    first, *rest = words
    return _cut(first), _cut(" ".join(rest)) or LAST_NAME


def email_of(address: str, domain: str, secret: bytes) -> str:
    """
    Make the address by which the PMS knows a guest again, always the same one.

    Keyed, since phone numbers are few enough to try them all. Each guest has one, lest
    the PMS writes the name of one over that of another.
    """
    digest = hmac.new(secret, f"guest:{address}".encode(), hashlib.sha256).hexdigest()
    return f"guest-{digest[:32]}@{domain}"


def _words(text: str) -> list[str]:
    # A name in mathematical letters is a name. An accent by itself, which people take
    # for an apostrophe, would come apart into a space and a mark.
    plain = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))
    words = "".join(map(_kept, plain)).split()
    words = [word.lstrip(".'-").rstrip("'-") for word in words]
    return [word for word in words if any(map(str.isalpha, word))]


def _kept(letter: str) -> str:
    """Keep a letter, drop a digit, and make a space of a sign or an emoji."""
    if letter in "'-.":
        return letter
    kind = unicodedata.category(letter)
    if kind[0] in "LM" and letter <= _LAST_LETTER:
        return "" if letter in _INVISIBLE else letter
    return "" if kind[0] == "N" or kind == "Cf" else " "


def _cut(name: str) -> str:
    return name[:LONGEST_NAME].rstrip(" '-")
