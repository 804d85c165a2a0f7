"""The composition root: settings become parts, parts become an application."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from proxy import policies
from proxy.admin import Order
from proxy.backend import Backend
from proxy.breaker import Breaker
from proxy.bulkhead import Bulkhead
from proxy.callers import Callers
from proxy.calls import Caller, Result
from proxy.cluster import Cluster
from proxy.coalesce import Flights
from proxy.codec import MAX_SKEW_S
from proxy.drain import Drain
from proxy.guard import Guard, Observer
from proxy.handlers import Handlers
from proxy.hot import HotSearches
from proxy.incoming import MAX_BODY_BYTES, ask_for_body
from proxy.keeper import Keeper
from proxy.messages import BreakerState
from proxy.metrics import Gauges
from proxy.outgoing import Outgoing, leave_untyped
from proxy.own_paths import OwnPaths
from proxy.patience import Patience
from proxy.peers import Peers
from proxy.prober import Prober
from proxy.qloapps.adapter import QloApps
from proxy.qloapps.keys import operation_of
from proxy.reads import FlightResult, Reads
from proxy.refresh_budget import RefreshBudget
from proxy.refresher import Refresher
from proxy.service import Service
from proxy.status import Surroundings, status_document
from proxy.store import MemoryStore
from proxy.telemetry import Telemetry
from proxy.tiered import TieredStore
from proxy.upstream import HttpUpstream
from proxy.writes import Writes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp.typedefs import Handler

    from config.proxy_settings import ProxySettings
    from proxy.freshness import Lifetime
    from proxy.messages import CacheKey, Clock
    from proxy.store import Store

VERSION = version("hotel-pms-sidecar")
HANDLERS = web.AppKey("handlers", Handlers)
DRAIN = web.AppKey("drain", Drain)

# How often the refresher looks in the last part of a copy's freshness, but not more
# often than each MIN_PAUSE_S.
LOOKS_A_LEAD = 4
MIN_PAUSE_S = 0.02

# At the stop Redis gets so long to take the last copies (ours).
LAST_WRITES_S = 1.0


def make_app(settings: ProxySettings, *, clock: Clock) -> web.Application:
    """Build the proxy; nothing is opened before the application starts."""
    proxy = _Proxy(settings, clock)
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_takes_all])
    app[HANDLERS] = proxy.handlers
    app[DRAIN] = proxy.drain
    app.router.add_route(
        "*",
        "/{anything:(?s:.*)}",
        proxy.handlers.handle,
        expect_handler=ask_for_body,
    )
    app.on_response_prepare.append(leave_untyped)
    # The last to begin is the first to end: the drain's answers are kept too.
    app.cleanup_ctx.append(proxy.keep)
    app.cleanup_ctx.append(proxy.remember)
    app.cleanup_ctx.append(proxy.agree)
    app.cleanup_ctx.append(proxy.run)
    return app


@web.middleware
async def _takes_all(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take what no route can name too, such as `OPTIONS *`."""
    del handler
    return await request.app[HANDLERS].handle(request)


