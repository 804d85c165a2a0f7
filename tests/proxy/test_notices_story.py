"""Facts of what the team is told and when, on a story alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.messages import Cause
from proxy.notices import codec
from proxy.notices.story import (
    APART_S,
    LIFE_S,
    agree,
    agrees,
    forget_old,
    settled,
    tell,
)
from proxy.notices.values import Kind, Notice, Seen, Story, Team

# 2026-11-25T03:00:00Z.
T0 = 1_795_575_600.0
PMS = "hotel.example"
WELL = Seen(is_closed=True, since=T0)
MINUTE_S = 60.0


def _open(since: float = T0) -> Seen:
    return Seen(is_closed=False, since=since, cause=Cause.TIMEOUT)


def _told(story: Story, seen: Seen, now: float) -> tuple[Story, list[Notice]]:
    """Tell, and return what is new too."""
    after = tell(story, seen, now, pms=PMS)
    return after, list(after.notices[len(story.notices) :])


def test_an_outage_is_told_from_its_opening_to_its_end() -> None:
    """Once each, to whom the runbook names, in the runbook's words."""
    story, seen = Story(), _open()
    story, opened = _told(story, seen, T0)
    story, nothing = _told(story, seen, T0 + 30 * MINUTE_S - 1)
    assert nothing == []
    story, l2 = _told(story, seen, T0 + 30 * MINUTE_S)
    story, critical = _told(story, seen, T0 + 120 * MINUTE_S)
    story, ended = _told(story, WELL, T0 + 125 * MINUTE_S)
    story, nothing = _told(story, WELL, T0 + 126 * MINUTE_S)
    assert nothing == []

    audiences = [
        (one.kind, sorted(one.left)) for one in (*opened, *l2, *critical, *ended)
    ]
    assert audiences == [
        (Kind.OPENED, ["team"]),
        (Kind.OVER_30_MIN, ["l2", "team"]),
        (Kind.OVER_2_H, ["critical", "l2", "team"]),
        (Kind.RECOVERED, ["critical", "l2", "team"]),
    ]
    assert opened[0].text == (
        "Circuit breaker opened at 2026-11-25T03:00:00Z\n"
        "Tiempo agotado: el PMS no respondió a tiempo. PHP o su base de datos están "
        "trabados.\n"
        "Llamar a: el equipo del PMS.\n"
        "Los huéspedes ven copias, con «Info puede estar desactualizada», mientras las "
        "haya; no se toman reservas nuevas.\n"
        "PMS: hotel.example. Detalles: /status del proxy, o `python -m proxy doctor`."
    )
    assert "equipo L2 del PMS" in l2[0].text
    assert "C-level" in critical[0].text
    assert ended[0].text.startswith(
        "PMS recovered, all systems nominal\nDuró 2 h 5 min, desde 2026-11-25T03:00:00Z"
    )


def test_a_short_outage_ends_for_the_team_alone() -> None:
    """Who was not called is not told that it is over."""
    story, _ = _told(Story(), _open(), T0)
    _, ended = _told(story, WELL, T0 + 4)

    assert [(one.kind, one.left) for one in ended] == [
        (Kind.RECOVERED, frozenset({Team.TEAM}))
    ]


def test_an_outage_that_is_heard_of_late_is_told_whole() -> None:
    """All that is due by then, in its order."""
    _, told = _told(Story(), _open(), T0 + 121 * MINUTE_S)

    assert [one.kind for one in told] == [Kind.OPENED, Kind.OVER_30_MIN, Kind.OVER_2_H]


def test_a_breaker_that_flaps_is_one_pair_in_five_minutes() -> None:
    """What holds when they are over is told then, and that it is again."""
    story, _ = _told(Story(), _open(), T0)
    story, ended = _told(story, WELL, T0 + 40)
    assert len(ended) == 1
    again = _open(T0 + 60)
    story, nothing = _told(story, again, T0 + 60)
    assert nothing == []
    assert not agrees(story, again)

    story, told = _told(story, again, T0 + APART_S)
    assert "Otra vez" in told[0].text
    # The escalation counts from the opening, not from its telling.
    assert story.began_at == T0 + 60

    story, nothing = _told(story, WELL, T0 + APART_S + 1)
    assert nothing == []
    _, told = _told(story, WELL, T0 + 40 + APART_S)
    assert [one.kind for one in told] == [Kind.RECOVERED]


def test_an_incident_goes_on_where_no_end_was_told() -> None:
    """A closing that nobody heard of does not begin the 30 minutes anew."""
    story, _ = _told(Story(), _open(), T0)
    story, _ = _told(story, WELL, T0 + 40)
    story, _ = _told(story, _open(T0 + 60), T0 + APART_S)
    # It closes and opens again before an end may be told.
    story, nothing = _told(story, WELL, T0 + APART_S + 10)
    assert nothing == []
    reopened = _open(T0 + APART_S + 30)
    _, told = _told(story, reopened, T0 + 60 + 30 * MINUTE_S)

    assert [one.kind for one in told] == [Kind.OVER_30_MIN]
    assert "2026-11-25T03:01:00Z" in told[0].text


def test_an_operators_hand_is_told_as_such() -> None:
    """With the reason, which can call no channel; it is not escalated."""
    held = replace(_open(), cause=None, forced="upgrade <!channel> & more")
    story, told = _told(Story(), held, T0)
    assert told[0].text.splitlines()[:3] == [
        "Circuit breaker opened at 2026-11-25T03:00:00Z",
        "Lo abrió un operador: no se consulta al PMS hasta que lo restablezca.",
        "Motivo: upgrade &lt;!channel&gt; &amp; more",
    ]
    story, told = _told(story, held, T0 + 300 * MINUTE_S)
    assert told == []

    _, told = _told(story, replace(WELL, recovered=False), T0 + 301 * MINUTE_S)
    assert told[0].kind is Kind.CLOSED_BY_HAND
    assert "nominal" not in told[0].text


