"""A real Prometheus scrapes a real proxy and agent, and judges the real alerts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from demo import faults
from fakes.prometheus import Watch, a_prometheus
from fakes.promtool import ALERTS, Case, judge, read_rules, write_test
from fakes.scraped import scraped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The alerts' minutes are seconds here.
FASTER = 60
MS = {"m": 60_000, "h": 3_600_000}
NOT_CLOSED, L2 = "PmsBreakerNotClosed", "PmsOutageOver30Minutes"
# Longer than any alert waits and looks back.
NIGHT_MIN = 80
CALENDAR = {"PROXY_CALENDAR_NIGHTS": "30", "PROXY_HOTELS": "1"}


def in_fast_time(rules: str) -> str:
    """Divide each span of the alerts: what `for` waits, and what ranges look back."""

    def divided(found: re.Match[str]) -> str:
        before, number, unit = found.groups()
        return f"{before}{int(number) * MS[unit] // FASTER}ms"

    return re.sub(r"(for: |\[)(\d+)([mh])\b", divided, rules)


async def test_an_outage_is_told_escalated_and_over() -> None:
    """Pending, firing after two minutes, L2 after thirty, resolved; and no other."""
    rules = in_fast_time(ALERTS.read_text(encoding="utf-8"))
    async with (
        scraped() as house,
        a_prometheus(house.targets, rules=rules) as prometheus,
    ):
        rig, watch = house.rig, Watch(prometheus)
        await prometheus.scraped(*house.targets)
        rig.pms.always(faults.error_page())
        for number in range(5):
            await rig.get(f"/api/orders/{number}")
        await watch.until({NOT_CLOSED: "pending"})
        await watch.until({NOT_CLOSED: "firing"})
        rig.clock.advance(1860)
        await watch.until({NOT_CLOSED: "firing", L2: "firing"})
        rig.pms.heals()
        rig.clock.advance(30)
        await watch.until({})

    assert watch.fired <= {NOT_CLOSED, L2}


def test_all_spans_are_shorter_in_fast_time() -> None:
    """No alert's hour is waited for, and nothing but spans is changed."""
    text = ALERTS.read_text(encoding="utf-8")
    spans = [rule["for"] for rule in read_rules().values() if "for" in rule]

    fast = in_fast_time(text)

    assert {"for: 2000ms", "[10000ms]"} <= set(re.findall(r"for: \w+|\[\w+\]", fast))
    assert re.findall(r"for: \d+[mh]\b|\[\d+[mh]\]", fast) == []
    assert fast.count("for: ") == len(spans)


async def test_a_quiet_night_wakes_nobody(tmp_path: Path) -> None:
    """With no request for hours no alert fires: nothing is divided by zero."""
    async with scraped(CALENDAR) as house:
        while await house.rig.metric("pms_calendar_nights") < 30:
            house.rig.clock.advance(1)
            await house.rig.settles()
        pages = {job: await house.page(job) for job in house.targets}
    series = {f'up{{job="{job}",instance="a"}}': f"1x{NIGHT_MIN}" for job in pages}
    for job, page in pages.items():
        series.update(_idle(job, page))
    rules = list(read_rules().values())
    asked = set(re.findall(r"\w+", "".join(rule["expr"] for rule in rules)))
    night = Case(
        name="a quiet night",
        series={told: series[told] for told in series if told.split("{")[0] in asked},
        minutes=NIGHT_MIN,
    )

    minutes = range(0, NIGHT_MIN + 1, 5)
    test = write_test(tmp_path, "night", rules, [night.test(*rules, minutes=minutes)])

    assert judge(test)[test] == ""


def _idle(job: str, page: str) -> Iterator[tuple[str, str]]:
    """Yield every series that is exported as one that stands still all night."""
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = {"job": job, "instance": "a", **sample.labels}
            told = ",".join(f"{name}={json.dumps(labels[name])}" for name in labels)
            yield f"{sample.name}{{{told}}}", f"{sample.value}+0x{NIGHT_MIN}"
