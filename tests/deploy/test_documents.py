"""The commands of the documents about deploying are ones that exist, and harmless."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from deploy.flyctl import fault

ROOT = Path(__file__).parents[2]
FLY = (ROOT / "docs" / "deploy-fly.md").read_text(encoding="utf-8")
COMPOSE = (ROOT / "docs" / "deploy-compose.md").read_text(encoding="utf-8")
FLY_COMMANDS = re.findall(r"(?m)^ *\$ (fly .*)$", FLY)


@pytest.mark.parametrize("line", FLY_COMMANDS)
def test_a_fly_command_is_todays(line: str) -> None:
    """It exists, takes its flags, and cannot mix up the two images."""
    assert fault(line) is None


def test_fly_commands_were_found() -> None:
    """The document shows its commands where the test looks for them."""
    assert len(FLY_COMMANDS) > 15


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("fly restart -a app", "no command"),
        ("fly scale count proxy=2", "no command"),
        ("fly logs -a app --limit 100", "--limit"),
        ("fly deploy", "names its group"),
        ("fly deploy --image R", "names its group"),
        (
            "fly deploy --dockerfile Dockerfile.agent --process-groups proxy",
            "the other",
        ),
    ],
)
def test_a_command_of_old_or_a_trap_is_seen(line: str, why: str) -> None:
    """What the runbook once said, and what would overwrite a group, is refused."""
    assert why in (fault(line) or "")


@pytest.mark.parametrize("text", [FLY, COMPOSE], ids=["fly", "compose"])
def test_only_real_settings_are_named(text: str) -> None:
    """Nobody is sent looking for a variable that sets nothing."""
    named = set(re.findall(r"\b(?:PROXY|AGENT)_[A-Z_]+\b", text))
    known = {ProxySettings.variable(field) for field in ProxySettings.model_fields}
    known |= {AgentSettings.variable(field) for field in AgentSettings.model_fields}
    assert named <= known


def test_the_secrets_are_a_start() -> None:
    """With the variables of Fly's document both processes can begin."""
    block = re.search(r"```sh\n(.*?)```", FLY, re.DOTALL)
    assert block is not None
    # The document leaves out the Redis's password and Meta's values.
    lines = block.group(1).replace("…", "x").split()
    environ = dict(line.split("=", 1) for line in lines)
    proxy = ProxySettings.load(environ)
    agent = AgentSettings.load(environ)

    assert agent.proxy_token is not None
    assert proxy.client_tokens["agent"] == (agent.proxy_token,)
    assert not proxy.lends_its_key
    assert proxy.weak_secrets() == []


def test_compose_commands_name_its_services() -> None:
    """Whatever is done to a container is done to one that there is."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))[
        "services"
    ]
    lines = re.findall(r"(?m)^ *\$ docker compose (.*)$", COMPOSE)
    named = {word for line in lines for word in line.split() if word in services}

    assert len(lines) > 6
    assert {"proxy", "agent"} <= named
    for line in lines:
        if line.startswith("exec "):
            assert re.match(r"exec (\w+) python -m \1 ", line), line


@pytest.mark.parametrize("text", [FLY, COMPOSE], ids=["fly", "compose"])
def test_files_that_are_named_exist(text: str) -> None:
    """Whoever follows a path finds a file."""
    paths = re.findall(
        r"`((?:config|proxy|agent|docs)/[\w/.]+|\w+\.(?:md|toml|yaml))`", text
    )
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
