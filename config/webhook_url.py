"""Where notices go: a webhook's URL, which is a secret, checked once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr


def _checked(value: SecretStr) -> SecretStr:
    if not _is_webhook_url(value.get_secret_value()):
        raise ValueError("it must be a URL such as https://hooks.example.com/T0/B0")
    return value


def _is_webhook_url(url: str) -> bool:
    """Say whether `url` can be posted to as it stands."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError where it is no port
    except ValueError:
        return False
    is_http = parts.scheme in ("http", "https") and bool(parts.hostname)
    # White space would be a second URL, or half of one.
    return is_http and not parts.fragment and url.isprintable() and " " not in url


WebhookUrl = Annotated[SecretStr, AfterValidator(_checked)]
