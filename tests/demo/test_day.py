"""The replay: its demand, its judge, its turned time, and a day in miniature."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import subprocess
import sys
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import pytest
from defusedxml.ElementTree import fromstring

from demo.__main__ import main
from demo.replay.chart import plot
from demo.replay.day import Plan, SetUp, play_day
from demo.replay.demand import dice_for, draw_stay, outages, questions
from demo.replay.follower import DidNotStart, following
from demo.replay.hotel import History, make_house, something_happens
from demo.replay.judge import Ari, Type, is_right, read
from demo.replay.report import table
from demo.replay.tally import Tally, Told
from demo.replay.turning import (
    EPOCH,
    LEFT_ALONE,
    Dial,
    LeadingSelector,
    TurnedClock,
    TurnedLoop,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path
    from xml.etree.ElementTree import Element

WITHOUT_CALENDAR = SetUp("no calendar", {"PROXY_CALENDAR_NIGHTS": "0"})
# Its only outage is from the 16th minute on.
SHORT = Plan(seed=1, seconds=1800, per_minute=6, nights=180)


def turned(work: Coroutine[Any, Any, None], dial: Dial) -> None:
    """Run something on turned time."""
    selector = LeadingSelector(dial)
    with asyncio.Runner(loop_factory=lambda: TurnedLoop(dial, selector)) as runner:
        runner.run(work)


def test_the_lead_times_are_the_documented_ones() -> None:
    """Quartiles of 18, 69 and 160 days, and a long tail."""
    dice = dice_for(1, "test")
    days = [draw_stay(dice).lead_days for _ in range(20_000)]
    assert quantiles(days, n=4) == pytest.approx([18, 69, 160], rel=0.06)
    assert 600 < max(days) <= 737
    assert min(days) == 0


def test_a_seed_draws_its_day_again() -> None:
    """Questions and outages depend on the seed, and on nothing else."""
    first, again = (list(questions(7, 36_000, 10)) for _ in range(2))
    assert first == again
    assert len(first) == pytest.approx(6000, rel=0.05)
    assert first != list(questions(8, 36_000, 10))
    assert outages(7, 86_400) == outages(7, 86_400) != outages(8, 86_400)


@pytest.mark.parametrize("seed", range(1, 6))
def test_outages_are_of_1_to_60_minutes_and_every_kind(seed: int) -> None:
    """The PMS is well first, and between two outages."""
    found = outages(seed, 86_400)
    assert {one.kind for one in found} == {
        *("hang", "refused", "error_page", "expired_key")
    }
    assert all(60 <= one.ends_s - one.begins_s <= 3600 for one in found[:-1])
    ends = [900 - 1200, *(one.ends_s for one in found)]
    assert all(
        one.begins_s - end >= 1200 for one, end in zip(found, ends, strict=False)
    )


def test_time_jumps_over_what_is_only_waiting() -> None:
    """Ten days of sleeping are over at once, and everything was in its order."""
    dial, seen = Dial(), []

    async def sleeps(days: int) -> None:
        clock = TurnedClock(dial)
        await clock.sleep(days * 86_400)
        seen.append((days, clock.monotonic() / 86_400, (clock.wall() - EPOCH).days))

    async def work() -> None:
        await asyncio.gather(sleeps(10), sleeps(1), sleeps(3))

    turned(work(), dial)
    assert seen == [(1, 1, 1), (3, 3, 3), (10, 10, 10)]


def test_time_stands_still_while_bytes_are_under_way() -> None:
    """A socket's answer comes before any timer."""
    dial = Dial()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(2))
        writer.close()

    async def work() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, asyncio.timeout(1e-6):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hi")
            assert await reader.read() == b"hi"
            writer.close()
        assert dial.seconds == 0

    turned(work(), dial)


def test_a_process_that_does_not_start_says_why() -> None:
    """Its last words are the error's."""
    selector = LeadingSelector(Dial())
    settings = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:1", "PROXY_FRESH_S": "never"}
    with (
        pytest.raises(DidNotStart, match="PROXY_FRESH_S"),
        following(selector, "proxy", settings),
    ):
        pass


def test_a_process_without_its_leader_ends() -> None:
    """Who kills the replay leaves no proxy behind."""
    ours, its = socket.socketpair()
    command = (sys.executable, "-m", "demo.replay.turned", str(its.fileno()), "proxy")
    settings = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:1", "PROXY_PORT": "0"}
    with (
        ours,
        subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            command,
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            pass_fds=(its.fileno(),),
        ) as child,
    ):
        its.close()
        ours.sendall(struct.pack("!d", 5.0))
        assert struct.unpack("!d", ours.recv(8)) > (5.0,)
        ours.close()
        assert child.wait(15) == LEFT_ALONE


def ari(rooms: set[int], price: float = 100, **more: Any) -> Ari:
    """Write an answer with one type."""
    kind = Type((price, price), frozenset(rooms))
    values: dict[str, Any] = {"total_rooms": 3, "total_available": len(rooms)}
    return Ari({1: kind}, **values | more)


