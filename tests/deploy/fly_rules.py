"""
What must be true of fly.toml, beyond its schema.

The schema (SchemaStore's `fly.json`, Apache-2.0) lets pass unknown keys, checks,
restart policies and misspelt groups; these rules are those of flyctl's own validation,
and this project's. A key that fly.toml does not use yet is unknown to them.
"""

from __future__ import annotations

import json
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft7Validator

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Path(__file__).parents[1] / "data" / "fly.schema.json"
PORTS = {
    "agent": AgentSettings.model_fields["port"].default,
    "proxy": ProxySettings.model_fields["port"].default,
}
_CHECK = "processes type port method path interval timeout grace_period headers"
KEYS = {
    "": "app primary_region kill_signal kill_timeout processes env deploy http_service "
    "checks metrics restart vm",
    "deploy": "strategy max_unavailable wait_timeout",
    "http_service": "processes internal_port force_https auto_stop_machines "
    "auto_start_machines min_machines_running concurrency checks",
    "http_service.concurrency": "type soft_limit hard_limit",
    "http_service.checks": _CHECK,
    "checks": _CHECK,
    "metrics": "processes port path",
    "restart": "processes policy retries",
    "vm": "processes size memory cpus cpu_kind",
}
MAX_KILL_S = 300
MIN_INTERVAL_S = 2
MAX_TIMEOUT_S = 60
MIN_MEMORY_MB = 256


def faults(fly: dict[str, Any], drains_s: float) -> list[str]:
    """Return, a sentence each, what is wrong; `drains_s` is the longest drain."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    wrong_types = Draft7Validator(schema).iter_errors(fly)
    return [
        *(f"The schema says: {error.message}" for error in wrong_types),
        *_unknown_keys(fly),
        *_group_faults(fly),
        *_process_faults(fly, drains_s),
        *_service_faults(fly),
        *_check_faults(fly),
        *_environment_faults(fly),
    ]


def _sections(fly: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each table that belongs to process groups, with its name."""
    if "http_service" in fly:
        yield "http_service", fly["http_service"]
    for name in ("services", "metrics", "restart", "vm"):
        for section in fly.get(name, []):
            yield name, section
    for section in fly.get("checks", {}).values():
        yield "checks", section


def _unknown_keys(fly: dict[str, Any]) -> Iterator[str]:
    service = fly.get("http_service", {})
    tables = [
        ("", fly),
        ("deploy", fly.get("deploy", {})),
        ("http_service.concurrency", service.get("concurrency", {})),
        *(("http_service.checks", check) for check in service.get("checks", [])),
        *_sections(fly),
    ]
    for name, table in tables:
        for key in table.keys() - KEYS.get(name, "").split():
            yield f"[{name}] has the unknown key {key}."


def _group_faults(fly: dict[str, Any]) -> Iterator[str]:
    covered: dict[str, set[str]] = {}
    for name, section in _sections(fly):
        groups = set(section.get("processes", []))
        if not groups or groups - PORTS.keys():
            yield f"A [{name}] names no process group, or one that is not there."
        port = section.get("port", section.get("internal_port"))
        if any(port not in (None, PORTS.get(group)) for group in groups):
            yield f"A [{name}] has not the port that its process listens on."
        covered[name] = covered.get(name, set()) | groups
    for name in ("metrics", "restart", "vm"):
        if covered.get(name) != PORTS.keys():
            yield f"[{name}] is not said of both process groups."


def _process_faults(fly: dict[str, Any], drains_s: float) -> Iterator[str]:
    if fly.get("processes", {}).keys() != PORTS.keys():
        yield "The process groups are not agent and proxy."
    for group, command in fly.get("processes", {}).items():
        words = shlex.split(command)
        if words != ["python", "-m", group] or not find_spec(f"{group}.__main__"):
            yield f"The command of {group} does not run its module."
    if fly.get("kill_signal") != "SIGTERM":
        yield "The signal is not the one that the processes drain on."
    if not drains_s < _seconds(fly.get("kill_timeout", 5)) <= MAX_KILL_S:
        yield "kill_timeout cuts a drain short, or is over 300 s."
    if fly.get("deploy", {}).get("strategy") not in ("rolling", "immediate"):
        yield "The strategy is not for two images in one app."
    if any(section.get("policy") != "always" for section in fly.get("restart", [])):
        yield "A process that ended would not come back."
    for size in fly.get("vm", []):
        if int(re.sub("mb$", "", str(size.get("memory", 0)))) < MIN_MEMORY_MB:
            yield "A machine has less memory than was measured to be needed."


def _service_faults(fly: dict[str, Any]) -> Iterator[str]:
    service = fly.get("http_service", {})
    if "services" in fly or service.get("processes") != ["agent"]:
        yield "Another process than the agent is public."
    if service.get("auto_stop_machines") != "off":
        yield "The webhook would be stopped when it is quiet."
    if service.get("force_https") is not True:
        yield "Guests' messages could come unencrypted."


def _check_faults(fly: dict[str, Any]) -> Iterator[str]:
    own = list(fly.get("checks", {}).values())
    public = fly.get("http_service", {}).get("checks", [])
    if not public or not any("proxy" in check.get("processes", []) for check in own):
        yield "A process has no check."
    if any("port" not in check or "type" not in check for check in own):
        yield "A check has no port or no type."
    for check in [*own, *public]:
        if check.get("path") != "/health/live":
            yield "A check does not ask whether the process lives."
        interval_s = _seconds(check.get("interval", 15))
        timeout_s = _seconds(check.get("timeout", 2))
        if interval_s < MIN_INTERVAL_S or timeout_s > MAX_TIMEOUT_S:
            yield "A check is more frequent or more patient than Fly allows."


def _environment_faults(fly: dict[str, Any]) -> Iterator[str]:
    known = {
        model.variable(field): "Secret" in str(info.annotation)
        for model in (AgentSettings, ProxySettings)
        for field, info in model.model_fields.items()
    }
    env = fly.get("env", {})
    for variable in env:
        if known.get(variable, True):
            yield f"{variable} is no setting, or a secret."
    inside = f"proxy.process.{fly.get('app')}.internal:{PORTS['proxy']}"
    if env.get("AGENT_PROXY_URL") != f"http://{inside}":
        yield "The agent does not know the proxy's private name."
    if "PROXY_BIND" in env:
        yield "One address is not enough: checks come by IPv4, the agent by IPv6."


def _seconds(value: int | str) -> float:
    """Read `30s`, `5m` or a number."""
    found = re.fullmatch(r"([0-9]+)(s|m)?", str(value))
    if found is None:
        return float("nan")
    return int(found.group(1)) * (60 if found.group(2) == "m" else 1)
