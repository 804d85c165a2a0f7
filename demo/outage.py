"""
The runbook's outage in fast time, narrated; every step is checked.

The runbook's 30 s are 3 s here and its 15 s are 1.5 s; everything else is as in the
hotel: three real processes, real sockets, the PMS stand-in breaking for real.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from demo import faults
from demo.stage import a_stage, in_days

if TYPE_CHECKING:
    from demo.stage import Stage

FAST = {
    "PROXY_BREAKER_OPEN_S": "3",
    "PROXY_BREAKER_WINDOW_S": "3",
    "PROXY_UPSTREAM_TIMEOUT_S": "1.5",
    "PROXY_SOFT_TIMEOUT_S": "0.3",
    "PROXY_FRESH_S": "1",
    "PROXY_USABLE_S": "30",
}
STEP_S = 15.0
FAILURES = 5
STALE_WORDS = "Info puede estar desactualizada"
WANTS_TO_BOOK = "quiero reservar una habitación"
CLOSED, OPEN, HALF_OPEN = 0, 1, 2


class StepFailed(Exception):  # noqa: N818
    """A step of the runbook did not hold."""


class Narrator:
    """Tells the story on a terminal and remembers how far it came."""

    def __init__(self) -> None:
        self.steps = 0

    def tell(self, text: str) -> None:
        """Say what happens."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def holds(self, what: str, said: object, *, true: bool) -> None:
        """Check one step; show what was seen."""
        self.tell(f"  {'ok ' if true else 'NO '} {what}: {said}")
        if not true:
            raise StepFailed(what)
        self.steps += 1


async def play() -> int:
    """Play it; 0 only if every step held."""
    narrator = Narrator()
    try:
        async with asyncio.timeout(60), a_stage(FAST) as stage:
            await _all_is_well(stage, narrator)
            await _the_pms_dies(stage, narrator)
            await _guests_meanwhile(stage, narrator)
            await _the_pms_returns(stage, narrator)
    except StepFailed as exc:
        narrator.tell(f"\nThe runbook does not hold: {exc}.")
        return 1
    except TimeoutError:
        narrator.tell("\nThe runbook does not hold: it took too long.")
        return 1
    narrator.tell(f"\nThe runbook holds: {narrator.steps} steps.")
    return 0


def _question(days: int) -> str:
    checkin, checkout = in_days(days), in_days(days + 2)
    return f"Hola, tenés lugar del {checkin} al {checkout} para 2?"


def _reply(answer: dict[str, Any]) -> str:
    return " / ".join(reply["text"] for reply in answer["replies"])


async def _all_is_well(stage: Stage, narrator: Narrator) -> None:
    narrator.tell("The runbook in fast time: its 30 s are 3 s here, its 15 s 1.5 s.")
    narrator.tell("\n1. The PMS is well. A guest asks.")
    answer = await stage.guest_says(_question(20))
    said = _reply(answer)
    narrator.tell(f"     guest: {_question(20)}")
    narrator.holds("the agent offers rooms", repr(said), true="General Rooms" in said)
    narrator.holds("without the mark", "no notice", true=STALE_WORDS not in said)
    state = answer["pms_circuit_breaker"]
    narrator.holds("pms_circuit_breaker", state, true=state == "closed")
    _, document = await stage.rooms(in_days(20))
    narrator.holds(
        "GET /api/v1/availability",
        f"{len(document['rooms'])} room types, unmarked",
        true=bool(document["rooms"]) and "potentially_stale" not in document,
    )
    gauge = await stage.state()
    narrator.holds("pms_circuit_breaker_state", gauge, true=gauge == CLOSED)


async def _the_pms_dies(stage: Stage, narrator: Narrator) -> None:
    narrator.tell("\n2. MariaDB stops: the PMS answers with its error page.")
    stage.pms.always(faults.error_page())
    for number in range(FAILURES):
        await stage.rooms(in_days(100 + number))
    opened = await stage.proxy.logged("Circuit breaker opened at", within_s=STEP_S)
    narrator.holds("five failures, and the log says", opened, true=True)
    gauge = await stage.state()
    narrator.holds("pms_circuit_breaker_state", gauge, true=gauge == OPEN)


async def _guests_meanwhile(stage: Stage, narrator: Narrator) -> None:
    narrator.tell("\n3. Guests go on asking.")
    calls = len(stage.pms.calls)
    answer = await stage.guest_says(_question(20))
    said = _reply(answer)
    narrator.tell(f"     guest: {_question(20)}")
    narrator.holds("rooms, with the mark", repr(said), true=STALE_WORDS in said)
    state = answer["pms_circuit_breaker"]
    narrator.holds('"pms_circuit_breaker"', state, true=state == "open")
    _, document = await stage.rooms(in_days(20))
    narrator.holds(
        '"potentially_stale"',
        f"{document.get('potentially_stale')}, {document.get('data_age_s')} s old",
        true=document.get("potentially_stale") is True,
    )
    refused = await stage.proxy.logged("Circuit breaker is open", within_s=STEP_S)
    narrator.holds("the log says", refused, true=True)
    narrator.tell(f"     guest: {WANTS_TO_BOOK}")
    said = _reply(await stage.guest_says(WANTS_TO_BOOK))
    refuses = "no puedo tomar reservas" in said
    narrator.holds("the agent refuses to book", repr(said), true=refuses)
    status, problem = await stage.post_booking()
    narrator.holds(
        "another tool's booking",
        f"{status}, outcome {problem.get('outcome')}",
        true=(status, problem.get("outcome")) == (503, "not_sent"),
    )
    posted = [call for call in stage.pms.calls[calls:] if call.resource == "bookings"]
    narrator.holds("bookings that reached the PMS", len(posted), true=not posted)


async def _the_pms_returns(stage: Stage, narrator: Narrator) -> None:
    narrator.tell("\n4. MariaDB is back; the proxy's own probe finds out.")
    gate = faults.holds()
    stage.pms.always(gate)
    seen = len(stage.proxy.log)
    async with asyncio.timeout(STEP_S):
        await gate.arrived.wait()
    half_open = await stage.proxy.logged(
        "Circuit breaker half-open at", within_s=STEP_S
    )
    narrator.holds("the log says", half_open, true=True)
    gauge = await stage.state()
    narrator.holds("pms_circuit_breaker_state", gauge, true=gauge == HALF_OPEN)
    stage.pms.heals()
    for phrase in ("Circuit breaker closed at", "PMS recovered, all systems nominal"):
        said = await stage.proxy.logged(phrase, since=seen, within_s=STEP_S)
        narrator.holds("the log says", said, true=True)
    await asyncio.sleep(1)  # The agent's view of the breaker is at most 1 s old.
    gauge = await stage.state()
    narrator.holds("pms_circuit_breaker_state", gauge, true=gauge == CLOSED)
    _, document = await stage.rooms(in_days(20))
    narrator.holds(
        "GET /api/v1/availability",
        f"{len(document['rooms'])} room types, unmarked",
        true=bool(document["rooms"]) and "potentially_stale" not in document,
    )
    live = await stage.is_live()
    narrator.holds("/health/live", "both pass", true=live)