@pytest.mark.parametrize(
    ("said", "possible", "slack", "right"),
    [
        (ari({1, 2}), [ari({1, 2})], 0, True),
        (ari({1, 2, 3}), [ari({1, 2})], 0, False),
        (ari({1}), [ari({1, 2})], 0, False),
        (ari({1}), [ari({1, 2}), ari({1})], 0, True),
        (ari({3}), [ari({1, 2}), ari({1})], 0, False),
        (ari({1}, 100.02), [ari({1})], 0, False),
        (ari({1}, 100.02), [ari({1})], 0.02, True),
        (ari({1}, 100.03), [ari({1})], 0.02, False),
        (ari({1}, 120), [ari({1}), ari({1}, 120)], 0, True),
        (ari({1}, total_available=2), [ari({1})], 0, False),
        (ari({1}, total_rooms=4), [ari({1})], 0, False),
        (Ari({}, 3, 0), [ari({1})], 0, False),
    ],
)
def test_an_answer_is_what_the_pms_would_have_said(
    said: Ari, possible: list[Ari], slack: float, *, right: bool
) -> None:
    """At some moment of its time each room was so, and each price."""
    assert is_right(said, possible, is_partial=False, slack=slack) is right


def test_a_partial_answer_may_leave_types_out_and_invent_none() -> None:
    """What it lists is judged all the same."""
    some = Ari({}, 3, 0)
    assert is_right(some, [ari({1})], is_partial=True, slack=0)
    assert not is_right(ari({2}), [ari({1})], is_partial=True, slack=0)
    assert not is_right(ari({1}), [some], is_partial=True, slack=0)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"errors":[]}', b'{"hotel_ari":{"id_hotel":"9"}}']
)
def test_what_is_no_answer_is_not_read(body: bytes) -> None:
    """A page, an error and an unknown hotel are no answers."""
    assert read(body) is None


def test_the_history_knows_every_state_of_a_time() -> None:
    """A period is what held when it began, and all that came in it."""
    dice = dice_for(1, "test")
    history = History(make_house(dice, EPOCH))
    history.keeps(0)
    counts = [len(history.house.bookings)]
    for at_s in (10, 20, 30):
        while len(history.house.bookings) == counts[-1]:
            something_happens(history.house, dice, EPOCH)
        counts.append(len(history.house.bookings))
        history.keeps(at_s)
    found = [len(house.bookings) for house in history.between(12, 25)]
    assert found == [counts[2], counts[1]]
    assert [len(one.bookings) for one in history.between(31, 40)] == counts[3:]


def test_without_a_proxy_an_outage_is_silence() -> None:
    """The PMS is asked each time; nobody is answered while it hangs."""
    tally = play_day(SHORT, SetUp("no proxy", None), lambda _: None)
    assert len(tally.told) > 150
    assert len(tally.first().told) > 10
    assert {one.outcome for one in tally.told if one.outage_s is None} == {"whole"}
    assert {one.outcome for one in tally.first().told} == {"none"}
    assert not any(one.is_wrong or one.is_marked for one in tally.told)


@pytest.mark.timeout(90)
def test_a_day_behind_the_proxy_is_the_same_each_time() -> None:
    """Real processes on turned time: the same answers, to the last millisecond."""
    first, again = (play_day(SHORT, WITHOUT_CALENDAR, lambda _: None) for _ in "12")
    assert first == again
    well = [one for one in first.told if one.outage_s is None]
    assert sum(one.outcome == "whole" for one in well) > 0.9 * len(well)
    assert not any(one.is_wrong for one in first.told)
    assert 0 < first.calls < len(first.told)
    # Five failures open it; then the prober asks, once in 30 s.
    assert 5 <= first.calls_first < len(first.first().told)


def some_tallies() -> list[Tally]:
    """Count two made-up days."""
    ill = [Told(outcome="whole", took_s=0.1, outage_s=70, is_marked=True, age_s=42)]
    dark = [Told(outcome="none", took_s=15, outage_s=70)]
    well = [Told(outcome="whole", took_s=2)]
    return [Tally("no proxy", dark * 8 + well, 9), Tally("calendar", ill * 8 + well, 4)]


def test_the_table_shows_the_shares() -> None:
    """Each part of the day has its rows, each set-up its column."""
    shown = table(some_tallies(), 1, 180)
    rows = [line.split() for line in shown.splitlines()]
    answered = [row[1:] for row in rows if row[:1] == ["answered"]]
    assert answered[0] == ["0.0", "%", "100.0", "%"]
    assert answered[2] == ["11.1", "%", "100.0", "%"]
    assert ["oldest", "answer,", "s", "0", "42"] in rows
    calls = [row[-2:] for row in rows if row[:1] == ["calls"]]
    assert calls == [["0", "0"], ["0", "0"], ["9", "4"]]


def test_the_plot_has_a_point_for_each_minute_with_questions() -> None:
    """It is well-formed, and its lines are at nothing and at all."""
    drawn: Element = fromstring(plot(some_tallies(), "A <title>", "A caption"))
    lines = [one.get("points") for one in drawn.iter() if one.tag.endswith("polyline")]
    assert lines == ["138.75,340.0", "138.75,90.0"]


def test_an_impossible_day_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong option ends with exit code 2 and says what is possible."""
    monkeypatch.setattr("sys.argv", ["demo", "replay", "--minutes", "5"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "5 is not a number from 30 to 10080." in capsys.readouterr().err


@pytest.mark.timeout(120)
def test_the_command_plays_and_draws(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Three set-ups, one table, one plot; 0 where nothing was wrong."""
    drawn = tmp_path / "replay.svg"
    options = ["--minutes", "30", "--rate", "1", "--plot", str(drawn)]
    monkeypatch.setattr("sys.argv", ["demo", "replay", *options])
    assert main() == 0
    said = capsys.readouterr()
    assert "First 300 s of the outages (1)" in said.out
    assert "calendar" in said.err
    assert "1 questions a minute; outages: 1" in drawn.read_text(encoding="utf-8")
