"""
The site's reference tables, as Markdown made from the code itself at each build.

`tables` is what `conf.py` hands to the pages; what is read out of the source text is
in `source.py`.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from annotated_types import Ge, Gt, Le
from prometheus_client.parser import text_string_to_metric_families

from agent.telemetry import Telemetry as AgentTelemetry
from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from docs.markdown import table
from docs.source import log_events, refusals
from proxy import problems
from proxy.breaker.values import Refused
from proxy.calls import Crowded
from proxy.front.rates import OverRate
from proxy.messages import BreakerState, Cause
from proxy.metrics import Gauges, Metrics
from proxy.telemetry import RequestRecord

if TYPE_CHECKING:
    from prometheus_client import Metric
    from pydantic.fields import FieldInfo

    from config.loading import EnvironmentSettings

ROOT = Path(__file__).parent.parent
UNITS = {"_s": "s", "_bytes": "bytes", "_per_min": "a minute"}
# More values of a label than these tell nobody anything.
SHOWN_VALUES = 10
OVER = OverRate(caller="reports", per_minute=60, retry_after_s=7)
# What stands for the facts of one refusal.
EXAMPLES: dict[str, object] = {
    "refused": Refused(BreakerState.OPEN, Cause.DOWN, 12),
    "cause": Cause.TIMEOUT,
    "crowded": Crowded(),
    "over": OVER,
    "why": "no connection could be made",
    "state": "closed",
    "retry_after_s": 5,
    "is_write": False,
}


def tables() -> dict[str, str]:
    """Return every table by the name that the pages give it."""
    return {
        "proxy_settings": settings(ProxySettings),
        "agent_settings": settings(AgentSettings),
        "proxy_metrics": metrics(_proxys_exposition()),
        "agent_metrics": metrics(AgentTelemetry().render("closed").text or ""),
        "problem_types": problem_types(),
        "refusals": refusals(ROOT),
        "proxy_events": log_events(ROOT, ("proxy", "config")),
        "request_fields": ", ".join(f"`{one.name}`" for one in fields(RequestRecord)),
        "agent_events": log_events(ROOT, ("agent", "config")),
        "alerts": alerts(ROOT / "config/prometheus/alerts.yml"),
    }


def settings(model: type[EnvironmentSettings]) -> str:
    """Return each variable with its default, its unit, its range and its meaning."""
    rows = [
        (
            f"`{model.variable(name)}`",
            "required" if field.is_required() else _default(name, field),
            _allowed(field),
            field.description or "",
        )
        for name, field in model.model_fields.items()
    ]
    return table(("variable", "default", "allowed", "meaning"), rows)


def _default(name: str, field: FieldInfo) -> str:
    if field.default_factory is None and field.default not in (None, ()):
        unit = next((UNITS[end] for end in UNITS if name.endswith(end)), "")
        return f"`{field.default}` {unit}".rstrip()
    # In words: the first of those with which the description says it.
    _, _, said = (field.description or "").partition(" Default: ")
    return re.split(r"[.,;]", said)[0] or "none"


def _allowed(field: FieldInfo) -> str:
    words: list[str] = []
    for one in field.metadata:
        match one:
            case Gt(gt=bound):
                words.append(f"> {bound}")
            case Ge(ge=bound):
                words.append(f"≥ {bound}")
            case Le(le=bound):
                words.append(f"≤ {bound}")
            case _:
                pass
    choices = get_args(field.annotation)
    if choices and all(isinstance(choice, str) for choice in choices):
        words.append(", ".join(choices))
    return ", ".join(words)


def _proxys_exposition() -> str:
    values: dict[str, object] = {"state": BreakerState.CLOSED, "cause": None}
    values["cache_size"] = (0, 0)
    made: dict[str, Any] = {
        gauge.name: lambda name=gauge.name: values.get(name, 0)
        for gauge in fields(Gauges)
    }
    of_proxy = Metrics("…")
    of_proxy.observe(Gauges(**made))
    return of_proxy.exposition().decode()


def metrics(exposition: str) -> str:
    """Return each metric of a live registry with its labels and their values."""
    rows = [
        (f"`{_exported_name(family)}`", family.type, _labels(family), _text(family))
        for family in text_string_to_metric_families(exposition)
        # The library's own instants of when a counter was made.
        if not family.name.endswith("_created")
    ]
    return table(("metric", "type", "labels", "meaning"), rows)


def _exported_name(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else family.name


def _labels(family: Metric) -> str:
    values: dict[str, dict[str, None]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            values.setdefault(label, {})[value] = None
    return "; ".join(
        f"`{label}`: {', '.join(list(found)[:SHOWN_VALUES])}"
        + (", …" if len(found) > SHOWN_VALUES else "")
        for label, found in values.items()
        if label != "le"
    )


def _text(family: Metric) -> str:
    bounds = {s.labels["le"]: None for s in family.samples if "le" in s.labels}
    if not bounds:
        return family.documentation
    shown = ", ".join(bound.removesuffix(".0") for bound in bounds if bound != "+Inf")
    return f"{family.documentation} Buckets, in seconds: {shown}."


def problem_types() -> str:
    """Return every refusal of the proxy's own, by an example of each."""
    rows = [
        (
            f"`{made.kind}`",
            str(int(made.status)),
            "yes" if made.retry_after_s is not None else "",
            ", ".join(f"`{member}`" for member in made.members),
            made.detail,
        )
        for made in _examples_of_problems()
    ]
    head = ("type ends in", "status", "`Retry-After`", "members", "detail")
    return table(head, rows)


def _examples_of_problems() -> list[problems.Problem]:
    made: list[problems.Problem] = []
    for _, function in inspect.getmembers(problems, inspect.isfunction):
        if function is problems.bad_request or function.__name__.startswith("_"):
            continue
        if function.__annotations__.get("return") != problems.Problem.__name__:
            continue
        # A new fact without an example stops the build.
        given = {
            name: EXAMPLES[name] for name in inspect.signature(function).parameters
        }
        made.append(function(**given))
    made.append(problems.upstream_failed(Cause.DOWN))
    made.append(problems.over_rate(OVER, is_write=True))
    return sorted(made, key=lambda problem: (problem.kind, problem.status))


def alerts(path: Path) -> str:
    """Return a section for each alert: when it fires, what to say, whom to call."""
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    return "\n\n".join(
        _alert(rule) for group in groups for rule in group["rules"] if "alert" in rule
    )


def _alert(rule: dict[str, Any]) -> str:
    said: dict[str, str] = rule["annotations"]
    labels: dict[str, str] = rule["labels"]
    runbook = Path(said["runbook_url"]).name
    parts = (
        f"## {rule['alert']}",
        f"{said['summary']}. {said['descripcion']}",
        f"- **Qué hacer**: {said['paso']} ([runbook]({runbook}))",
        f"- **Qué decir**: {said['decir']}",
        f"- **A quién llamar**: {said['llamar']}",
        f"- `severity`: {labels['severity']}; `team`: {labels['team']}",
        f"- `for`: {rule.get('for', '0s')}",
        f"```text\n{rule['expr'].strip()}\n```",
    )
    return "\n\n".join(parts)
