"""Facts of a crowd of connections: who must go, and when."""

from __future__ import annotations

import pytest

from config.crowd import HEAD_S, TAKE_S, Crowd


@pytest.fixture
def crowd() -> Crowd[str]:
    """Give room for three."""
    return Crowd(3)


def test_a_head_is_late_after_its_time(crowd: Crowd[str]) -> None:
    """The first one counts from the connection, to the millisecond."""
    crowd.begin("a", 100)
    crowd.begin("b", 101)

    assert crowd.late(100 + HEAD_S - 0.001) == []
    assert crowd.late(100 + HEAD_S) == ["a"]
    assert crowd.late(101 + HEAD_S) == ["a", "b"]


def test_a_served_connection_is_never_late(crowd: Crowd[str]) -> None:
    """Nor is one at rest, however long, until it begins a head."""
    crowd.begin("a", 100)
    crowd.serve("a")
    assert crowd.late(1000) == []
    crowd.rest("a", 1000)
    assert crowd.late(9000) == []

    crowd.hear("a", 9000)
    crowd.hear("a", 9005)

    assert crowd.late(9000 + HEAD_S) == ["a"]


def test_what_is_not_taken_is_stalled_after_its_time(crowd: Crowd[str]) -> None:
    """Until it is taken."""
    crowd.begin("a", 0)
    crowd.stick("a", 50)

    assert crowd.stalled(50 + TAKE_S - 0.001) == []
    assert crowd.stalled(50 + TAKE_S) == ["a"]
    crowd.flow("a")
    assert crowd.stalled(1000) == []


def test_the_longest_silent_goes_for_a_new_one(crowd: Crowd[str]) -> None:
    """Then who is longest at rest; who is served stays."""
    for number, name in enumerate("abc"):
        assert crowd.begin(name, number) is None
    crowd.serve("a")
    crowd.serve("b")
    crowd.rest("b", 5)

    assert crowd.begin("d", 6) == "c"
    crowd.serve("d")
    assert crowd.begin("e", 7) == "b"
    crowd.serve("e")
    assert crowd.begin("f", 8) == "f"
    assert len(crowd) == 3
    assert crowd.late(1000) == []


def test_the_dead_leave_nothing_behind(crowd: Crowd[str]) -> None:
    """Also where the end is told before what it was at."""
    crowd.begin("a", 0)
    crowd.end("a")
    crowd.hear("a", 1)
    crowd.rest("a", 1)
    crowd.stick("a", 1)
    crowd.end("a")

    assert len(crowd) == 0
    assert crowd.late(1000) == crowd.stalled(1000) == []
    assert [crowd.begin(name, 2) for name in "bcd"] == [None] * 3
