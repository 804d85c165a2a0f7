"""Pure. What the doctor examines, finds and concludes: the values of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from proxy.messages import Cause
    from proxy.pms import Pms


class Check(StrEnum):
    """What is looked at, in this order; each is one line of the report."""

    SETTINGS = "settings"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"
    HOST = "host"
    CREDENTIALS = "credentials"
    SEARCH = "search"
    REDIS = "redis"
    CLOCK = "clock"
    BREAKER = "breaker"


class Outcome(StrEnum):
    """What came of a check; what was not tried, or is not used, is skipped."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Remark(StrEnum):
    """What a check found; `words_es` and `words_en` have a sentence for each."""

    NOT_TRIED = "not_tried"
    OUT_OF_TIME = "out_of_time"
    SETTINGS_READ = "settings_read"
    SETTINGS_ODD = "settings_odd"
    SETTINGS_WRONG = "settings_wrong"
    SETTINGS_ABSENT = "settings_absent"
    DNS_LITERAL = "dns_literal"
    DNS_FOUND = "dns_found"
    DNS_UNKNOWN = "dns_unknown"
    DNS_SILENT = "dns_silent"
    TCP_OPEN = "tcp_open"
    TCP_REFUSED = "tcp_refused"
    TCP_SILENT = "tcp_silent"
    TCP_UNREACHABLE = "tcp_unreachable"
    TLS_NOT_USED = "tls_not_used"
    TLS_GOOD = "tls_good"
    TLS_SOON_OVER = "tls_soon_over"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET = "tls_not_yet"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_WRONG_NAME = "tls_wrong_name"
    TLS_BROKEN = "tls_broken"
    TLS_SILENT = "tls_silent"
    HTTP_ANSWERED = "http_answered"
    HTTP_DOWN = "http_down"
    HTTP_BROKEN = "http_broken"
    HTTP_GARBAGE = "http_garbage"
    HTTP_SILENT = "http_silent"
    HOST_RIGHT = "host_right"
    HOST_REDIRECTS = "host_redirects"
    CREDENTIALS_GOOD = "credentials_good"
    CREDENTIALS_REFUSED = "credentials_refused"
    CREDENTIALS_NONE = "credentials_none"
    SEARCH_GOOD = "search_good"
    SEARCH_LIST_GOOD = "search_list_good"
    SEARCH_KEYLESS = "search_keyless"
    SEARCH_REFUSED = "search_refused"
    SEARCH_DOWN = "search_down"
    SEARCH_REDIRECTS = "search_redirects"
    SEARCH_BROKEN = "search_broken"
    SEARCH_SILENT = "search_silent"
    REDIS_NOT_USED = "redis_not_used"
    REDIS_GOOD = "redis_good"
    REDIS_SLOW = "redis_slow"
    REDIS_EVICTS = "redis_evicts"
    REDIS_FULL = "redis_full"
    REDIS_PASSWORD = "redis_password"  # noqa: S105  (a remark)
    REDIS_SILENT = "redis_silent"
    REDIS_UNREACHABLE = "redis_unreachable"
    CLOCK_GOOD = "clock_good"
    CLOCK_PMS_OFF = "clock_pms_off"
    CLOCK_REDIS_OFF = "clock_redis_off"
    CLOCK_UNTOLD = "clock_untold"
    BREAKER_CLOSED = "breaker_closed"
    BREAKER_OPEN = "breaker_open"
    BREAKER_HALF_OPEN = "breaker_half_open"
    BREAKER_FORCED = "breaker_forced"
    PROXY_ABSENT = "proxy_absent"
    PROXY_LEFT_OUT = "proxy_left_out"
    PROXY_SILENT = "proxy_silent"
    PROXY_FOREIGN = "proxy_foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    What the settings say of the PMS and of Redis, as far as it is examined.

    `hotel` is the one to search, None where none is set; `timeout_s` is the proxy's own
    deadline. `redis_url` may hold a password and is never shown.
    """

    url: str
    host: str
    port: int
    is_tls: bool
    timeout_s: float
    hotel: str | None
    redis_url: str | None
    pms: Pms


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    What one check found.

    `facts` fill the remark's sentence and hold no secret. `took_s` is None where
    nothing was tried; `cause` is what the proxy would call the failure.
    """

    check: Check
    outcome: Outcome
    remark: Remark
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    took_s: float | None = None
    cause: Cause | None = None


def passed(check: Check, remark: Remark, /, **facts: str) -> Finding:
    """Return what a check found in order."""
    return Finding(check=check, outcome=Outcome.PASSED, remark=remark, facts=facts)


def failed(
    check: Check, remark: Remark, cause: Cause | None = None, /, **facts: str
) -> Finding:
    """Return what a check found wrong."""
    return Finding(
        check=check, outcome=Outcome.FAILED, remark=remark, facts=facts, cause=cause
    )


def skipped(check: Check, remark: Remark, /, **facts: str) -> Finding:
    """Return why a check was not tried."""
    return Finding(check=check, outcome=Outcome.SKIPPED, remark=remark, facts=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One of the running proxy's last failures."""

    at: str
    cause: str
    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """
    The breaker of the proxy that runs, as it tells itself.

    `not_closed_s` counts from the first opening of this outage, whatever probes failed
    since; 0 while closed. `forced` is an operator's state, `why` his reason.
    """

    state: str
    cause: Cause | None
    since: str
    retry_after_s: int | None
    not_closed_s: float
    forced: str | None
    why: str
    last_failures: tuple[Failure, ...]
    hotel: str | None


class Judgement(StrEnum):
    """What it comes to; the first five are the proxy's causes by the same words."""

    TIMEOUT = "timeout"
    NETWORK = "network"
    DOWN = "down"
    CREDENTIALS = "credentials"
    CONFIGURATION = "configuration"
    ENVIRONMENT = "environment"
    FORCED = "forced"
    PROXY = "proxy"
    REDIS = "redis"
    CLOCK = "clock"
    WELL = "well"


class Level(StrEnum):
    """Who must know by now: the runbook's 30 minutes and 2 hours."""

    FIRST = "first"
    L2 = "l2"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """
    What is wrong, and how urgent it is.

    `is_passing`: the PMS answers the doctor, and the breaker does not know it yet.
    """

    judgement: Judgement
    level: Level
    is_passing: bool
