"""Settings: accepted names, refused values, one sentence each."""

from __future__ import annotations

import pytest

from agent import messages
from config.agent_settings import ROOM_TYPES, AgentSettings
from config.loading import SettingsError
from config.proxy_settings import ProxySettings
from proxy.policies import client_tokens

URL = {"PROXY_UPSTREAM_URL": "http://127.0.0.1:9"}

# CONTRACT §10: all of these are accepted from the first version on.
CONTRACT = {
    "PROXY_BIND": "127.0.0.1",
    "PROXY_PORT": "8081",
    "PROXY_UPSTREAM_HOST": "hotel.example.com:8443",
    "PROXY_UPSTREAM_KEY": "K" * 32,
    "PROXY_CLIENT_TOKENS": "agent:abc,reports:d:e",
    "PROXY_CLIENT_LIMITS": "agent:60:",
    "PROXY_ADMIN_TOKEN": "admin",
    "PROXY_UPSTREAM_TIMEOUT_S": "0.15",
    "PROXY_SOFT_TIMEOUT_S": "0.8",
    "PROXY_BREAKER_FAILURES": "5",
    "PROXY_BREAKER_WINDOW_S": "0.3",
    "PROXY_BREAKER_OPEN_S": "0.3",
    "PROXY_FRESH_S": "30",
    "PROXY_USABLE_S": "3",
    "PROXY_CATALOGUE_FRESH_S": "60",
    "PROXY_CATALOGUE_USABLE_S": "300",
    "PROXY_MAX_INFLIGHT": "4",
    "PROXY_MAX_WAITING": "64",
    "PROXY_MAX_WAIT_S": "5",
    "PROXY_ABANDONED_HOLD_S": "45",
    "PROXY_REFRESH_PER_MIN": "0",
    "PROXY_CACHE_BYTES": "67108864",
    "PROXY_REDIS_URL": "redis://127.0.0.1:6379/0",
    "PROXY_SNAPSHOT_PATH": "/var/lib/proxy/snapshot",
    "PROXY_UNKNOWN_SETTLE_S": "120",
    "PROXY_DRAIN_S": "10",
    "PROXY_CALENDAR_NIGHTS": "0",
    "PROXY_HOTELS": "1,2",
}


def test_every_name_of_the_contract_is_accepted() -> None:
    """All variables of CONTRACT §10 load, fractions of seconds included."""
    settings = ProxySettings.load({**URL, **CONTRACT})

    assert settings.breaker_open_s == 0.3
    assert settings.hotels == ("1", "2")
    assert client_tokens(settings) == {"agent": ("abc",), "reports": ("d:e",)}
    assert ProxySettings.unknown_variables({**URL, **CONTRACT}) == []


