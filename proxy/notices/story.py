"""
Pure. When the team is told what, and how several proxies' stories become one.

The rules. A beginning and an end are told in turns, each at once, but neither within
5 min (ours) of the last of its kind: a breaker that flaps is told as one pair in 5 min,
and what then holds is told when they are over. So an incident lasts from a beginning to
the next end that are told, and the runbook's 30 min and 2 h count from its first
opening: no failed probe begins them anew, no restart and no other proxy. A breaker that
an operator holds is told, but not escalated.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from proxy.fleet.agreement import TICK_S
from proxy.front.status import CRITICAL_AFTER_S, L2_AFTER_S
from proxy.notices.codec import write
from proxy.notices.values import Kind, Notice, Seen, Story, Team
from proxy.notices.words import ending, escalation, opening

APART_S = 300.0
# A notice that nobody has taken by then says nothing that still helps.
LIFE_S = 600.0
LEVELS = {Kind.OVER_30_MIN: L2_AFTER_S, Kind.OVER_2_H: CRITICAL_AFTER_S}
# The others are told of an end where they were told that there is something to end.
CALLED_BY = {Team.L2: Kind.OVER_30_MIN, Team.CRITICAL: Kind.OVER_2_H}


def agrees(story: Story, seen: Seen) -> bool:
    """Say whether the breaker is in the state that the team knows of."""
    return seen.is_closed == (story.began_at is None)


def tell(story: Story, seen: Seen, now: float, *, pms: str) -> Story:
    """Return the story after all that is due at `now` (epoch s); `pms` is its host."""
    after = story
    if seen.is_closed:
        if story.began_at is not None and _is_apart(story.ended_at, now):
            after = _ended(story, seen, now, began_at=story.began_at, pms=pms)
    elif story.began_at is not None:
        after = _escalated(story, seen, now, began_at=story.began_at, pms=pms)
    elif _is_apart(story.opened_at, now):
        begun = _begun(story, seen, now, pms=pms)
        after = _escalated(begun, seen, now, began_at=seen.since, pms=pms)
    return _stamped(story, after, now)


def forget_old(story: Story, now: float) -> Story:
    """Return the story without the notices that are too old to send, or of no time."""
    kept = tuple(one for one in story.notices if abs(now - one.at) < LIFE_S)
    return _stamped(story, replace(story, notices=kept), now)


def settled(story: Story, notice: Notice, team: Team, now: float) -> Story:
    """Return the story after a team has had a notice, or cannot have it."""
    notices = tuple(
        replace(one, left=one.left - {team}) if one.name == notice.name else one
        for one in story.notices
    )
    return _stamped(story, replace(story, notices=notices), now)


def agree(mine: Story, theirs: Story) -> Story:
    """
    Return the story that both should have; whose turn it is makes no difference.

    The later one holds, with the notices of both, and none is sent again that has been
    by either's word.
    """
    later = max(mine, theirs, key=lambda story: (story.stamp, write(story)))
    notices: dict[str, Notice] = {}
    for one in chain(mine.notices, theirs.notices):
        known = notices.setdefault(one.name, one)
        notices[one.name] = replace(known, left=known.left & one.left)
    ordered = sorted(notices.values(), key=lambda one: (one.at, one.name))
    return replace(later, notices=tuple(ordered))


def _begun(story: Story, seen: Seen, now: float, *, pms: str) -> Story:
    begun = replace(story, began_at=seen.since, opened_at=now, levels=())
    again = not _is_apart(story.ended_at, seen.since)
    return _with(begun, Kind.OPENED, opening(seen, pms=pms, again=again), now)


def _escalated(
    story: Story, seen: Seen, now: float, *, began_at: float, pms: str
) -> Story:
    for kind, after_s in LEVELS.items():
        is_due = now - began_at >= after_s and seen.forced is None
        if is_due and kind not in story.levels:
            raised = replace(story, levels=(*story.levels, kind))
            said = escalation(kind, seen, pms=pms, began_at=began_at)
            story = _with(raised, kind, said, now)
    return story


def _ended(story: Story, seen: Seen, now: float, *, began_at: float, pms: str) -> Story:
    proved = seen.recovered and seen.forced is None
    kind = Kind.RECOVERED if proved else Kind.CLOSED_BY_HAND
    said = ending(kind, seen, pms=pms, began_at=began_at, now=now)
    return replace(_with(story, kind, said, now), began_at=None, ended_at=now)


def _with(story: Story, kind: Kind, said: str, now: float) -> Story:
    notice = Notice(kind=kind, at=now, text=said, left=_audience(kind, story))
    return replace(story, notices=(*story.notices, notice))


def _audience(kind: Kind, story: Story) -> frozenset[Team]:
    match kind:
        case Kind.OPENED:
            return frozenset({Team.TEAM})
        case Kind.OVER_30_MIN:
            return frozenset({Team.TEAM, Team.L2})
        case Kind.OVER_2_H:
            return frozenset(Team)
        case Kind.RECOVERED | Kind.CLOSED_BY_HAND:
            called = {team for team, by in CALLED_BY.items() if by in story.levels}
            return frozenset({Team.TEAM, *called})


def _is_apart(last: float | None, now: float) -> bool:
    # A clock that was set back must not silence the team for longer.
    return last is None or not 0 <= now - last < APART_S


def _stamped(before: Story, after: Story, now: float) -> Story:
    if after == before:
        return before
    return replace(after, stamp=max(now, before.stamp + TICK_S))
