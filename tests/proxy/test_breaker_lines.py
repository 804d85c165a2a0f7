"""The runbook's log lines and the metrics' names (CONTRACT §2, §6)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from demo import faults
from fakes.clock import FakeClock
from fakes.rig import SEARCH, a_rig
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard
from proxy.breaker.values import BreakerPolicy, Permit
from proxy.messages import BreakerState, Cause, Failed, Healthy, Operation
from proxy.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

CLOSED, OPEN, HALF_OPEN = BreakerState
Lines = list["MutableMapping[str, Any]"]


class Desk:
    """A guard with its clock and telemetry."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.telemetry = Telemetry(self.clock, "test")
        breaker = Breaker(BreakerPolicy(), self.clock.monotonic())
        self.guard = Guard(breaker, self.clock, self.telemetry)

    def fails(self, *causes: Cause) -> None:
        """Let a call fail of each cause, a second apart."""
        for number, cause in enumerate(causes):
            self.clock.advance(min(number, 1))
            gate = self.guard.acquire(Operation.AVAILABILITY)
            assert isinstance(gate, Permit)
            self.guard.record(gate, Failed(cause=cause))

    def probes(self, *, healthy: bool) -> None:
        """Take the probe and end it."""
        permit = self.guard.acquire_probe()
        assert permit is not None
        failed = Failed(cause=Cause.NETWORK)
        self.guard.record(permit, Healthy() if healthy else failed)


@pytest.fixture
def desk() -> Desk:
    """Give a closed breaker at 03:00:00 UTC."""
    return Desk()


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Give what is logged."""
    with capture_logs() as captured:
        yield captured


def _messages(lines: Lines) -> list[str]:
    return [line["msg"] for line in lines]


def test_the_opening_says_when_why_and_after_what(desk: Desk, lines: Lines) -> None:
    """`Circuit breaker opened at …Z`, with the cause and the last five failures."""
    desk.fails(Cause.DOWN, Cause.DOWN, Cause.NETWORK, Cause.DOWN, Cause.TIMEOUT)

    (line,) = lines
    assert line["msg"] == "Circuit breaker opened at 2026-11-25T03:00:04Z"
    assert line["event"] == "breaker.opened"
    assert line["log_level"] == "warning"
    assert line["cause"] == "timeout"
    assert line["last_failures"] == [
        {
            "at": f"2026-11-25T03:00:0{second}Z",
            "cause": cause,
            "operation": "availability",
        }
        for second, cause in enumerate(["down", "down", "network", "down", "timeout"])
    ]


def test_logged_values_are_plain(desk: Desk, lines: Lines) -> None:
    """No enumeration's own name stands in a line on a terminal."""
    desk.fails(*[Cause.DOWN] * 5)
    desk.telemetry.refused(Operation.WRITE)

    assert "<" not in repr(lines)


def test_an_outage_of_312_seconds_is_told_in_the_runbooks_words(
    desk: Desk, lines: Lines
) -> None:
    """Opened, half-open, opened again, …, closed after 312 s, all systems nominal."""
    desk.fails(*[Cause.DOWN] * 5)
    for _ in range(9):
        desk.clock.advance(30)
        desk.probes(healthy=False)
    desk.clock.advance(42)
    desk.probes(healthy=True)

    messages = _messages(lines)
    assert messages[:3] == [
        "Circuit breaker opened at 2026-11-25T03:00:04Z",
        "Circuit breaker half-open at 2026-11-25T03:00:34Z",
        "Circuit breaker opened at 2026-11-25T03:00:34Z",
    ]
    assert messages[-3:] == [
        "Circuit breaker half-open at 2026-11-25T03:05:04Z",
        "Circuit breaker closed at 2026-11-25T03:05:16Z after 312 s",
        "PMS recovered, all systems nominal",
    ]
    assert messages.count("PMS recovered, all systems nominal") == 1


@pytest.mark.parametrize("how", ["force", "reset"])
def test_only_a_real_recovery_is_nominal(desk: Desk, lines: Lines, how: str) -> None:
    """Closed by an operator's hand, nobody knows whether the PMS is well."""
    desk.fails(*[Cause.DOWN] * 5)
    if how == "force":
        desk.guard.force(CLOSED, "by hand")
    else:
        desk.guard.reset()

    assert "PMS recovered, all systems nominal" not in _messages(lines)


