"""The composition root: settings become parts, parts become an application."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from config.tracing import OFF
from config.version import VERSION
from proxy import policies
from proxy.beside import beside
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
from proxy.front.incoming import MAX_BODY_BYTES, ask_for_body
from proxy.front.orders import Orders
from proxy.front.outgoing import Outgoing, leave_untyped
from proxy.front.own_paths import OwnPaths
from proxy.front.rates import Rates
from proxy.front.status import (
    Surroundings,
    escalation,
    status_document,
    writes_shown,
)
from proxy.front.status_events import StatusEvents
from proxy.front.status_page import StatusPage
from proxy.messages import Operation
from proxy.metrics import Gauges
from proxy.notices.notices import Notices
from proxy.qloapps.adapter import QloApps
from proxy.qloapps.keys import operation_of
from proxy.reads import FlightResult, Reads
from proxy.service import Service
from proxy.shares import Shares
from proxy.telemetry import Telemetry
from proxy.upstream import HttpUpstream
from proxy.writes.writing import Writing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp.typedefs import Handler

    from config.proxy_settings import ProxySettings
    from proxy.cache.freshness import Lifetime
    from proxy.cache.store import Store
    from proxy.fleet.cluster import Cluster
    from proxy.messages import CacheKey, Clock, Reading, Request
    from proxy.tracing import Tracer

HANDLERS = web.AppKey("handlers", Handlers)
DRAIN = web.AppKey("drain", Drain)
ROTATE: web.AppKey[Callable[[ProxySettings], None]] = web.AppKey("rotate")

# How often the refresher looks in the last part of a copy's freshness, but not more
# often than each MIN_PAUSE_S.
LOOKS_A_LEAD = 4
MIN_PAUSE_S = 0.02


def make_app(
    settings: ProxySettings, *, clock: Clock, tracer: Tracer = OFF
) -> web.Application:
    """Build the proxy; nothing is opened before the application starts."""
    proxy = _Proxy(settings, clock, tracer)
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_takes_all])
    app[HANDLERS] = proxy.handlers
    app[DRAIN] = proxy.drain
    app[ROTATE] = proxy.rotate
    app.router.add_route(
        "*",
        "/{anything:(?s:.*)}",
        proxy.handlers.handle,
        expect_handler=ask_for_body,
    )
    app.on_response_prepare.append(leave_untyped)
    app.on_shutdown.append(proxy.end_events)
    # The last to begin is the first to end: the drain's answers are kept too.
    app.cleanup_ctx.append(proxy.keep)
    app.cleanup_ctx.append(proxy.remember)
    app.cleanup_ctx.append(proxy.agree)
    app.cleanup_ctx.append(proxy.notify)
    app.cleanup_ctx.append(proxy.run)
    return app


def make_pms(settings: ProxySettings) -> QloApps:
    """Return what is known of the PMS that is asked: which it is, is decided here."""
    key = settings.upstream_key
    return QloApps(
        host=settings.host_header,
        key=None if key is None else key.get_secret_value(),
    )


@web.middleware
async def _takes_all(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take what no route can name too, such as `OPTIONS *`."""
    del handler
    return await request.app[HANDLERS].handle(request)


