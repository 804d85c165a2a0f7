"""The parts of a proxy: settings become parts, and parts know each other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from config.version import VERSION
from proxy import policies
from proxy.breaker.breaker import Breaker
from proxy.breaker.guard import Guard, Observer
from proxy.breaker.prober import Prober
from proxy.bulkhead import Bulkhead
from proxy.cache.coalesce import Flights
from proxy.cache.codec import MAX_SKEW_S
from proxy.cache.copies import Copies
from proxy.cache.hot import HotSearches
from proxy.cache.invalidation import Invalidation
from proxy.cache.keeper import Keeper
from proxy.cache.refresh_budget import RefreshBudget
from proxy.cache.refresher import Refresher
from proxy.cache.store import MemoryStore
from proxy.calendar.calendars import Calendars
from proxy.calendar.refresher import CalendarRefresher
from proxy.calls import Caller, Result
from proxy.fleet.sharing import Sharing
from proxy.front.callers import Callers
from proxy.front.drain import Drain
from proxy.front.handlers import Handlers
from proxy.front.orders import Orders
from proxy.front.outgoing import Outgoing
from proxy.front.own_paths import OwnPaths
from proxy.front.rates import Rates
from proxy.front.status_events import StatusEvents
from proxy.front.status_page import StatusPage
from proxy.messages import Operation
from proxy.notices.notices import Notices
from proxy.qloapps.adapter import QloApps
from proxy.qloapps.keys import operation_of
from proxy.reads import FlightResult, Reads
from proxy.service import Service
from proxy.shares import Shares
from proxy.telemetry import Telemetry
from proxy.upstream import HttpUpstream
from proxy.watched import Watched
from proxy.writes.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.proxy_settings import ProxySettings
    from proxy.cache.freshness import Lifetime
    from proxy.cache.store import Store
    from proxy.fleet.cluster import Cluster
    from proxy.messages import CacheKey, Clock, Reading, Request
    from proxy.tracing import Tracer

# How often the refresher looks in the last part of a copy's freshness, but not more
# often than each MIN_PAUSE_S.
LOOKS_A_LEAD = 4
MIN_PAUSE_S = 0.02


def make_pms(settings: ProxySettings) -> QloApps:
    """Return what is known of the PMS that is asked: which it is, is decided here."""
    key = settings.upstream_key
    return QloApps(
        host=settings.host_header,
        key=None if key is None else key.get_secret_value(),
    )


class Parts:
    """The parts of one proxy, put together; nothing of it runs yet."""

    def __init__(self, settings: ProxySettings, clock: Clock, tracer: Tracer) -> None:
        self._settings = settings
        self.clock = clock
        self._telemetry = Telemetry(clock, VERSION)
        self._breaker = Breaker(
            policies.breaker_policy(settings), clock.monotonic(), random.random
        )
        guard = Observer if settings.breaker_observe_only else Guard
        self._guard = guard(self._breaker, clock, self._telemetry)
        self._memory = MemoryStore(settings.cache_bytes, _is_guests)
        # What is told to Redis, behind the answers.
        self.background: Flights[None] = Flights()
        self.sharing = self._make_sharing()
        sharing = self.sharing
        self._store: Store = self._memory if sharing is None else sharing.store
        self.upstream = HttpUpstream(settings.upstream_url, clock)
        self.bulkhead = Bulkhead(policies.bulkhead_policy(settings), clock, self._hung)
        self._shares = Shares(
            policies.caller_places(settings), policies.bulkhead_policy(settings), clock
        )
        # The requests' share of it begins with the signal.
        self.drain = Drain(clock, settings.drain_s, on_cut=self._shut)
        pms = make_pms(settings)
        self._pms = pms
        self._callers = Callers(policies.client_tokens(settings))
        caller = Caller(
            upstream=self.upstream,
            pms=pms,
            guard=self._guard,
            bulkhead=self.bulkhead,
            shares=self._shares,
            telemetry=self._telemetry,
            tracer=tracer,
            clock=clock,
            deadline_s=settings.upstream_timeout_s,
            slow_s=settings.breaker_slow_s,
        )
        self.prober = Prober(
            caller=caller, guard=self._guard, bulkhead=self.bulkhead, clock=clock
        )
        self.read_flights: Flights[FlightResult] = Flights()
        self.write_flights: Flights[Result] = Flights()
        self._invalidation = Invalidation(
            clock=clock,
            flights=self.read_flights,
            margin_s=0.0 if sharing is None else MAX_SKEW_S,
        )
        self._calendars = Calendars(
            policies.calendar_policy(settings), pms, clock, self._telemetry
        )
        self._memory.watch(self._calendars.forget)
        reads = Reads(
            pms=pms,
            caller=caller,
            prober=self.prober,
            store=self._store,
            flights=self.read_flights,
            told=self.background,
            tracer=tracer,
            on_joined=self._telemetry.coalesced,
            on_kept=self._calendars.kept,
            peers=None if sharing is None else sharing.peers,
        )
        self.writing = Writing(
            policy=policies.write_policy(settings),
            pms=pms,
            caller=caller,
            prober=self.prober,
            guard=self._guard,
            invalidation=self._invalidation,
            flights=self.write_flights,
            background=self.background,
            telemetry=self._telemetry,
            clock=clock,
            shared=None if sharing is None else sharing.writes,
            on_written=self._calendars.written,
        )
        if sharing is not None:
            sharing.bring(self.writing.ledger)
        self._budget = RefreshBudget(
            clock=clock,
            per_min=policies.refresh_per_min(settings),
            shared=None if sharing is None else sharing.view,
        )
        hot = policies.hot_policy(settings)
        self.refresher = Refresher(
            hot=HotSearches(hot),
            pms=pms,
            reads=reads,
            guard=self._guard,
            bulkhead=self.bulkhead,
            store=self._store,
            clock=clock,
            pause_s=max(MIN_PAUSE_S, hot.lead_s / LOOKS_A_LEAD),
            budget=self._budget,
        )
        self.calendar_refresher = CalendarRefresher(
            calendars=self._calendars,
            pms=pms,
            reads=reads,
            guard=self._guard,
            bulkhead=self.bulkhead,
            store=self._store,
            budget=self._budget,
            telemetry=self._telemetry,
            clock=clock,
        )
        self._service = Service(
            pms=pms,
            guard=self._guard,
            reads=reads,
            writes=self.writing.writes,
            copies=Copies(
                store=self._store,
                calendars=self._calendars,
                invalidation=self._invalidation,
                clock=clock,
                lifetimes=policies.lifetimes(settings),
            ),
            telemetry=self._telemetry,
            clock=clock,
            soft_timeout_s=settings.soft_timeout_s,
            retry_after_s=settings.max_wait_s,
            on_asked=self._asked,
        )
        self._telemetry.metrics.know_callers(settings.client_tokens)
        admin = settings.admin_token
        self._watched = Watched(
            shown=policies.shown(settings),
            guard=self._guard,
            service=self._service,
            store=self._store,
            calendars=self._calendars,
            sharing=sharing,
            bulkhead=self.bulkhead,
            shares=self._shares,
            prober=self.prober,
            ledger=self.writing.ledger,
            telemetry=self._telemetry,
            clock=clock,
        )
        page = StatusPage(self._watched.status)
        outgoing = Outgoing(self._guard, clock)
        self.events = StatusEvents(parts=page.parts, outgoing=outgoing, clock=clock)
        self._guard.watch(self.events.wake)
        self.handlers = Handlers(
            service=self._service,
            pms=pms,
            callers=self._callers,
            rates=Rates(policies.requests_per_minute(settings)),
            own_paths=OwnPaths(
                service=self._service,
                telemetry=self._telemetry,
                status=self._watched.status,
                page=page,
                events=self.events,
                drain=self.drain,
            ),
            outgoing=outgoing,
            drain=self.drain,
            telemetry=self._telemetry,
            tracer=tracer,
            clock=clock,
            orders=Orders(
                guard=self._guard,
                flights=self.read_flights,
                store=self._store,
                telemetry=self._telemetry,
                clock=clock,
            ).obey,
            admin_token=None if admin is None else admin.get_secret_value(),
            body_timeout_s=settings.upstream_timeout_s,
        )
        self.cluster = self._make_cluster()
        self.notices = self._make_notices()
        self.keeper = self._make_keeper()
        self._telemetry.metrics.observe(self._watched.gauges())

    def rotate(self, settings: ProxySettings) -> None:
        """Take over secrets read again; what is under way ends with the old ones."""
        self._watched.shown = policies.shown(settings)
        self._callers.know(policies.client_tokens(settings))
        self._telemetry.metrics.know_callers(settings.client_tokens)
        if settings.upstream_key is not None:
            self._pms.use_key(settings.upstream_key.get_secret_value())
        if self.notices is not None:
            self.notices.use(policies.notice_policy(settings))
        if settings.admin_token is not None:
            self.handlers.use_admin_token(settings.admin_token.get_secret_value())

    def _make_sharing(self) -> Sharing | None:
        settings = self._settings
        if settings.redis_url is None:
            return None
        return Sharing(
            url=settings.redis_url.get_secret_value(),
            pms_name=policies.pms_name(settings),
            view_name=policies.view_name(settings),
            memory=self._memory,
            lifetime_of=_lifetime_of(settings),
            clock=self.clock,
            telemetry=self._telemetry,
            max_wait_s=settings.max_wait_s,
            background=self.background,
        )

    def _make_cluster(self) -> Cluster | None:
        if self.sharing is None:
            return None
        return self.sharing.agree(
            guard=self._guard,
            prober=self.prober,
            invalidation=self._invalidation,
            turn_s=self._breaker.policy.probe_lease_s,
            open_s=self._breaker.policy.open_s,
        )

    def _make_notices(self) -> Notices | None:
        policy = policies.notice_policy(self._settings)
        if not policy.urls:
            return None
        return Notices(
            policy=policy,
            guard=self._guard,
            shared=None if self.sharing is None else self.sharing.view,
            clock=self.clock,
            telemetry=self._telemetry,
        )

    def _make_keeper(self) -> Keeper | None:
        settings = self._settings
        if settings.snapshot_path is None:
            return None
        return Keeper(
            path=settings.snapshot_path,
            scope=policies.pms_name(settings) + policies.view_name(settings),
            budget_bytes=settings.cache_bytes,
            open_s=settings.breaker_open_s,
            memory=self._memory,
            guard=self._guard,
            invalidation=self._invalidation,
            ledger=self.writing.ledger,
            story=None if self.notices is None else self.notices.story,
            clock=self.clock,
            telemetry=self._telemetry,
            lifetime_of=_lifetime_of(settings),
        )

    def _asked(self, request: Request, reading: Reading) -> None:
        self.refresher.asked(request, reading)
        self._calendars.asked(reading)

    def _hung(self) -> None:
        self._shares.turn_away()
        self.prober.look()

    def _shut(self) -> None:
        self.bulkhead.shut()
        self._shares.shut()
        self.writing.shut()


def _lifetime_of(settings: ProxySettings) -> Callable[[CacheKey], Lifetime]:
    lifetimes = policies.lifetimes(settings)
    return lambda key: lifetimes[operation_of(key)]


def _is_guests(key: CacheKey) -> bool:
    return operation_of(key) is Operation.AVAILABILITY
