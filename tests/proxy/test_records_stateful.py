"""A key's record against a naive model, over random histories (CONTRACT §9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from fakes.writes import BOOKED, REFUSED, UNDER_WAY_S, a_record
from proxy.writes.idempotency import Next, decide
from proxy.writes.records import Record, Standing

SETTLE_S = 120.0
TIMEOUT_S = 15.0
SPANS_S = st.sampled_from([0.0, 0.5, 1, 15, 31, 60, 119, 120, 300, 3600, 43200])


@dataclass
class Model:
    """What really happened, as nobody but the test knows it."""

    sendings: list[float] = field(default_factory=list)
    missed_at: float | None = None
    was_answered: bool = False
    versions: list[int] = field(default_factory=list)


class History(RuleBasedStateMachine):
    """One key: callers come, the PMS answers or not, looks are made."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.count = 0
        self.record: Record | None = None
        self.before: Record | None = None
        self.is_out = False
        self.deadline_at = 0.0
        self.model = Model()

    def _put(self, record: Record) -> None:
        assert self.record is None or record.version > self.record.version
        self.record = record

    def _known(self) -> Record:
        assert self.record is not None
        return self.record

    @property
    def may_end(self) -> bool:
        """Whether the PMS may still answer."""
        return self.is_out and self.now < self.deadline_at

    @property
    def may_look(self) -> bool:
        """Whether a look may bring news."""
        return self.record is not None and self.record.is_watched(self.now)

    @rule(seconds=SPANS_S)
    def time_passes(self, seconds: float) -> None:
        """Let time pass; a call that is out longer was cut off with its proxy."""
        self.now += seconds
        if self.is_out and self.now >= self.deadline_at:
            self.is_out = False
        if self.record is not None and self.record.is_over(self.now):
            self.record, self.model = None, Model()

    @precondition(lambda self: not self.is_out)
    @rule()
    def a_caller_comes(self) -> None:
        """Send it if that is what it comes to, after a look where one is asked for."""
        what = decide(self.record, "digest", self.now)
        if what is Next.LOOK_THEN_SEND:
            self._put(self._known().missed(self.now, settle_s=SETTLE_S))
            self.model.missed_at = self.now
            what = Next.SEND
        if what is not Next.SEND:
            return
        self.count += 1
        again = a_record(
            f"a{self.count}",
            began_at=self.now,
            ends_at=self.now + UNDER_WAY_S,
            deadline_at=self.now + UNDER_WAY_S,
        )
        self.before = self.record
        self._put(again if self.record is None else self.record.resent(again))
        self.is_out, self.deadline_at = True, self.now + TIMEOUT_S
        sendings, missed_at = self.model.sendings, self.model.missed_at
        if sendings:
            assert missed_at is not None
            assert missed_at >= sendings[-1] + TIMEOUT_S + SETTLE_S
        assert not self.model.was_answered
        sendings.append(self.now)
        self.model.missed_at = None

    @precondition(lambda self: self.may_end)
    @rule(how=st.sampled_from(["booked", "refused", "lost", "lost", "not sent"]))
    def the_call_ends(self, how: str) -> None:
        """Keep what came of it."""
        self.is_out = False
        known = self._known()
        if how == "lost":
            self._put(known.unknown(self.now, deadline_at=self.deadline_at))
        elif how == "not sent":
            self._put(known.unsent(self.before, self.now))
            self.model.sendings.pop()
        else:
            self._put(known.answered(REFUSED if how == "refused" else BOOKED))
            self.model.was_answered = True

    @precondition(lambda self: self.may_look)
    @rule(found=st.sampled_from([0, 0, 0, 1, 2, None]))
    def a_look_is_made(self, found: int | None) -> None:
        """Find so many bookings; None: an answer that settles nothing."""
        known = self._known()
        is_answered = known.standing is Standing.ANSWERED
        if found == 2 and not known.is_late:
            self._put(known.doubled(self.now))
        elif found == 1 and not is_answered:
            self._put(known.found(BOOKED, self.now))
            self.model.was_answered = True
        elif found == 0 and not is_answered:
            self._put(known.missed(self.now, settle_s=SETTLE_S))
            self.model.missed_at = self.now
        else:
            self._put(known.looked(self.now))

    @invariant()
    def an_answer_stays(self) -> None:
        """Never let it be unknown again."""
        if self.model.was_answered:
            assert self._known().standing is Standing.ANSWERED
            assert decide(self.record, "digest", self.now) is Next.REPLAY

    @invariant()
    def nothing_is_under_way_for_ever(self) -> None:
        """Tell nobody 409 once the call must be over."""
        if self.record is not None and self.record.standing is Standing.UNDER_WAY:
            began_at = self.record.began_at
            is_out = self.record.standing_at(self.now) is Standing.UNDER_WAY
            assert is_out == (self.now < began_at + UNDER_WAY_S)

    @invariant()
    def what_was_doubled_is_not_sent(self) -> None:
        """Find two, send no third."""
        if self.record is not None and self.record.is_late:
            what = decide(self.record, "digest", self.now)
            assert what in {Next.REPLAY, Next.TELL_UNKNOWN}


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
