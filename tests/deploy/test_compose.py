"""compose.yaml fits the settings, the images, the files and its own document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from agent.__main__ import DRAIN_S
from config.proxy_settings import ProxySettings
from deploy.compose_rules import BY_FILE, faults

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCUMENT = (ROOT / "docs" / "deploy-compose.md").read_text(encoding="utf-8")
LONGEST_S = max(DRAIN_S, ProxySettings.model_fields["drain_s"].default)


def test_compose_yaml_is_right() -> None:
    """No rule finds a fault."""
    assert faults(yaml.safe_load(TEXT), LONGEST_S) == []


def test_the_document_says_what_to_fill_in() -> None:
    """Each variable and each secret that compose.yaml asks for is in the document."""
    asked = set(re.findall(r"\$\{(\w+):\?", TEXT))
    shown = set(re.findall(r"(?m)^ *(\w+)=", DOCUMENT))
    assert len(asked) > 5
    assert asked <= shown
    assert {name for name in BY_FILE if f"secrets/{name}" not in DOCUMENT} == set()


def test_what_is_filled_in_is_in_no_commit() -> None:
    """Git leaves out the files that hold the hotel's secrets."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "secrets/"} <= set(ignored)


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("127.0.0.1:8080:8080", "8080:8080", "agent: It is published"),
        (
            "    command: redis",
            "    ports: ['6379']\n    command: redis",
            "redis: It is",
        ),
        ("redis:7.4.5-bookworm", "redis:latest", "not pinned"),
        ("read_only: true", "read_only: false", "more than it needs"),
        ("restart: unless-stopped", "restart: 'no'", "come back"),
        ("mem_limit: 512m", "mem_reservation: 512m", "all of the server"),
        ('security_opt: ["no-new-privileges:true"]', "", "more rights"),
        ("healthcheck: {", "x-healthcheck: {", "Nobody sees"),
        ("dashboard.json:/etc", "board.json:/etc", "is not there"),
        ("/etc/prometheus:ro", "/etc/prometheus", "changed from inside"),
        ("Dockerfile.agent", "Dockerfile.proxy", "own Dockerfile"),
        ("hotel-pms-agent:0.1.0", "hotel-pms-agent:0.0.9", "by its version"),
        ("stop_grace_period: 30s", "", "amid its drain"),
        ("secrets: [pms_key, ", "secrets: [", "not given"),
        ("PROXY_REDIS_URL", "PROXY_REDIS", "no setting"),
        ("http://proxy:8081", "http://proxy:8080", "ask the proxy"),
        ("noeviction", "allkeys-lru", "may lose"),
        ("--appendonly yes", "", "may lose"),
        ("networks: [inside]\n", "networks: [inside, watched]\n", "draws pictures"),
        ("  admin_token: {", "  token: {", "that the documents name"),
    ],
)
def test_a_broken_rule_is_seen(right: str, wrong: str, fault: str) -> None:
    """Each rule notices a compose.yaml that breaks it."""
    assert right in TEXT
    found = faults(yaml.safe_load(TEXT.replace(right, wrong)), LONGEST_S)
    assert any(fault in sentence for sentence in found), found
