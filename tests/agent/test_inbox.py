from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from agent.errors import ClaimError
from agent.kept import inbox
from agent.kept.inbox import DAY_S, LEASE_S, PAIR_S, WINDOW_S, Kept, Letter
from agent.messages import Choice, Guest, Reply

GUEST = Guest(address="5491100000177", is_phone=True, name="Lucía")
NOW = 1_000_000.0


def letter(id_: str, at: float = NOW, text: str = "hola") -> Letter:
    """Write a text."""
    return Letter(id=id_, kind="text", at=at, text=text)


def received(*letters: Letter, kept: Kept | None = None, now: float = NOW) -> Kept:
    """Take letters in."""
    return inbox.receive(kept, GUEST, letters, now=now, due=now)[0]


def claimed(kept: Kept | None, token: str = "t", now: float = NOW) -> Kept:  # noqa: S107
    """Claim a guest who is due."""
    after, is_ours = inbox.claim(kept, token, now=now)
    assert is_ours
    assert after is not None
    return after


def test_delivered_twice() -> None:
    """A message is taken in once in a day, in one delivery or in two."""
    kept, new = inbox.receive(None, GUEST, [letter("a")] * 2, now=NOW, due=NOW)
    assert (len(kept.inbox), set(new)) == (1, {"a"})
    later = NOW + DAY_S - 1
    again, new = inbox.receive(kept, GUEST, [letter("a")], now=later, due=later)
    assert (again, new) == (kept, frozenset())
    _, new = inbox.receive(kept, GUEST, [letter("a")], now=NOW + DAY_S, due=NOW)
    assert new == {"a"}


def test_order() -> None:
    """What was written first is read first, whichever was delivered first."""
    kept = received(letter("b", NOW - 1), kept=received(letter("a", NOW)))
    assert [taken.id for taken in claimed(kept).turn] == ["b", "a"]


def test_a_turn_is_closed() -> None:
    """What comes while a turn is under way, or after a crash, is the next turn's."""
    kept = received(letter("b"), kept=claimed(received(letter("a"))))
    again = claimed(kept, "u", NOW + LEASE_S)
    assert [taken.id for taken in again.turn] == ["a"]
    assert [taken.id for taken in again.inbox] == ["b"]


def test_one_claim() -> None:
    """A guest is one worker's until the claim ends; then the first can do no more."""
    kept = claimed(received(letter("a")), "first")
    assert inbox.claim(kept, "second", now=NOW + LEASE_S - 0.1) == (kept, False)
    kept = inbox.renew(kept, "first", now=NOW + 4)
    assert inbox.claim(kept, "second", now=NOW + LEASE_S)[1] is False
    kept = claimed(kept, "second", NOW + 4 + LEASE_S)
    with pytest.raises(ClaimError):
        inbox.answer(kept, "first", state="{}", reply=Reply(text="hola"))


def test_forgotten_amid_a_turn() -> None:
    """Who was forgotten amid a turn is nobody's."""
    with pytest.raises(ClaimError):
        inbox.sent(None, "t", now=NOW)


def test_pace() -> None:
    """After a reply the next one is due 6 s later at the earliest."""
    kept = inbox.answer(
        claimed(received(letter("a"))), "t", state="{}", reply=Reply(text="hola")
    )
    kept = inbox.sent(kept, "t", now=NOW)
    assert kept.due is None
    assert received(letter("b"), kept=kept, now=NOW + 1).due == NOW + PAIR_S
    assert received(letter("b"), kept=kept, now=NOW + 7).due == NOW + 7


def test_what_came_meanwhile() -> None:
    """What came amid a turn is due when the turn ends, not when its claim would."""
    kept = received(letter("b"), kept=claimed(received(letter("a"))), now=NOW + 1)
    kept = inbox.answer(kept, "t", state="{}", reply=Reply(text="hola"))
    assert (inbox.leave(kept, "t").due or 0) <= NOW
    assert inbox.sent(kept, "t", now=NOW + 1).due == NOW + 1 + PAIR_S


