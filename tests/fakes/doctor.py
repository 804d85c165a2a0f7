"""`python -m proxy doctor` in this process, with its time and its names in hand."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.clock import SystemClock
from config.proxy_settings import ProxySettings
from proxy.doctor import command
from proxy.doctor.lookups import PatientLoop
from proxy.doctor.values import Check, Remark, passed
from proxy.parts import make_pms
from proxy.policies import doctor_subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fakes.clock import FakeClock

KEY = "A" * 32
HURRY = 10


class HurriedClock(SystemClock):
    """Real time, ten times as fast: three seconds of patience are 0.3."""

    def monotonic(self) -> float:
        """Return seconds of its own."""
        return super().monotonic() * HURRY

    def timeout(self, delay_s: float) -> asyncio.Timeout:
        """Bound a block by seconds of its own."""
        return super().timeout(delay_s / HURRY)


class TurnedClock(SystemClock):
    """The time of day of a rig, which its PMS tells too; otherwise real time."""

    def __init__(self, turned: FakeClock) -> None:
        self.wall = turned.wall  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class Report:
    """What the doctor said under --json."""

    code: int
    said: dict[str, Any]

    @property
    def judgement(self) -> str:
        """What is wrong."""
        return str(self.said["judgement"])

    def check(self, name: str) -> dict[str, Any]:
        """Return one check."""
        found: dict[str, Any] = next(
            one for one in self.said["checks"] if one["check"] == name
        )
        return found

    def code_of(self, name: str) -> str:
        """Return what one check found."""
        return str(self.check(name)["code"])


async def examine(
    environ: Mapping[str, str],
    *arguments: str,
    clock: SystemClock | None = None,
    new_loop: Callable[[], asyncio.AbstractEventLoop] = PatientLoop,
) -> Report:
    """Examine with these settings, in a thread with a loop of its own."""
    if not {"--url", "--no-proxy"} & {*arguments} and "PROXY_PORT" not in environ:
        arguments = (*arguments, "--no-proxy")
    environ = {"PROXY_UPSTREAM_KEY": KEY, **environ}
    settings = ProxySettings.load(environ)
    said = io.StringIO()

    def run() -> int:
        return command.main(
            [*arguments, "--json"],
            environ,
            subject=doctor_subject(settings, make_pms(settings)),
            settings=passed(Check.SETTINGS, Remark.SETTINGS_READ),
            clock=clock or SystemClock(),
            new_loop=new_loop,
        )

    with redirect_stdout(said):
        code = await asyncio.to_thread(run)
    return Report(code, json.loads(said.getvalue().splitlines()[-1]))
