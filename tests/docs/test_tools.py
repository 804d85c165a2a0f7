"""The examples of docs/tools.md do what is written below them, on the demo's house."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import faults
from fakes.rig import a_rig

PAGE = Path(__file__).parents[2] / "docs/tools.md"
EXAMPLE = re.compile(
    r"(?m)^```(?P<language>sh|python|php)\n(?P<script>(?:(?!```).*\n)+)```\n"
    r"\n```text\n(?P<shown>(?:(?!```).*\n)+)```$"
)
TOKEN = "a-long-secret-of-its-own"  # noqa: S105  (the page's)
PROGRAMS = {"sh": ["bash", "-ec"], "python": [sys.executable, "-c"]}
ANYTHING = "…"


@dataclass(frozen=True, slots=True)
class Example:
    """A script of the page, and what it shows below it."""

    language: str
    script: str
    shown: str

    def says(self, output: str) -> bool:
        """Say whether an output is the one shown; an ellipsis is anything."""
        parts = map(re.escape, self.shown.strip().split(ANYTHING))
        return re.fullmatch("(?s)" + ".*".join(parts), output.strip()) is not None


EXAMPLES = [
    Example(**found.groupdict())
    for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))
]
RUN = [example for example in EXAMPLES if example.language in PROGRAMS]


async def _run(command: list[str], proxy: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        env={"PATH": os.environ["PATH"], "PROXY": proxy, "TOKEN": TOKEN},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(15):
        output, _ = await process.communicate()
    return output.decode()


async def test_each_example_shows_what_it_does() -> None:
    """A tool that does as the page says gets what the page says."""
    assert [example.language for example in RUN] == ["sh", "sh", "python", "python"]
    async with a_rig({"PROXY_CLIENT_TOKENS": f"reports:{TOKEN}"}) as rig:
        for example in RUN:
            command = [*PROGRAMS[example.language], example.script]
            output = await _run(command, rig.url)
            assert example.says(output), output
        booked = [call for call in rig.pms.calls if call.path == "/api/bookings"]

    assert len(booked) == 1


async def test_the_example_shows_the_proxys_sentence_in_an_outage() -> None:
    """The Python example tells a refusal from an answer, and says why."""
    reader = next(one for one in RUN if "import requests" in one.script)
    async with a_rig({"PROXY_CLIENT_TOKENS": f"reports:{TOKEN}"}) as rig:
        rig.pms.plays(faults.error_page())
        output = await _run([*PROGRAMS["python"], reader.script], rig.url)

    assert output.startswith("502 No answer to pass on. The PMS answers with errors")


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
async def test_the_php_examples_are_php() -> None:
    """Both can be read by the interpreter, where there is one."""
    scripts = [one.script for one in EXAMPLES if one.language == "php"]
    assert len(scripts) == 2
    for script in scripts:
        checked = await asyncio.create_subprocess_exec(
            "php", "-l", stdin=asyncio.subprocess.PIPE
        )
        await checked.communicate(script.encode())
        assert checked.returncode == 0


def test_an_output_must_be_the_one_shown() -> None:
    """An ellipsis is anything, all else is meant to the letter."""
    example = Example("sh", "", '{"hotels":[…]}\n')
    assert example.says('{"hotels":[{"id":1}]}\n')
    assert not example.says('{"hotels":{"id":1}}\n')