def test_reply_that_did_not_arrive() -> None:
    """It was not shown, nor had who wrote meanwhile read it; an older one is over."""
    shown = Reply(
        text="¿La confirmo?", choices=(Choice(text="sí", title="Sí", answers_to="q"),)
    )
    kept = inbox.answer(claimed(received(letter("a"))), "t", state="{}", reply=shown)
    kept = inbox.sent(kept, "t", now=NOW, sent_id="wamid.1")
    kept = received(letter("b"), kept=kept)
    assert kept.inbox[0].read == "q"
    assert inbox.undelivered(kept, "wamid.0") == (kept, None)
    lost, _ = inbox.undelivered(kept, "wamid.1")
    assert lost is not None
    assert (lost.shown, lost.inbox[0].read) == ("", "")


def test_nothing_to_say() -> None:
    """A turn without a word ends at once."""
    kept = claimed(received(letter("a")))
    kept = inbox.answer(kept, "t", state="{}", reply=Reply(text="", waits_for="pms"))
    assert (kept.due, kept.claim, kept.reply) == (None, None, None)
    assert kept.waits == "pms"


def test_the_window() -> None:
    """A guest can be written to for a day after the last message, ours of clocks."""
    assert received(letter("a")).is_in_window(NOW + WINDOW_S - 1)
    assert not received(letter("a")).is_in_window(NOW + WINDOW_S)
    assert received(letter("a", NOW + 500)).wrote_at == NOW
    late = letter("b", NOW - DAY_S)
    assert received(late).wrote_at == NOW - DAY_S
    assert received(late, kept=received(letter("a"))).wrote_at == NOW


def test_the_pms_is_back_once() -> None:
    """Who waits for the PMS is told once; a day later nobody is."""
    kept = Kept(guest=GUEST, wrote_at=NOW, waits="pms")
    woken, is_woken = inbox.wake(kept, "pms", now=NOW + 60)
    assert is_woken
    assert woken is not None
    assert [word.kind for word in woken.inbox] == ["pms_is_back"]
    assert woken.due == NOW + 60
    assert inbox.wake(woken, "pms", now=NOW + 61) == (woken, False)
    late, is_woken = inbox.wake(kept, "pms", now=NOW + DAY_S)
    assert not is_woken
    assert late is not None
    assert late.waits is None


def test_a_booking_is_asked_about_again() -> None:
    """A booking is looked for until the conversation waits no more."""
    kept = Kept(guest=GUEST, wrote_at=NOW, waits="booking")
    woken, is_woken = inbox.wake(kept, "booking", now=NOW + 15)
    assert is_woken
    assert inbox.wake(woken, "booking", now=NOW + 30) == (woken, False)
    kept = inbox.answer(
        claimed(woken, now=NOW + 30),
        "t",
        state="{}",
        reply=Reply(text="", waits_for="booking"),
    )
    assert inbox.wake(kept, "booking", now=NOW + 45)[1]


def test_the_name_of_a_booking() -> None:
    """While a booking is looked for the guest's name stays as it was sent."""
    other = Guest(address=GUEST.address, is_phone=True, name="Lu ✨")
    kept = received(letter("a"))
    assert inbox.receive(kept, other, [letter("b")], now=NOW, due=NOW)[0].guest == other
    kept = Kept(guest=GUEST, wrote_at=NOW, waits="booking")
    assert inbox.receive(kept, other, [letter("b")], now=NOW, due=NOW)[0].guest == GUEST


def test_the_user_id_stays() -> None:
    """A guest's user id is kept once it was told, amid a booking too."""
    told = replace(GUEST, user_id="AR.7")
    kept = Kept(guest=GUEST, wrote_at=NOW, waits="booking")
    for guest in (told, GUEST):
        kept, _ = inbox.receive(kept, guest, [letter(str(guest))], now=NOW, due=NOW)
        assert kept.guest == told


def test_left_replies() -> None:
    """Replies that are not sent are kept until they are fetched, in their order."""
    kept = received(letter("a"))
    for text in ("one", "two"):
        kept = claimed(received(letter(text), kept=kept))
        kept = inbox.answer(kept, "t", state="{}", reply=Reply(text=text))
        kept = inbox.leave(kept, "t")
    after, replies = inbox.collect(kept)
    assert [reply.text for reply in replies] == ["one", "two"]
    assert inbox.collect(after) == (after, ())