def test_closed_by_hand_is_no_recovery() -> None:
    """Held closed while the PMS is down: the reason is told, no recovery is."""
    story, _ = _told(Story(), _open(), T0)
    _, told = _told(story, replace(WELL, forced="we must book"), T0 + MINUTE_S)

    assert told[0].kind is Kind.CLOSED_BY_HAND
    assert "Motivo: we must book" in told[0].text


def test_a_clock_that_was_set_back_silences_nobody() -> None:
    """An opening at an earlier time of day than the last one's is told."""
    story = Story(opened_at=T0 + 3600, ended_at=T0 + 3700)
    _, told = _told(story, _open(), T0)

    assert [one.kind for one in told] == [Kind.OPENED]


def test_an_outage_lasts_no_less_than_nothing() -> None:
    """Where the clock was set back in it, no negative time is told."""
    story, _ = _told(Story(), _open(), T0)
    _, told = _told(story, WELL, T0 - 3600)

    assert "Duró 0 s," in told[0].text


def test_a_notice_is_kept_for_ten_minutes() -> None:
    """After them it is forgotten, told or not."""
    story, (notice,) = _told(Story(), _open(), T0)
    assert forget_old(story, T0 + LIFE_S - 1) is story
    assert forget_old(story, T0 + LIFE_S).notices == ()
    # Made by a clock that was a day ahead: it would be kept for so long.
    assert forget_old(story, T0 - 86400).notices == ()
    assert settled(story, notice, Team.TEAM, T0).first_for(Team.TEAM) is None


@given(
    steps=st.lists(
        st.tuples(st.floats(0.5, 200), st.booleans()), min_size=1, max_size=60
    )
)
def test_whatever_happens_the_team_is_told_with_measure(
    steps: list[tuple[float, bool]],
) -> None:
    """In turns, neither kind twice in 5 min, and what lasts so long is always told."""
    story, now, since = Story(), T0, T0
    is_closed = True
    told: list[Notice] = []
    for wait_s, closes in steps:
        now += wait_s
        if closes != is_closed:
            is_closed, since = closes, now
        seen = Seen(is_closed=is_closed, since=since)
        story, new = _told(story, seen, now)
        told += new
        if now - since >= APART_S:
            assert agrees(story, seen)

    turns = [one for one in told if one.kind in {Kind.OPENED, Kind.RECOVERED}]
    kinds = [one.kind for one in turns]
    assert kinds == [Kind.OPENED, Kind.RECOVERED] * (len(kinds) // 2) + [
        Kind.OPENED
    ] * (len(kinds) % 2)
    for one, next_of_its_kind in zip(turns, turns[2:], strict=False):
        assert next_of_its_kind.at - one.at >= APART_S


_KINDS = st.sampled_from(Kind)
_INSTANTS = st.integers(0, 50).map(float)
_NOTICES = st.builds(
    Notice,
    kind=_KINDS,
    at=_INSTANTS,
    text=st.just("said"),
    left=st.frozensets(st.sampled_from(Team)),
)
_STORIES = st.builds(
    Story,
    stamp=_INSTANTS,
    began_at=st.none() | _INSTANTS,
    opened_at=st.none() | _INSTANTS,
    ended_at=st.none() | _INSTANTS,
    levels=st.lists(_KINDS, unique=True, max_size=2).map(tuple),
    notices=st.lists(_NOTICES, unique_by=lambda one: one.name, max_size=4).map(
        lambda made: tuple(sorted(made, key=lambda one: (one.at, one.name)))
    ),
)


@given(mine=_STORIES, theirs=_STORIES)
def test_two_stories_become_one(mine: Story, theirs: Story) -> None:
    """Whoever speaks first, and agreeing again changes nothing; none is sent again."""
    one = agree(mine, theirs)

    assert one == agree(theirs, mine)
    assert agree(one, mine) == one
    assert agree(one, theirs) == one
    for team in Team:
        had = {
            notice.name
            for story in (mine, theirs)
            for notice in story.notices
            if team not in notice.left
        }
        assert not {n.name for n in one.notices if team in n.left} & had


@given(story=_STORIES)
def test_a_story_survives_redis(story: Story) -> None:
    """What was written is read."""
    assert codec.read(codec.write(story)) == story


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        codec.write(Story(stamp=1.0)).replace(b"1.0", b"NaN"),
        codec.write(Story(stamp=1.0)).replace(b"1.0", b"1e300"),
        codec.write(Story(levels=(Kind.OPENED,))).replace(b"opened", b"odd", 1),
        codec.write(tell(Story(), _open(), T0, pms=PMS)).replace(b'"team"', b'"all"'),
        codec.write(
            Story(
                notices=(Notice(kind=Kind.OPENED, at=1, text="x", left=frozenset()),)
                * 51
            )
        ),
        codec.write(
            Story(
                notices=(
                    Notice(kind=Kind.OPENED, at=1, text="x" * 4001, left=frozenset()),
                )
            )
        ),
    ],
)
def test_what_is_odd_is_no_story(value: bytes) -> None:
    """A foreign value in Redis is as good as none."""
    assert codec.read(value) is None