class _Proxy:
    """The parts of one proxy, put together."""

    def __init__(self, settings: ProxySettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._telemetry = Telemetry(clock, VERSION)
        self._breaker = Breaker(
            policies.breaker_policy(settings), clock.monotonic(), random.random
        )
        guard = Observer if settings.breaker_observe_only else Guard
        self._guard = guard(self._breaker, clock, self._telemetry)
        self._memory = MemoryStore(settings.cache_bytes)
        self._backend = self._redis(settings)
        self._patience = Patience(clock)
        self._tiered: TieredStore | None = None
        if self._backend is not None:
            self._tiered = TieredStore(
                memory=self._memory,
                shared=self._backend,
                patience=self._patience,
                clock=clock,
                lifetime_of=_lifetime_of(settings),
                on_crash=self._telemetry.crashed,
            )
        self._store: Store = self._tiered or self._memory
        self._upstream = HttpUpstream(settings.upstream_url, clock)
        self._bulkhead = Bulkhead(policies.bulkhead_policy(settings), clock, self._hung)
        # The requests' share of it begins with the signal.
        self.drain = Drain(clock, settings.drain_s, on_cut=self._bulkhead.shut)
        key = settings.upstream_key
        pms = QloApps(
            host=settings.host_header,
            key=None if key is None else key.get_secret_value(),
        )
        caller = Caller(
            upstream=self._upstream,
            pms=pms,
            guard=self._guard,
            bulkhead=self._bulkhead,
            telemetry=self._telemetry,
            clock=clock,
            deadline_s=settings.upstream_timeout_s,
            slow_s=settings.breaker_slow_s,
        )
        self._prober = Prober(
            caller=caller, guard=self._guard, bulkhead=self._bulkhead, clock=clock
        )
        self._read_flights: Flights[FlightResult] = Flights()
        self._write_flights: Flights[Result] = Flights()
        self._told: Flights[None] = Flights()
        reads = Reads(
            pms=pms,
            caller=caller,
            prober=self._prober,
            store=self._store,
            flights=self._read_flights,
            told=self._told,
            on_joined=self._telemetry.coalesced,
            peers=self._peers(),
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
            budget=self._refresh_budget(),
        )
        self._service = Service(
            pms=pms,
            guard=self._guard,
            reads=reads,
            writes=Writes(
                caller=caller,
                prober=self._prober,
                guard=self._guard,
                flights=self._write_flights,
                telemetry=self._telemetry,
                on_written=self._written,
                retry_after_s=settings.max_wait_s,
            ),
            store=self._store,
            telemetry=self._telemetry,
            clock=clock,
            lifetimes=policies.lifetimes(settings),
            soft_timeout_s=settings.soft_timeout_s,
            retry_after_s=settings.max_wait_s,
            on_asked=self._refresher.asked,
        )
        tokens = settings.client_tokens
        admin = settings.admin_token
        self.handlers = Handlers(
            service=self._service,
            pms=pms,
            callers=Callers({n: t.get_secret_value() for n, t in tokens.items()}),
            own_paths=OwnPaths(
                service=self._service,
                telemetry=self._telemetry,
                status=self._status,
                drain=self.drain,
            ),
            outgoing=Outgoing(self._guard, clock),
            drain=self.drain,
            telemetry=self._telemetry,
            clock=clock,
            orders=self._obey,
            admin_token=None if admin is None else admin.get_secret_value(),
            body_timeout_s=settings.upstream_timeout_s,
        )
        self._cluster = self._make_cluster()
        self._keeper = self._make_keeper()
        self._telemetry.metrics.observe(self._gauges())

    async def keep(self, app: web.Application) -> AsyncIterator[None]:
        """Share the copies with other proxies, and with the next run of this one."""
        del app
        if self._backend is None or self._tiered is None:
            yield
            return
        await self._tiered.open()
        sharing = asyncio.get_running_loop().create_task(self._tiered.run())
        yield
        if self._backend.is_up:
            left_s = min(LAST_WRITES_S, self.drain.left_s())
            await self._tiered.finish(self._clock.timeout(left_s))
        sharing.cancel()
        with suppress(asyncio.CancelledError):
            await sharing
        await self._backend.close()

    async def remember(self, app: web.Application) -> AsyncIterator[None]:
        """Begin where the last process ended, and leave a file for the next one."""
        del app
        if self._keeper is None:
            yield
            return
        await self._keeper.restore()
        if self._tiered is not None:
            self._tiered.write_all()
        saving = asyncio.get_running_loop().create_task(self._keeper.run())
        yield
        saving.cancel()
        with suppress(asyncio.CancelledError):
            await saving
        await self._keeper.save(clean=True)

    async def agree(self, app: web.Application) -> AsyncIterator[None]:
        """Have one breaker with other proxies, from before the first request."""
        del app
        if self._cluster is None:
            yield
            return
        await self._cluster.sync()
        agreeing = asyncio.get_running_loop().create_task(self._cluster.run())
        yield
        agreeing.cancel()
        with suppress(asyncio.CancelledError):
            await agreeing
        await self._cluster.sync()

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        """Open the way to the PMS, probe beside the requests, and drain at the end."""
        del app
        async with self._upstream:
            loop = asyncio.get_running_loop()
            probing = loop.create_task(self._prober.run())
            refreshing = loop.create_task(self._refresher.run())
            yield
            refreshing.cancel()
            for flights in (self._read_flights, self._write_flights, self._told):
                await flights.finish(self._clock.timeout(self.drain.left_s()))
            probing.cancel()
            for task in (probing, refreshing):
                with suppress(asyncio.CancelledError):
                    await task
            self._bulkhead.close()

    async def _obey(self, order: Order, why: str) -> None:
        """Do what an operator ordered; the copies survive all but their clearing."""
        match order:
            case Order.OPEN:
                self._guard.force(BreakerState.OPEN, why)
            case Order.CLOSE:
                self._guard.force(BreakerState.CLOSED, why)
            case Order.RESET:
                self._guard.reset()
            case Order.CLEAR_CACHE:
                self._read_flights.detach()
                await self._store.clear(self._clock.monotonic())
        self._telemetry.ordered(order.value, why)

    def _redis(self, settings: ProxySettings) -> Backend | None:
        url = settings.redis_url
        if url is None:
            return None
        return Backend(
            url.get_secret_value(),
            self._clock,
            self._redis_changed,
            namespace=policies.namespace(settings),
        )

    def _redis_changed(self, is_up: bool) -> None:
        if self._backend is None or self._tiered is None:
            return
        if is_up:
            self._tiered.write_all()
        self._telemetry.redis(None if is_up else self._backend.why_down)

    def _make_keeper(self) -> Keeper | None:
        settings = self._settings
        if settings.snapshot_path is None:
            return None
        return Keeper(
            path=settings.snapshot_path,
            scope=policies.namespace(settings),
            budget_bytes=settings.cache_bytes,
            open_s=settings.breaker_open_s,
            memory=self._memory,
            guard=self._guard,
            service=self._service,
            clock=self._clock,
            telemetry=self._telemetry,
            lifetime_of=_lifetime_of(settings),
        )

    def _hung(self) -> None:
        self._prober.look()

    def _make_cluster(self) -> Cluster | None:
        if self._backend is None:
            return None
        cluster = Cluster(
            shared=self._backend,
            guard=self._guard,
            prober=self._prober,
            clock=self._clock,
            on_written=self._written_somewhere,
            turn_s=self._breaker.policy.probe_lease_s,
            open_s=self._breaker.policy.open_s,
        )
        self._prober.share(cluster)
        return cluster

    def _peers(self) -> Peers | None:
        if self._backend is None or self._tiered is None:
            return None
        return Peers(
            shared=self._backend,
            patience=self._patience,
            clock=self._clock,
            clearing=self._tiered.clearing,
            wait_s=self._settings.max_wait_s,
        )

    def _refresh_budget(self) -> RefreshBudget | None:
        if self._backend is None:
            return None
        return RefreshBudget(
            shared=self._backend,
            clock=self._clock,
            per_min=self._settings.refresh_per_min,
        )

    def _written(self) -> None:
        self._written_somewhere()
        if self._cluster is not None:
            self._cluster.written()

    def _written_somewhere(self) -> None:
        # Copies of other machines bear the time of their clocks.
        self._service.written(0.0 if self._backend is None else MAX_SKEW_S)
        self._read_flights.detach()

    def _gauges(self) -> Gauges:
        return Gauges(
            state=self._guard.state,
            open_seconds=self._open_seconds,
            cache_size=self._store.size,
            backend_up=lambda: self._backend is None or self._backend.is_up,
            inflight=lambda: self._bulkhead.inside,
            abandoned=lambda: self._bulkhead.abandoned,
            waiting=lambda: self._bulkhead.waiting,
        )

    def _open_seconds(self) -> float:
        since = self._guard.snapshot().not_closed_since
        return 0.0 if since is None else self._clock.monotonic() - since

    def _status(self) -> dict[str, object]:
        snapshot = self._guard.snapshot()
        entries, held_bytes = self._store.size()
        forced = snapshot.forced
        return status_document(
            snapshot,
            Surroundings(
                told=self._guard.told(),
                since=self._telemetry.zulu_at(snapshot.since),
                last_failures=self._telemetry.failures_shown(snapshot.last_failures),
                forced_since=None
                if forced is None
                else self._telemetry.zulu_at(forced.at),
                cache_entries=entries,
                cache_bytes=held_bytes,
                inflight=self._bulkhead.inside,
                abandoned=self._bulkhead.abandoned,
                waiting=self._bulkhead.waiting,
                upstream=urlsplit(self._settings.upstream_url).netloc,
                version=VERSION,
            ),
        )


def _lifetime_of(settings: ProxySettings) -> Callable[[CacheKey], Lifetime]:
    lifetimes = policies.lifetimes(settings)
    return lambda key: lifetimes[operation_of(key)]