class _Proxy:
    """The parts of one proxy, put together."""

    def __init__(self, settings: ProxySettings, clock: Clock, tracer: Tracer) -> None:
        self._settings = settings
        self._clock = clock
        self._telemetry = Telemetry(clock, VERSION)
        self._breaker = Breaker(
            policies.breaker_policy(settings), clock.monotonic(), random.random
        )
        guard = Observer if settings.breaker_observe_only else Guard
        self._guard = guard(self._breaker, clock, self._telemetry)
        self._memory = MemoryStore(settings.cache_bytes, _is_guests)
        # What is told to Redis, behind the answers.
        self._background: Flights[None] = Flights()
        self._sharing = self._make_sharing()
        sharing = self._sharing
        self._store: Store = self._memory if sharing is None else sharing.store
        self._upstream = HttpUpstream(settings.upstream_url, clock)
        self._bulkhead = Bulkhead(policies.bulkhead_policy(settings), clock, self._hung)
        self._shares = Shares(
            policies.caller_places(settings), policies.bulkhead_policy(settings), clock
        )
        # The requests' share of it begins with the signal.
        self.drain = Drain(clock, settings.drain_s, on_cut=self._shut)
        pms = make_pms(settings)
        self._pms = pms
        self._callers = Callers(policies.client_tokens(settings))
        caller = Caller(
            upstream=self._upstream,
            pms=pms,
            guard=self._guard,
            bulkhead=self._bulkhead,
            shares=self._shares,
            telemetry=self._telemetry,
            tracer=tracer,
            clock=clock,
            deadline_s=settings.upstream_timeout_s,
            slow_s=settings.breaker_slow_s,
        )
        self._prober = Prober(
            caller=caller, guard=self._guard, bulkhead=self._bulkhead, clock=clock
        )
        self._read_flights: Flights[FlightResult] = Flights()
        self._write_flights: Flights[Result] = Flights()
        self._invalidation = Invalidation(
            clock=clock,
            flights=self._read_flights,
            margin_s=0.0 if sharing is None else MAX_SKEW_S,
        )
        self._calendars = Calendars(
            policies.calendar_policy(settings), pms, clock, self._telemetry
        )
        self._memory.watch(self._calendars.forget)
        reads = Reads(
            pms=pms,
            caller=caller,
            prober=self._prober,
            store=self._store,
            flights=self._read_flights,
            told=self._background,
            tracer=tracer,
            on_joined=self._telemetry.coalesced,
            on_kept=self._calendars.kept,
            peers=None if sharing is None else sharing.peers,
        )
        self._writing = Writing(
            policy=policies.write_policy(settings),
            pms=pms,
            caller=caller,
            prober=self._prober,
            guard=self._guard,
            invalidation=self._invalidation,
            flights=self._write_flights,
            background=self._background,
            telemetry=self._telemetry,
            clock=clock,
            shared=None if sharing is None else sharing.writes,
            on_written=self._calendars.written,
        )
        if sharing is not None:
            sharing.bring(self._writing.ledger)
        self._budget = RefreshBudget(
            clock=clock,
            per_min=policies.refresh_per_min(settings),
            shared=None if sharing is None else sharing.view,
        )
        hot = policies.hot_policy(settings)
        self._refresher = Refresher(
            hot=HotSearches(hot),
            pms=pms,
            reads=reads,
            guard=self._guard,
            bulkhead=self._bulkhead,
            store=self._store,
            clock=clock,
            pause_s=max(MIN_PAUSE_S, hot.lead_s / LOOKS_A_LEAD),
            budget=self._budget,
        )
        self._calendar_refresher = CalendarRefresher(
            calendars=self._calendars,
            pms=pms,
            reads=reads,
            guard=self._guard,
            bulkhead=self._bulkhead,
            store=self._store,
            budget=self._budget,
            telemetry=self._telemetry,
            clock=clock,
        )
        self._service = Service(
            pms=pms,
            guard=self._guard,
            reads=reads,
            writes=self._writing.writes,
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
        page = StatusPage(self._status)
        outgoing = Outgoing(self._guard, clock)
        self._events = StatusEvents(parts=page.parts, outgoing=outgoing, clock=clock)
        self._guard.watch(self._events.wake)
        self.handlers = Handlers(
            service=self._service,
            pms=pms,
            callers=self._callers,
            rates=Rates(policies.requests_per_minute(settings)),
            own_paths=OwnPaths(
                service=self._service,
                telemetry=self._telemetry,
                status=self._status,
                page=page,
                events=self._events,
                drain=self.drain,
            ),
            outgoing=outgoing,
            drain=self.drain,
            telemetry=self._telemetry,
            tracer=tracer,
            clock=clock,
            orders=Orders(
                guard=self._guard,
                flights=self._read_flights,
                store=self._store,
                telemetry=self._telemetry,
                clock=clock,
            ).obey,
            admin_token=None if admin is None else admin.get_secret_value(),
            body_timeout_s=settings.upstream_timeout_s,
        )
        self._cluster = self._make_cluster()
        self._notices = self._make_notices()
        self._keeper = self._make_keeper()
        self._telemetry.metrics.observe(self._gauges())

    def rotate(self, settings: ProxySettings) -> None:
        """Take over secrets read again; what is under way ends with the old ones."""
        self._settings = settings
        self._callers.know(policies.client_tokens(settings))
        self._telemetry.metrics.know_callers(settings.client_tokens)
        if settings.upstream_key is not None:
            self._pms.use_key(settings.upstream_key.get_secret_value())
        if self._notices is not None:
            self._notices.use(policies.notice_policy(settings))
        if settings.admin_token is not None:
            self.handlers.use_admin_token(settings.admin_token.get_secret_value())

    async def end_events(self, app: web.Application) -> None:
        """Let those go who have the status page open: they would never end."""
        del app
        self._events.end()

    async def keep(self, app: web.Application) -> AsyncIterator[None]:
        """Share the copies with other proxies, and with the next run of this one."""
        del app
        if self._sharing is None:
            yield
            return
        async with self._sharing.keeping(self.drain.left_s):
            yield

    async def remember(self, app: web.Application) -> AsyncIterator[None]:
        """Begin where the last process ended, and leave a file for the next one."""
        del app
        if self._keeper is None:
            yield
            return
        await self._keeper.restore()
        if self._sharing is not None:
            self._sharing.store.write_all()
            await self._writing.ledger.write_all()
        async with beside(self._keeper.run()):
            yield
        await self._keeper.save(clean=True)

    async def agree(self, app: web.Application) -> AsyncIterator[None]:
        """Have one breaker with other proxies, from before the first request."""
        del app
        if self._cluster is None:
            yield
            return
        await self._cluster.sync()
        async with beside(self._cluster.run()):
            yield
        await self._cluster.sync()

    async def notify(self, app: web.Application) -> AsyncIterator[None]:
        """Tell the team of an outage, beside the requests and until the drain."""
        del app
        if self._notices is None:
            yield
            return
        async with beside(self._notices.run()):
            yield

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """Open the way to the PMS, probe beside the requests, and drain at the end."""
        del app
        async with self._upstream:
            async with beside(self._prober.run()):
                async with (
                    beside(self._refresher.run()),
                    beside(self._calendar_refresher.run()),
                    self._writing.running(),
                ):
                    yield
                # What goes on behind ends last: the writes are told of there.
                for flights in (
                    self._read_flights,
                    self._write_flights,
                    self._background,
                ):
                    await flights.finish(self._clock.timeout(self.drain.left_s()))
                await self._writing.close()
            self._bulkhead.close()

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
            clock=self._clock,
            telemetry=self._telemetry,
            max_wait_s=settings.max_wait_s,
            background=self._background,
        )

    def _make_cluster(self) -> Cluster | None:
        if self._sharing is None:
            return None
        return self._sharing.agree(
            guard=self._guard,
            prober=self._prober,
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
            shared=None if self._sharing is None else self._sharing.view,
            clock=self._clock,
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
            ledger=self._writing.ledger,
            story=None if self._notices is None else self._notices.story,
            clock=self._clock,
            telemetry=self._telemetry,
            lifetime_of=_lifetime_of(settings),
        )

    def _asked(self, request: Request, reading: Reading) -> None:
        self._refresher.asked(request, reading)
        self._calendars.asked(reading)

    def _hung(self) -> None:
        self._shares.turn_away()
        self._prober.look()

    def _shut(self) -> None:
        self._bulkhead.shut()
        self._shares.shut()
        self._writing.shut()

    def _waiting(self) -> int:
        return self._bulkhead.waiting + self._shares.waiting

    def _gauges(self) -> Gauges:
        return Gauges(
            state=self._guard.state,
            open_seconds=self._open_seconds,
            cause=lambda: self._guard.snapshot().cause,
            is_forced=lambda: self._guard.snapshot().forced is not None,
            writes_unknown=self._writing.ledger.unknown,
            cache_size=self._store.size,
            backend_up=lambda: self._sharing is None or self._sharing.is_up,
            calendar_nights=self._calendars.usable_nights,
            calendar_wanted=self._calendars.wanted_nights,
            calendar_oldest_s=self._calendars.oldest_s,
            inflight=lambda: self._bulkhead.inside,
            abandoned=lambda: self._bulkhead.abandoned,
            waiting=self._waiting,
        )

    def _open_seconds(self) -> float:
        since = self._guard.snapshot().not_closed_since
        return 0.0 if since is None else self._clock.monotonic() - since

    def _status(self) -> dict[str, object]:
        snapshot = self._guard.snapshot()
        entries, held_bytes = self._store.size()
        youngest = self._store.youngest_sent_at()
        forced = snapshot.forced
        now = self._clock.monotonic()
        return status_document(
            snapshot,
            Surroundings(
                at=self._telemetry.zulu_at(now),
                told=self._guard.told(),
                can_serve=self._service.can_serve_guests(),
                escalation=escalation(
                    snapshot.not_closed_since, now, self._telemetry.zulu_at
                ),
                since=self._telemetry.zulu_at(snapshot.since),
                last_failures=self._telemetry.failures_shown(snapshot.last_failures),
                forced_since=None
                if forced is None
                else self._telemetry.zulu_at(forced.at),
                cache_entries=entries,
                cache_bytes=held_bytes,
                youngest_s=None if youngest is None else now - youngest,
                usable_s=policies.lifetimes(self._settings)[
                    Operation.AVAILABILITY
                ].usable_s,
                calendar=self._calendars.coverage(),
                redis=self._redis(),
                places=self._settings.max_inflight,
                inflight=self._bulkhead.inside,
                abandoned=self._bulkhead.abandoned,
                waiting=self._waiting(),
                upstream=urlsplit(self._settings.upstream_url).netloc,
                hotel=self._prober.hotel,
                callers=policies.callers_shown(self._settings),
                writes=writes_shown(
                    self._writing.ledger.held(),
                    now,
                    self._telemetry.zulu_at,
                ),
                takes_orders=self._settings.admin_token is not None,
                version=VERSION,
            ),
        )

    def _redis(self) -> str:
        if self._sharing is None:
            return "none"
        return "up" if self._sharing.is_up else "down"


def _lifetime_of(settings: ProxySettings) -> Callable[[CacheKey], Lifetime]:
    lifetimes = policies.lifetimes(settings)
    return lambda key: lifetimes[operation_of(key)]


def _is_guests(key: CacheKey) -> bool:
    return operation_of(key) is Operation.AVAILABILITY
