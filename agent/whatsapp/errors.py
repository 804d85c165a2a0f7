"""
Pure. What to do about each error of WhatsApp's Cloud API.

Source: the Cloud API's table of error codes. Three ways: `retry`, the same may pass
soon; `drop`, it never will; `alert`, somebody must see to the account, so it is tried
slowly and told loudly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from agent.kept.inbox import PAIR_S

if TYPE_CHECKING:
    from agent.errors import SendError

Action: TypeAlias = Literal["retry", "drop", "alert"]

TRIES_LIMIT = 12
SLOWEST_S = 300
ALERT_S = 60
PAIR_RATE = 131056

ACTIONS: dict[int, Action] = {
    0: "alert",  # the token cannot be used
    1: "retry",  # an unknown error of theirs
    2: "retry",  # down for a moment
    3: "alert",  # the app may not use this API
    4: "retry",  # the app's calls are limited
    10: "alert",  # permission withdrawn
    33: "alert",  # the number was deleted
    100: "drop",  # a parameter is wrong
    190: "alert",  # the token has expired
    368: "alert",  # the account is blocked for breaking the rules
    80007: "retry",  # the account's calls are limited
    130429: "retry",  # the number's messages are limited
    130472: "drop",  # the guest is part of an experiment
    130497: "drop",  # the guest's country is closed to this business
    131000: "retry",  # something went wrong
    131005: "alert",  # access denied
    131008: "drop",  # a parameter is missing
    131009: "drop",  # a parameter is not valid
    131016: "retry",  # down for a moment
    131021: "drop",  # to the own number
    131026: "drop",  # cannot be delivered
    131031: "alert",  # the account is locked
    131042: "alert",  # not paid
    131045: "alert",  # the number is not registered rightly
    131047: "drop",  # more than 24 hours since the guest's last message
    131048: "alert",  # too many guests call it spam
    131049: "drop",  # WhatsApp chose not to deliver it
    131051: "drop",  # no such type of message
    131056: "retry",  # too many messages to this guest
    131057: "retry",  # the account is being maintained
    133010: "alert",  # the number is not registered
    135000: "drop",  # the message is not right, they do not say why
}
# Of these, and of a 429 or 5xx, the next guest's reply would meet the same.
_OF_ALL: frozenset[int] = frozenset(
    {0, 2, 3, 4, 10, 33, 190, 368, 80007, 130429, 131005, 131016, 131031, 131042}
    | {131045, 131048, 131057, 133010}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What becomes of a reply that was not taken.

    `after_s`: try again then, None: give it up. `is_for_all`: nobody else is sent
    anything before.
    """

    action: Action
    after_s: float | None
    is_for_all: bool = False


def judge(error: SendError, tries: int) -> Verdict:
    """Say what to do; `tries` counts this one."""
    action = _action(error)
    if action == "drop" or tries >= TRIES_LIMIT:
        return Verdict(action, None)
    after_s = float(min(2**tries, SLOWEST_S))
    if action == "alert":
        after_s = max(after_s, ALERT_S)
    if error.code == PAIR_RATE:
        after_s = max(after_s, PAIR_S)
    if error.retry_after_s is not None:
        after_s = max(after_s, min(error.retry_after_s, SLOWEST_S))
    return Verdict(action, after_s, is_for_all=_is_for_all(error))


def _action(error: SendError) -> Action:
    if error.code in ACTIONS:
        return ACTIONS[error.code]
    if error.code is not None and 200 <= error.code <= 299:  # noqa: PLR2004
        return "alert"  # a permission is missing
    match error.status:
        case None | 408 | 429:
            return "retry"
        case 401 | 403:
            return "alert"
        case status if status >= 500:  # noqa: PLR2004
            return "retry"
        case _:
            return "drop"


def _is_for_all(error: SendError) -> bool:
    if error.code in ACTIONS:
        return error.code in _OF_ALL
    return error.status is not None and error.status in (401, 403, 429)
