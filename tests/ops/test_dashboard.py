"""The dashboard is as Grafana imports it, and asks for what is really exported."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from fakes.prometheus import a_prometheus
from fakes.promtool import PROMETHEUS, read_rules
from fakes.scraped import scraped

if TYPE_CHECKING:
    from fakes.scraped import Scraped

GRAFANA = PROMETHEUS.parent / "grafana"
DASHBOARD = json.loads((GRAFANA / "dashboard.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
GRAPHS = [panel for panel in PANELS if panel["type"] != "row"]
SHOWN = [target["expr"] for panel in GRAPHS for target in panel["targets"]]
RULES = [rule["expr"] for rule in read_rules().values()]
VARIABLES = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
COLUMNS = 24
# What Prometheus itself adds, or makes.
ITS_LABELS = {"job", "instance", "alertstate"}
ITS_SERIES = {"up", "ALERTS"}
SERIES = re.compile(r"\b(up|ALERTS|(?:pms|agent)_\w+)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def _as_asked(expression: str) -> str:
    """Put what Grafana would in the place of its variables."""
    return re.sub(r"\$(proxy|agent)\b", ".*", expression).replace(
        "$__rate_interval", "1m"
    )


def test_the_dashboard_can_be_imported() -> None:
    """It has the fields of Grafana's model, a uid that links may name, and no id."""
    assert DASHBOARD["schemaVersion"] >= 39
    assert DASHBOARD["id"] is None
    assert re.fullmatch(r"[a-z0-9-]{1,40}", DASHBOARD["uid"])
    assert DASHBOARD["title"]
    assert {"annotations", "refresh", "time", "timezone", "version"} <= DASHBOARD.keys()
    assert VARIABLES.keys() == {"datasource", "proxy", "agent"}
    assert VARIABLES["datasource"]["query"] == "prometheus"


def test_every_panel_is_complete() -> None:
    """Each has a number and a title of its own, says what it shows, and has a unit."""
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    assert {panel["type"] for panel in GRAPHS} <= {
        *("stat", "state-timeline", "timeseries"),
    }
    for panel in GRAPHS:
        assert panel["title"], panel["id"]
        assert panel["description"], panel["title"]
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"][0]["value"] is None, panel["title"]
        assert panel["targets"], panel["title"]
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters), panel["title"]
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_no_panel_lies_on_another() -> None:
    """Every place of the grid, 24 wide, has one panel at most."""
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= COLUMNS, panel["title"]
        places = set(
            itertools.product(
                range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])
            )
        )
        assert not places & taken, panel["title"]
        taken |= places


def test_states_are_told_in_words() -> None:
    """0, 1 and 2 are read as closed, open and half-open, each in its own colour."""
    timeline = next(panel for panel in GRAPHS if panel["title"] == "State")
    (mapping,) = timeline["fieldConfig"]["defaults"]["mappings"]

    told = {number: shown["text"] for number, shown in mapping["options"].items()}

    assert timeline["type"] == "state-timeline"
    assert told == {"0": "closed", "1": "open", "2": "half-open"}
    assert len({shown["color"] for shown in mapping["options"].values()}) == 3


@pytest.mark.parametrize(
    "title", ["Clients wait at the proxy", "The PMS's calls"], ids=["clients", "calls"]
)
def test_latency_stands_against_the_promises(title: str) -> None:
    """Lines at 1 s, 2 s and 15 s, and p50, p95 and p99 beside them."""
    panel = next(panel for panel in GRAPHS if panel["title"] == title)
    defaults = panel["fieldConfig"]["defaults"]

    assert [step["value"] for step in defaults["thresholds"]["steps"]] == [
        None,
        *(1, 2, 15),
    ]
    assert defaults["custom"]["thresholdsStyle"]["mode"] == "line"
    assert [
        re.findall(r"histogram_quantile\(([\d.]+)", target["expr"])
        for target in panel["targets"]
    ] == [["0.5"], ["0.95"], ["0.99"]]


Labels = list[dict[str, str]]


def _names(expression: str) -> set[str]:
    return {name for name, _ in SERIES.findall(expression)}


def _exported(*pages: str) -> dict[str, Labels]:
    """Return the label sets of each series that the pages hold."""
    found: dict[str, Labels] = {}
    for page in pages:
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                found.setdefault(sample.name, []).append(sample.labels)
    return found


def _check_names(expression: str, exported: dict[str, Labels]) -> None:
    """Hold each series, label and literal value of an expression as exported."""
    known = set(ITS_LABELS)
    for name, matchers in SERIES.findall(expression):
        if name in ITS_SERIES:
            continue
        assert name in exported, expression
        for label, how, value in MATCHER.findall(matchers):
            if label in ITS_LABELS:
                continue
            values = {labels.get(label) for labels in exported[name]}
            assert None not in values, (label, expression)
            if how in {"=", "!="}:
                assert value in values, expression
            else:
                assert any(re.fullmatch(value, str(each)) for each in values)
        known |= {label for labels in exported[name] for label in labels}
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    named = {label.strip() for labels in grouped for label in labels.split(",")}
    assert named <= known, expression


async def _ask_all(house: Scraped) -> None:
    """Let each of the agent's routes that are measured be asked once."""
    async with aiohttp.ClientSession() as session:
        for route in ("/api/v1/availability", "/webhooks/whatsapp"):
            async with session.get(f"{house.targets['agent']}{route}") as response:
                await response.read()


async def test_alerts_and_dashboard_ask_for_what_is_exported() -> None:
    """Each name, label and value is a live process's, and Prometheus takes them all."""
    async with (
        scraped({"PROXY_HOTELS": "1", "PROXY_CALENDAR_NIGHTS": "30"}) as house,
        a_prometheus(house.targets) as prometheus,
    ):
        await _ask_all(house)
        exported = _exported(*[await house.page(job) for job in house.targets])
        await prometheus.scraped(*house.targets)
        for expression in RULES:
            await prometheus.query(expression)
        for expression in SHOWN:
            asked = _as_asked(expression)
            # What is true only in trouble is empty; all else has something to show.
            await (prometheus.query if "== 1" in asked else prometheus.shown)(asked)

    for expression in (*SHOWN, *RULES):
        _check_names(expression, exported)
    for name in ("proxy", "agent"):
        assert _names(VARIABLES[name]["query"]["query"]) <= exported.keys()


def test_prometheus_looks_where_both_listen() -> None:
    """The targets' ports are the settings' own, the jobs are those of the alerts."""
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text("utf-8"))
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"]
        for job in config["scrape_configs"]
    }

    assert targets == {
        "proxy": [f"proxy:{ProxySettings.model_fields['port'].default}"],
        "agent": [f"agent:{AgentSettings.model_fields['port'].default}"],
    }
    assert set(re.findall(r'job="(\w+)"', "".join(RULES))) == targets.keys()


def test_grafana_is_given_prometheus_and_the_dashboard() -> None:
    """Its provisioning names a source of the dashboard's kind, and a folder."""
    folder = GRAFANA / "provisioning"
    sources = yaml.safe_load(Path(folder / "datasources/prometheus.yml").read_text())
    providers = yaml.safe_load(Path(folder / "dashboards/pms.yml").read_text())

    (source,) = sources["datasources"]
    assert (source["type"], source["isDefault"]) == ("prometheus", True)
    assert source["jsonData"]["timeInterval"] == "15s"
    (provider,) = providers["providers"]
    assert provider["options"]["path"].startswith("/")
    assert sources["apiVersion"] == providers["apiVersion"] == 1