def _refusals(lines: Lines) -> list[tuple[str, int]]:
    return [
        (line["operation"], line["count"])
        for line in lines
        if line["msg"] == "Circuit breaker is open"
    ]


def test_the_first_refusal_is_told_at_once_then_one_a_second(
    desk: Desk, lines: Lines
) -> None:
    """`Circuit breaker is open`: the first, then at most one a second, with a count."""
    desk.fails(*[Cause.DOWN] * 5)

    for _ in range(30):
        desk.telemetry.refused(Operation.AVAILABILITY)
        desk.clock.advance(0.125)

    assert _refusals(lines) == [
        ("availability", 1),
        ("availability", 8),
        ("availability", 8),
        ("availability", 8),
    ]


def test_each_class_has_its_own_refusal_line(desk: Desk, lines: Lines) -> None:
    """Refused searches do not hide the first refused booking."""
    for operation in (*Operation, *Operation):
        desk.telemetry.refused(operation)

    assert _refusals(lines) == [(operation.value, 1) for operation in Operation]


def test_an_outages_refusals_are_not_told_in_the_next(desk: Desk, lines: Lines) -> None:
    """The first line of a new outage counts one refusal, not the old one's rest."""
    desk.fails(*[Cause.DOWN] * 5)
    for _ in range(10):
        desk.telemetry.refused(Operation.WRITE)
    desk.clock.advance(30)
    desk.probes(healthy=True)
    desk.fails(*[Cause.DOWN] * 5)

    desk.telemetry.refused(Operation.WRITE)

    assert _refusals(lines) == [("write", 1), ("write", 1)]


# Names and labels, as the contract fixes them.

STATES = ("closed", "open", "half_open")
CAUSES = ("timeout", "network", "down", "credentials", "configuration")
CLASSES = ("availability", "catalogue", "private", "write")
STARTS: dict[str, list[dict[str, str]]] = {
    "pms_circuit_breaker_state": [{}],
    "pms_circuit_breaker_state_info": [{"state": state} for state in STATES],
    "pms_circuit_breaker_transitions_total": [
        {"to": to, "cause": cause}
        for to, cause in itertools.product(STATES, (*CAUSES, "operator"))
    ],
    "pms_circuit_breaker_failures_total": [{"cause": cause} for cause in CAUSES],
    "pms_circuit_breaker_rejected_total": [{"operation": each} for each in CLASSES],
    "pms_circuit_breaker_late_results_total": [{}],
    "pms_circuit_breaker_open_seconds": [{}],
    "pms_api_latency_seconds_count": [
        {"operation": operation, "outcome": outcome}
        for operation, outcome in itertools.product(
            (*CLASSES, "probe"), ("success", *CAUSES)
        )
    ],
    "pms_requests_total": [
        {"operation": operation, "status": status, "cache": cache}
        for operation, status, cache in [
            ("availability", "200", "hit"),
            ("availability", "200", "stale"),
            ("availability", "200", "miss"),
            ("availability", "200", "collapsed"),
            ("availability", "200", "bypass"),
            ("availability", "503", "none"),
            ("catalogue", "304", "hit"),
            ("private", "200", "bypass"),
            ("private", "502", "none"),
            ("write", "200", "bypass"),
            ("write", "504", "none"),
            ("other", "400", "none"),
        ]
    ],
    "pms_cache_hits_total": [{}],
    "pms_cache_misses_total": [{}],
    "pms_cache_stale_served_total": [
        {"reason": reason}
        for reason in ("breaker-open", "soft-timeout", "overloaded", *CAUSES)
    ],
    "pms_cache_bytes": [{}],
    "pms_cache_entries": [{}],
    "pms_cache_backend_up": [{}],
    "pms_coalesced_requests_total": [{}],
    "pms_inflight": [{}],
    "pms_inflight_abandoned": [{}],
    "pms_queue_waiting": [{}],
    "pms_writes_total": [
        {"outcome": outcome}
        for outcome in (
            "ok",
            "refused",
            "not_sent",
            "unknown",
            "settled_applied",
            "presumed_not_applied",
            "late_applied",
        )
    ],
    "pms_build_info": [],
}
NOT_ZERO = {"pms_cache_backend_up", "pms_build_info"}


