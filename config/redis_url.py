"""Where a Redis is: the setting of both processes, checked once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr


def _checked(value: SecretStr) -> SecretStr:
    if not _is_redis_url(value.get_secret_value()):
        raise ValueError("it must be redis://[:password@]host[:port][/db]")
    return value


def _is_redis_url(url: str) -> bool:
    """Say whether `url` names a Redis, and nothing that would be ignored."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError where it is no port
    except ValueError:
        return False
    db = parts.path.strip("/")
    is_plain = not (parts.query or parts.fragment)
    is_number = not db or (db.isascii() and db.isdigit())
    is_redis = parts.scheme in ("redis", "rediss") and bool(parts.hostname)
    return is_redis and is_plain and is_number


RedisUrl = Annotated[SecretStr, AfterValidator(_checked)]
