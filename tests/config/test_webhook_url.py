"""Facts of the webhooks' URLs as settings."""

from __future__ import annotations

import pytest

from config.loading import SettingsError
from config.proxy_settings import ProxySettings

URL = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:9"}
SLACK = "https://hooks.slack.com/services/T0/B0/s3cret"


@pytest.mark.parametrize(
    "wrong",
    [
        "hooks.slack.com/services/T0/B0/s3cret",
        "ftp://hooks.slack.com/s3cret",
        "https:///services/s3cret",
        "https://h:99999/s3cret",
        "https://h:port/s3cret",
        "https://[h/s3cret",
        f"{SLACK} {SLACK}",
        f"{SLACK}\n",
        f"{SLACK}#channel",
    ],
)
@pytest.mark.parametrize("team", ["TEAM", "L2", "CRITICAL"])
def test_what_cannot_be_posted_to_is_refused(team: str, wrong: str) -> None:
    """In one sentence that names the variable and shows nothing of the URL."""
    variable = f"PROXY_NOTICES_{team}_URL"
    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load({**URL, variable: wrong})

    assert str(refusal.value) == (
        f"{variable} is (hidden), which is not allowed: it must be a URL such as "
        "https://hooks.example.com/T0/B0."
    )


def test_a_url_is_a_secret() -> None:
    """It is among what the log hides, and no settings show it."""
    settings = ProxySettings.load({**URL, "PROXY_NOTICES_L2_URL": SLACK})

    assert settings.secrets() == [SLACK]
    assert "s3cret" not in repr(settings)
