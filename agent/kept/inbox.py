"""
Pure. What is kept of one guest, and every rule of it.

A message waits in `inbox`; those that are answered together move to `turn`, which no
later message joins; the reply is recorded together with the conversation's next state,
and leaves when WhatsApp has taken it. So whoever is killed leaves a record from which
another one goes on. One worker has a guest at a time: it holds the claim, a token that
ends with `due` unless it is renewed.

Times are seconds of the wall clock, since several processes share a record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from agent.errors import ClaimError
from agent.messages import Guest, Reply, Waits  # noqa: TC001  (the codec reads them)

if TYPE_CHECKING:
    from collections.abc import Sequence

# `other` is a photo, an audio and the like; the last two are the agent's own.
Kind: TypeAlias = Literal["text", "other", "pms_is_back", "check_booking"]
_WAKES: dict[Waits, Kind] = {"pms": "pms_is_back", "booking": "check_booking"}

DAY_S = 24 * 3600
# WhatsApp lets a business write to a guest for a day after the guest's last message.
# A minute less, lest the last one be late.
WINDOW_S = DAY_S - 60
# WhatsApp takes one message each 6 s for a guest.
PAIR_S = 6
# Renewed each third of it; a killed worker's guests are another's after it.
LEASE_S = 6
TURN_LIMIT = 20
SEEN_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    A message as it came, or a word of the agent to itself.

    `id` is WhatsApp's, the same on every delivery. `at`: when it was written.
    `answers_to`: of a tap, the question beneath which it was (`dialogue.taps`); `read`:
    of a text, the question that the guest had last been shown when it came.
    """

    id: str
    kind: Kind
    at: float
    text: str = ""
    answers_to: str = ""
    read: str = ""

    @property
    def is_guests(self) -> bool:
        """Whether the guest wrote it."""
        return self.kind in ("text", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """
    All that is kept of a guest.

    `state` is the conversation, encoded. `left`: replies to be fetched, not sent.
    `shown`: the question of the last reply that reached the guest and had one.
    `sent_at`: the last reply that was sent, `sent_id` its id at WhatsApp; `wrote_at`:
    the guest's last message.
    `waits`: what the guest is to be written to about, unasked. `tries`: how often the
    reply was refused. `due`: when a worker is to look at it, None where there is
    nothing to do.
    """

    guest: Guest
    wrote_at: float
    state: str | None = None
    inbox: tuple[Letter, ...] = ()
    turn: tuple[Letter, ...] = ()
    reply: Reply | None = None
    left: tuple[Reply, ...] = ()
    shown: str = ""
    sent_id: str = ""
    tries: int = 0
    sent_at: float | None = None
    waits: Waits | None = None
    seen: tuple[tuple[str, float], ...] = ()
    claim: str | None = None
    due: float | None = None

    def is_in_window(self, now: float) -> bool:
        """Say whether WhatsApp lets the guest be written to."""
        return now - self.wrote_at < WINDOW_S


def receive(
    kept: Kept | None,
    guest: Guest,
    letters: Sequence[Letter],
    *,
    now: float,
    due: float,
) -> tuple[Kept, frozenset[str]]:
    """Take in what was not taken in before; say which ids that were."""
    kept = kept or Kept(guest=guest, wrote_at=0)
    known = {id_ for id_, at in kept.seen if now - at < DAY_S}
    new: dict[str, Letter] = {}
    for letter in letters:
        if letter.id not in known:
            new.setdefault(letter.id, replace(letter, read=kept.shown))
    if not new:
        return kept, frozenset()
    seen = [*kept.seen, *((id_, now) for id_ in new)][-SEEN_LIMIT:]
    kept = replace(
        kept,
        guest=_who(kept, guest),
        # Our clock bounds theirs: a time to come would keep the window open too long.
        # What was delivered late does not close it.
        wrote_at=max(kept.wrote_at, min(now, max(one.at for one in new.values()))),
        inbox=(*kept.inbox, *new.values()),
        seen=tuple(pair for pair in seen if now - pair[1] < DAY_S),
        due=kept.due if kept.due is not None else _paced(kept, due),
    )
    return kept, frozenset(new)


def _who(kept: Kept, guest: Guest) -> Guest:
    """Take the newest name, but not amid a booking; an id that was told once stays."""
    is_named = guest.name is not None and kept.waits != "booking"
    return replace(
        guest,
        name=guest.name if is_named else kept.guest.name,
        user_id=guest.user_id or kept.guest.user_id,
    )


def claim(
    kept: Kept | None, token: str, *, now: float, lease_s: float = LEASE_S
) -> tuple[Kept | None, bool]:
    """Take the guest for a worker, if there is work and nobody else has it."""
    if kept is None or kept.due is None or kept.due > now:
        return kept, False
    turn, inbox = kept.turn, kept.inbox
    if not turn and kept.reply is None:
        # WhatsApp does not promise an order; what was written first is read first.
        inbox = tuple(sorted(inbox, key=lambda letter: letter.at))
        turn, inbox = inbox[:TURN_LIMIT], inbox[TURN_LIMIT:]
        if not turn:
            return replace(kept, claim=None, due=None), False
    return replace(kept, turn=turn, inbox=inbox, claim=token, due=now + lease_s), True


def renew(
    kept: Kept | None, token: str, *, now: float, lease_s: float = LEASE_S
) -> Kept:
    """Hold a claim for longer."""
    return replace(_mine(kept, token), due=now + lease_s)


def save(kept: Kept | None, token: str, *, state: str) -> Kept:
    """Keep a state amid the turn: what is about to be done must not be forgotten."""
    return replace(_mine(kept, token), state=state)


def answer(kept: Kept | None, token: str, *, state: str | None, reply: Reply) -> Kept:
    """End the turn: its state and its reply are one record."""
    kept = replace(
        _mine(kept, token), turn=(), state=state, tries=0, waits=reply.waits_for
    )
    return replace(kept, reply=reply) if reply.text else _released(kept)


def sent(kept: Kept | None, token: str, *, now: float, sent_id: str = "") -> Kept:
    """Mark the reply as taken by WhatsApp, and let the guest go."""
    kept = _mine(kept, token)
    kept = replace(kept, shown=_shown(kept, kept.reply), sent_id=sent_id, sent_at=now)
    return _released(replace(kept, reply=None, tries=0))


def undelivered(kept: Kept | None, sent_id: str) -> tuple[Kept | None, None]:
    """Take back that the last reply was shown: WhatsApp took it, and lost it."""
    if kept is not None and sent_id and kept.sent_id == sent_id:
        unread = tuple(replace(letter, read="") for letter in kept.inbox)
        kept = replace(kept, shown="", inbox=unread)
    return kept, None


def drop(kept: Kept | None, token: str) -> Kept:
    """Give the reply up, and let the guest go."""
    return _released(replace(_mine(kept, token), reply=None, tries=0))


def leave(kept: Kept | None, token: str) -> Kept:
    """Let the guest go, with the reply there for whoever collects it."""
    kept = _mine(kept, token)
    left = (*kept.left, kept.reply) if kept.reply is not None else kept.left
    return _released(replace(kept, reply=None, left=left))


def collect(kept: Kept | None) -> tuple[Kept | None, tuple[Reply, ...]]:
    """Take the replies that were left."""
    if kept is None:
        return None, ()
    return replace(kept, left=(), shown=_shown(kept, *kept.left)), kept.left


def put_off(
    kept: Kept | None, token: str, *, due: float, tries: int | None = None
) -> Kept:
    """Let the guest go, to be looked at later."""
    kept = _mine(kept, token)
    tries = kept.tries if tries is None else tries
    return replace(kept, claim=None, due=due, tries=tries)


def wake(kept: Kept | None, wait: Waits, *, now: float) -> tuple[Kept | None, bool]:
    """
    Give a guest's conversation the word that it waits for.

    The PMS's return is told once. A booking is asked about again and again, until the
    conversation waits no more.
    """
    if kept is None or kept.waits != wait:
        return kept, False
    if not kept.is_in_window(now):
        return replace(kept, waits=None), False
    kind = _WAKES[wait]
    if any(letter.kind == kind for letter in (*kept.turn, *kept.inbox)):
        return kept, False
    letter = Letter(id=f"{kind}:{now}", kind=kind, at=now)
    due = kept.due if kept.due is not None else _paced(kept, now)
    waits = None if wait == "pms" else kept.waits
    return replace(kept, inbox=(*kept.inbox, letter), due=due, waits=waits), True


def _mine(kept: Kept | None, token: str) -> Kept:
    if kept is None or kept.claim != token:
        raise ClaimError("Another worker has this guest now, or it was forgotten.")
    return kept


def _released(kept: Kept) -> Kept:
    # What came meanwhile has waited long enough.
    due = _paced(kept, 0) if kept.inbox else None
    return replace(kept, claim=None, due=due)


def _shown(kept: Kept, *replies: Reply | None) -> str:
    questions = (c.answers_to for reply in replies if reply for c in reply.choices)
    return next((one for one in reversed([*questions]) if one), kept.shown)


def _paced(kept: Kept, due: float) -> float:
    """Keep the distance that WhatsApp asks for between two replies."""
    return due if kept.sent_at is None else max(due, kept.sent_at + PAIR_S)
