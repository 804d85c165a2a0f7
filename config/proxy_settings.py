"""The proxy's settings: one typed object, every field with default, unit, meaning."""

from __future__ import annotations

import re
from ipaddress import ip_address
from itertools import chain
from pathlib import PurePath
from typing import Annotated, Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from config.loading import AT_START, EnvironmentSettings
from config.redis_url import RedisUrl  # noqa: TC001  (pydantic reads it)
from config.webhook_url import WebhookUrl  # noqa: TC001  (pydantic reads it)

# The name of whoever has none, in metrics.
NAMELESS = "anonymous"

# A shorter token is accepted, and warned of.
STRONG_LETTERS = 16

_LIMIT = re.compile(r"([^:]+):([1-9][0-9]{0,4})?:([1-9][0-9]{0,4})?")


def _split_tokens(value: Any) -> Any:
    """Read `name:token,name:token` as a mapping of names to their tokens."""
    if not isinstance(value, str):
        return value
    names: dict[str, str] = {}
    for pair in _parts(value):
        name, _, token = pair.partition(":")
        if not (name.replace("-", "").replace("_", "").isalnum() and token):
            raise ValueError("it must be name:token pairs, separated by commas")
        if name == NAMELESS:
            raise ValueError(f"the name {NAMELESS} is kept for who has no token")
        if token in names:
            raise ValueError(f"a token of {name} stands there twice")
        names[token] = name
    if not names:
        # Without any, whoever reaches the port may call.
        raise ValueError("it names no token")
    return {
        name: tuple(SecretStr(token) for token, of in names.items() if of == name)
        for name in names.values()
    }


class ClientLimit(NamedTuple):
    """How much one tool may ask: requests a minute, calls inside the PMS at once."""

    per_minute: int | None
    places: int | None


def _split_limits(value: Any) -> Any:
    """Read `name:per_minute:places,…` as a mapping; an empty number is no limit."""
    if not isinstance(value, str):
        return value
    limits: dict[str, ClientLimit] = {}
    for part in _parts(value):
        found = _LIMIT.fullmatch(part)
        if found is None:
            raise ValueError(
                "it must be name:per_minute:places, separated by commas, each number "
                "from 1 to 99999, or empty for no limit"
            )
        name, per_minute, places = found.groups()
        if name in limits:
            raise ValueError(f"the name {name} stands there twice")
        limits[name] = ClientLimit(
            int(per_minute) if per_minute else None, int(places) if places else None
        )
    return limits


def _split_names(value: Any) -> Any:
    """Read `1,2,3` as a tuple."""
    if not isinstance(value, str):
        return value
    return tuple(_parts(value))


def _parts(value: str) -> list[str]:
    return [part for part in map(str.strip, re.split("[,\n]", value)) if part]


Seconds = Annotated[float, Field(gt=0, le=86400, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=0, le=65535)]


