"""The two Dockerfiles, as they are written; `./dev images` builds and runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from deploy.dockerfile_rules import faults

ROOT = Path(__file__).parents[2]
PORTS = {
    "proxy": ProxySettings.model_fields["port"].default,
    "agent": AgentSettings.model_fields["port"].default,
}
HADOLINT = Path(sys.executable).with_name("hadolint")


def _text(process: str) -> str:
    return (ROOT / f"Dockerfile.{process}").read_text(encoding="utf-8")


def test_hadolint_finds_nothing() -> None:
    """A linter of Dockerfiles and of the shell in them has no complaint."""
    files = [str(ROOT / f"Dockerfile.{process}") for process in PORTS]
    told = subprocess.run(  # noqa: S603
        [HADOLINT, *files], check=False, capture_output=True, text=True, timeout=15
    )
    assert (told.returncode, told.stdout) == (0, "")


@pytest.mark.parametrize("process", PORTS)
def test_an_image_holds_one_process_and_cannot_be_changed(process: str) -> None:
    """Each Dockerfile keeps the house's rules."""
    assert faults(_text(process), process, PORTS[process]) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("ARG PYTHON_IMAGE=", "ARG BASE=", "base is no argument"),
        ("FROM ${PYTHON_IMAGE}\n", "FROM python:3.12\n", "two stages"),
        ('CMD ["python", "-m", "proxy"]', "CMD python -m proxy", "exec form"),
        ("USER 10001", "USER app", "the one number"),
        ("EXPOSE 8081", "EXPOSE 8080", "EXPOSE"),
        ("'PROXY_PORT', 8081", "'PROXY_PORT', 8080", "HEALTHCHECK"),
        ("COPY proxy /srv/proxy", "COPY . /srv", "copies other"),
        ("COPY config", "COPY agent /srv/agent\nCOPY config", "copies other"),
        ("--from=build /srv", "--from=build --chown=10001 /srv", "not root's"),
        ("--require-hashes", "", "hashes"),
        ("EXPOSE", 'ENTRYPOINT ["sh"]\nEXPOSE', "ENTRYPOINT"),
    ],
)
def test_a_broken_rule_is_seen(right: str, wrong: str, fault: str) -> None:
    """Each rule notices a Dockerfile that breaks it."""
    text = _text("proxy")
    assert right in text
    found = faults(text.replace(right, wrong), "proxy", PORTS["proxy"])
    assert any(fault in sentence for sentence in found)


def test_both_images_are_built_alike() -> None:
    """But for the process and its port the two files are one."""
    same = _text("agent").replace("agent", "proxy").replace("AGENT", "PROXY")
    assert same.replace("8080", "8081") == _text("proxy")


def test_only_what_an_image_needs_reaches_a_build() -> None:
    """Everything is kept out but what a Dockerfile copies: no .git, no .env."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert allowed == {
        *("requirements.lock", "requirements-traces.lock"),
        *("config", "proxy", "agent"),
    }
