"""fly.toml holds what Fly asks for, and what keeps the two images apart."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from agent.__main__ import DRAIN_S
from config.proxy_settings import ProxySettings
from deploy.fly_rules import faults

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "fly.toml").read_text(encoding="utf-8")
LONGEST_S = max(DRAIN_S, ProxySettings.model_fields["drain_s"].default)


def test_fly_toml_is_right() -> None:
    """Neither the schema nor a rule finds a fault."""
    assert faults(tomllib.loads(TEXT), LONGEST_S) == []


def test_no_dockerfile_is_taken_by_itself() -> None:
    """A bare `fly deploy` finds nothing to build, and overwrites neither group."""
    assert not (ROOT / "Dockerfile").exists()


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("[deploy]", '[build]\ndockerfile = "Dockerfile.agent"\n[deploy]', "key build"),
        ("force_https = true", "force_htttps = true", "key force_htttps"),
        ("internal_port = 8080", 'internal_port = "8080x"', "The schema says"),
        ("internal_port = 8080", "internal_port = 8081", "the port"),
        ("port = 8081", "port = 8080", "the port"),
        ('processes = ["proxy"]\ntype', 'processes = ["prox"]\ntype', "not there"),
        ('processes = ["proxy"]\ntype', "processes = []\ntype", "names no process"),
        ('["proxy"]\nport = 8081', '["agent"]\nport = 8080', "[metrics] is not said"),
        ('processes = ["agent", "proxy"]\nsize', "size", "names no process"),
        ('proxy = "python -m proxy"', 'proxy = "python -m demo"', "does not run"),
        ('proxy = "python -m proxy"', "", "agent and proxy"),
        ('kill_signal = "SIGTERM"', "", "drain on"),
        ('kill_timeout = "30s"', "", "cuts a drain"),
        ('kill_timeout = "30s"', 'kill_timeout = "6m"', "over 300 s"),
        ('strategy = "rolling"', 'strategy = "bluegreen"', "two images"),
        ('policy = "always"', 'policy = "on-failure"', "come back"),
        ('memory = "256mb"', 'memory = "128mb"', "less memory"),
        ('["agent"]\ninternal', '["agent", "proxy"]\ninternal', "is public"),
        (
            "[[restart]]",
            '[[services]]\nprocesses = ["proxy"]\ninternal_port = 8081\n[[restart]]',
            "is public",
        ),
        ('auto_stop_machines = "off"', 'auto_stop_machines = "stop"', "quiet"),
        ("force_https = true", "", "unencrypted"),
        ("[checks.proxy_live]", "[checks.a]\n[checks.b]", "no port or no type"),
        ('"/health/live"', '"/health/ready"', "whether the process lives"),
        ('interval = "15s"', 'interval = "1s"', "more frequent"),
        ('timeout = "5s"', 'timeout = "61s"', "more patient"),
        ("AGENT_PROXY_URL", "PROXY_UPSTREAM_KEY", "or a secret"),
        ("AGENT_PROXY_URL", "AGENT_PROXY_ULR", "is no setting"),
        ("proxy.process.", "", "private name"),
        ("[deploy]", 'PROXY_BIND = "::"\n[deploy]', "One address"),
    ],
)
def test_a_broken_rule_is_seen(right: str, wrong: str, fault: str) -> None:
    """Each rule notices a fly.toml that breaks it."""
    assert right in TEXT
    found = faults(tomllib.loads(TEXT.replace(right, wrong)), LONGEST_S)
    assert any(fault in sentence for sentence in found), found