def test_an_empty_variable_is_an_unset_one() -> None:
    """What a deployment tool passes on empty has its default."""
    settings = ProxySettings.load({**URL, "PROXY_PORT": "", "PROXY_BIND": ""})

    assert (settings.port, settings.bind) == (8081, None)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PROXY_PORT", "http", "valid integer"),
        ("PROXY_PORT", "70000", "65535"),
        ("PROXY_BREAKER_FAILURES", "0", "greater than or equal to 1"),
        ("PROXY_BREAKER_OPEN_S", "-1", "greater than 0"),
        ("PROXY_BREAKER_OPEN_S", "inf", "finite"),
        ("PROXY_BREAKER_OPEN_S", "1e9", "86400"),
        ("PROXY_FRESH_S", "nan", "finite"),
        ("PROXY_UPSTREAM_URL", "hotel.example.com", "http://"),
        ("PROXY_UPSTREAM_URL", "ftp://hotel.example.com", "http://"),
        ("PROXY_UPSTREAM_URL", "http://h:99999", "Port out of range"),
        ("PROXY_UPSTREAM_URL", "http://h/?a=1", "no query"),
        ("PROXY_UPSTREAM_HOST", "http://hotel", "host name"),
        ("PROXY_CLIENT_TOKENS", "agent:a,desk:a", "a token of desk stands there twice"),
        ("PROXY_CLIENT_TOKENS", "agent", "name:token"),
        ("PROXY_CLIENT_TOKENS", "agent:", "name:token"),
        ("PROXY_CLIENT_TOKENS", "anonymous:a", "who has no token"),
        ("PROXY_CLIENT_LIMITS", "agent", "name:per_minute:places"),
        ("PROXY_CLIENT_LIMITS", "agent:60", "name:per_minute:places"),
        ("PROXY_CLIENT_LIMITS", "agent:0:", "from 1 to 99999"),
        ("PROXY_CLIENT_LIMITS", "agent:-1:", "from 1 to 99999"),
        ("PROXY_CLIENT_LIMITS", "agent:1.5:", "from 1 to 99999"),
        ("PROXY_CLIENT_LIMITS", "agent:100000:", "from 1 to 99999"),
        ("PROXY_CLIENT_LIMITS", "agent::many", "from 1 to 99999"),
        ("PROXY_CLIENT_LIMITS", "agent:6:2:1", "name:per_minute:places"),
        ("PROXY_CLIENT_LIMITS", "agent:6:,agent:7:", "twice"),
        ("PROXY_REDIS_URL", "127.0.0.1:6379", "redis://"),
        ("PROXY_REDIS_URL", "http://127.0.0.1", "redis://"),
        ("PROXY_REDIS_URL", "redis:///0", "redis://"),
        ("PROXY_REDIS_URL", "redis://h:port", "redis://"),
        ("PROXY_REDIS_URL", "redis://h/zero", "redis://"),
        ("PROXY_REDIS_URL", "redis://h/0?db=1", "redis://"),
        ("PROXY_REDIS_URL", "redis://[h", "redis://"),
        ("PROXY_SNAPSHOT_PATH", "/", "path of a file"),
        ("PROXY_SNAPSHOT_PATH", "/var/lib/proxy/", "path of a file"),
    ],
)
def test_a_wrong_value_is_one_sentence(variable: str, value: str, said: str) -> None:
    """It names the variable, the value and what is allowed."""
    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load({**URL, variable: value})

    sentence = str(refusal.value)
    assert sentence.startswith(f"{variable} is ")
    assert said in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PROXY_UPSTREAM_KEY", "s3cret key"),
        ("PROXY_CLIENT_TOKENS", "s3cret"),
        ("PROXY_UPSTREAM_URL", "http://user:s3cret@hotel"),
        # An unescaped slash makes a port of the password.
        ("PROXY_REDIS_URL", "redis://:s3cret/x@h/0"),
        ("PROXY_REDIS_URL", "redis://:s3cret@h/zero"),
    ],
)
def test_no_refusal_tells_a_secret(variable: str, value: str) -> None:
    """A wrong secret is hidden in the sentence that refuses it."""
    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load({**URL, variable: value})

    assert "s3cret" not in str(refusal.value)
    assert variable in str(refusal.value)


def test_the_upstream_is_required() -> None:
    """Without it there is nothing to stand before."""
    with pytest.raises(SettingsError, match="PROXY_UPSTREAM_URL is required"):
        ProxySettings.load({})


def test_its_own_key_is_not_lent_to_everybody() -> None:
    """A public address with a key and without tokens is refused."""
    environ = {**URL, "PROXY_UPSTREAM_KEY": "K" * 32, "PROXY_BIND": "192.0.2.1"}
    with pytest.raises(SettingsError, match="PROXY_CLIENT_TOKENS"):
        ProxySettings.load(environ)

    for more in ({"PROXY_CLIENT_TOKENS": "a:b"}, {"PROXY_BIND": "::1"}):
        assert ProxySettings.load({**environ, **more}).upstream_key is not None


def test_two_tokens_of_one_name_are_both_kept() -> None:
    """While a token is rotated, the old one and the new one are right."""
    tokens = "agent:old,desk:d, agent:new,"
    settings = ProxySettings.load({**URL, "PROXY_CLIENT_TOKENS": tokens})

    assert client_tokens(settings) == {"agent": ("old", "new"), "desk": ("d",)}


