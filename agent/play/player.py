"""
Plays written dialogues against a house in memory, and holds them to what they expect.

The form is a list of `{"id", "lang", "pms": "up"|"down", "cache": "warm"|"cold",
"turns": [{"user", "pms"?, "expect"}]}`; of `expect` only the keys that are given are
checked. Nothing of this touches a network.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from agent.chat.lines import NOTE, PROMPT, reply_lines
from agent.errors import AgentError
from agent.messages import Guest
from agent.play.checks import Played, complaints
from agent.play.house import House
from agent.play.sessions import Sessions
from agent.serving.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agent.messages import Understander

# The instant that dialogues are written for: a Tuesday, 10:00 in Buenos Aires.
NOW = datetime(2026, 11, 24, 13, tzinfo=UTC)
ZONE = ZoneInfo("America/Argentina/Buenos_Aires")


class DialogueError(AgentError):
    """A file that holds no dialogues."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Expected(_Model):
    slots: dict[str, object] = {}
    reply_any: list[str] = []
    reply_none: list[str] = []


def _can_be_held(expect: dict[str, object]) -> dict[str, object]:
    _Expected.model_validate(expect)
    return expect


class _Turn(_Model):
    user: str
    pms: Literal["up", "down"] | None = None
    expect: Annotated[dict[str, object], AfterValidator(_can_be_held)] = {}


class Dialogue(_Model):
    """One dialogue as it is written."""

    id: str
    pms: Literal["up", "down"] = "up"
    cache: Literal["warm", "cold"] = "warm"
    turns: list[_Turn]


class Verdict(_Model):
    """What came of a dialogue; `why` names the turns that were not as expected."""

    id: str
    passed: bool
    why: str


def read_dialogues(path: Path) -> list[Dialogue]:
    """
    Read a file of dialogues.

    Raises:
        DialogueError: where it cannot be read as such.

    """
    try:
        return TypeAdapter(list[Dialogue]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as exc:
        raise DialogueError(f"{path} holds no dialogues that can be read.") from exc


class _StandingClock:
    """It is `NOW` all the time."""

    def monotonic(self) -> float:
        return 0.0

    def wall(self) -> datetime:
        return NOW

    async def sleep(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)

    def timeout(self, delay_s: float) -> asyncio.Timeout:
        return asyncio.timeout(delay_s)


def nobody(_said: str) -> None:
    """Overhear nothing."""


async def play(
    dialogue: Dialogue,
    *,
    understander: Understander,
    overhear: Callable[[str], object] = nobody,
) -> Verdict:
    """Play one dialogue from its beginning, as one guest; `overhear` what is said."""
    overhear(f"{NOTE}{dialogue.id}\n")
    clock = _StandingClock()
    house = House(is_up=dialogue.pms == "up", is_warm=dialogue.cache == "warm")
    runner = Runner(
        house,
        house,
        Sessions(clock),
        understander=understander,
        zone=ZONE,
        clock=clock,
    )
    guest = Guest(address=dialogue.id, is_phone=False)
    why: list[str] = []
    for number, turn in enumerate(dialogue.turns, start=1):
        house.is_up = turn.pms == "up" if turn.pms else house.is_up
        booked_before = len(house.booked)
        played = Played(
            turn=await runner.turn(guest, turn.user),
            books=len(house.booked) - booked_before,
        )
        down = "" if house.is_up else f"{NOTE}The PMS is down.\n"
        overhear(f"{down}{PROMPT}{turn.user}\n{reply_lines(played.turn.reply)}\n")
        why += (
            f"turn {number} ({turn.user!r}): {complaint}"
            for complaint in complaints(turn.expect, played)
        )
    return Verdict(id=dialogue.id, passed=not why, why="; ".join(why))


async def play_file(
    path: Path,
    *,
    understander: Understander,
    say: Callable[[str], object],
    overhear: Callable[[str], object] = nobody,
) -> list[Verdict]:
    """
    Play a file's dialogues, and say what came of each in one line of JSON.

    `overhear` is told, line by line, what the guests and the agent say.

    Raises:
        DialogueError: where the file holds none.

    """
    verdicts: list[Verdict] = []
    for dialogue in read_dialogues(path):
        verdicts.append(
            await play(dialogue, understander=understander, overhear=overhear)
        )
        say(f"{verdicts[-1].model_dump_json()}\n")
    return verdicts