@dataclass(slots=True)
class _Worker:
    """What one worker believes, until it is killed."""

    token: str
    turn: tuple[str, ...] = ()
    reply: Reply | None = None
    is_unmarked: bool = False


@dataclass(slots=True)
class _World:
    now: float = NOW
    sent: list[str] = field(default_factory=list)
    killed_unmarked: int = 0


class Killing(RuleBasedStateMachine):
    """One guest, workers that are killed between any two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.world = _World()
        self.kept: Kept | None = None
        self.worker: _Worker | None = None
        self.written: list[str] = []

    @rule(count=st.integers(1, 3), repeat=st.booleans())
    def write(self, count: int, *, repeat: bool) -> None:
        """Deliver messages, perhaps with one that was delivered before."""
        new = [f"m{len(self.written) + n}" for n in range(count)]
        ids = [*self.written[-1:], *new] if repeat else new
        self.written += new
        now = self.world.now
        letters = [letter(id_, now) for id_ in ids]
        self.kept, taken = inbox.receive(self.kept, GUEST, letters, now=now, due=now)
        assert taken == set(new)

    @precondition(lambda self: self.worker is None)
    @rule()
    def claim(self) -> None:
        """Let a worker look for work."""
        token = f"w{self.world.now}"
        self.kept, is_ours = inbox.claim(self.kept, token, now=self.world.now)
        if is_ours and self.kept is not None:
            turn = tuple(word.id for word in self.kept.turn)
            self.worker = _Worker(token, turn, self.kept.reply)

    @precondition(lambda self: self.worker and self.worker.reply is None)
    @rule()
    def answer(self) -> None:
        """Record the reply to the turn: here, the ids of its messages."""
        assert self.worker is not None
        self.worker.reply = Reply(text=" ".join(self.worker.turn))
        self.kept = inbox.answer(
            self.kept, self.worker.token, state="{}", reply=self.worker.reply
        )

    @precondition(
        lambda self: self.worker and self.worker.reply and not self.worker.is_unmarked
    )
    @rule()
    def send(self) -> None:
        """Let WhatsApp take the reply."""
        assert self.worker is not None
        assert self.worker.reply is not None
        self.worker.is_unmarked = True
        self.world.sent.append(self.worker.reply.text)

    @precondition(lambda self: self.worker and self.worker.is_unmarked)
    @rule()
    def mark(self) -> None:
        """Record that it was sent."""
        assert self.worker is not None
        self.kept = inbox.sent(self.kept, self.worker.token, now=self.world.now)
        self.worker = None

    @precondition(lambda self: self.worker is not None)
    @rule()
    def kill(self) -> None:
        """End the worker, whatever it was doing."""
        assert self.worker is not None
        self.world.killed_unmarked += self.worker.is_unmarked
        self.worker = None

    @rule(seconds=st.sampled_from((0.5, PAIR_S, LEASE_S + 1)))
    def wait(self, seconds: float) -> None:
        """Let time pass; a claim of a living worker is renewed."""
        self.world.now += seconds
        if self.worker is not None:
            self.kept = inbox.renew(self.kept, self.worker.token, now=self.world.now)

    @invariant()
    def answered_twice_only_if_killed_before_the_mark(self) -> None:
        """Send a reply again only for a kill between sending and marking."""
        repeats = len(self.world.sent) - len(set(self.world.sent))
        assert repeats <= self.world.killed_unmarked

    @invariant()
    def in_order_and_none_left_out(self) -> None:
        """Answer all messages in their order, without a gap."""
        once = " ".join(dict.fromkeys(self.world.sent)).split()
        assert once == self.written[: len(once)]

    @invariant()
    def nobody_is_left(self) -> None:
        """While a message or a reply is open, somebody is to look at it."""
        if self.kept and (self.kept.inbox or self.kept.turn or self.kept.reply):
            assert self.kept.due is not None


TestKilling = Killing.TestCase
TestKilling.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