class ProxySettings(EnvironmentSettings):
    """Settings of `python -m proxy`, from variables that start with `PROXY_`."""

    model_config = SettingsConfigDict(env_prefix="PROXY_")

    in_files: ClassVar[tuple[str, ...]] = (
        "upstream_key",
        "client_tokens",
        "admin_token",
        "notices_team_url",
        "notices_l2_url",
        "notices_critical_url",
    )

    bind: str | None = Field(
        None,
        description="Address to listen on. Default: every address, IPv4 and IPv6; "
        "loopback only where an upstream key is set and no client tokens are.",
    )
    port: Port = Field(8081, description="Port to listen on; 0 takes a free one.")
    upstream_url: str = Field(
        description="Base URL of QloApps, such as http://127.0.0.1:8080."
    )
    upstream_host: str | None = Field(
        None,
        description="The shop's own domain, port included, sent as Host. "
        "Default: the upstream URL's host:port.",
    )
    upstream_key: SecretStr | None = Field(
        None,
        description="The proxy's own webservice key. "
        "Default: clients' credentials pass through.",
    )
    upstream_key_file: str | None = Field(
        None,
        description="File that holds the key instead; read again on SIGHUP. "
        "Default: none.",
    )
    client_tokens: Annotated[
        dict[str, tuple[SecretStr, ...]], BeforeValidator(_split_tokens)
    ] = Field(
        default_factory=dict,
        description="Who may call: name:token,…; sent as X-Proxy-Token. Several tokens "
        "of one name are all valid. Default: whoever can reach the port.",
    )
    client_tokens_file: str | None = Field(
        None,
        description="File that holds the tokens instead, one a line or separated by "
        "commas; read again on SIGHUP. Default: none.",
    )
    client_limits: Annotated[dict[str, ClientLimit], BeforeValidator(_split_limits)] = (
        Field(
            default_factory=dict,
            description="How much each may ask: name:per_minute:places,…; requests "
            "a minute and calls inside the PMS at once. Default: no limits.",
        )
    )
    admin_token: SecretStr | None = Field(
        None,
        description="Token of the admin paths, sent as X-Admin-Token. "
        "Default: none; the admin paths answer 403.",
    )
    admin_token_file: str | None = Field(
        None,
        description="File that holds it instead; read again on SIGHUP. Default: none.",
    )
    upstream_timeout_s: Seconds = Field(
        15, description="A call without a complete answer by then failed, seconds."
    )
    soft_timeout_s: Seconds = Field(
        0.8,
        description="A guest with a usable copy waits no longer for the PMS, seconds.",
    )
    breaker_failures: int = Field(
        5, ge=1, le=10000, description="Failures in the window that open the breaker."
    )
    breaker_window_s: Seconds = Field(
        30, description="Sliding window over which failures count, seconds."
    )
    breaker_open_s: Seconds = Field(
        30, description="How long the breaker stays open before a probe, seconds."
    )
    breaker_min_ratio: float = Field(
        0,
        ge=0,
        le=1,
        description="It opens only where this share of the window's calls failed; "
        "0 = off.",
    )
    breaker_slow_s: Seconds | None = Field(
        None,
        description="A call without an answer by then counts as a failure already, "
        "and goes on; seconds. Default: none.",
    )
    breaker_open_growth: float = Field(
        1,
        ge=1,
        le=10,
        description="Each failed probe makes the open interval so many times longer.",
    )
    breaker_open_max_s: Seconds = Field(
        300, description="Up to this, seconds; never below PROXY_BREAKER_OPEN_S."
    )
    breaker_open_jitter: float = Field(
        0,
        ge=0,
        le=1,
        description="Up to this share is added to the open interval by chance.",
    )
    breaker_successes: int = Field(
        1, ge=1, le=100, description="Good probes in a row that close the breaker."
    )
    breaker_observe_only: bool = Field(
        default=False,
        description="Count, log and show, but refuse nobody and tell clients closed.",
    )
    fresh_s: Seconds = Field(
        30, description="Availability is served without asking up to this age, seconds."
    )
    usable_s: Seconds = Field(
        300, description="Availability may be served, marked, to this age, seconds."
    )
    catalogue_fresh_s: Seconds = Field(
        60, description="As PROXY_FRESH_S, for hotels, room types and the like."
    )
    catalogue_usable_s: Seconds = Field(
        300, description="As PROXY_USABLE_S, for hotels, room types and the like."
    )
    max_inflight: int = Field(
        4, ge=1, le=1000, description="Calls inside the PMS at once."
    )
    max_waiting: int = Field(
        64, ge=0, le=100000, description="Calls that may wait for a place."
    )
    max_wait_s: Seconds = Field(
        5, description="How long a call may wait for a place, seconds."
    )
    abandoned_hold_s: Seconds = Field(
        45, description="A call given up at its deadline keeps its place, seconds."
    )
    refresh_per_min: int = Field(
        20,
        ge=0,
        le=10000,
        description="Calls a minute for refreshing ahead of guests; 0 = off.",
    )
    cache_bytes: int = Field(
        67108864, ge=0, description="Byte budget of the copies held in memory."
    )
    redis_url: RedisUrl | None = Field(
        None, description="Redis behind the memory store. Default: none."
    )
    snapshot_path: str | None = Field(
        None, description="File that keeps copies over a restart. Default: none."
    )
    unknown_settle_s: Seconds = Field(
        120, description="A write not found by then is presumed not applied, seconds."
    )
    drain_s: Seconds = Field(
        10, description="On SIGTERM requests under way get this long, seconds."
    )
    calendar_nights: int = Field(
        180, ge=0, le=730, description="Nights kept in the calendar; 0 = off."
    )
    calendar_refresh_s: Seconds = Field(
        200,
        description="Nights are asked for anew at this age, and before they are too "
        "old to serve, seconds.",
    )
    hotels: Annotated[tuple[str, ...], BeforeValidator(_split_names)] = Field(
        (), description="Hotel ids, separated by commas. Default: learned."
    )

    notices_team_url: WebhookUrl | None = Field(
        None,
        description="Webhook (Slack's form) that is told of every outage: its opening, "
        "30 minutes, 2 hours, its end. Default: none.",
    )
    notices_team_url_file: str | None = Field(
        None,
        description="File that holds it instead; read again on SIGHUP. Default: none.",
    )
    notices_l2_url: WebhookUrl | None = Field(
        None,
        description="Webhook of the PMS's L2 team: told from 30 minutes on. "
        "Default: none.",
    )
    notices_l2_url_file: str | None = Field(
        None,
        description="File that holds it instead; read again on SIGHUP. Default: none.",
    )
    notices_critical_url: WebhookUrl | None = Field(
        None,
        description="Webhook of the C-level: told from 2 hours on. Default: none.",
    )
    notices_critical_url_file: str | None = Field(
        None,
        description="File that holds it instead; read again on SIGHUP. Default: none.",
    )

    @field_validator("upstream_url")
    @classmethod
    def _is_a_base_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must be a URL such as http://127.0.0.1:8080")
        if parts.username or parts.password:
            raise ValueError("credentials belong in PROXY_UPSTREAM_KEY")
        if parts.query or parts.fragment:
            raise ValueError("a base URL has no query and no fragment")
        _ = parts.port  # raises ValueError where it is no port
        return value.rstrip("/")

    @field_validator("snapshot_path")
    @classmethod
    def _is_a_file(cls, value: str | None) -> str | None:
        if value is not None and (value.endswith("/") or not PurePath(value).name):
            raise ValueError("it must be the path of a file")
        return value

    @field_validator("upstream_host")
    @classmethod
    def _is_a_host(cls, value: str | None) -> str | None:
        if value is not None and not (value.isascii() and value.isprintable()):
            raise ValueError("it must be a host name, with :port where it has one")
        if value is not None and set(value) & set(" /@?#"):
            raise ValueError("it must be a host name, with :port where it has one")
        return value

    @field_validator("upstream_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            key = value.get_secret_value()
            if not (key.isascii() and key.isprintable()) or set(key) & set(" :"):
                raise ValueError("a key is ASCII letters and digits, without spaces")
        return value

    @model_validator(mode="after")
    def _own_key_is_not_for_everybody(self) -> ProxySettings:
        if self.bind and self.lends_its_key and not is_loopback(self.bind):
            raise ValueError(
                f"PROXY_BIND is {self.bind!r}, which would lend the PMS key to whoever "
                "reaches it: set PROXY_CLIENT_TOKENS, or bind to loopback."
            )
        return self

    @field_validator("client_tokens")
    @classmethod
    def _can_be_sent(
        cls, value: dict[str, tuple[SecretStr, ...]]
    ) -> dict[str, tuple[SecretStr, ...]]:
        for token in chain.from_iterable(value.values()):
            _require_one_line(token)
        return value

    @field_validator("admin_token")
    @classmethod
    def _is_one_line(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            _require_one_line(value)
        return value

    @model_validator(mode="after")
    def _limits_are_of_known_callers(self, info: ValidationInfo) -> ProxySettings:
        # Read again, tokens may be fewer: taking a lost one away must not wait for a
        # restart with other limits.
        if info.context != AT_START:
            return self
        for name in self.client_limits:
            if name not in self.client_tokens:
                raise ValueError(
                    f"PROXY_CLIENT_LIMITS names {name}, who has no token in "
                    "PROXY_CLIENT_TOKENS or its file."
                )
        return self

    def weak_secrets(self) -> list[str]:
        """Say, a sentence each, which tokens can be guessed."""
        owned = [
            (f"The token of {name} in PROXY_CLIENT_TOKENS", token)
            for name, tokens in self.client_tokens.items()
            for token in tokens
        ]
        if self.admin_token is not None:
            owned.append(("PROXY_ADMIN_TOKEN", self.admin_token))
        return [
            f"{whose} is shorter than {STRONG_LETTERS} characters and can be guessed."
            for whose, token in owned
            if len(token.get_secret_value()) < STRONG_LETTERS
        ]

    def secrets(self) -> list[str]:
        """Return all that must never be shown."""
        kept = [self.upstream_key, self.admin_token, self.redis_url]
        kept += [self.notices_team_url, self.notices_l2_url, self.notices_critical_url]
        kept += chain.from_iterable(self.client_tokens.values())
        return [secret.get_secret_value() for secret in kept if secret is not None]

    def limit_of(self, name: str) -> ClientLimit:
        """Return how much a caller may ask."""
        return self.client_limits.get(name, ClientLimit(None, None))

    @property
    def lends_its_key(self) -> bool:
        """Whether anybody who reaches the port acts with the proxy's own key."""
        return self.upstream_key is not None and not self.client_tokens

    @property
    def host_header(self) -> str:
        """The Host that the PMS must see, port included."""
        return self.upstream_host or urlsplit(self.upstream_url).netloc


def _require_one_line(token: SecretStr) -> None:
    if not token.get_secret_value().isprintable():
        raise ValueError("a token is printable text on one line")


def is_loopback(address: str) -> bool:
    """Say whether only this machine can reach `address`."""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
