"""The settings as the parts take them: small frozen policies, built once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.version import VERSION
from proxy.breaker.values import BreakerPolicy
from proxy.bulkhead import BulkheadPolicy
from proxy.cache.freshness import Lifetime
from proxy.cache.hot import HotPolicy
from proxy.calendar.calendars import CalendarPolicy
from proxy.doctor.values import Subject
from proxy.messages import Operation
from proxy.notices.deliveries import NoticePolicy
from proxy.notices.values import Team
from proxy.watched import Shown
from proxy.writes.writing import WritePolicy

if TYPE_CHECKING:
    from config.proxy_settings import ProxySettings
    from proxy.pms import Pms

# A probe without a result counts as failed after the deadline and this (CONTRACT §2).
PROBE_LEASE_MARGIN_S = 1.0

# Of a copy's freshness, the last part in which it is refreshed ahead (ours: 5 s of 30).
LEAD_PART = 1 / 6

# Nights are asked for anew after this part of their usable time at the latest, so that
# none is older than 240 s of 300 in the calendar of a hotel (CONTRACT §8).
NIGHTS_PART = 2 / 3


def breaker_policy(settings: ProxySettings) -> BreakerPolicy:
    """Return the breaker's numbers."""
    return BreakerPolicy(
        failures=settings.breaker_failures,
        window_s=settings.breaker_window_s,
        open_s=settings.breaker_open_s,
        min_ratio=settings.breaker_min_ratio,
        open_growth=settings.breaker_open_growth,
        open_max_s=settings.breaker_open_max_s,
        open_jitter=settings.breaker_open_jitter,
        successes=settings.breaker_successes,
        probe_lease_s=settings.upstream_timeout_s + PROBE_LEASE_MARGIN_S,
    )


def bulkhead_policy(settings: ProxySettings) -> BulkheadPolicy:
    """Return how many calls may be inside the PMS, and how many may wait."""
    return BulkheadPolicy(
        places=settings.max_inflight,
        waiting=settings.max_waiting,
        max_wait_s=settings.max_wait_s,
        hold_s=settings.abandoned_hold_s,
    )


def notice_policy(settings: ProxySettings) -> NoticePolicy:
    """Return who is told of an outage; nobody where it only observes."""
    urls = {
        Team.TEAM: settings.notices_team_url,
        Team.L2: settings.notices_l2_url,
        Team.CRITICAL: settings.notices_critical_url,
    }
    told = not settings.breaker_observe_only
    return NoticePolicy(
        pms=settings.host_header,
        urls={
            team: url.get_secret_value()
            for team, url in urls.items()
            if told and url is not None
        },
    )


def client_tokens(settings: ProxySettings) -> dict[str, tuple[str, ...]]:
    """Return every caller's tokens."""
    return {
        name: tuple(token.get_secret_value() for token in tokens)
        for name, tokens in settings.client_tokens.items()
    }


def requests_per_minute(settings: ProxySettings) -> dict[str, int]:
    """Return how often the callers may ask who have a limit."""
    limits = settings.client_limits.items()
    return {name: of.per_minute for name, of in limits if of.per_minute is not None}


def caller_places(settings: ProxySettings) -> dict[str, int]:
    """Return how many calls inside the PMS the callers may have who have a limit."""
    limits = settings.client_limits.items()
    return {name: of.places for name, of in limits if of.places is not None}


def callers_shown(settings: ProxySettings) -> list[dict[str, str | int | None]]:
    """Return who may call and how much, as the status shows it: never a token."""
    shown: list[dict[str, str | int | None]] = []
    for name in settings.client_tokens:
        limit = settings.limit_of(name)
        shown.append({"name": name, **limit._asdict()})
    return shown


def shown(settings: ProxySettings) -> Shown:
    """Return what the status tells of the settings."""
    return Shown(
        upstream=urlsplit(settings.upstream_url).netloc,
        places=settings.max_inflight,
        usable_s=lifetimes(settings)[Operation.AVAILABILITY].usable_s,
        callers=callers_shown(settings),
        takes_orders=settings.admin_token is not None,
        version=VERSION,
    )


def hot_policy(settings: ProxySettings) -> HotPolicy:
    """Return which searches are refreshed ahead."""
    fresh_s = lifetimes(settings)[Operation.AVAILABILITY].fresh_s
    return HotPolicy(fresh_s=fresh_s, lead_s=fresh_s * LEAD_PART)


def calendar_policy(settings: ProxySettings) -> CalendarPolicy:
    """Return how many nights are kept, of which hotels, and how young."""
    usable_s = lifetimes(settings)[Operation.AVAILABILITY].usable_s
    # Without an own key, or a budget, nobody could ask for them.
    may_ask = refresh_per_min(settings) > 0
    return CalendarPolicy(
        nights=settings.calendar_nights if may_ask else 0,
        usable_s=usable_s,
        refresh_after_s=min(settings.calendar_refresh_s, usable_s * NIGHTS_PART),
        hotels=settings.hotels,
    )


def refresh_per_min(settings: ProxySettings) -> int:
    """Return how many calls a minute may go ahead of guests."""
    # Without an own key nothing can be asked: clients' credentials are never kept.
    return 0 if settings.upstream_key is None else settings.refresh_per_min


def pms_name(settings: ProxySettings) -> str:
    """Name what is shared by all who speak to one PMS: its writes."""
    return f"pms:{_digest(settings.host_header)}"


def view_name(settings: ProxySettings) -> str:
    """Name what only those share who see the PMS by the same key: its copies."""
    key = settings.upstream_key
    return _digest(None if key is None else key.get_secret_value())


def write_policy(settings: ProxySettings) -> WritePolicy:
    """Return how long a write may wait, take, hold the PMS and be unknown."""
    return WritePolicy(
        max_wait_s=settings.max_wait_s,
        timeout_s=settings.upstream_timeout_s,
        hold_s=settings.abandoned_hold_s,
        settle_s=settings.unknown_settle_s,
    )


def lifetimes(settings: ProxySettings) -> dict[Operation, Lifetime]:
    """Return how long copies live, for each class that has any."""
    return {
        Operation.AVAILABILITY: _lifetime(settings.fresh_s, settings.usable_s),
        Operation.CATALOGUE: _lifetime(
            settings.catalogue_fresh_s, settings.catalogue_usable_s
        ),
    }


def doctor_subject(settings: ProxySettings, pms: Pms) -> Subject:
    """Return what `python -m proxy doctor` examines."""
    parts = urlsplit(settings.upstream_url)
    is_tls = parts.scheme == "https"
    redis = settings.redis_url
    return Subject(
        url=settings.upstream_url,
        host=parts.hostname or "",
        port=parts.port or (443 if is_tls else 80),
        is_tls=is_tls,
        timeout_s=settings.upstream_timeout_s,
        hotel=settings.hotels[0] if settings.hotels else None,
        redis_url=None if redis is None else redis.get_secret_value(),
        pms=pms,
    )


def _lifetime(fresh_s: float, usable_s: float) -> Lifetime:
    # A fresh time longer than the usable one is lowered to it (CONTRACT §10).
    return Lifetime(fresh_s=min(fresh_s, usable_s), usable_s=usable_s)


def _digest(value: str | None) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
