"""Scenarios 43 and 44: an operator's hand on the breaker, and refusals without end."""

from __future__ import annotations

import gc

import pytest
from structlog.testing import capture_logs

from fakes.clock import FakeClock
from proxy.breaker import Breaker, BreakerPolicy, Permit, Refused
from proxy.guard import Guard
from proxy.messages import BreakerState, Cause, Failed, Operation
from proxy.status import Surroundings, status_document
from proxy.telemetry import Telemetry

CLOSED, OPEN, HALF_OPEN = BreakerState


class Desk:
    """A guard with its clock and its metrics."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.telemetry = Telemetry(self.clock, "test")
        breaker = Breaker(BreakerPolicy(), self.clock.monotonic())
        self.guard = Guard(breaker, self.clock, self.telemetry)

    def fails(self, times: int = 5) -> None:
        """Let calls fail."""
        for _ in range(times):
            gate = self.guard.acquire("private")
            assert isinstance(gate, Permit)
            self.guard.record(gate, Failed(cause=Cause.DOWN))

    def transitions(self, to: BreakerState, cause: str) -> float | None:
        """Return the metric of transitions."""
        return self.telemetry.registry.get_sample_value(
            "pms_circuit_breaker_transitions_total", {"to": to, "cause": cause}
        )

    def document(self) -> dict[str, object]:
        """Return the status' part on the breaker."""
        snapshot = self.guard.snapshot()
        forced = snapshot.forced
        document = status_document(
            snapshot,
            Surroundings(
                since=self.telemetry.zulu_at(snapshot.since),
                last_failures=self.telemetry.failures_shown(snapshot.last_failures),
                forced_since=None
                if forced is None
                else self.telemetry.zulu_at(forced.at),
                cache_entries=0,
                cache_bytes=0,
                inflight=0,
                abandoned=0,
                waiting=0,
                upstream="pms:80",
                version="test",
            ),
        )
        breaker = document["breaker"]
        assert isinstance(breaker, dict)
        return breaker


@pytest.fixture
def desk() -> Desk:
    """Give a closed breaker."""
    return Desk()


def test_forced_open_lasts_until_it_is_reset(desk: Desk) -> None:
    """Scenario 43: forced open, an hour later still, then closed with a window of 0."""
    desk.fails(4)
    desk.guard.force(OPEN, "PMS upgrade, said Ana")

    desk.clock.advance(3600)

    assert desk.guard.state() is OPEN
    assert desk.guard.next_wake() is None
    assert desk.guard.acquire_probe() is None
    shown = desk.document()
    assert shown["state"] == "open"
    assert shown["since"] == "2026-11-25T03:00:00Z"
    assert shown["cause"] is None
    assert shown["retry_after_s"] == 30
    assert shown["forced"] == {
        "state": "open",
        "why": "PMS upgrade, said Ana",
        "since": "2026-11-25T03:00:00Z",
    }

    desk.guard.reset()

    shown = desk.document()
    assert (shown["state"], shown["forced"]) == ("closed", None)
    assert shown["failures_in_window"] == 0
    assert shown["retry_after_s"] is None
    assert desk.transitions(OPEN, "operator") == 1
    assert desk.transitions(CLOSED, "operator") == 1


def test_a_force_beats_an_outage_and_its_probe(desk: Desk) -> None:
    """Scenario 43: forced closed in half-open, the probe's failure changes nothing."""
    desk.fails()
    desk.clock.advance(30)
    probe = desk.guard.acquire_probe()
    assert probe is not None

    desk.guard.force(CLOSED, "the PMS is fine")
    desk.guard.record(probe, Failed(cause=Cause.DOWN))

    assert desk.guard.state() is CLOSED
    desk.fails(50)
    assert desk.guard.state() is CLOSED


def test_a_reset_outage_is_the_operators_doing(desk: Desk) -> None:
    """A reset is no recovery: its line says operator and nothing is nominal."""
    desk.fails()
    desk.clock.advance(12)
    with capture_logs() as lines:
        desk.guard.reset()

    assert [line["msg"] for line in lines] == [
        "Circuit breaker closed at 2026-11-25T03:00:12Z after 12 s"
    ]
    assert lines[0]["cause"] == "operator"
    assert desk.transitions(CLOSED, "operator") == 1
    assert desk.transitions(CLOSED, "down") == 0


def test_refusals_without_end_cost_nothing(desk: Desk) -> None:
    """Scenario 44: after 100,000 refusals no more objects live than after 100."""
    desk.fails()

    def refuse(count: int) -> int:
        for _ in range(count):
            gate = desk.guard.acquire("availability")
            assert isinstance(gate, Refused)
            desk.telemetry.refused(Operation.AVAILABILITY)
        gc.collect()
        return len(gc.get_objects())

    with capture_logs() as lines:
        before = refuse(100)
        after = refuse(100_000)

    assert len(lines) == 1
    assert abs(after - before) < 100
    assert desk.guard.snapshot().failures_in_window == 0
    rejected = desk.telemetry.registry.get_sample_value(
        "pms_circuit_breaker_rejected_total", {"operation": "availability"}
    )
    assert rejected == 100_100
