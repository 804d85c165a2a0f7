"""The runbook is what the system does: its commands, run in its order, on the demo."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from demo.control import make_control
from demo.page.running import served
from demo.stage import a_stage
from deploy.flyctl import fault
from proxy.doctor.report import LANGUAGES
from proxy.doctor.values import Judgement

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from demo.stage import Stage

ROOT = Path(__file__).parent.parent
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?ms)^```console(?P<kind> \w+)?\n(?P<body>.*?)^```$")
HEADING = re.compile(r"(?m)^#+ (.+)$")
ANYTHING = "…"
# Long enough that the commands of an outage come before its first probe.
PACE = {"PROXY_BREAKER_OPEN_S": "5"}
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Command:
    """A line after `$`, and what the runbook shows below it."""

    line: str
    shown: str
    kind: str

    def said(self, output: str) -> bool:
        """Say whether an output is the one shown; an ellipsis is anything."""
        parts = [re.escape(part.strip()) for part in self.shown.split(ANYTHING)]
        shown = r"\s*.*?\s*".join(parts)
        return re.fullmatch(f"(?s){shown}", output.strip()) is not None


def _commands() -> list[Command]:
    found: list[Command] = []
    for block in BLOCK.finditer(RUNBOOK):
        kind = (block["kind"] or "").strip()
        for part in re.split(r"(?m)^\$ ", block["body"])[1:]:
            line, _, shown = part.partition("\n")
            found.append(Command(line, shown.strip(), kind))
    return found


COMMANDS = _commands()
ELSEWHERE = ("fly", "compose")
RUN = [command for command in COMMANDS if command.kind not in ELSEWHERE]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


@asynccontextmanager
async def _a_log(stage: Stage, path: Path) -> AsyncIterator[None]:
    """Write the proxy's sentences to a file, as a supervisor would."""
    with path.open("w") as file:

        def write(line: str) -> None:
            file.write(f"{line}\n")
            file.flush()

        telling = asyncio.create_task(stage.proxy.tell(write))
        try:
            yield
        finally:
            telling.cancel()


async def _types(commands: list[Command], environ: dict[str, str]) -> list[str]:
    """Type the commands into one shell; return what each said."""
    mark = "-- next --"
    script = "".join(f"echo '{mark}'\n{command.line}\n" for command in commands)
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", script),
        cwd=ROOT,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE_S):
        output, _ = await shell.communicate()
    return output.decode().split(f"{mark}\n")[1:]


@pytest.mark.timeout(90)
async def test_the_runbook_does_what_it_says(tmp_path: Path) -> None:
    """From the first failure to the final validation each command shows its output."""
    async with (
        a_stage(PACE) as stage,
        served(make_control(stage.pms)) as control,
        _a_log(stage, tmp_path / "log"),
    ):
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("PROXY", "AG"))
        }
        said = await _types(
            RUN,
            {
                **kept,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "PROXY": stage.proxy.url,
                "AGENT": stage.agent.url,
                "DEMO": control,
                "LOG": str(tmp_path / "log"),
                "PROXY_UPSTREAM_URL": stage.pms.url,
                "PROXY_UPSTREAM_KEY": stage.pms.key,
                "PROXY_PORT": stage.proxy.url.rpartition(":")[2],
            },
        )

    assert len(said) == len(RUN) > 20
    wrong = [
        f"$ {command.line}\n{output}"
        for command, output in zip(RUN, said, strict=True)
        if not command.said(output)
    ]
    assert wrong == []


def test_an_output_must_be_the_one_shown() -> None:
    """An ellipsis is anything, all else is meant to the letter."""
    command = Command("x", 'a …, "b": 1\n…end', "")
    assert command.said('a 7, "b": 1\n\nthe end\n')
    assert not command.said('a 7, "b": 2\n\nthe end\n')
    assert not Command("x", "", "").said("curl: (7) Failed")


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one.kind == "fly"], ids=lambda one: one.line
)
def test_fly_commands_are_todays(command: Command) -> None:
    """Each is a subcommand that exists, with flags that it takes."""
    assert command.line.startswith("fly ")
    assert fault(command.line) is None


@pytest.mark.parametrize(
    "line",
    re.findall(
        r"docker compose ([^|&>`\n]+)",
        "\n".join(one.line for one in COMMANDS if one.kind == "compose"),
    ),
)
def test_compose_commands_are_about_our_services(line: str) -> None:
    """What is done to a container is done to one of compose.yaml, by its own code."""
    name, *rest = shlex.split(line)
    assert name in {"exec", "kill", "logs", "ps", "up"}
    assert name == "ps" or {"proxy", "agent"} & {*rest}
    if name == "exec":
        service, *typed = rest
        assert typed[:3] == ["python", "-m", service]


def test_composes_names_are_the_ones_typed() -> None:
    """The container and the key's file are called as the runbook calls them."""
    assert f"{COMPOSE['name']}-proxy-1" in RUNBOOK
    assert COMPOSE["secrets"]["pms_key"]["file"] == "./secrets/pms_key"


def test_links_within_lead_to_a_heading() -> None:
    """Nobody on call follows one to nowhere."""
    anchors = {_slug(one) for one in HEADING.findall(RUNBOOK)}
    links = set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK))
    assert len(links) > 3
    assert links <= anchors


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_doctor_and_the_runbook_send_to_the_same_steps(language: str) -> None:
    """A step that the doctor's advice names is one of the runbook's."""
    duties = LANGUAGES[language].duties.values()
    steps = re.findall(r"runbook, (?:paso|step) ([\d.]+\d|\d)", " ".join(duties))
    assert len(steps) > 1
    for step in steps:
        assert re.search(rf"(?m)^##+ {re.escape(step)}\.? ", RUNBOOK)


def _slug(heading: str) -> str:
    """Return a heading's anchor, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def test_each_alert_has_its_section() -> None:
    """A link from an alert leads to a heading, and no section is without an alert."""
    rules: dict[str, Any] = yaml.safe_load(
        (ROOT / "config/prometheus/alerts.yml").read_text(encoding="utf-8")
    )
    linked = {
        rule["annotations"]["runbook_url"]
        for group in rules["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    section = RUNBOOK.partition("\n## Alertas\n")[2].partition("\n## Doctor JSON\n")[0]
    headings = {f"docs/runbook.md#{_slug(one)}" for one in HEADING.findall(section)}
    assert linked == headings


def test_the_runbooks_words_and_numbers_are_there() -> None:
    """What the original promises stands in it, to the letter."""
    for words in (
        "5 fallas en 30 s",
        "Circuit breaker is open",
        "PMS recovered, all systems nominal",
        "Info puede estar desactualizada",
        "GET < 1 s, POST < 2 s",
        "más de 30 min | equipo PMS L2",
        "más de 2 h | C-level | crítica",
    ):
        assert words in RUNBOOK


def test_the_json_is_documented() -> None:
    """Every judgement of the doctor stands in the table of its JSON."""
    table = RUNBOOK.partition("\n## Doctor JSON\n")[2]
    for judgement in Judgement:
        assert f"`{judgement}`" in table