def test_limits_are_read_by_name() -> None:
    """Requests a minute and places; either may be left empty."""
    environ = {
        "PROXY_CLIENT_TOKENS": "a:1,b:2,c:3,d:4",
        "PROXY_CLIENT_LIMITS": "a:60:2, b:60:, c::2",
    }
    settings = ProxySettings.load({**URL, **environ})

    limits = {name: tuple(settings.limit_of(name)) for name in "abcd"}
    assert limits == {"a": (60, 2), "b": (60, None), "c": (None, 2), "d": (None, None)}


def test_a_limit_of_nobody_is_refused() -> None:
    """A misspelt name would leave the tool that is meant without its limit."""
    with pytest.raises(SettingsError) as refusal:
        ProxySettings.load(
            {
                **URL,
                "PROXY_CLIENT_TOKENS": "agent:s3cret",
                "PROXY_CLIENT_LIMITS": "agnet:60:",
            }
        )

    assert str(refusal.value) == (
        "PROXY_CLIENT_LIMITS names agnet, who has no token in PROXY_CLIENT_TOKENS or "
        "its file."
    )


def test_a_misspelt_variable_is_named() -> None:
    """A typo is ignored, but not in silence."""
    told = ProxySettings.unknown_variables({"PROXY_BREAKER_FAILURE": "3", "HOME": "/"})

    (sentence,) = told
    assert sentence.startswith("PROXY_BREAKER_FAILURE is not a setting")
    assert sentence.endswith("did you mean PROXY_BREAKER_FAILURES?")


class Promising(AgentSettings):
    """Settings of which one does nothing yet."""

    later = frozenset({"redis_url"})


def test_a_variable_that_does_nothing_yet_says_so() -> None:
    """Nobody believes that something happens who has set what does nothing yet."""
    environ = {"AGENT_REDIS_URL": "redis://127.0.0.1", "AGENT_PORT": "8080"}

    assert Promising.idle_variables(environ) == [
        "AGENT_REDIS_URL is accepted, but does nothing in this version."
    ]
    assert AgentSettings.idle_variables(environ) == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://10.0.0.5", "10.0.0.5"),
        ("http://10.0.0.5:8080/", "10.0.0.5:8080"),
        ("https://hotel.example.com/shop", "hotel.example.com"),
    ],
)
def test_the_host_is_the_urls_own(url: str, host: str) -> None:
    """Without PROXY_UPSTREAM_HOST the PMS sees the URL's host and port."""
    assert ProxySettings.load({"PROXY_UPSTREAM_URL": url}).host_header == host


def test_the_agents_time_zone_must_exist() -> None:
    """A time zone that nobody knows is refused."""
    with pytest.raises(SettingsError, match="AGENT_HOTEL_TIMEZONE is 'Mars/Base'"):
        AgentSettings.load({"AGENT_HOTEL_TIMEZONE": "Mars/Base"})


def test_the_hotels_names_of_rooms() -> None:
    """A name may hold colons and spaces; the type is what stands behind the last."""
    given = {"AGENT_ROOM_TYPES": " General Rooms:double, Ala A: Norte : suite,"}
    settings = AgentSettings.load(given)
    assert settings.room_types == {"General Rooms": "double", "Ala A: Norte": "suite"}
    assert AgentSettings.load({}).room_types == {}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AGENT_ROOM_TYPES", "General Rooms", "name:type"),
        ("AGENT_ROOM_TYPES", "General Rooms:cabin", "single, double, twin"),
        ("AGENT_ROOM_TYPES", ":double", "name:type"),
        ("AGENT_GUEST_EMAIL_DOMAIN", "hotel", "guests.example.com"),
        ("AGENT_GUEST_EMAIL_DOMAIN", "a@hotel.example", "guests.example.com"),
        ("AGENT_GUEST_EMAIL_DOMAIN", "hotel.example.", "guests.example.com"),
    ],
)
def test_what_a_booking_needs(variable: str, value: str, said: str) -> None:
    """A type that the agent does not know stops the start, as a wrong domain does."""
    with pytest.raises(SettingsError, match=said):
        AgentSettings.load({variable: value})


def test_the_known_types_are_the_agents() -> None:
    """What may be configured is what the agent understands."""
    assert ROOM_TYPES == messages.ROOM_TYPES
