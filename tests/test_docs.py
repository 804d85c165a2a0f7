"""What the README promises is what the code has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.app import make_app
from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from fakes.clock import FakeClock
from fakes.rig import a_rig

if TYPE_CHECKING:
    from pytest_aiohttp.plugin import AiohttpClient

    from config.loading import EnvironmentSettings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS = [line.split("|") for line in README.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("model", [ProxySettings, AgentSettings])
def test_every_setting_is_in_the_readme(model: type[EnvironmentSettings]) -> None:
    """The settings table names each variable with its default."""
    shown = {row[1].strip().strip("`"): row[2].strip().strip("`") for row in ROWS}
    for field, info in model.model_fields.items():
        variable = model.variable(field)
        assert variable in shown
        if isinstance(info.default, int | float | str):
            assert shown[variable] == str(info.default), variable


def test_the_readme_names_no_setting_that_is_not() -> None:
    """Nobody is sent looking for a variable that sets nothing."""
    named = set(re.findall(r"\b(?:PROXY|AGENT)_[A-Z_]+\b", README))
    known = {ProxySettings.variable(field) for field in ProxySettings.model_fields}
    known |= {AgentSettings.variable(field) for field in AgentSettings.model_fields}
    assert named <= known


async def test_the_metrics_table_is_what_is_exported(
    aiohttp_client: AiohttpClient,
) -> None:
    """It names each metric of live processes with its labels, and no other."""
    async with a_rig() as rig:
        proxys = (await rig.get("/metrics")).body.decode()
    agent = await aiohttp_client(make_app(AgentSettings.load({}), clock=FakeClock()))
    await agent.get("/health/live")
    agents = await (await agent.get("/metrics")).text()
    exported: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(proxys + agents):
        name = family.name + "_total" * (family.type == "counter")
        labels = {label for sample in family.samples for label in sample.labels}
        exported[name] = labels - {"le"}

    table = README.partition("| metric | meaning |")[2].partition("\n\n")[0]
    names = "\n".join(row.split("|")[1] for row in table.splitlines() if row)
    shown = {
        name: set(filter(None, labels.split(",")))
        for name, labels in re.findall(r"`(\w+)(?:\{([\w,]+)\})?`", names)
    }

    assert len(exported) > 20
    assert shown == exported


def test_the_readmes_answer_is_json() -> None:
    """The one answer that it shows can be read as what it claims to be."""
    shown = re.search(r"```json\n(.*?)```", README, re.DOTALL)

    assert shown is not None
    assert json.loads(shown.group(1))["rooms"][0]["price"]["currency"] == "USD"


@pytest.mark.parametrize(
    "document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
)
def test_paths_in_the_documents_exist(document: str) -> None:
    """Whoever follows a path from the documents finds a file."""
    text = (ROOT / document).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:proxy|agent|config|demo|docs|tests)/[\w/.]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
