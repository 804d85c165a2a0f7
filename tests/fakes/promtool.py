"""Prometheus' own promtool, and the alerts as it is to judge them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PROGRAM = "promtool"
PROMETHEUS = Path(__file__).parent.parent.parent / "config" / "prometheus"
ALERTS = PROMETHEUS / "alerts.yml"
CASES = Path(__file__).parent.parent / "ops" / "alert_cases.yml"
PATIENCE_S = 15
MINUTES = 30
# What tells one machine from another, on Fly too.
MACHINES = {
    name: f'{name},host="{host}",region="{region}"'
    for name, host, region in (
        ('instance="a"', "1", "eze"),
        ('instance="b"', "2", "gru"),
        ('instance="c"', "3", "eze"),
    )
}

Document = dict[str, Any]
Rule = Document


def read_rules() -> dict[str, Rule]:
    """Return the alerts' rules by their names."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is measured, and from when until when an alert fires by it."""

    name: str
    series: Mapping[str, str] = field(default_factory=dict)
    histograms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    minutes: int = MINUTES
    fires: Sequence[int] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    def test(self, *rules: Rule, minutes: Iterable[int] | None = None) -> Document:
        """Return it as promtool reads it: each rule asked at each of these minutes."""
        asked = range(self.minutes + 1) if minutes is None else minutes
        return {
            "interval": "1m",
            "input_series": [
                {"series": series, "values": values}
                for series, values in self._all_series()
            ],
            "alert_rule_test": [
                {
                    "eval_time": f"{minute}m",
                    "alertname": rule["alert"],
                    "exp_alerts": self._expected(rule) if minute in self._span else [],
                }
                for rule in rules
                for minute in asked
            ],
        }

    def turns(self) -> list[int]:
        """Return the minutes around its changes, and some of those in between."""
        span = self._span
        around = {span.start - 1, span.start, span.stop - 1, span.stop} if span else ()
        asked = {*around, *range(0, self.minutes, 5), self.minutes}
        return sorted(minute for minute in asked if minute <= self.minutes)

    @property
    def _span(self) -> range:
        return range(*(*self.fires, self.minutes + 1)[:2]) if self.fires else range(0)

    def _expected(self, rule: Rule) -> list[Document]:
        labels = {**rule["labels"], **self.labels}
        told = rule.get("annotations", {})
        return [{"exp_labels": labels, "exp_annotations": told}]

    def _all_series(self) -> Iterator[tuple[str, str]]:
        for series, values in self.series.items():
            for told in _as_told(series):
                yield told, values
        for series, buckets in self.histograms.items():
            for told in _as_told(series):
                name, labels = told.removesuffix("}").split("{")
                *_, everything = buckets.values()
                for bound, values in {**buckets, "+Inf": everything}.items():
                    yield f'{name}_bucket{{{labels},le="{bound}"}}', values
                yield f"{name}_count{{{labels}}}", everything


def _as_told(series: str) -> Iterator[str]:
    """Yield a series as two machines tell it, or as the one does that it names."""
    named = [name for name in MACHINES if name in series]
    for name in named or list(MACHINES)[:2]:
        rest = series.replace(f"{name},", "").replace(f",{name}", "")
        yield rest.replace("{", f"{{{MACHINES[name]},", 1)


def read_cases() -> dict[str, list[Case]]:
    """Return each alert's cases."""
    given = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return {alert: [Case(**case) for case in cases] for alert, cases in given.items()}


def write_test(
    folder: Path, name: str, rules: Sequence[Rule], tests: Sequence[object]
) -> Path:
    """Write rules, and a test file of promtool's for them."""
    rules_path, test_path = folder / f"{name}.rules.yml", folder / f"{name}.test.yml"
    _dump(rules_path, {"groups": [{"name": "pms", "rules": list(rules)}]})
    _dump(
        test_path,
        {
            "rule_files": [str(rules_path)],
            "evaluation_interval": "1m",
            "tests": list(tests),
        },
    )
    return test_path


def judge(*tests: Path) -> dict[Path, str]:
    """Run test files; return what is wrong with each, empty where it holds."""
    said = run("test", "rules", *map(str, tests)).stdout
    parts = re.split(r"^Unit Testing:  (.+)$", said, flags=re.MULTILINE)[1:]
    verdicts = dict(zip(map(Path, parts[::2]), parts[1::2], strict=True))
    return {
        path: "" if "SUCCESS" in told and "FAILED" not in told else told
        for path, told in verdicts.items()
    }


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run promtool; what it says on either stream is in `stdout`."""
    return subprocess.run(  # noqa: S603  (our own arguments)
        [PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def _dump(path: Path, document: object) -> None:
    # JSON is YAML, and is written ten times as fast.
    path.write_text(json.dumps(document), encoding="utf-8")
