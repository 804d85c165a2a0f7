"""The documents build into a site without dead links, and without outside assets."""

from __future__ import annotations

import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
import yaml

from config.agent_settings import AgentSettings
from config.proxy_settings import ProxySettings
from docs.site import faults

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "config/prometheus/alerts.yml"
BUILD = (
    "import sys; from pathlib import Path; from docs.site import build; "
    "sys.exit(build(Path(sys.argv[1])))"
)


@pytest.mark.timeout(90)
def test_the_site_is_whole(tmp_path: Path) -> None:
    """It builds without a warning, and its references hold what there is."""
    # Apart from this process, where Sphinx's own warnings would be errors.
    built = subprocess.run(  # noqa: S603
        [sys.executable, "-c", BUILD, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stderr) == (0, "")

    def page(name: str) -> str:
        return unescape((tmp_path / f"{name}.html").read_text(encoding="utf-8"))

    settings = page("settings")
    for model in (ProxySettings, AgentSettings):
        assert all(model.variable(name) in settings for name in model.model_fields)
    rules = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"][0]["rules"]
    alerts = page("alerts")
    assert all(rule["annotations"]["llamar"] in alerts for rule in rules)
    for name, known in {
        "index": "Two commands",
        "operation": "Bookings that are sent once",
        "limits": "Limits, told honestly",
        "metrics": "pms_circuit_breaker_state_info",
        "refusals": "This Idempotency-Key has come with another request before.",
        "log-events": "Circuit breaker opened at …",
        "changelog": "Unreleased",
    }.items():
        assert known in page(name), name


def test_what_is_wrong_with_a_site_is_told(tmp_path: Path) -> None:
    """Dead links, dead anchors and assets from outside are named; others are not."""
    (tmp_path / "index.html").write_text(
        '<h1 id="top"></h1><a href="#top"></a><a href="other.html#here"></a>'
        '<a href="https://example.com/"></a><a href="gone.html"></a>'
        '<a href="other.html#gone"></a><img src="gone.png">'
        '<script src="https://example.com/a.js"></script>'
        '<link href="//example.com/a.css">'
    )
    (tmp_path / "near.css").write_text("p {background: url(near.png)}")
    (tmp_path / "far.css").write_text("p {background: url('//example.com/far.png')}")
    (tmp_path / "other.html").write_text('<p id="here"></p>')

    assert faults(tmp_path) == [
        "far.css loads what is outside.",
        "index.html links to gone.html, which does not exist.",
        "index.html links to gone.png, which does not exist.",
        "index.html links to other.html#gone, which has no anchor.",
        "index.html loads //example.com/a.css.",
        "index.html loads https://example.com/a.js.",
    ]