def _samples(text: str) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    found: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = frozenset(sample.labels.items())
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


async def test_every_metric_is_there_at_the_start_with_every_label_set() -> None:
    """Before the first request each name of the contract is exported, at 0."""
    async with a_rig() as rig:
        found = _samples((await rig.get("/metrics")).body.decode())

    for name, label_sets in STARTS.items():
        assert name in found
        for labels in label_sets:
            assert frozenset(labels.items()) in found[name], (name, labels)
    closed = frozenset({"state": "closed"}.items())
    assert found["pms_circuit_breaker_state_info"].pop(closed) == 1
    for name in STARTS.keys() - NOT_ZERO:
        assert set(found[name].values()) <= {0}, name


async def test_no_label_set_comes_later() -> None:
    """A day's worth of all kinds of requests adds values, never a series."""
    async with a_rig() as rig:
        before = _samples((await rig.get("/metrics")).body.decode())
        search = SEARCH.format(hotel=1, checkin="2026-12-10", checkout="2026-12-11")
        for headers in (
            {"Accept": "*/*"},
            {"Cache-Control": "no-store"},
            {"Cache-Control": "no-cache"},
        ):
            await rig.ask("POST", "/api/hotel_ari", search, headers)
            await rig.ask("GET", "/api/hotels", headers=headers)
            await rig.ask("GET", "/api/customers/1", headers=headers)
        await rig.book()
        await rig.ask("HEAD", "/api/hotels")
        await rig.ask("OPTIONS", "/api/hotels")
        await rig.ask("TRACE", "/api/hotels")
        await rig.get("/api/hotels", If_None_Match="*")
        await rig.get("/api/hotels/%00")
        for status in (201, 206, 302, 402, 418, 429, 507):
            rig.pms.plays(faults.answers(status))
            await rig.get(f"/api/hotels/{status}")
            rig.pms.plays(faults.answers(status))
            await rig.book()
            if await rig.state() != "closed":
                rig.pms.heals()
                rig.clock.advance(120)
                await rig.until_state("closed")
        rig.clock.advance(31)
        rig.pms.plays(faults.error_page())
        await rig.search(10)
        after = _samples((await rig.get("/metrics")).body.decode())

    assert {name: set(values) for name, values in after.items()} == {
        name: set(values) for name, values in before.items()
    }


async def test_the_gauge_goes_from_0_over_1_and_2_to_0() -> None:
    """Closed, open, half-open, closed: 0, 1, 2, 0, and its twin goes with it."""
    async with a_rig() as rig:

        async def seen() -> tuple[float, list[float]]:
            twin = [
                await rig.metric("pms_circuit_breaker_state_info", state=state)
                for state in STATES
            ]
            return await rig.metric("pms_circuit_breaker_state"), twin

        assert await seen() == (0, [1, 0, 0])
        await rig.fails(5)
        assert await seen() == (1, [0, 1, 0])
        probe = faults.holds()
        rig.pms.always(probe)
        rig.clock.advance(30)
        assert await seen() == (2, [0, 0, 1])
        rig.clock.advance(1)
        assert await rig.metric("pms_circuit_breaker_open_seconds") == 31
        probe.release()
        await rig.until_state("closed")
        assert await seen() == (0, [1, 0, 0])
        assert await rig.metric("pms_circuit_breaker_open_seconds") == 0


async def test_the_live_proxy_tells_the_runbooks_story(lines: Lines) -> None:
    """On real sockets an outage and its end are told in the same words."""
    async with a_rig() as rig:
        await rig.fails(5)
        await rig.get("/api/hotels")
        await rig.get("/api/services")
        rig.clock.advance(30)
        await rig.until_state("closed")

    assert [line["msg"] for line in lines if "msg" in line] == [
        "Circuit breaker opened at 2026-11-25T03:00:00Z",
        "Circuit breaker is open",
        "Circuit breaker half-open at 2026-11-25T03:00:30Z",
        "Circuit breaker closed at 2026-11-25T03:00:30Z after 30 s",
        "PMS recovered, all systems nominal",
    ]
