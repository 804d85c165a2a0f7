"""What must be true of compose.yaml, which no Docker is here to try."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from config.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.loading import EnvironmentSettings

ROOT = Path(__file__).parents[2]
MODELS: dict[str, type[EnvironmentSettings]] = {
    "proxy": ProxySettings,
    "agent": AgentSettings,
}
PORTS = {
    process: model.model_fields["port"].default for process, model in MODELS.items()
}
PROXY_URL = f"http://proxy:{PORTS['proxy']}"
# They hold what guests were promised, or the keys of the house.
BY_FILE = {"pms_key", "client_tokens", "admin_token", "grafana_password"}


def faults(compose: dict[str, Any], drains_s: float) -> list[str]:
    """Return, a sentence each, what is wrong; `drains_s` is the longest drain."""
    found: list[str] = []
    for name, service in compose["services"].items():
        found += (f"{name}: {fault}" for fault in _service_faults(name, service))
    for name, model in MODELS.items():
        service = compose["services"][name]
        known = {model.variable(field) for field in model.model_fields}
        unknown = service["environment"].keys() - known
        found += (f"{name}: {variable} is no setting." for variable in unknown)
        found += (f"{name}: {fault}" for fault in _own_faults(name, service, drains_s))
    if compose["services"]["agent"]["environment"].get("AGENT_PROXY_URL") != PROXY_URL:
        found.append("agent: it does not ask the proxy.")
    order = compose["services"]["redis"]["command"]
    if "noeviction" not in order or "--appendonly yes" not in order:
        found.append("redis: it may lose what was promised.")
    if "watched" in compose["services"]["redis"]["networks"]:
        found.append("redis: who draws pictures can reach it.")
    if compose["secrets"].keys() != BY_FILE:
        found.append("The secrets are not those that the documents name.")
    return found


def _service_faults(name: str, service: dict[str, Any]) -> Iterator[str]:
    published = [f"127.0.0.1:{PORTS['agent']}:{PORTS['agent']}"]
    if service.get("ports", []) != (published if name == "agent" else []):
        yield "It is published, or not as it should be."
    if not re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*", service["image"]):
        yield "Its image is not pinned."
    if service.get("restart") != "unless-stopped":
        yield "It would not come back."
    if not {"mem_limit", "cpus", "logging"} <= service.keys():
        yield "It may take all of the server."
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "It may get more rights."
    if name not in MODELS and "healthcheck" not in service:
        yield "Nobody sees whether it works."
    for volume in service.get("volumes", []):
        source, target, *mode = volume.split(":")
        if source.startswith(".") and not (ROOT / source).exists():
            yield f"{source} is not there."
        if source.startswith(".") and mode != ["ro"]:
            yield f"{target} could be changed from inside."


def _own_faults(name: str, service: dict[str, Any], drains_s: float) -> Iterator[str]:
    if service["build"] != {"context": ".", "dockerfile": f"Dockerfile.{name}"}:
        yield "It is not built from its own Dockerfile."
    if service["image"] != f"hotel-pms-{name}:{VERSION}":
        yield "Its image is not called by its version."
    if not service.get("read_only") or service.get("cap_drop") != ["ALL"]:
        yield "It may write or do more than it needs."
    if int(service.get("stop_grace_period", "10s").removesuffix("s")) <= drains_s:
        yield "It would be killed amid its drain."
    secrets = set(service.get("secrets", []))
    for variable, value in service["environment"].items():
        if variable.endswith("_FILE") and Path(value).name not in secrets:
            yield f"{variable} names a secret that it is not given."
