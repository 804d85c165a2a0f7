"""The agent's settings: one typed object, every field with default, unit, meaning."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from config.loading import EnvironmentSettings
from config.redis_url import RedisUrl  # noqa: TC001  (pydantic reads it)

# What the agent calls a room, and guests' texts are understood as.
ROOM_TYPES = ("single", "double", "twin", "triple", "quadruple", "family", "suite")
# As QloApps knows an e-mail's domain; what it does not know ends a booking's PHP.
_DOMAIN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z0-9]+")


def _split_types(value: Any) -> Any:
    """Read `General Rooms:double,…` as a mapping of the house's names."""
    if not isinstance(value, str):
        return value
    types: dict[str, str] = {}
    for pair in filter(None, map(str.strip, value.split(","))):
        name, _, known = map(str.strip, pair.rpartition(":"))
        if not name or known not in ROOM_TYPES:
            allowed = ", ".join(ROOM_TYPES)
            raise ValueError(
                f"it must be name:type pairs, separated by commas, each type {allowed}"
            )
        types[name] = known
    return types


class AgentSettings(EnvironmentSettings):
    """Settings of `python -m agent`, from variables that start with `AGENT_`."""

    model_config = SettingsConfigDict(env_prefix="AGENT_")

    bind: str | None = Field(
        None,
        description="Address to listen on. Default: every address, IPv4 and IPv6.",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8080, description="Port to listen on; 0 takes a free one."
    )
    proxy_url: str = Field(
        "http://127.0.0.1:8081", description="Base URL of the proxy."
    )
    proxy_token: SecretStr | None = Field(
        None, description="The agent's token at the proxy. Default: none."
    )
    hotel_id: Annotated[int, Field(ge=1)] = Field(
        1, description="The hotel's id in QloApps."
    )
    hotel_timezone: str = Field(
        "America/Argentina/Buenos_Aires",
        description="Time zone in which 'today' is meant.",
    )
    weekend_starts: Literal["thursday", "friday", "saturday"] = Field(
        "friday", description="The day on which 'the weekend' begins."
    )
    weekend_nights: Annotated[int, Field(ge=1, le=4)] = Field(
        2, description="The nights of 'the weekend'."
    )
    default_nights: Annotated[int, Field(ge=1, le=30)] = Field(
        1, description="The nights of a stay of which only the arrival is said."
    )
    long_weekends: str = Field(
        "2026-12-04/2026-12-08",
        description="What 'the long weekend' means: arrival/leaving,… by date.",
    )
    room_types: Annotated[dict[str, str], BeforeValidator(_split_types)] = Field(
        default_factory=dict,
        description="What the hotel's own names of room types are: name:type,… "
        "Default: what the names say themselves.",
    )
    guest_email_domain: str = Field(
        "guests.invalid",
        # The PMS keeps 128 letters of an address.
        max_length=80,
        description="Domain of the addresses by which the PMS tells guests apart.",
    )
    redis_url: RedisUrl | None = Field(
        None,
        description="Redis that keeps messages and conversations. Default: none.",
    )
    whatsapp_app_secret: SecretStr | None = Field(
        None,
        description="Signs webhook bodies (X-Hub-Signature-256). "
        "Default: none; signatures are not checked.",
    )
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="Answers the webhook's verification. Default: none."
    )
    whatsapp_access_token: SecretStr | None = Field(
        None,
        description="Sends replies through the Cloud API. "
        "Default: none; replies are in the webhook's answer.",
    )
    whatsapp_phone_number_id: str | None = Field(
        None, description="The hotel's phone number id in the Cloud API."
    )
    whatsapp_api_url: str | None = Field(
        None, description="Base URL of the Cloud API, version included."
    )

    @property
    def long_weekend_days(self) -> tuple[tuple[date, date], ...]:
        """The long weekends as days, arrival and leaving."""
        spans = (span.split("/") for span in self.long_weekends.split(",") if span)
        return tuple(
            (date.fromisoformat(first.strip()), date.fromisoformat(last.strip()))
            for first, last in spans
        )

    @model_validator(mode="after")
    def _long_weekends_are_days(self) -> AgentSettings:
        try:
            is_right = all(first < last for first, last in self.long_weekend_days)
        except ValueError:
            is_right = False
        if not is_right:
            raise ValueError(
                "AGENT_LONG_WEEKENDS must be pairs such as 2026-12-04/2026-12-08, "
                "separated by commas."
            )
        return self

    @field_validator("proxy_url", "whatsapp_api_url")
    @classmethod
    def _is_a_base_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must be a URL such as http://127.0.0.1:8081")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("it has no credentials, no query and no fragment")
        _ = parts.port  # raises ValueError where it is no port
        return value.rstrip("/")

    @field_validator("proxy_token", "whatsapp_access_token")
    @classmethod
    def _is_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            token = value.get_secret_value()
            if not (token.isascii() and token.isprintable()):
                raise ValueError("a token has no control characters and no accents")
        return value

    @model_validator(mode="after")
    def _an_account_is_whole(self) -> AgentSettings:
        if self.whatsapp_access_token and not self.whatsapp_phone_number_id:
            raise ValueError(
                "AGENT_WHATSAPP_ACCESS_TOKEN is set, so AGENT_WHATSAPP_PHONE_NUMBER_ID "
                "is required: it is the number that replies are sent from."
            )
        return self

    @field_validator("guest_email_domain")
    @classmethod
    def _is_a_domain(cls, value: str) -> str:
        if not _DOMAIN.fullmatch(value):
            raise ValueError("it must be a domain such as guests.example.com")
        return value

    @field_validator("hotel_timezone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError(
                "it must be a time zone such as America/Argentina/Buenos_Aires"
            ) from None
        return value
