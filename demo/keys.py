"""
Pure. Webservice keys: what they allow, and how the shop says no.

Called by `webservice`. The message spellings are QloApps' own.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo.answers import HTML, Answer, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

READ_ONLY_KEY = "R" * 32
DISABLED_KEY = "D" * 32
POWERLESS_KEY = "P" * 32
UNLINKED_KEY = "U" * 32
KEY_LENGTH = 32

_REALM = "please enter the authentication key as the login. No password required."
NOT_ACTIVE = (20, "Authentification key is not active")
NO_PERMISSION = (21, "No permission for this authentication key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """
    What a key may do; `allows` maps a resource to its methods, None is everything.

    A key that is not linked belongs to another shop.
    """

    allows: Mapping[str, frozenset[str]] | None = None
    is_active: bool = True
    is_linked: bool = True

    def may_use(self, resource: str) -> bool:
        """Say whether the resource is among the key's permissions at all."""
        return self.allows is None or resource in self.allows

    def may(self, method: str, resource: str) -> bool:
        """Say whether the key may do this."""
        return self.allows is None or method in self.allows.get(resource, frozenset())


def usual_keys(main: str) -> dict[str, Key]:
    """Give one key of each kind; `main` may do everything."""
    return {
        main: Key(),
        READ_ONLY_KEY: Key(allows={"hotels": frozenset({"GET"})}),
        DISABLED_KEY: Key(is_active=False),
        POWERLESS_KEY: Key(allows={}),
        UNLINKED_KEY: Key(is_linked=False),
    }


def sent_key(authorization: str, parameter: str | None) -> str | None:
    """Find the key of a request: Basic's user, else `ws_key`; None if there is none."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            decoded = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return parameter
        return decoded.decode("utf-8", "replace").partition(":")[0]
    return parameter


def keyless() -> Answer:
    """Answer a request without any key: the one healthy answer in plain text."""
    return Answer(
        status=401,
        body=b"401 Unauthorized",
        content_type=HTML,
        headers=(_challenge("PrestaShop"),),
        speaker="php",
    )


def check(sent: str, keys: Mapping[str, Key]) -> Key | Refusal:
    """Look the key up, or refuse it."""
    if not sent:
        return _unauthorised((17, "Authentication key is empty"))
    if len(sent) != KEY_LENGTH:
        return _unauthorised((18, "Invalid authentication key format"))
    key = keys.get(sent)
    if key is None or not key.is_active:
        return expired()
    if key.allows is not None and not key.allows:
        return _unauthorised(NO_PERMISSION)
    if not key.is_linked:
        return Refusal(403, ((132, "No permission for this key on this shop"),))
    return key


def expired() -> Refusal:
    """Refuse a key that is unknown, disabled or deleted: the shop does not tell."""
    return _unauthorised(NOT_ACTIVE, NO_PERMISSION)


def _unauthorised(*errors: tuple[int, str]) -> Refusal:
    return Refusal(401, errors, headers=(_challenge("QloApps"),))


def _challenge(name: str) -> tuple[str, str]:
    return "WWW-Authenticate", f'Basic realm="Welcome to {name} Webservice, {_REALM}"'
