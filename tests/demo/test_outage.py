"""The runbook's outage, played on real processes."""

from __future__ import annotations

import asyncio
import sys

import pytest

from demo.outage import Narrator, StepFailed


@pytest.mark.timeout(90)
async def test_the_runbook_holds() -> None:
    """`python -m demo outage` plays every step and exits 0."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo", "outage"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await child.communicate()

    assert child.returncode == 0, output.decode()
    assert b"The runbook holds: 21 steps." in output


def test_a_step_that_does_not_hold_ends_the_play(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A false step is shown as such and raises."""
    with pytest.raises(StepFailed):
        Narrator().holds("the breaker", "closed", true=False)

    assert "NO  the breaker: closed" in capsys.readouterr().out
